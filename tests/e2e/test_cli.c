/* hesp-packager as a program (docs: the contract of the command line): what it says of itself,
 * what it says of mistakes, what it prints when a channel is ready, and how it ends by itself. */
#include "e2e/packager.h"
#include "support/cmocka_all.h"
#include "support/process.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16, TEXTS_MAX = 4, PATIENCE_MS = 60000, OUTPUT_BYTES = 16384 };

struct run {
    int code;
    char out[OUTPUT_BYTES]; /* standard output, whole */
    char *log;              /* standard error, whole; owned */
};

/* All that stands on the pipe until it ends. */
static void read_output(struct process *p, char out[OUTPUT_BYTES])
{
    size_t size = 0;
    ssize_t got;
    while (size + 1 < OUTPUT_BYTES && (got = read(p->out, out + size, OUTPUT_BYTES - 1 - size)) > 0)
        size += (size_t)got;
    out[size] = 0;
}

/* Runs the packager with these arguments, to its end. */
static void run(const char *const arguments[], struct run *r)
{
    const char *argv[ARGUMENTS_MAX + 2] = {OPENHESP_PACKAGER};
    struct process p;
    for (size_t i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    assert_true(process_start(&p, argv, PROCESS_STDOUT));
    read_output(&p, r->out);
    r->code = process_wait(&p, PATIENCE_MS);
    r->log = process_log(&p);
    process_finish(&p);
}

static void run_finish(struct run *r)
{
    free(r->log);
}

/* Exactly one line, with its end. */
static bool is_one_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end && end > text && !end[1];
}

struct mistake {
    const char *arguments[ARGUMENTS_MAX];
    const char *texts[TEXTS_MAX]; /* what the line names: the input, and the remedy */
};

static void expect_refusal(const struct mistake *m, int code)
{
    struct run r;
    run(m->arguments, &r);
    if (r.code != code || *r.out || !is_one_line(r.log))
        fail_msg("exit code %d instead of %d, output \"%s\", or not one line: \"%s\"", r.code, code,
                 r.out, r.log);
    for (size_t i = 0; i < TEXTS_MAX && m->texts[i]; i++) {
        if (!strstr(r.log, m->texts[i]))
            fail_msg("\"%s\" does not name \"%s\"", r.log, m->texts[i]);
    }
    run_finish(&r);
}

static void help_teaches_on_standard_output(void **state)
{
    static const char *const taught[] = {"Usage: hesp-packager",
                                         "NAME=INPUT",
                                         "--audio-bitrate",
                                         "--config",
                                         "--expires",
                                         "--fps",
                                         "--help",
                                         "--init",
                                         "--init-memory",
                                         "--ladder",
                                         "--listen",
                                         "--log-format",
                                         "--loop",
                                         "--memory",
                                         "--metrics-token",
                                         "--preset",
                                         "--refresh",
                                         "--seconds",
                                         "--segment-duration",
                                         "--sign-key",
                                         "--sign-url",
                                         "--tls-certificate",
                                         "--tls-key",
                                         "--version",
                                         "--window",
                                         "127.0.0.1:8080)",
                                         "demo=test:",
                                         "udp://",
                                         "srt://",
                                         "film.mp4",
                                         "channels:",
                                         "segment_duration:",
                                         "SIGTERM",
                                         "SIGHUP",
                                         "Exit codes: 0 success, 1 failure, 2 wrong usage."};
    const char *const arguments[] = {"--help", NULL};
    struct run r;
    (void)state;
    run(arguments, &r);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.log, "");
    for (size_t i = 0; i < sizeof taught / sizeof *taught; i++) {
        if (!strstr(r.out, taught[i]))
            fail_msg("--help says nothing of \"%s\"", taught[i]);
    }
    run_finish(&r);
}

static void version_is_one_line(void **state)
{
    const char *const arguments[] = {"--version", NULL};
    unsigned major, minor, patch;
    struct run r;
    (void)state;
    run(arguments, &r);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.log, "");
    assert_true(is_one_line(r.out));
    assert_int_equal(sscanf(r.out, "hesp-packager %u.%u.%u", &major, &minor, &patch), 3);
    run_finish(&r);
}

static void wrong_usage_is_one_line_with_the_remedy_and_code_2(void **state)
{
    static const struct mistake mistakes[] = {
        {{NULL}, {"no channel", "NAME=INPUT", "--help"}},
        {{"Bad_Name=test:"}, {"Bad_Name=test:", "a to z", "rename"}},
        {{"a123456789012345678901234567890123=test:"}, {"longer than 32", "shorten"}},
        {{"=test:"}, {"=test:", "name"}},
        {{"metrics=test:"}, {"metrics", "reserved", "another name"}},
        {{"one=test:", "one=test:"}, {"two channels named one", "rename"}},
        {{"film.mp4"}, {"\"film.mp4\" is not NAME=INPUT", "demo=film.mp4"}},
        {{"one="}, {"one has no input", "test:"}},
        {{"--ladder", "1280x720", "one=test:"}, {"--ladder", "\"1280x720\"", "1280x720@2500k"}},
        {{"--ladder", "641x360@800k", "one=test:"}, {"--ladder", "641 is odd", "640"}},
        {{"--fps", "fast", "one=test:"}, {"--fps", "\"fast\"", "30000/1001"}},
        {{"--fps", "500", "one=test:"}, {"--fps", "\"500\"", "1 to 120"}},
        {{"--preset", "placebo", "one=test:"}, {"--preset", "placebo", "superfast"}},
        {{"--memory", "1k", "one=test:"}, {"--memory", "1k", "16M"}},
        {{"--segment-duration", "0", "one=test:"}, {"--segment-duration", "\"0\"", "1 to 3600"}},
        {{"--window", "soon", "one=test:"}, {"--window", "soon", "seconds"}},
        {{"--listen", "8080", "one=test:"}, {"--listen", "8080", "127.0.0.1:8080"}},
        {{"--listen", "localhost:1", "one=test:"}, {"--listen", "localhost:1", "127.0.0.1"}},
        {{"--log-format", "xml", "one=test:"}, {"--log-format", "xml", "text or json"}},
        {{"--init", "never", "one=test:"}, {"--init", "not known", "on-demand or eager"}},
        {{"--nonsense", "one=test:"}, {"--nonsense", "not known", "--help"}},
        {{"-x", "one=test:"}, {"-x", "not known", "--help"}},
        {{"one=test:", "--fps"}, {"--fps has no value", "--fps=RATE"}},
        {{"--config", "/nowhere/at-all.yaml"}, {"/nowhere/at-all.yaml", "No such file", "path"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        expect_refusal(&mistakes[i], 2);
}

/* A file with this text; the caller unlinks it. */
static void write_file(const char *text, char path[32])
{
    strcpy(path, "/tmp/openhesp-cli-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void wrong_yaml_names_the_place_and_the_remedy(void **state)
{
    static const struct {
        const char *yaml;
        const char *texts[TEXTS_MAX - 1];
    } cases[] = {
        {"channels:\n  - name: one\n    input: \"test:\n", {"line ", "column ", "mend"}},
        {"channels:\n  - name: one\n    inputt: 'test:'\n",
         {"line ", "channels[0]", "inputt: keys there are name, input"}},
        {"channel:\n  - {name: one, input: 'test:'}\n", {"line 1", "channel", "keys there are"}},
        {"channels: one\n", {"line 1", "column ", "list of {name, input}"}},
        {"fps: 300\nchannels:\n  - {name: one, input: 'test:'}\n", {": fps: ", "300", "1 to 120"}},
        {"channels:\n  - {name: one, input: 'test:'}\n  - {name: two, input: 'test:', ladder: "
         "big}\n",
         {"channels[1].ladder: ", "\"big\"", "1280x720@2500k"}},
        {"channels:\n  - {name: web, input: 'test:'}\n", {"channels[0]", "\"web\"", "reserved"}},
        {"channels:\n  - {name: one}\n", {"channels[0]", "no input", "input: \"test:\""}},
        {"fps: 30\n", {"no channel", "NAME=INPUT", "--help"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[32];
        write_file(cases[i].yaml, path);
        struct mistake m = {.arguments = {"--config", path}, .texts = {path}};
        memcpy(m.texts + 1, cases[i].texts, sizeof cases[i].texts);
        expect_refusal(&m, 2);
        unlink(path);
    }
}

/* A port that somebody else has: "ADDRESS:PORT" in text, and the socket. */
static int take_port(char text[32])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    snprintf(text, 32, "127.0.0.1:%u", ntohs(address.sin_port));
    return fd;
}

static void failures_are_one_line_and_code_1(void **state)
{
    char taken[32];
    int fd = take_port(taken);
    const char *port = strchr(taken, ':') + 1;
    const struct mistake mistakes[] = {
        {{"--listen", taken, "one=test:"}, {port, "Address already in use", "choose another"}},
        {{"--listen", "127.0.0.1:0", "one=/nowhere/film.mp4"},
         {"one", "/nowhere/film.mp4", "No such file"}},
        {{"--listen", "127.0.0.1:0", "one=/tmp"}, {"one", "/tmp", "directory"}},
        {{"--listen", "127.0.0.1:0", "one=gopher9://x"}, {"one", "gopher9", "ffmpeg -protocols"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        expect_refusal(&mistakes[i], 1);
    close(fd);
}

/* "NAME URL": the name is this one, and its manifest is there. */
static void expect_ready_line(struct process *p, const char *name)
{
    char line[256], url[200], path[64];
    struct http_answer answer;
    unsigned port;
    assert_true(process_line(p, line, sizeof line, PATIENCE_MS));
    assert_true(!strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ');
    snprintf(url, sizeof url, "%s", line + strlen(name) + 1);
    snprintf(path, sizeof path, "/%s/manifest.json", name);
    assert_int_equal(sscanf(url, "http://127.0.0.1:%u", &port), 1);
    assert_true(port > 0);
    assert_string_equal(strchr(url + 7, '/'), path);
    http_get(url, &answer);
    assert_int_equal(answer.status, 200);
    http_answer_finish(&answer);
}

/* Each line of the log is one JSON object with the same four texts; returns how many there are. */
static int count_json_lines(char *log)
{
    static const char *const keys[] = {"time", "level", "subject", "message"};
    int lines = 0;
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(json))
            fail_msg("no JSON object: %s", line);
        assert_int_equal(json_object_size(json), 4);
        for (size_t i = 0; i < 4; i++)
            assert_true(json_is_string(json_object_get(json, keys[i])));
        json_decref(json);
    }
    return lines;
}

/* Also: nothing but the ready lines on standard output, and a log of JSON objects only. */
static void it_ends_by_itself_after_seconds(void **state)
{
    const char *const argv[] = {OPENHESP_PACKAGER,
                                "--listen",
                                "127.0.0.1:0",
                                "--seconds",
                                "5",
                                "--log-format",
                                "json",
                                "--ladder",
                                "256x144@200k",
                                "--preset",
                                "ultrafast",
                                "one=test:",
                                "two=test:",
                                NULL};
    static char rest[OUTPUT_BYTES];
    struct process p;
    (void)state;
    assert_true(process_start(&p, argv, PROCESS_STDOUT));
    expect_ready_line(&p, "one");
    expect_ready_line(&p, "two");
    read_output(&p, rest);
    assert_string_equal(rest, "");
    assert_int_equal(process_wait(&p, PATIENCE_MS), 0);
    char *log = process_log(&p);
    assert_non_null(strstr(log, "time is up"));
    assert_true(count_json_lines(log) >= 1);
    free(log);
    process_finish(&p);
}

/* The number of a channel's video tracks, and its frame rate and window as the manifest has them.
 */
static void expect_channel(struct packager *p, const char *name, size_t tracks,
                           json_int_t rate_scale, json_int_t window_s)
{
    char path[64];
    struct http_answer answer;
    json_t *list;
    json_int_t scale, window;
    snprintf(path, sizeof path, "/%s/manifest.json", name);
    packager_get(p, path, 200, &answer);
    json_t *json = json_loadb((const char *)answer.body, answer.size, 0, NULL);
    assert_int_equal(json_unpack(json, "{s{sI}s[{s[{s{sI}so}]}]}", "availabilityDuration", "value",
                                 &window, "presentations", "video", "frameRate", "scale", &scale,
                                 "tracks", &list),
                     0);
    assert_int_equal(json_array_size(list), tracks);
    assert_int_equal(scale, rate_scale);
    assert_int_equal(window, window_s);
    json_decref(json);
    http_answer_finish(&answer);
}

/* A channel's key wins over the command line, which wins over the file's global key. */
static void yaml_runs_several_channels(void **state)
{
    char path[32];
    struct packager p;
    const char *const arguments[] = {"--config", path, "--window", "20", NULL};
    (void)state;
    write_file("fps: 30\n"
               "window: 90\n"
               "preset: ultrafast\n"
               "ladder: 256x144@200k\n"
               "channels:\n"
               "  - name: one\n"
               "    input: 'test:'\n"
               "  - name: two\n"
               "    input: 'test:'\n"
               "    fps: 30000/1001\n"
               "    window: 30\n"
               "    ladder: 256x144@200k,192x108@100k\n",
               path);
    packager_start(&p, arguments, 2);
    unlink(path);
    expect_channel(&p, "one", 1, 1, 20);
    expect_channel(&p, "two", 2, 1001, 30);
    packager_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_teaches_on_standard_output),
        cmocka_unit_test(version_is_one_line),
        cmocka_unit_test(wrong_usage_is_one_line_with_the_remedy_and_code_2),
        cmocka_unit_test(wrong_yaml_names_the_place_and_the_remedy),
        cmocka_unit_test(failures_are_one_line_and_code_1),
        cmocka_unit_test(it_ends_by_itself_after_seconds),
        cmocka_unit_test(yaml_runs_several_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
