/* player-sim stats: a column of numbers in, a table and a JSON report out. */
#include "e2e/player_command.h"
#include "support/cmocka_all.h"
#include "support/json_expect.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void stats_help_teaches_the_notation(void **state)
{
    static const char *const wanted[] = {"--trim=SPEC", "--json=FILE",    "TM(10%:90%)",
                                         "iqm",         "TM(150:1000)",   "wm95",
                                         "tc95",        "PR(:300)",       "p99.9",
                                         "Examples:",   "standard input", "docs/metrics.md"};
    const char *const arguments[] = {"stats", "--help", NULL};
    struct player_command r;
    (void)state;
    player_command_well(arguments, NULL, &r);
    player_expect_texts(r.out, wanted, sizeof wanted / sizeof *wanted);
    player_command_finish(&r);
}

static void wrong_usage_of_stats(void **state)
{
    static const struct player_mistake mistakes[] = {
        {{"stats"}, {"player-sim stats:", "no FILE", "standard input", "--help"}, NULL},
        {{"stats", "one", "two"}, {"\"one\" and \"two\"", "cat FILES"}, NULL},
        {{"stats", "--fsp", "x"}, {"--fsp is not known", "player-sim stats --help"}, NULL},
        {{"stats", "x", "--trim"}, {"--trim has no value", "--trim=SPEC"}, NULL},
        {{"stats", "--trim", "TM(90%:10%)", "x"},
         {"--trim", "\"TM(90%:10%)\"", "not below", "write TM(10%:90%)"},
         NULL},
        {{"stats", "--trim", "tm90", "--trim", "mean", "x"}, {"\"mean\"", "write tm90"}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        player_expect_refusal(&mistakes[i], 2);
}

static void what_is_no_duration_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text, *line, *what;
    } cases[] = {
        {"1\n-2\n", "line 2: \"-2\"", "negative"},
        {"1\n\n# three\nnan\n", "line 4: \"nan\"", "is no number"},
        {"inf", "line 1: \"inf\"", "is no number"},
        {"1e999\n", "line 1: \"1e999\"", "too large"},
        {"1 2\n", "line 1: \"1 2\"", "is no number"},
        {"0x10\n", "line 1: \"0x10\"", "is no number"},
        {"1,5\n", "line 1: \"1,5\"", "is no number"},
        {"zap_ms\n1\n", "line 1: \"zap_ms\"", "is no number"},
        {"1.2.3\n", "line 1: \"1.2.3\"", "is no number"},
        {"e\n", "line 1: \"e\"", "is no number"},
        {"0.0000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000000001\n",
         "line 1: \"0.00", "too long"},
    };
    const char *const remedy = "give one number a line";
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[PLAYER_PATH_BYTES];
        player_file(cases[i].text, path);
        const struct player_mistake file = {
            {"stats", path}, {path, cases[i].line, cases[i].what, remedy}, NULL};
        player_expect_refusal(&file, 1);
        const struct player_mistake pipe = {
            {"stats", "-"},
            {"standard input", cases[i].line, cases[i].what, remedy},
            cases[i].text};
        player_expect_refusal(&pipe, 1);
        unlink(path);
    }
}

static void files_that_cannot_be_had_are_failures(void **state)
{
    char path[PLAYER_PATH_BYTES];
    player_file("1\n", path);
    const struct player_mistake mistakes[] = {
        {{"stats", "/nowhere/zaps.txt"}, {"/nowhere/zaps.txt", "No such file", "give"}, NULL},
        {{"stats", "/"}, {"/: Is a directory", "give"}, NULL},
        {{"stats", "--json", "/nowhere/a.json", path}, {"/nowhere/a.json", "No such file"}, NULL},
        {{"stats", "--json", "/dev/full", path}, {"--json: /dev/full", "No space left"}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        player_expect_refusal(&mistakes[i], 1);
    unlink(path);
}

/* The figure of a row of the table. */
static const char *row(const char *table, const char *name)
{
    size_t size = strlen(name);
    for (const char *line = table; *line; line = strchr(line, '\n') + 1)
        if (!strncmp(line, name, size) && line[size] == ' ')
            return line + size + strspn(line + size, " ");
    fail_msg("no row %s in\n%s", name, table);
    return NULL;
}

static void expect_row(const char *table, const char *name, const char *wanted)
{
    const char *text = row(table, name);
    if (strncmp(text, wanted, strlen(wanted)) != 0 || !strchr(" \n", text[strlen(wanted)]))
        fail_msg("%s is not %s in\n%s", name, wanted, table);
}

/* 1 to 10 in many a guise; the figures are worked out in test_stats.c. */
static const char ten[] = "# ten of them\n10\n  9\t\n8.0\r\n+7\n\n6e0\n0.5e1\n4\n  \n3\n2\n1";

static void the_table_has_every_figure(void **state)
{
    const char *const arguments[] = {"stats",  "--trim",  "TM(10%:90%)", "--trim", "pr(:3)",
                                     "--trim", "TM(10:)", "-",           NULL};
    double low, high;
    struct player_command r;
    (void)state;
    player_command_well(arguments, ten, &r);
    expect_row(r.out, "n", "10");
    expect_row(r.out, "tc", "9");
    expect_row(r.out, "mean", "5.5");
    expect_row(r.out, "tm90", "5");
    expect_row(r.out, "tm99", "5.45455");
    expect_row(r.out, "iqm", "5.5");
    expect_row(r.out, "p50", "5.5");
    expect_row(r.out, "p90", "9.1");
    expect_row(r.out, "p99", "9.91");
    expect_row(r.out, "max", "10");
    expect_row(r.out, "TM(10%:90%)", "5.5");
    expect_row(r.out, "pr(:3)", "30");
    expect_row(r.out, "TM(10:)", "-");
    assert_int_equal(sscanf(row(r.out, "tm90"), "5  (95 %%: %lf to %lf)", &low, &high), 2);
    assert_true(low > 1 && low < 5 && high > 5 && high < 10);
    player_command_finish(&r);
}

static double number(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    if (!json_is_number(value))
        fail_msg("%s is no number", name);
    return json_number_value(value);
}

static void expect_no_errors(json_t *report)
{
    static const char *const names[] = {"http",      "timeout", "sequence_gap", "sequence_repeat",
                                        "timestamp", "decode",  "stamp"};
    json_t *errors = json_expect(report, "errors", JSON_OBJECT);
    assert_int_equal(json_object_size(errors), 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(json_expect_integer(errors, names[i]), 0);
}

static json_t *read_report(const char *const arguments[], const char *path)
{
    json_error_t error;
    struct player_command r;
    player_command_well(arguments, ten, &r);
    player_command_finish(&r);
    json_t *report = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!report)
        fail_msg("%s: line %d: %s", path, error.line, error.text);
    unlink(path);
    return report;
}

static void the_json_report_keeps_the_contract(void **state)
{
    static const struct {
        const char *name;
        double value;
    } figures[] = {{"n", 10},    {"tc", 9},    {"mean", 5.5}, {"tm90", 5},   {"tm99", 54 / 9.9},
                   {"iqm", 5.5}, {"p50", 5.5}, {"p90", 9.1},  {"p99", 9.91}, {"max", 10}};
    char path[PLAYER_PATH_BYTES];
    (void)state;
    player_file("", path);
    const char *const arguments[] = {"stats",  "--json", path, "--trim", "TM(10:)",
                                     "--trim", "TS90",   "-",  NULL};
    json_t *report = read_report(arguments, path);
    assert_string_equal(json_expect_text(report, "tool"), "player-sim");
    assert_string_equal(json_expect_text(report, "version"), OPENHESP_VERSION);
    assert_string_equal(json_expect_text(report, "mode"), "stats");
    assert_true(json_is_integer(json_object_get(report, "seed")));
    assert_int_equal(json_expect_integer(report, "sessions"), 1);
    assert_true(number(report, "duration_s") == 0);
    expect_no_errors(report);
    json_t *metrics = json_expect(report, "metrics", JSON_OBJECT);
    assert_int_equal(json_object_size(metrics), 1);
    json_t *value = json_expect(metrics, "value", JSON_OBJECT);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (!(fabs(number(value, figures[i].name) - figures[i].value) < 1e-12))
            fail_msg("%s is %.17g", figures[i].name, number(value, figures[i].name));
    json_t *interval = json_expect(value, "ci95", JSON_ARRAY);
    assert_int_equal(json_array_size(interval), 2);
    assert_true(json_real_value(json_array_get(interval, 0)) < 5);
    assert_true(json_real_value(json_array_get(interval, 1)) > 5);
    json_t *trim = json_expect(value, "trim", JSON_OBJECT);
    assert_int_equal(json_object_size(trim), 2);
    assert_true(json_is_null(json_object_get(trim, "TM(10:)")));
    assert_true(number(trim, "TS90") == 45);
    json_decref(report);
}

static void a_file_without_numbers_has_n_0(void **state)
{
    char path[PLAYER_PATH_BYTES], numbers[PLAYER_PATH_BYTES];
    json_t *report, *value;
    struct player_command r;
    (void)state;
    player_file("", path);
    player_file("# nothing yet\n\n", numbers);
    const char *const arguments[] = {"stats", "--json", path, "--trim", "tm95", numbers, NULL};
    player_command_well(arguments, NULL, &r);
    expect_row(r.out, "n", "0");
    expect_row(r.out, "tm90", "-");
    expect_row(r.out, "tm95", "-");
    report = json_load_file(path, 0, NULL);
    value = json_object_get(json_object_get(report, "metrics"), "value");
    assert_int_equal(json_object_size(value), 1);
    assert_int_equal(json_expect_integer(value, "n"), 0);
    json_decref(report);
    player_command_finish(&r);
    unlink(path);
    unlink(numbers);
}

/* Above the number of samples that are resampled one by one; from a pipe, so its size isn't known.
 */
static void many_numbers_come_through(void **state)
{
    enum { COUNT = 200000, WIDTH = 7 };
    const char *const arguments[] = {"stats", "-", NULL};
    char *text = malloc(COUNT * WIDTH + 1);
    struct player_command r;
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < COUNT; i++) /* 100000 to 299999, in another order */
        snprintf(text + i * WIDTH, WIDTH + 1, "%zu\n", 100000 + i * 77777 % COUNT);
    player_command_well(arguments, text, &r);
    expect_row(r.out, "n", "200000");
    expect_row(r.out, "tc", "180000");
    expect_row(r.out, "mean", "200000"); /* 199999.5, to six figures */
    expect_row(r.out, "tm90", "190000"); /* 189999.5 */
    expect_row(r.out, "max", "299999");
    player_command_finish(&r);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stats_help_teaches_the_notation),
        cmocka_unit_test(wrong_usage_of_stats),
        cmocka_unit_test(what_is_no_duration_is_named_with_its_line),
        cmocka_unit_test(files_that_cannot_be_had_are_failures),
        cmocka_unit_test(the_table_has_every_figure),
        cmocka_unit_test(the_json_report_keeps_the_contract),
        cmocka_unit_test(a_file_without_numbers_has_n_0),
        cmocka_unit_test(many_numbers_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
