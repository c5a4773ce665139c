/* Traces by name: what each format means, that its content tells it, and what is said of mistakes.
 */
#include "player-sim/link/trace_read.h"
#include "support/cmocka_all.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MS = 1000, S = 1000000, KBIT = 1000, TEXTS_MAX = 4 };

static struct trace *parsed(const char *text)
{
    char error[TRACE_ERROR_BYTES] = "";
    struct trace *t = NULL;
    if (!trace_parse(text, strlen(text), "some.file", &t, error))
        fail_msg("%s", error);
    assert_string_equal(error, "");
    return t;
}

static void expect_trace(struct trace *t, const struct trace_piece *pieces, size_t count)
{
    assert_int_equal(t->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(t->pieces[i].duration_us, pieces[i].duration_us);
        assert_int_equal(t->pieces[i].rate_bps, pieces[i].rate_bps);
        assert_int_equal(t->pieces[i].rtt_us, pieces[i].rtt_us);
    }
    trace_destroy(t);
}

#define EXPECT(trace, ...)                                                                         \
    expect_trace(trace, (const struct trace_piece[]){__VA_ARGS__},                                 \
                 sizeof(const struct trace_piece[]){__VA_ARGS__} / sizeof(struct trace_piece))

/* ---- formats ---- */

static void sabre_json(void **state)
{
    (void)state;
    EXPECT(parsed(" \r\n[{\"duration_ms\": 1013, \"bandwidth_kbps\": 1285, \"latency_ms\": 100},\n"
                  "{\"latency_ms\": 75.5, \"bandwidth_kbps\": 0.5, \"duration_ms\": 20.25} ,"
                  "{\"bandwidth_kbps\": 0, \"duration_ms\": 1e3, \"note\": [{}]}]\n"),
           {1013 * MS, 1285 * KBIT, 100 * MS}, {20250, 500, 75500}, {S, 0, -1});
}

/* Three times a third of a millisecond is one. */
static void sabre_durations_never_drift(void **state)
{
    enum { COUNT = 3000 };
    static const char element[] = "{\"duration_ms\": 0.333333333333, \"bandwidth_kbps\": 5%d},";
    char *text = malloc(COUNT * sizeof element + 1), *at = text;
    (void)state;
    assert_non_null(text);
    *at++ = '[';
    for (int i = 0; i < COUNT; i++)
        at += sprintf(at, element, i % 2);
    strcpy(at - 1, "]");
    struct trace *t = parsed(text);
    assert_int_equal(t->count, COUNT);
    assert_int_equal(t->total_us, 1000 * MS);
    trace_destroy(t);
    free(text);
}

/* Two slots in the first millisecond, one in the fifth; the outage of four follows each loop too.
 */
static void mahimahi(void **state)
{
    (void)state;
    EXPECT(parsed("1\n1\n5\n"), {MS, 24000 * KBIT, -1}, {3 * MS, 0, -1}, {MS, 12000 * KBIT, -1});
    EXPECT(parsed("1\r\n2\r\n3\r\n"), {3 * MS, 12000 * KBIT, -1});
    EXPECT(parsed("0\n0\n1\n2"), {MS, 36000 * KBIT, -1}, {MS, 12000 * KBIT, -1});
    EXPECT(parsed("# made by hand\n\n 7 # one\n"), {6 * MS, 0, -1}, {MS, 12000 * KBIT, -1});
}

static void columns(void **state)
{
    (void)state;
    EXPECT(parsed("# seconds Mbit/s\n0 1.5\n2.5\t0 # a tunnel\n\n 10 2e-1\r\n"),
           {2500 * MS, 1500 * KBIT, -1}, {7500 * MS, 0, -1}, {7500 * MS, 200 * KBIT, -1});
    EXPECT(parsed("0 1\n2 3\n3"), {2 * S, 1000 * KBIT, -1}, {S, 3000 * KBIT, -1});
    EXPECT(parsed("5 1"), {S, 1000 * KBIT, -1});
    EXPECT(parsed("1289406399.23 1\n1289406399.73 2\n"), {500 * MS, 1000 * KBIT, -1},
           {500 * MS, 2000 * KBIT, -1});
    EXPECT(parsed("-1 1\n1 2\n1.5 0"), {2 * S, 1000 * KBIT, -1}, {500 * MS, 2000 * KBIT, -1},
           {500 * MS, 0, -1});
}

/* ---- names ---- */

static struct trace *named(const char *name)
{
    char error[TRACE_ERROR_BYTES] = "";
    struct trace *t = NULL;
    if (!trace_read(name, &t, error))
        fail_msg("%s", error);
    return t;
}

static void profiles_are_built_in(void **state)
{
    (void)state;
    EXPECT(named("cascade"), {30 * S, 1200 * KBIT, -1}, {30 * S, 800 * KBIT, -1},
           {30 * S, 400 * KBIT, -1}, {30 * S, 800 * KBIT, -1}, {30 * S, 1200 * KBIT, -1});
    EXPECT(named("spike"), {10 * S, 1200 * KBIT, -1}, {10 * S, 300 * KBIT, -1},
           {10 * S, 800 * KBIT, -1});
    EXPECT(named("fast-jitter"), {250 * MS, 500 * KBIT, -1}, {5 * S, 1200 * KBIT, -1},
           {100 * MS, 500 * KBIT, -1}, {S, 1200 * KBIT, -1}, {250 * MS, 500 * KBIT, -1},
           {5 * S, 1200 * KBIT, -1});
    struct trace *t = named("intra-cascade");
    assert_int_equal(t->count, 9);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(t->pieces[i].rate_bps, (i < 5 ? 1000 - 200 * i : 200 * i - 600) * KBIT);
        assert_int_equal(t->ends_us[i], (i + 1) * 15 * S);
    }
    trace_destroy(t);
    t = named("slow-jitter");
    assert_int_equal(t->count, 6);
    assert_int_equal(t->total_us, 30 * S);
    assert_int_equal(t->rate_mean_bps, 850 * KBIT);
    trace_destroy(t);
}

static void a_constant_rate_is_a_trace(void **state)
{
    (void)state;
    EXPECT(named("constant:2.5M"), {TRACE_TOTAL_MAX_US, 2500 * KBIT, -1});
    EXPECT(named("constant:1000G"), {TRACE_TOTAL_MAX_US, TRACE_RATE_MAX_BPS, -1});
}

/* ---- mistakes ---- */

static void expect_error(const char *error, const char *const texts[TEXTS_MAX])
{
    if (!*error || strchr(error, '\n'))
        fail_msg("not one line: \"%s\"", error);
    for (size_t i = 0; i < TEXTS_MAX && texts[i]; i++)
        if (!strstr(error, texts[i]))
            fail_msg("\"%s\" does not say \"%s\"", error, texts[i]);
}

#define SABRE(text) "[{\"duration_ms\": 9, \"bandwidth_kbps\": 5},\n" text "]"

static void a_mistake_is_named_with_its_place_and_remedy(void **state)
{
    static const struct {
        const char *text, *texts[TEXTS_MAX];
    } cases[] = {
        {"", {"some.file: has nothing in it", "Sabre's JSON", "Mahimahi", "docs/link.md"}},
        {"# 1\n \n", {"has nothing in it"}},
        {"time,rate\n", {"line 1: \"time,rate\"", "no known format", "seconds Mbit/s"}},
        {"\n1 2 3\n", {"line 2: \"1 2 3\"", "no known format"}},
        {"nan 1\n", {"no known format"}},
        {"\x7f\x45LF\x01", {"line 1: \"?ELF?\"", "no known format"}},
        {"1.5\n", {"no known format"}},
        {"{\"duration_ms\": 9}", {"no array", "give [{\"duration_ms\""}},
        {"[]", {"line 1: element 1: ", "give [{"}},
        {"[", {"line 1: element 1: ", "give [{"}},
        {SABRE("5"), {"line 2: element 2: ", "give [{"}},
        {SABRE("[]"), {"line 2: element 2: is not an object"}},
        {SABRE("{}"), {"element 2: duration_ms: is not there"}},
        {SABRE("{\"duration_ms\": 0, \"bandwidth_kbps\": 5}"), {"2: duration_ms: ", "range"}},
        {SABRE("{\"duration_ms\": -1, \"bandwidth_kbps\": 5}"), {"2: duration_ms: ", "range"}},
        {SABRE("{\"duration_ms\": 1e400, \"bandwidth_kbps\": 5}"), {"line 2: element 2: ", "give"}},
        {SABRE("{\"duration_ms\": \"1\", \"bandwidth_kbps\": 5}"), {"2: duration_ms: ", "number"}},
        {SABRE("{\"duration_ms\": 1}"), {"2: bandwidth_kbps: is not there"}},
        {SABRE("{\"duration_ms\": 1, \"bandwidth_kbps\": -5}"), {"2: bandwidth_kbps: ", "range"}},
        {SABRE("{\"duration_ms\": 1, \"bandwidth_kbps\": 1000000001}"), {"range"}},
        {SABRE("{\"duration_ms\": 1, \"bandwidth_kbps\": 1, \"latency_ms\": -1}"),
         {"2: latency_ms: ", "range"}},
        {SABRE("{\"duration_ms\": 1, \"duration_ms\": 1, \"bandwidth_kbps\": 5}"), {"2: ", "give"}},
        {SABRE("{\"duration_ms\": 31622400000, \"bandwidth_kbps\": 5}"), {"366 days", "cut"}},
        {SABRE("{\"duration_ms\": 1, \"bandwidth_kbps\": 1},"), {"line 2: element 3: "}},
        {SABRE("{\"duration_ms\": 1, \"bandwidth_kbps\": 1}") "]", {"element 2: ", "follows"}},
        {SABRE("{\"duration_ms\": 1, \"bandwidth_kbps\": 1} 7"), {"element 2: ", "no comma"}},
        {SABRE("{\"duration_ms\": 9000, \"bandwidth_kbps\": 0}"), {"less than 1000 bit/s"}},
        {"0\n0\n", {"line 2: \"0\"", "give a last time after 0"}},
        {"5\n4\n", {"line 2: \"4\"", "earlier", "order"}},
        {"5\n0\n", {"line 2: \"0\"", "earlier", "order"}},
        {"5\n6 1\n", {"line 2: \"6 1\"", "whole milliseconds"}},
        {"5\n-6\n", {"line 2: \"-6\"", "whole milliseconds"}},
        {"5\n99999999999999999999\n", {"line 2: ", "whole milliseconds"}},
        {"31622400001\n", {"line 1: ", "whole milliseconds"}},
        {"31622400000\n", {"less than 1000 bit/s"}},
        {"0 1\n0 2\n", {"line 2: \"0 2\"", "not later", "order"}},
        {"0 1\n-1 2\n", {"line 2: \"-1 2\"", "not later", "order"}},
        {"0 1\n1 -2\n", {"line 2: \"1 -2\"", "no rate", "12.5 3.2"}},
        {"0 1\n1 1000001\n", {"line 2: ", "no rate", "1000000"}},
        {"0 1\n1 inf\n", {"line 2: \"1 inf\"", "no rate"}},
        {"0 1\n1 2 3\n", {"line 2: \"1 2 3\"", "give seconds and Mbit/s"}},
        {"0 1\nx 2\n", {"line 2: \"x 2\"", "give seconds and Mbit/s"}},
        {"0 1\n1\n2 1\n", {"line 3: \"2 1\"", "ends the trace"}},
        {"0 1\n1e13 1\n", {"line 2: ", "give seconds"}},
        {"0 1\n31622401 1\n", {"366 days"}},
        {"0 0\n1 0\n", {"less than 1000 bit/s"}},
    };
    struct trace *t = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char error[TRACE_ERROR_BYTES] = "";
        if (trace_parse(cases[i].text, strlen(cases[i].text), "some.file", &t, error))
            fail_msg("\"%s\" is taken", cases[i].text);
        assert_null(t);
        expect_error(error, cases[i].texts);
        assert_memory_equal(error, "some.file: ", 11);
    }
}

static void long_lines_and_zero_bytes_are_mistakes(void **state)
{
    char text[400], error[TRACE_ERROR_BYTES];
    struct trace *t = NULL;
    (void)state;
    memset(text, '1', sizeof text);
    assert_false(trace_parse(text, sizeof text, "f", &t, error));
    expect_error(error, (const char *[TEXTS_MAX]){"f: line 1: \"1111", "1...\"", "format"});
    assert_false(trace_parse("1\n2\0003\n", 6, "f", &t, error));
    expect_error(error, (const char *[TEXTS_MAX]){"f: line 2: \"2?3\""});
    assert_false(trace_parse("[\0", 2, "f", &t, error));
    expect_error(error, (const char *[TEXTS_MAX]){"f: line 1: element 1"});
    memset(text, '#', sizeof text);
    memcpy(text + sizeof text - 4, "\n0 1", 4);
    assert_true(trace_parse(text, sizeof text, "f", &t, error)); /* a comment may be long */
    trace_destroy(t);
}

/* An element of any size would have to be in memory as a whole. */
static void a_huge_element_is_refused(void **state)
{
    enum { BYTES = 100000 };
    char *text = malloc(BYTES), error[TRACE_ERROR_BYTES];
    struct trace *t = NULL;
    (void)state;
    assert_non_null(text);
    memset(text, '[', BYTES);
    assert_false(trace_parse(text, BYTES, "f", &t, error));
    expect_error(error, (const char *[TEXTS_MAX]){"f: line 1: element 1: "});
    memset(text, ' ', BYTES);
    memcpy(text, "[{", 2);
    memcpy(text + BYTES - 2, "}]", 2);
    assert_false(trace_parse(text, BYTES, "f", &t, error));
    expect_error(error, (const char *[TEXTS_MAX]){"f: line 1: element 1: "});
    free(text);
}

static void a_name_that_is_nothing_lists_what_there_is(void **state)
{
    static const struct {
        const char *name, *texts[TEXTS_MAX];
    } cases[] = {
        {"cascades", {"cascades: No such file", "constant:RATE", TRACE_NAMES}},
        {"/", {"/: Is a directory", TRACE_NAMES}},
        {"/dev/zero", {"/dev/zero: is larger than 32 MB"}},
        {"/dev/null", {"/dev/null: has nothing in it"}},
        {"constant:", {"constant:", "give bits a second", "constant:2.5M"}},
        {"constant:999", {"constant:999", "1k to 1000G"}},
        {"constant:1001G", {"constant:1001G", "1k to 1000G"}},
    };
    struct trace *t = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char error[TRACE_ERROR_BYTES] = "";
        assert_false(trace_read(cases[i].name, &t, error));
        expect_error(error, cases[i].texts);
    }
    assert_null(t);
}

/* ---- files ---- */

/* Its content says what it is, whatever its name. */
static void a_file_is_read(void **state)
{
    char path[] = "/tmp/openhesp-trace-XXXXXX.json";
    int fd = mkstemps(path, 5);
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "1\n2\n", 4), 4);
    close(fd);
    struct trace *t = named(path);
    unlink(path);
    EXPECT(t, {2 * MS, 12000 * KBIT, -1});
}

/* The HSDPA traces of Riiser et al. as Sabre has them: each element is a piece of a second or so,
 * but for neighbours that are alike. */
static void the_measured_traces_are_read(void **state)
{
    static const char folder[] = OPENHESP_SHARED "/traces/hsdpa-norway";
    DIR *d = opendir(folder);
    struct dirent *entry;
    int count = 0;
    (void)state;
    if (!d) {
        print_message("skipped: there is no %s\n", folder);
        skip();
    }
    while ((entry = readdir(d))) {
        char path[sizeof folder + sizeof entry->d_name + 1];
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        struct trace *t = named(path);
        assert_in_range(t->rate_mean_bps, 50 * KBIT, 20000 * KBIT);
        assert_in_range(t->total_us, 60 * (int64_t)S, 7200 * (int64_t)S);
        assert_int_equal(t->rtt_max_us, 100 * MS);
        trace_destroy(t);
        count++;
    }
    closedir(d);
    assert_int_equal(count, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sabre_json),
        cmocka_unit_test(sabre_durations_never_drift),
        cmocka_unit_test(mahimahi),
        cmocka_unit_test(columns),
        cmocka_unit_test(profiles_are_built_in),
        cmocka_unit_test(a_constant_rate_is_a_trace),
        cmocka_unit_test(a_mistake_is_named_with_its_place_and_remedy),
        cmocka_unit_test(long_lines_and_zero_bytes_are_mistakes),
        cmocka_unit_test(a_huge_element_is_refused),
        cmocka_unit_test(a_name_that_is_nothing_lists_what_there_is),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(the_measured_traces_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
