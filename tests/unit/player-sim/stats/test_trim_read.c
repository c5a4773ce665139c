/* Specifications of trimmed statistics: both notations, and what is refused, with which words. */
#include "player-sim/stats/trim.h"
#include "support/cmocka_all.h"

#include <string.h>

static void read_well(const char *text, struct trim *t)
{
    char error[TRIM_ERROR_BYTES];
    if (!trim_read(text, t, error))
        fail_msg("%s: %s", text, error);
}

static void both_notations_and_cases(void **state)
{
    static const struct {
        const char *text;
        struct trim wanted;
    } list[] = {
        {"tm90", {TRIM_TM, true, false, true, 0, 90, ""}},
        {"TM90", {TRIM_TM, true, false, true, 0, 90, ""}},
        {"TM(:90%)", {TRIM_TM, true, false, true, 0, 90, ""}},
        {"Tm(10%:90%)", {TRIM_TM, true, true, true, 10, 90, ""}},
        {"tm(150:1000)", {TRIM_TM, false, true, true, 150, 1000, ""}},
        {"TM(:500)", {TRIM_TM, false, false, true, 0, 500, ""}},
        {"TM(100:)", {TRIM_TM, false, true, false, 100, 0, ""}},
        {"wm98", {TRIM_WM, true, false, true, 0, 98, ""}},
        {"tc99", {TRIM_TC, true, false, true, 0, 99, ""}},
        {"ts99.0123456789", {TRIM_TS, true, false, true, 0, 99.0123456789, ""}},
        {"TS(0.0000000001:0.0000000002)", {TRIM_TS, false, true, true, 1e-10, 2e-10, ""}},
        {"p99.9", {TRIM_PERCENTILE, true, false, true, 0, 99.9, ""}},
        {"P50", {TRIM_PERCENTILE, true, false, true, 0, 50, ""}},
        {"PR(:300)", {TRIM_PR, false, false, true, 0, 300, ""}},
        {"pr(100:2000)", {TRIM_PR, false, true, true, 100, 2000, ""}},
        {"PR(:0)", {TRIM_PR, false, false, true, 0, 0, ""}},
        {"iqm", {TRIM_TM, true, true, true, 25, 75, ""}},
        {"IQM", {TRIM_TM, true, true, true, 25, 75, ""}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        const struct trim *w = &list[i].wanted;
        struct trim t;
        read_well(list[i].text, &t);
        if (t.kind != w->kind || t.percent != w->percent || t.has_lower != w->has_lower ||
            t.has_upper != w->has_upper || (t.has_lower && t.lower != w->lower) ||
            (t.has_upper && t.upper != w->upper) || strcmp(t.text, list[i].text) != 0)
            fail_msg("%s is read as %d %d %d:%d %g:%g %s", list[i].text, t.kind, t.percent,
                     t.has_lower, t.has_upper, t.lower, t.upper, t.text);
    }
}

/* Names the specification in one line, says what is wrong, and ends with one that works. */
static void expect_refusal(const char *text, const char *what)
{
    struct trim t = {.upper = 12}, example;
    char error[TRIM_ERROR_BYTES] = "", again[TRIM_ERROR_BYTES];
    if (trim_read(text, &t, error))
        fail_msg("%s is taken", text);
    assert_true(t.upper == 12);
    const char *remedy = strstr(error, ": write ");
    if (strlen(text) < 40 && !strchr(text, '\n') && !strstr(error, text))
        fail_msg("%s is not named: %s", text, error);
    if (!strstr(error, what) || !remedy || strchr(error, '\n'))
        fail_msg("%s: %s", text, error);
    if (!trim_read(remedy + strlen(": write "), &example, again))
        fail_msg("%s: the example: %s", error, again);
}

static void refusals(void **state)
{
    static const struct {
        const char *text, *what;
    } list[] = {
        {"", "none of TM"},
        {"mean", "none of TM"},
        {"90", "none of TM"},
        {" tm90", "none of TM"},
        {"iqm90", "none of TM"},
        {"tm", "where a number should stand"},
        {"tmm", "\"m\" where a number"},
        {"tm-5", "\"-5\" where a number"},
        {"tm90%", "goes on with \"%\""},
        {"tm90 ", "goes on with"},
        {"tm9e1", "goes on with \"e1\""},
        {"tm0x10", "goes on with \"x10\""},
        {"tmnan", "where a number"},
        {"tm100.1", "above 100 %"},
        {"tm0", "leaves nothing"},
        {"tm90.", "0 digits behind the point"},
        {"tm90.12345678901", "11 digits behind the point"},
        {"tm1234567890123456", "more than 15 digits"},
        {"p101", "above 100 %"},
        {"p(90)", "percentile, which has no bounds"},
        {"pr90", "has no bounds"},
        {"PR(:90%)", "has percentages"},
        {"TM(90%)", "no colon"},
        {"TM(:)", "no bound"},
        {"TM()", "where a number"},
        {"TM(:90%", "no closing bracket"},
        {"TM(:90%)x", "goes on with \"x\""},
        {"TM(10%:90)", "one bound with % and one without"},
        {"TM(10:90%)", "one bound with % and one without"},
        {"TM(90%:10%)", "not below"},
        {"TM(50%:50%)", "not below"},
        {"TM(100%:)", "not below"},
        {"TM(1000:150)", "not below"},
        {"WM(5:5)", "not below"},
        {"TM(:0%)", "leaves nothing"},
        {"TM(:101%)", "above 100 %"},
        {"TM(101%:)", "above 100 %"},
        {"TM(-1:5)", "where a number"},
        {"TM(1:inf)", "where a number"},
        {"TM( 1:5)", "where a number"},
        {"tm\n90", "where a number"},
        {"TM(1.0000000001:2222222222.0000000002222222222222222222222222222)", "longer than 63"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        expect_refusal(list[i].text, list[i].what);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_notations_and_cases),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
