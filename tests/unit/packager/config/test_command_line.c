/* The command line: defaults, options, what wins over a file, and one-line errors. */
#include "packager/config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { ARGUMENTS_MAX = 24 };

/* Words are separated by blanks; argv is a copy, as getopt reorders it. */
static enum config_outcome run(const char *words, struct config *config,
                               char error[CONFIG_ERROR_BYTES])
{
    char copy[512] = "hesp-packager ", *argv[ARGUMENTS_MAX + 1], *rest;
    int argc = 0;
    strncat(copy, words, sizeof copy - strlen(copy) - 1);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    argv[argc] = NULL;
    return config_from_command_line(argc, argv, config, error);
}

static void run_well(const char *words, struct config *config)
{
    char error[CONFIG_ERROR_BYTES];
    if (run(words, config, error) != CONFIG_RUN)
        fail_msg("%s: %s", words, error);
}

static void defaults(void **state)
{
    (void)state;
    struct config c;
    run_well("demo=test:", &c);
    assert_string_equal(c.listen_address, "127.0.0.1");
    assert_int_equal(c.listen_port, 8080);
    assert_true(c.seconds == 0);
    assert_int_equal(c.log_format, LOG_FORMAT_TEXT);
    assert_int_equal(c.max_connections, 4096);
    assert_int_equal(c.max_connections_per_address, 1024);
    assert_int_equal(c.max_request_rate, 1000);
    assert_int_equal(c.exempt.count, 2);
    assert_int_equal(c.channel_count, 1);
    const struct config_channel *demo = &c.channels[0];
    assert_string_equal(demo->name, "demo");
    assert_string_equal(demo->input, "test:");
    assert_int_equal(demo->rungs, 2);
    assert_int_equal(demo->ladder[0].width, 1280);
    assert_int_equal(demo->ladder[0].height, 720);
    assert_int_equal(demo->ladder[0].bitrate_bps, 2500000);
    assert_int_equal(demo->ladder[1].width, 640);
    assert_int_equal(demo->ladder[1].height, 360);
    assert_int_equal(demo->ladder[1].bitrate_bps, 800000);
    assert_int_equal(demo->fps.num, 30);
    assert_int_equal(demo->fps.den, 1);
    assert_string_equal(demo->preset, "superfast");
    assert_int_equal(demo->refresh_frames, 0);
    assert_int_equal(demo->audio_bitrate_bps, 128000);
    assert_true(demo->segment_duration_s == 6);
    assert_true(demo->window_s == 60);
    assert_int_equal(demo->memory_bytes, 512 << 20);
    assert_false(demo->init_eager);
    assert_int_equal(demo->init_memory_bytes, 192 << 20);
    assert_false(demo->loop);
    config_finish(&c);
}

static void options_stand_anywhere(void **state)
{
    (void)state;
    struct config c;
    run_well("one=a=b.mp4 --fps=29.97 --loop two=- --listen [::1]:9000 --seconds 2.5 "
             "--ladder 426x240@300k --log-format json --exempt none --max-request-rate=0 "
             "-- -three=x",
             &c);
    assert_int_equal(c.channel_count, 3);
    assert_string_equal(c.channels[0].input, "a=b.mp4");
    assert_string_equal(c.channels[1].input, "-");
    assert_string_equal(c.channels[2].name, "-three");
    assert_string_equal(c.listen_address, "::1");
    assert_int_equal(c.listen_port, 9000);
    assert_true(c.seconds == 2.5);
    assert_int_equal(c.exempt.count, 0);
    assert_int_equal(c.max_request_rate, 0);
    assert_int_equal(c.log_format, LOG_FORMAT_JSON);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(c.channels[i].fps.num, 30000);
        assert_int_equal(c.channels[i].fps.den, 1001);
        assert_true(c.channels[i].loop);
        assert_int_equal(c.channels[i].ladder[0].width, 426);
    }
    config_finish(&c);
}

static void the_ladder_is_sorted(void **state)
{
    (void)state;
    struct config c;
    run_well("--ladder 256x144@150k,640x360@800k,640x360@1.2M,1920x1080@5M a=b", &c);
    const struct config_rung *l = c.channels[0].ladder;
    assert_int_equal(c.channels[0].rungs, 4);
    assert_int_equal(l[0].width, 1920);
    assert_int_equal(l[1].bitrate_bps, 1200000);
    assert_int_equal(l[2].bitrate_bps, 800000);
    assert_int_equal(l[3].width, 256);
    config_finish(&c);
}

static void a_refresh_is_two_seconds_or_what_is_given(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        int frames;
    } list[] = {
        {"a=x --refresh idr", 0},
        {"a=x --refresh intra", 60},
        {"a=x --refresh intra --fps 29.97", 60},
        {"a=x --fps 24000/1001 --refresh intra", 48},
        {"a=x --fps 12.6 --refresh intra", 25},
        {"a=x --fps 1 --refresh intra", 2},
        {"a=x --refresh intra:2", 2},
        {"a=x --refresh=intra:10000 --fps 25", 10000},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct config c;
        run_well(list[i].words, &c);
        assert_int_equal(c.channels[0].refresh_frames, list[i].frames);
        config_finish(&c);
    }
}

static void make_file(const char *text, char path[32])
{
    strcpy(path, "/tmp/config-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
}

static void options_win_over_the_files_globals_only(void **state)
{
    (void)state;
    struct config c;
    char path[32], words[128], error[CONFIG_ERROR_BYTES];
    make_file("fps: 25\nwindow: 30\nlisten: 0.0.0.0:1\n"
              "channels:\n  - {name: one, input: x}\n  - {name: two, input: y, fps: 60}\n",
              path);
    snprintf(words, sizeof words, "--fps 50 --listen 127.0.0.1:2 three=z --config %s", path);
    run_well(words, &c);
    assert_int_equal(c.channel_count, 3);
    assert_int_equal(c.listen_port, 2);
    assert_int_equal(c.channels[0].fps.num, 50);
    assert_int_equal(c.channels[1].fps.num, 60);
    assert_int_equal(c.channels[2].fps.num, 50);
    assert_string_equal(c.channels[2].name, "three");
    for (size_t i = 0; i < 3; i++)
        assert_true(c.channels[i].window_s == 30);
    config_finish(&c);
    snprintf(words, sizeof words, "one=z --config %s", path);
    assert_int_equal(run(words, &c, error), CONFIG_WRONG);
    assert_non_null(strstr(error, "two channels named one"));
    unlink(path);
}

/* What an option replaces is checked all the same. */
static void a_wrong_key_in_the_file_is_told(void **state)
{
    (void)state;
    struct config c;
    char path[32], words[128], error[CONFIG_ERROR_BYTES];
    make_file("fps: x\n", path);
    snprintf(words, sizeof words, "--fps 50 a=b --config %s", path);
    assert_int_equal(run(words, &c, error), CONFIG_WRONG);
    assert_non_null(strstr(error, path));
    assert_non_null(strstr(error, ": fps: \"x\""));
    unlink(path);
}

static void wrong_usage(void **state)
{
    (void)state;
    static const struct {
        const char *words, *what, *remedy;
    } list[] = {
        {"", "no channel", "give at least one NAME=INPUT, for example demo=test:"},
        {"test:", "\"test:\" is not NAME=INPUT", "demo=test:"},
        {"=x", "the name \"\" is empty", "for example demo"},
        {"a=", "channel a has no input", "test:"},
        {"a=x a=y", "\"a=y\": there are two channels named a", "rename one"},
        {"time=x", "\"time\" is reserved", "another name"},
        {"healthz=x", "\"healthz\" is reserved", "another name"},
        {"metrics=x", "\"metrics\" is reserved", "another name"},
        {"api=x", "\"api\" is reserved", "another name"},
        {"web=x", "\"web\" is reserved", "another name"},
        {"My_tv=x", "the name \"My_tv\"", "a to z, 0 to 9 and -"},
        {"aaaaaaaaaabbbbbbbbbbccccccccccddd=x", "longer than 32", "shorten"},
        {"a=- b=-", "both read standard input", "give one another"},
        {"a=x --fsp 30", "option --fsp is not known", "--help"},
        {"a=x --l 30", "option --l may be one of several", "in full"},
        {"a=x -f 30", "option -f is not known", "--help"},
        {"a=x --fps", "option --fps has no value", "--fps=RATE"},
        {"a=x --loop=yes", "option --loop takes no value", "--loop alone"},
        {"a=x --fps abc", "--fps: \"abc\": no frame rate", "30000/1001"},
        {"a=x --fps 121", "--fps: \"121\"", "1 to 120"},
        {"a=x --preset slow", "--preset: \"slow\"", "ultrafast, superfast, veryfast or faster"},
        {"a=x --audio-bitrate 8k", "--audio-bitrate: \"8k\"", "16k to 512k"},
        {"a=x --segment-duration 0.5", "--segment-duration: \"0.5\"", "1 to 3600 seconds"},
        {"a=x --window 90000", "--window: \"90000\"", "2 to 86400 seconds"},
        {"a=x --memory 1M", "--memory: \"1M\": too little", "16M"},
        {"a=x --memory much", "--memory: \"much\"", "512M or 2G"},
        {"a=x --init never", "--init: \"never\": not known", "use on-demand or eager"},
        {"a=x --init-memory 1k", "--init-memory: \"1k\": too little", "1M"},
        {"a=x --refresh gop", "--refresh: \"gop\": not known", "idr, intra or intra:FRAMES"},
        {"a=x --refresh intra:", "--refresh: \"intra:\": no period", "for example intra:60"},
        {"a=x --refresh intra:1", "--refresh: \"intra:1\"", "2 to 10000 frames"},
        {"a=x --refresh intra:10001", "--refresh: \"intra:10001\"", "2 to 10000 frames"},
        {"a=x --refresh intra:2s", "--refresh: \"intra:2s\"", "2 to 10000 frames"},
        {"a=x --refresh idr:60", "--refresh: \"idr:60\"", "idr, intra or intra:FRAMES"},
        {"a=x --max-connections 0", "--max-connections: \"0\": no limit", "1 to 1000000"},
        {"a=x --max-connections-per-address -1", "no limit", "0 to 1000000; 0 is none"},
        {"a=x --max-request-rate 1000001", "no limit", "0 to 1000000; 0 is none"},
        {"a=x --exempt proxy", "--exempt: \"proxy\"", "192.0.2.7"},
        {"a=x --seconds x", "--seconds: \"x\"", "number of seconds"},
        {"a=x --log-format xml", "--log-format: \"xml\"", "text or json"},
        {"a=x --listen localhost:80", "--listen: \"localhost:80\"", "127.0.0.1"},
        {"a=x --listen 127.0.0.1", "--listen: \"127.0.0.1\"", "ADDRESS:PORT"},
        {"a=x --listen 127.0.0.1:65536", "--listen", "0 to 65535"},
        {"a=x --listen ::1:80", "--listen: \"::1:80\"", "[::1]"},
        {"a=x --listen [127.0.0.1]:80", "--listen", "127.0.0.1"},
        {"a=x --ladder 1280x720", "\"1280x720\" is no rung", "1280x720@2500k"},
        {"a=x --ladder 1280x720@2500k,", "\"\" is no rung", "1280x720@2500k"},
        {"a=x --ladder 1280*720@1M", "is no rung", "1280x720@2500k"},
        {"a=x --ladder 1280x720@fast", "\"fast\" is no bit rate", "2.5M"},
        {"a=x --ladder 1280x720@1k", "bit rate 1k is out of range", "32k to 100M"},
        {"a=x --ladder 1281x720@1M", "width 1281 is odd", "make it 1280"},
        {"a=x --ladder 1280x721@1M", "height 721 is odd", "make it 720"},
        {"a=x --ladder 16x720@1M", "width 16 is out of range", "32 to 4096"},
        {"a=x --ladder 64x36@64k,64x36@64000", "64x36@64000 is there twice", "leave one out"},
        {"a=x --ladder 64x36@91k,64x36@92k,64x36@93k,64x36@94k,64x36@95k,64x36@96k,64x36@97k,"
         "64x36@98k,64x36@99k",
         "more than 8 rungs", "leave some out"},
        {"--config /nonexistent.yaml", "/nonexistent.yaml: No such file", "give the path"},
        {"--config /", "/: Is a directory", "give the path"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct config c;
        char error[CONFIG_ERROR_BYTES];
        enum config_outcome outcome = run(list[i].words, &c, error);
        if (outcome != CONFIG_WRONG || !strstr(error, list[i].what) ||
            !strstr(error, list[i].remedy) || strchr(error, '\n'))
            fail_msg("%s\n%d: %s", list[i].words, outcome, error);
    }
}

/* Runs words with standard output going to a file, and gives its text. */
static void captured(const char *words, enum config_outcome wanted, char *text, size_t size)
{
    char path[32] = "/tmp/output-XXXXXX", error[CONFIG_ERROR_BYTES];
    struct config c;
    int file = mkstemp(path), terminal = dup(STDOUT_FILENO);
    assert_true(file >= 0 && terminal >= 0);
    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    enum config_outcome outcome = run(words, &c, error);
    fflush(stdout);
    dup2(terminal, STDOUT_FILENO);
    close(terminal);
    ssize_t got = pread(file, text, size - 1, 0);
    close(file);
    unlink(path);
    assert_true(got >= 0);
    text[got] = '\0';
    assert_int_equal(outcome, wanted);
    assert_string_equal(error, "");
}

static void help_and_version(void **state)
{
    (void)state;
    char text[8192];
    static const char *const lines[] = {
        "Usage: hesp-packager",
        "[NAME=INPUT...]",
        "--listen=ADDR:PORT",
        "127.0.0.1:8080",
        "1280x720@2500k,640x360@800k",
        "--loop",
        "--config=FILE",
        "Examples:",
        "demo=test:",
        "udp://127.0.0.1:5000",
        "srt://0.0.0.0:9000?mode=listener",
        "mode=caller",
        "film=-",
        "channels:",
        "Exit codes: 0 success, 1 failure, 2 wrong usage.",
    };
    captured("--help", CONFIG_DONE, text, sizeof text);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i]))
            fail_msg("\"%s\" is not in\n%s", lines[i], text);
    captured("a=b --version", CONFIG_DONE, text, sizeof text);
    assert_string_equal(text, "hesp-packager " OPENHESP_VERSION "\n");
}

static void files_of_keys_are_named(void **state)
{
    (void)state;
    struct config c;
    run_well("--sign-key s --metrics-token m --tls-certificate t --tls-key k a=b", &c);
    assert_string_equal(c.sign_key, "s");
    assert_string_equal(c.metrics_token, "m");
    assert_string_equal(c.tls_certificate, "t");
    assert_string_equal(c.tls_key, "k");
    assert_null(c.sign_url);
    config_finish(&c);
    run_well("a=b", &c);
    assert_null(c.sign_key);
    assert_null(c.metrics_token);
    assert_null(c.tls_certificate);
    assert_null(c.tls_key);
    config_finish(&c);
}

static void signing_needs_no_channel(void **state)
{
    (void)state;
    struct config c;
    char error[CONFIG_ERROR_BYTES];
    assert_int_equal(run("--sign-key s --sign-url /a/b --expires 15m", &c, error), CONFIG_SIGN);
    assert_string_equal(c.sign_key, "s");
    assert_string_equal(c.sign_url, "/a/b");
    assert_int_equal(c.lifetime_s, 900);
    assert_int_equal(c.channel_count, 0);
    config_finish(&c);
    assert_int_equal(run("--sign-key s --sign-url /a/b", &c, error), CONFIG_SIGN);
    assert_int_equal(c.lifetime_s, 86400);
    config_finish(&c);
}

static void what_belongs_together_is_given_together(void **state)
{
    (void)state;
    static const struct {
        const char *words, *names, *remedy;
    } cases[] = {
        {"--sign-url /a/b", "--sign-url \"/a/b\"", "give --sign-key FILE"},
        {"--sign-url /a/b --sign-key s --expires 7", "--expires: \"7\"", "write 90s"},
        {"--expires 7d a=b", "--expires \"7d\"", "give both"},
        {"--tls-key k a=b", "--tls-key \"k\" comes without --tls-certificate", "give both"},
        {"--tls-certificate t a=b", "--tls-certificate \"t\" comes without --tls-key", "give both"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config c;
        char error[CONFIG_ERROR_BYTES];
        assert_int_equal(run(cases[i].words, &c, error), CONFIG_WRONG);
        if (!strstr(error, cases[i].names) || !strstr(error, cases[i].remedy))
            fail_msg("%s: %s", cases[i].words, error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(files_of_keys_are_named),
        cmocka_unit_test(signing_needs_no_channel),
        cmocka_unit_test(what_belongs_together_is_given_together),
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(the_ladder_is_sorted),
        cmocka_unit_test(a_refresh_is_two_seconds_or_what_is_given),
        cmocka_unit_test(options_win_over_the_files_globals_only),
        cmocka_unit_test(a_wrong_key_in_the_file_is_told),
        cmocka_unit_test(wrong_usage),
        cmocka_unit_test(help_and_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
