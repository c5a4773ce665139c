/* Trimmed statistics: worked by hand, and against other formulas over random samples. */
#include "player-sim/stats/trim.h"
#include "support/cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES_MAX = 40, COPIES = 1000, ROUNDS = 300 };

static void read_well(const char *text, struct trim *t)
{
    char error[TRIM_ERROR_BYTES];
    if (!trim_read(text, t, error))
        fail_msg("%s: %s", text, error);
}

/* Each a run of its own, equal ones too: what a caller who can't tell would give. */
static bool value_over(const struct trim *t, const double *sorted, size_t n, double *out)
{
    struct trim_run *runs = malloc((n + 1) * sizeof *runs);
    assert_non_null(runs);
    for (size_t i = 0; i < n; i++)
        runs[i] = (struct trim_run){sorted[i], i + 1};
    bool is = trim_value(t, runs, n, out);
    free(runs);
    return is;
}

static double value_of(const char *text, const double *sorted, size_t n)
{
    struct trim t;
    double value;
    read_well(text, &t);
    if (!value_over(&t, sorted, n, &value))
        fail_msg("%s has no value", text);
    return value;
}

static void expect_near(const char *what, double value, double wanted)
{
    if (!(fabs(value - wanted) <= 1e-9 * fmax(1, fabs(wanted))))
        fail_msg("%s is %.15g, not %.15g", what, value, wanted);
}

struct example {
    const char *text;
    double value;
};

static void expect_all(const struct example *list, size_t count, const double *sorted, size_t n)
{
    for (size_t i = 0; i < count; i++)
        expect_near(list[i].text, value_of(list[i].text, sorted, n), list[i].value);
}

/* Percentages of five samples: 2, 3, 5, 8, 13 lie from 0 to 1, 1 to 2, ... 4 to 5. */
static void percentages_by_hand(void **state)
{
    static const double five[] = {2, 3, 5, 8, 13};
    static const struct example list[] = {
        /* up to 4.5: 2 + 3 + 5 + 8 + 13/2 = 24.5 of 4.5 samples */
        {"tm90", 24.5 / 4.5},
        {"tc90", 4.5},
        {"ts90", 24.5},
        /* up to 4: 2 + 3 + 5 + 8 = 18 */
        {"TM(:80%)", 4.5},
        /* from 1.5 to 3.5: 3/2 + 5 + 8/2 = 10.5 of 2 */
        {"TM(30%:70%)", 5.25},
        {"TS(30%:70%)", 10.5},
        {"TC(30%:70%)", 2},
        /* from 1.25 to 3.75: 0.75 * 3 + 5 + 0.75 * 8 = 13.25 of 2.5 */
        {"IQM", 5.3},
        {"TM(25%:75%)", 5.3},
        /* from 4 up: 13; from 4.9 up: still 13, of 0.1 samples */
        {"TM(80%:)", 13},
        {"TM(98%:)", 13},
        {"TS(98%:)", 1.3},
        {"tm100", 31.0 / 5},
        {"TM(0%:100%)", 31.0 / 5},
        /* percentiles: rank 4 * 0.8 = 3.2, from 8 a fifth of the way to 13; 4 * 0.999 = 3.996 */
        {"p80", 9},
        {"p99.9", 8 + 0.996 * 5},
        {"p0", 2},
        {"p50", 5},
        {"p100", 13},
        /* 13 counts as p80 = 9: 2 + 3 + 5 + 8 + 9 = 27 of 5 */
        {"wm80", 5.4},
        /* p20: rank 0.8, 2.8; p60: rank 2.4, 6.2: 2.8 + 3 + 5 + 6.2 + 6.2 = 23.2 */
        {"WM(20%:60%)", 4.64},
        /* 2 counts as p20: 2.8 + 3 + 5 + 8 + 13 = 31.8 */
        {"WM(20%:)", 6.36},
    };
    (void)state;
    expect_all(list, sizeof list / sizeof *list, five, 5);
}

/* Lower bounds are left out, upper ones taken in. */
static void values_by_hand(void **state)
{
    static const double five[] = {2, 3, 5, 8, 13};
    static const struct example list[] = {
        {"TM(2:8)", 16.0 / 3}, /* 3, 5, 8 */
        {"TC(2:8)", 3},
        {"TS(2:8)", 16},
        {"PR(2:8)", 60},
        {"TM(1.9999999999:8)", 18.0 / 4}, /* 2 too */
        {"TM(2:7.9999999999)", 4},        /* 3, 5 */
        {"TM(:5)", 10.0 / 3},
        {"TM(5:)", 10.5},
        {"PR(:2)", 20},
        {"PR(:1)", 0},
        {"PR(8:)", 20},
        {"PR(0:13)", 100},
        {"TC(13:)", 0},
        {"TS(13:)", 0},
        {"WM(3:8)", 27.0 / 5}, /* 3 + 3 + 5 + 8 + 8 */
        {"WM(13:)", 13},       /* nothing within: all are brought to 13 */
        {"WM(:1)", 1},
    };
    (void)state;
    expect_all(list, sizeof list / sizeof *list, five, 5);
}

/* The example of the definitions: of ten samples 90 % are nine, and the tenth has no say. */
static void ten_samples_and_ninety_percent(void **state)
{
    double ten[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    (void)state;
    assert_true(value_of("tm90", ten, 10) == 5);
    assert_true(value_of("tc90", ten, 10) == 9);
    assert_true(value_of("ts90", ten, 10) == 45);
    expect_near("tm95", value_of("tm95", ten, 10), 50 / 9.5); /* half of the tenth */
    expect_near("wm90", value_of("wm90", ten, 10), 5.41);     /* 10 counts as 9.1 */
    ten[9] = 1e9;
    assert_true(value_of("tm90", ten, 10) == 5);
}

static void one_sample(void **state)
{
    static const char *const means[] = {
        "tm90", "iqm", "TM(99.9999999999%:)", "wm1", "TM(:7)", "WM(20%:70%)", "p1", "p99"};
    const double seven = 7;
    (void)state;
    for (size_t i = 0; i < sizeof means / sizeof *means; i++)
        if (value_of(means[i], &seven, 1) != 7)
            fail_msg("%s of one sample is not that sample", means[i]);
    expect_near("tc90", value_of("tc90", &seven, 1), 0.9);
    expect_near("ts90", value_of("ts90", &seven, 1), 6.3);
}

/* Equal values are cut as samples of their own; a bound on a value takes all of them or none. */
static void ties(void **state)
{
    static const double tied[] = {4, 4, 4, 4, 4, 4, 4, 4, 9, 9};
    (void)state;
    expect_near("tm90", value_of("tm90", tied, 10), 41.0 / 9); /* eight 4, one 9 */
    expect_near("tm80", value_of("tm80", tied, 10), 4);
    expect_near("PR(:4)", value_of("PR(:4)", tied, 10), 80);
    expect_near("TC(4:9)", value_of("TC(4:9)", tied, 10), 2);
}

static void nothing_to_say(void **state)
{
    static const double two[] = {1, 2};
    static const char *const nothing[] = {"tm90", "iqm", "wm90", "WM(1:2)", "p50", "PR(:1)"};
    struct trim t;
    double value = -1;
    (void)state;
    read_well("TM(5:9)", &t);
    assert_false(value_over(&t, two, 2, &value));
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        read_well(nothing[i], &t);
        assert_false(value_over(&t, NULL, 0, &value));
    }
    assert_true(value == -1);
    assert_true(value_of("tc90", NULL, 0) == 0);
    assert_true(value_of("TS(1:2)", NULL, 0) == 0);
}

/* ---- other formulas ---- */

static uint64_t seed;

static double random_share(void)
{
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Some with many ties. */
static size_t random_samples(double samples[SAMPLES_MAX])
{
    size_t n = 1 + (size_t)(random_share() * (SAMPLES_MAX - 1));
    bool coarse = random_share() < 0.3;
    for (size_t i = 0; i < n; i++) {
        samples[i] = -20 * log(1 - random_share());
        if (coarse)
            samples[i] = floor(samples[i] / 10);
    }
    qsort(samples, n, sizeof *samples, compare);
    return n;
}

/* Tenths of a percent cut n times 1,000 samples between two of them, never through one. */
static double mean_of_copies(const double *sorted, size_t n, int lower_tenths, int upper_tenths)
{
    static double copies[SAMPLES_MAX * COPIES];
    double sum = 0;
    for (size_t i = 0; i < n * COPIES; i++)
        copies[i] = sorted[i / COPIES];
    size_t from = n * (size_t)lower_tenths, to = n * (size_t)upper_tenths;
    for (size_t i = from; i < to; i++)
        sum += copies[i];
    return sum / (double)(to - from);
}

static void as_whole_copies_cut(void **state)
{
    double sorted[SAMPLES_MAX];
    char text[TRIM_TEXT_BYTES];
    (void)state;
    seed = 1;
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = random_samples(sorted);
        int lower = (int)(random_share() * 999), upper = lower + 1;
        upper += (int)(random_share() * (1000 - upper));
        snprintf(text, sizeof text, "TM(%d.%d%%:%d.%d%%)", lower / 10, lower % 10, upper / 10,
                 upper % 10);
        expect_near(text, value_of(text, sorted, n), mean_of_copies(sorted, n, lower, upper));
    }
}

/* The integral of the sorted samples, each from i to i + 1, up to a place. */
static double integral(const double *sorted, size_t n, double place)
{
    double sum = 0;
    size_t whole = (size_t)place;
    for (size_t i = 0; i < whole && i < n; i++)
        sum += sorted[i];
    return whole < n ? sum + (place - (double)whole) * sorted[whole] : sum;
}

/* p7 of Hyndman and Fan: neighbours weigh by their nearness to the rank. */
static double percentile(const double *sorted, size_t n, double p)
{
    double rank = (double)(n - 1) * p / 100, sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fmax(0, 1 - fabs(rank - (double)i)) * sorted[i];
    return sum;
}

/* The mean of what is brought between two values: the lower one, and from there on the share of
 * samples that reach further, added up. */
static double mean_brought_between(const double *sorted, size_t n, double lower, double upper)
{
    double mean = lower, from = lower;
    for (size_t i = 0; i < n; i++) {
        double to = fmin(fmax(sorted[i], lower), upper);
        mean += (to - from) * (double)(n - i) / (double)n;
        from = to;
    }
    return mean;
}

static void as_integrals_say(void **state)
{
    double sorted[SAMPLES_MAX];
    char range[48], text[TRIM_TEXT_BYTES];
    (void)state;
    seed = 2;
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = random_samples(sorted);
        double lower = random_share() * 99, upper = lower + 0.001 + random_share() * (99.9 - lower);
        snprintf(range, sizeof range, "(%.10f%%:%.10f%%)", lower, upper);
        double a = lower * (double)n / 100, b = upper * (double)n / 100;
        double sum = integral(sorted, n, b) - integral(sorted, n, a);
        snprintf(text, sizeof text, "TS%s", range);
        expect_near(text, value_of(text, sorted, n), sum);
        snprintf(text, sizeof text, "wm%s", range);
        expect_near(text, value_of(text, sorted, n),
                    mean_brought_between(sorted, n, percentile(sorted, n, lower),
                                         percentile(sorted, n, upper)));
        snprintf(text, sizeof text, "WM(%.10f:%.10f)", lower / 4, upper / 4);
        expect_near(text, value_of(text, sorted, n),
                    mean_brought_between(sorted, n, lower / 4, upper / 4));
        snprintf(text, sizeof text, "p%.10f", upper);
        expect_near(text, value_of(text, sorted, n), percentile(sorted, n, upper));
    }
}

/* Counted one by one. */
static void as_counting_says(void **state)
{
    double sorted[SAMPLES_MAX];
    char range[48], text[TRIM_TEXT_BYTES];
    (void)state;
    seed = 3;
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = random_samples(sorted), count = 0;
        int lower = (int)(random_share() * 8), upper = lower + 1 + (int)(random_share() * 30);
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            if (sorted[i] > lower && sorted[i] <= upper) {
                count++;
                sum += sorted[i];
            }
        snprintf(range, sizeof range, "(%d:%d)", lower, upper);
        snprintf(text, sizeof text, "TC%s", range);
        expect_near(text, value_of(text, sorted, n), (double)count);
        snprintf(text, sizeof text, "TS%s", range);
        expect_near(text, value_of(text, sorted, n), sum);
        snprintf(text, sizeof text, "PR%s", range);
        expect_near(text, value_of(text, sorted, n), 100 * (double)count / (double)n);
    }
}

static void sum_is_mean_times_count(void **state)
{
    static const char *const ranges[] = {"(:90%)",        "(10%:90%)", "(33.3333333333%:)",
                                         "(0.1%:99.99%)", "(0:1000)",  "(:1000)"};
    double sorted[SAMPLES_MAX];
    (void)state;
    seed = 4;
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = random_samples(sorted);
        for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
            char tm[TRIM_TEXT_BYTES], tc[TRIM_TEXT_BYTES], ts[TRIM_TEXT_BYTES];
            snprintf(tm, sizeof tm, "TM%s", ranges[i]);
            snprintf(tc, sizeof tc, "TC%s", ranges[i]);
            snprintf(ts, sizeof ts, "TS%s", ranges[i]);
            if (value_of(tc, sorted, n) > 0) /* all 0, of which (0:1000) has none */
                expect_near(ts, value_of(ts, sorted, n),
                            value_of(tm, sorted, n) * value_of(tc, sorted, n));
        }
    }
}

/* A higher bound never lowers a mean, and moves it by little where it moves little itself. */
static void means_grow_with_their_bounds_and_without_steps(void **state)
{
    static const char *const kinds[] = {"tm", "wm", "p"};
    double sorted[SAMPLES_MAX];
    char text[TRIM_TEXT_BYTES];
    (void)state;
    seed = 5;
    for (int round = 0; round < 30; round++) {
        size_t n = random_samples(sorted), kind = (size_t)round % 3;
        double last = sorted[0], rounding = 1e-12 * sorted[n - 1];
        for (int tenths = 10; tenths <= 1000; tenths++) {
            snprintf(text, sizeof text, "%s%d.%d", kinds[kind], tenths / 10, tenths % 10);
            double value = value_of(text, sorted, n);
            if (value < last - rounding || value > sorted[n - 1])
                fail_msg("%s falls from %.15g to %.15g", text, last, value);
            last = value;
            snprintf(text, sizeof text, "%s%d.%d000000001", kinds[kind], (tenths - 1) / 10,
                     (tenths - 1) % 10);
            double below = value_of(text, sorted, n);
            snprintf(text, sizeof text, "%s%d.%d", kinds[kind], (tenths - 1) / 10,
                     (tenths - 1) % 10);
            if (tenths > 10 && fabs(below - value_of(text, sorted, n)) > 1e-6 * sorted[n - 1])
                fail_msg("%s steps", text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentages_by_hand),
        cmocka_unit_test(values_by_hand),
        cmocka_unit_test(ten_samples_and_ninety_percent),
        cmocka_unit_test(one_sample),
        cmocka_unit_test(ties),
        cmocka_unit_test(nothing_to_say),
        cmocka_unit_test(as_whole_copies_cut),
        cmocka_unit_test(as_integrals_say),
        cmocka_unit_test(as_counting_says),
        cmocka_unit_test(sum_is_mean_times_count),
        cmocka_unit_test(means_grow_with_their_bounds_and_without_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
