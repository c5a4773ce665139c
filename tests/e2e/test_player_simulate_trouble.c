/* player-sim simulate and what can go wrong around it: inputs, files, signals, pipes, memory. */
#include "e2e/player_command.h"
#include "e2e/simulation.h"
#include "support/cmocka_all.h"
#include "support/sanitized.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, WRONG_USAGE = 2, FAILURE = 1 };

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* ---- inputs ---- */

static void wrong_usage_names_the_remedy(void **state)
{
    static const struct player_mistake mistakes[] = {
        {{"simulate", "--sessions", "0"}, {"--sessions 0", "give 1 to"}, NULL},
        {{"simulate", "--sessions"}, {"--sessions has no value", "--sessions=N"}, NULL},
        {{"simulate", "--duration", "nan"}, {"--duration nan", "give seconds"}, NULL},
        {{"simulate", "--trace", ""}, {"--trace has an empty value", "leave it out"}, NULL},
        {{"simulate", "--json", ""}, {"--json has an empty value"}, NULL},
        {{"simulate", "--delivery", "dash"}, {"--delivery dash", "hesp, segment, ll-dash"}, NULL},
        {{"simulate", "--abr", "bolo"}, {"--abr bolo", "throughput, bola,"}, NULL},
        {{"simulate", "--http", "4"}, {"--http 4", "1.1, 2, 3 or ideal"}, NULL},
        {{"simulate", "--loss", "1.5"}, {"--loss 1.5", "0 to 1"}, NULL},
        {{"simulate", "--shard", "3/3"}, {"--shard 3/3", "0/4"}, NULL},
        {{"simulate", "--shard", "1"}, {"--shard 1", "0/4"}, NULL},
        {{"simulate", "--ladder", "x"}, {"--ladder x", "WIDTHxHEIGHT@BITRATE"}, NULL},
        {{"simulate", "--on-demand"}, {"--on-demand", "--delivery segment"}, NULL},
        {{"simulate", "--json", "-", "--csv", "-"}, {"--json and --csv", "standard output"}, NULL},
        {{"simulate", "--json", "a", "--html", "a"}, {"--json and --html", "both be a"}, NULL},
        {{"simulate", "--sesions", "1"}, {"--sesions is not known", "--help"}, NULL},
        {{"simulate", "more"}, {"more is too much"}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++)
        player_expect_refusal(&mistakes[i], WRONG_USAGE);
}

/* Refused with the file's name (of contents, that without folders); and the report of yesterday is
 * what it was. */
static void expect_refused(const char *option, const char *text, const char *why)
{
    char file[PLAYER_PATH_BYTES], report[PLAYER_PATH_BYTES];
    player_file(text, file);
    player_file("of yesterday", report);
    const struct player_mistake mistake = {
        {"simulate", "--json", report, option, file}, {option, file + strlen("/tmp/"), why}, NULL};
    player_expect_refusal(&mistake, WRONG_USAGE);
    assert_int_equal(simulation_file_bytes(report), strlen("of yesterday"));
    unlink(file);
    unlink(report);
}

static void bad_inputs_are_told_before_anything_is_written(void **state)
{
    (void)state;
    expect_refused("--trace", "", "has nothing in it");
    expect_refused("--trace", "hello\n", "line 1");
    expect_refused("--trace", "0 1\n0 2\n", "line 2");
    expect_refused("--trace", "0 0\n1 0\n", "less than 1000 bit/s");
    expect_refused("--trace", "{}", "no array");
    expect_refused("--trace", "[{\"duration_ms\": 0}]", "element 1");
    expect_refused("--content", "", "no JSON");
    expect_refused("--content", "{}", "neither a content nor a movie");
    expect_refused("--content",
                   "{\"format\": \"openhesp-content\", \"version\": 1, \"rate\": [0, 1]}", "rate");
    expect_refused("--content",
                   "{\"segment_duration_ms\": 1000, \"bitrates_kbps\": [100], "
                   "\"segment_sizes_bits\": [[100000], [100000]]}",
                   "knows segments only");
}

/* ---- files ---- */

/* The table, unless it is told at once; and one line that names the file. */
static void expect_unwritten(const char *option, const char *path, bool at_once)
{
    const char *const arguments[] = {"simulate",   "--sessions", "2",    "--duration", "1",
                                     "--channels", "1",          option, path,         NULL};
    struct player_command r;
    player_command_run(arguments, NULL, &r);
    const char *end = strchr(r.log, '\n');
    if (r.code != FAILURE || !strstr(r.log, path) || !end || end[1] || !*r.out != at_once)
        fail_msg("%s %s: exit code %d, said %s%s", option, path, r.code, r.log, r.out);
    player_command_finish(&r);
}

static void what_cannot_be_written_is_told(void **state)
{
    static const char *const options[] = {"--json",       "--html",       "--samples",
                                          "--prometheus", "--cloudwatch", "--csv"};
    (void)state;
    for (size_t i = 0; i < COUNT(options); i++) {
        expect_unwritten(options[i], "/tmp", true);
        expect_unwritten(options[i], "/nowhere/at/all", true);
        expect_unwritten(options[i], "/dev/full", strcmp(options[i], "--csv") == 0);
    }
}

/* ---- ends ---- */

static void start(struct process *p, const char *words, int pipes)
{
    char text[SIMULATION_TEXT_BYTES];
    const char *list[SIMULATION_WORDS_MAX + 1], *argv[SIMULATION_WORDS_MAX + 2];
    simulation_words(words, "simulate", text, list);
    argv[0] = OPENHESP_PLAYER_SIM;
    memcpy(argv + 1, list, sizeof list);
    assert_true(process_start(p, argv, pipes));
}

/* Until it has begun to write events. */
static void wait_for_events(const char *csv)
{
    for (int ms = 0; simulation_file_bytes(csv) < 1; ms += 10) {
        assert_true(ms < PATIENCE_MS);
        usleep(10000);
    }
}

/* Ten million sessions take half a day: that it ends at all is that it was stopped. */
static void interrupted_it_tells_what_is_complete(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM};
    (void)state;
    for (size_t i = 0; i < COUNT(signals); i++) {
        char csv[PLAYER_PATH_BYTES], json[PLAYER_PATH_BYTES], samples[PLAYER_PATH_BYTES];
        char words[SIMULATION_TEXT_BYTES];
        struct process p;
        json_error_t error;
        player_file("", csv);
        player_file("", json);
        player_file("", samples);
        unlink(samples);
        snprintf(words, sizeof words,
                 "--sessions 10000000 --duration 5 --csv %s --json %s --samples %s", csv, json,
                 samples);
        start(&p, words, 0);
        wait_for_events(csv);
        process_signal(&p, signals[i]);
        assert_int_equal(process_wait(&p, PATIENCE_MS), FAILURE);
        char *log = process_log(&p);
        player_expect_texts(log, (const char *const[]){"stopped: the report is of the", samples},
                            2);
        json_t *report = json_load_file(json, 0, &error);
        assert_non_null(report);
        assert_int_equal(simulation_file_bytes(samples), -1); /* merge would take it for all */
        json_decref(report);
        free(log);
        process_finish(&p);
        unlink(csv);
        unlink(json);
    }
}

/* On a terminal of its own, and of the test. */
static pid_t start_on_terminal(const char *words, int *terminal)
{
    char text[SIMULATION_TEXT_BYTES];
    const char *list[SIMULATION_WORDS_MAX + 1], *argv[SIMULATION_WORDS_MAX + 2];
    simulation_words(words, "simulate", text, list);
    argv[0] = OPENHESP_PLAYER_SIM;
    memcpy(argv + 1, list, sizeof list);
    *terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*terminal >= 0 && !grantpt(*terminal) && !unlockpt(*terminal));
    int side = open(ptsname(*terminal), O_RDWR | O_NOCTTY);
    assert_true(side >= 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(side, STDERR_FILENO);
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    close(side);
    return pid;
}

static void on_a_terminal_it_shows_how_far_it_is(void **state)
{
    (void)state;
    int terminal, status;
    char seen[4096];
    size_t size = 0;
    pid_t pid = start_on_terminal("--sessions 10000000", &terminal);
    assert_true(pid > 0);
    for (seen[0] = '\0'; !strstr(seen, " s left"); seen[size] = '\0') {
        ssize_t got = read(terminal, seen + size, sizeof seen - 1 - size);
        assert_true(got > 0);
        size += (size_t)got;
    }
    kill(pid, SIGTERM);
    while (read(terminal, seen + size, 1) > 0)
        ;
    assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), FAILURE);
    player_expect_texts(seen, (const char *const[]){" of 10000000 sessions, "}, 1);
    close(terminal);
}

/* One session of a month, with nothing to be told before its end. */
static void interrupted_in_a_long_session_it_ends(void **state)
{
    (void)state;
    struct process p;
    start(&p, "--sessions 1000 --share 1000 --duration 2592000 --csv -", PROCESS_STDOUT);
    usleep(300000);
    process_signal(&p, SIGINT);
    int code = process_wait(&p, PATIENCE_MS);
    assert_true(code == FAILURE || code == 128 + SIGINT); /* it may not have begun */
    process_finish(&p);
}

static void a_reader_who_leaves_is_told_of(void **state)
{
    (void)state;
    struct process p;
    start(&p, "--sessions 3 --duration 5 --json -", PROCESS_STDOUT);
    close(p.out);
    p.out = -1;
    assert_int_equal(process_wait(&p, PATIENCE_MS), FAILURE);
    char *log = process_log(&p);
    player_expect_texts(log, (const char *const[]){"- could not be written", "Broken pipe"}, 2);
    free(log);
    process_finish(&p);
}

/* ---- memory ---- */

/* The most it held at once, in KiB; the largest of all children's so far, so ask in rising order.
 */
static long most_kib(const char *words)
{
    struct player_report r;
    struct rusage usage;
    simulation_run(words, &r);
    player_expect_code(&r, 0);
    player_report_finish(&r);
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return usage.ru_maxrss;
}

/* Samples of frames' latencies are kept by value, not by frame: twenty times the time takes
 * little more memory. Sanitizers keep what was freed. */
static void memory_does_not_grow_with_time(void **state)
{
    (void)state;
    if (SANITIZED)
        skip();
    long kib = most_kib("--sessions 20 --duration 60 --threads 2");
    long longer_kib = most_kib("--sessions 20 --duration 1200 --threads 2");
    fprintf(stderr, "60 s: %ld KiB, 1200 s: %ld KiB\n", kib, longer_kib);
    assert_true(longer_kib < 3 * kib);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_does_not_grow_with_time), /* before larger children */
        cmocka_unit_test(wrong_usage_names_the_remedy),
        cmocka_unit_test(bad_inputs_are_told_before_anything_is_written),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(interrupted_it_tells_what_is_complete),
        cmocka_unit_test(on_a_terminal_it_shows_how_far_it_is),
        cmocka_unit_test(interrupted_in_a_long_session_it_ends),
        cmocka_unit_test(a_reader_who_leaves_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
