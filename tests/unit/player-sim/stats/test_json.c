/* Statistics as the JSON report has them. */
#include "player-sim/stats/json.h"
#include "support/cmocka_all.h"

#include <math.h>
#include <stdlib.h>

static struct trim read_trim(const char *text)
{
    char error[TRIM_ERROR_BYTES];
    struct trim t;
    if (!trim_read(text, &t, error))
        fail_msg("%s", error);
    return t;
}

static void expect_json(json_t *value, const char *wanted)
{
    json_t *other = json_loads(wanted, 0, NULL);
    char *text = json_dumps(value, JSON_REAL_PRECISION(15));
    assert_non_null(other);
    assert_non_null(text);
    if (!json_equal(value, other))
        fail_msg("%s", text);
    free(text);
    json_decref(other);
    json_decref(value);
}

static void every_figure_has_its_name(void **state)
{
    const struct stats s = {.n = 3,
                            .tc = 2.7,
                            .mean = 1.5,
                            .tm90 = 2.5,
                            .tm99 = 3.5,
                            .iqm = 4.5,
                            .p50 = 5.5,
                            .p90 = 6.5,
                            .p99 = 7.5,
                            .max = 8.5,
                            .ci95 = {0.5, 9.5}};
    const struct trim trims[] = {read_trim("Tm(10%:90%)"), read_trim("TM(5:)")};
    const double values[] = {10.5, NAN};
    (void)state;
    expect_json(stats_json(&s, trims, 2, values),
                "{\"n\": 3, \"tc\": 2.7, \"mean\": 1.5, \"tm90\": 2.5, \"tm99\": 3.5,"
                " \"iqm\": 4.5, \"p50\": 5.5, \"p90\": 6.5, \"p99\": 7.5, \"max\": 8.5,"
                " \"ci95\": [0.5, 9.5], \"trim\": {\"Tm(10%:90%)\": 10.5, \"TM(5:)\": null}}");
}

static void without_samples_there_is_n_alone(void **state)
{
    const struct stats s = {.n = 0};
    const struct trim trim = read_trim("tc90");
    const double value = 0;
    (void)state;
    expect_json(stats_json(&s, &trim, 1, &value), "{\"n\": 0}");
}

static void without_trims_there_is_an_empty_object(void **state)
{
    const struct stats s = {.n = 1};
    json_t *json = stats_json(&s, NULL, 0, NULL);
    (void)state;
    assert_true(json_is_object(json_object_get(json, "trim")));
    assert_int_equal(json_object_size(json_object_get(json, "trim")), 0);
    json_decref(json);
}

static void lists_of_numbers_are_one_line(void **state)
{
    const double numbers[] = {1.0 / 3, 2e6, 0};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    json_t *report =
        json_pack("{s:o, s:[], s:[s], s:s, s:{s:[[i, i]]}}", "list", stats_list_json(numbers, 3),
                  "none", "texts", "a", "\"x\\[1,\n 2]", "[3, \n4]\\", "deep", "lists", 5, 6);
    assert_int_equal(stats_json_write(report, out), 0);
    fclose(out);
    assert_string_equal(text, "{\n"
                              "  \"list\": [0.33333333, 2000000.0, 0.0],\n"
                              "  \"none\": [],\n"
                              "  \"texts\": [\n"
                              "    \"a\"\n"
                              "  ],\n"
                              "  \"\\\"x\\\\[1,\\n 2]\": \"[3, \\n4]\\\\\",\n"
                              "  \"deep\": {\n"
                              "    \"lists\": [\n"
                              "      [5, 6]\n"
                              "    ]\n"
                              "  }\n"
                              "}\n");
    json_decref(report);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_has_its_name),
        cmocka_unit_test(without_samples_there_is_n_alone),
        cmocka_unit_test(without_trims_there_is_an_empty_object),
        cmocka_unit_test(lists_of_numbers_are_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
