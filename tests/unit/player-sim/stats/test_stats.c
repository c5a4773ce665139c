/* What is said of a series: figures worked by hand, and an interval that holds the truth as often
 * as it says, also where the samples of a session hang together. */
#include "media/core/err.h"
#include "player-sim/stats/stats.h"
#include "support/cmocka_all.h"
#include "support/sanitized.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = SANITIZED ? 100 : 400 };

static uint64_t seed;

static double random_share(void)
{
    uint64_t x = seed += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

/* Exponential, mean 1. Its quantile at 90 % is q = ln 10, so without the highest 10 % its mean is
 * (integral of -ln(1 - u) from 0 to 0.9) / 0.9 = (0.9 + 0.1 ln 0.1) / 0.9. */
static double random_wait(void)
{
    return -log(1 - random_share());
}
static const double true_tm90 = (0.9 - 0.23025850929940457) / 0.9;

/* The standard deviation of tm90 over n of them is, for large n, that of min(x, q) over 0.9 sqrt n:
 * E min = 0.9, E min^2 = 2 (1 - 0.1 (1 + q)). */
static double deviation_of_tm90(double n)
{
    double q = 2.302585092994046, second = 2 * (1 - 0.1 * (1 + q));
    return sqrt((second - 0.81) / n) / 0.9;
}

static struct stats compute(struct stats_sample *samples, size_t n)
{
    struct stats s;
    assert_int_equal(stats_compute(samples, n, NULL, 0, &s, NULL, NULL), 0);
    return s;
}

static void expect_near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", value, tolerance, wanted);
}

static void ten_by_hand(void **state)
{
    struct stats_sample ten[] = {{7, 0, 1}, {1, 1, 1}, {10, 0, 1}, {3, 1, 1}, {2, 0, 1},
                                 {9, 1, 1}, {4, 0, 1}, {8, 1, 1},  {6, 0, 1}, {5, 1, 1}};
    struct trim trims[3];
    char error[TRIM_ERROR_BYTES];
    double values[3];
    struct stats s;
    (void)state;
    assert_true(trim_read("TM(10%:90%)", &trims[0], error));
    assert_true(trim_read("PR(:3)", &trims[1], error));
    assert_true(trim_read("TM(10:)", &trims[2], error));
    assert_int_equal(stats_compute(ten, 10, trims, 3, &s, values, NULL), 0);
    assert_int_equal(s.n, 10);
    expect_near(s.tc, 9, 1e-12);
    expect_near(s.mean, 5.5, 1e-12);
    expect_near(s.tm90, 5, 1e-12);        /* 1 + ... + 9 = 45 of 9 */
    expect_near(s.tm99, 54 / 9.9, 1e-12); /* and 0.9 of 10 */
    expect_near(s.iqm, 27.5 / 5, 1e-12);  /* half of 3, 4 to 7, half of 8 */
    expect_near(s.p50, 5.5, 1e-12);       /* rank 4.5 */
    expect_near(s.p90, 9.1, 1e-12);       /* rank 8.1 */
    expect_near(s.p99, 9.91, 1e-12);      /* rank 8.91 */
    assert_true(s.max == 10);
    expect_near(values[0], 5.5, 1e-12);
    expect_near(values[1], 30, 1e-12);
    assert_true(isnan(values[2]));
    assert_true(s.ci95[0] < 5 && s.ci95[1] > 5 && s.ci95[0] >= 1 && s.ci95[1] <= 10);
    for (int i = 0; i < 10; i++)
        assert_true(ten[i].value == i + 1);
}

/* Of two sessions a quarter of the resamples holds the one twice, a quarter the other, and half
 * both; so the interval goes from the tm90 of the one alone to that of the other. */
static void whole_sessions_are_drawn(void **state)
{
    struct stats_sample samples[] = {
        {1, 70, 1}, {2, 70, 1}, {3, 70, 1}, {11, 4000000000, 1}, {15, 4000000000, 1}};
    struct stats s = compute(samples, 5);
    (void)state;
    expect_near(s.ci95[0], (2 * (1 + 2) + 1.4 * 3) / 5.4, 1e-12); /* 1 1 2 2 3 3: 5.4 of 6 */
    expect_near(s.ci95[1], (2 * 11 + 1.6 * 15) / 3.6, 1e-12);     /* 11 11 15 15: 3.6 of 4 */
}

static void one_sample_is_all_there_is_to_say(void **state)
{
    struct stats_sample one = {0.7, 3, 1};
    struct stats s = compute(&one, 1);
    (void)state;
    expect_near(s.tc, 0.9, 1e-15);
    assert_true(s.mean == 0.7 && s.tm90 == 0.7 && s.tm99 == 0.7 && s.iqm == 0.7);
    assert_true(s.p50 == 0.7 && s.p99 == 0.7 && s.max == 0.7);
    assert_true(s.ci95[0] == 0.7 && s.ci95[1] == 0.7);
}

static void equal_samples_leave_no_doubt(void **state)
{
    struct stats_sample samples[30];
    (void)state;
    for (uint32_t i = 0; i < 30; i++)
        samples[i] = (struct stats_sample){0.1, i % 7, 1};
    struct stats s = compute(samples, 30);
    assert_true(s.tm90 == 0.1 && s.mean == 0.1 && s.ci95[0] == 0.1 && s.ci95[1] == 0.1);
}

static void no_sample(void **state)
{
    struct trim trims[2];
    char error[TRIM_ERROR_BYTES];
    double values[2] = {5, 5};
    struct stats s = {.n = 9};
    (void)state;
    assert_true(trim_read("tm90", &trims[0], error) && trim_read("tc90", &trims[1], error));
    assert_int_equal(stats_compute(NULL, 0, trims, 2, &s, values, NULL), 0);
    assert_int_equal(s.n, 0);
    assert_true(isnan(values[0]) && values[1] == 0);
}

static void what_is_no_duration_is_refused(void **state)
{
    const double wrong[] = {NAN, INFINITY, -INFINITY, -1e-9, 1.1e18};
    const double right[] = {0, -0.0, 5e-324, 12.5, 1e18};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct stats_sample samples[] = {{3, 0, 1}, {2, 0, 1}, {wrong[i], 0, 1}};
        struct stats s, before;
        memset(&s, 7, sizeof s);
        before = s;
        assert_false(stats_is_duration(wrong[i]));
        assert_int_equal(stats_compute(samples, 3, NULL, 0, &s, NULL, NULL), ERR_INVALID);
        assert_memory_equal(&s, &before, sizeof s);
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        assert_true(stats_is_duration(right[i]));
}

/* -30, -10, 0, 20 and 40: tm90 is (-30 - 10 + 0 + 20 + 40 / 2) / 4.5. */
static void scores_may_be_below_0(void **state)
{
    struct stats_sample scores[] = {{20, 3, 1}, {-30, 0, 1}, {40, 4, 1}, {-10, 1, 1}, {0, 2, 1}};
    char error[TRIM_ERROR_BYTES];
    struct trim trims[2];
    struct stats s;
    double values[2], means[STATS_RESAMPLES];
    (void)state;
    assert_true(trim_read("wm80", &trims[0], error));
    assert_true(trim_read("PR(:0)", &trims[1], error));
    assert_int_equal(stats_compute(scores, 5, NULL, 0, &s, NULL, NULL), ERR_INVALID);
    assert_int_equal(stats_compute_signed(scores, 5, trims, 2, &s, values, means), 0);
    assert_int_equal(s.n, 5);
    assert_true(s.mean == 4);
    assert_true(s.tm90 == 0);
    assert_true(s.p50 == 0);
    assert_true(s.max == 40);
    assert_true(fabs(values[0] - (-30 - 10 + 0 + 20 + 24) / 5.0) < 1e-12);
    assert_true(values[1] == 60);
    assert_true(s.ci95[0] < 0 && s.ci95[1] > 0);
    for (size_t i = 0; i < STATS_RESAMPLES; i++)
        assert_true(means[i] >= -30 && means[i] <= 40);
    const double wrong[] = {NAN, INFINITY, -INFINITY, -1.1e18};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        scores[0].value = wrong[i];
        assert_int_equal(stats_compute_signed(scores, 5, NULL, 0, &s, NULL, NULL), ERR_INVALID);
    }
}

/* What is added to every sample is added to what is told of them. */
static void scores_are_told_as_durations_are(void **state)
{
    struct stats_sample durations[100], scores[100];
    struct stats a, b;
    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        durations[i] = (struct stats_sample){i * i % 97 * 8, i / 5, 1 + i % 3};
        scores[i] = durations[i];
        scores[i].value -= 512;
    }
    assert_int_equal(stats_compute(durations, 100, NULL, 0, &a, NULL, NULL), 0);
    assert_int_equal(stats_compute_signed(scores, 100, NULL, 0, &b, NULL, NULL), 0);
    assert_true(fabs(a.tm90 - 512 - b.tm90) < 1e-9);
    assert_true(fabs(a.tm99 - 512 - b.tm99) < 1e-9);
    assert_true(fabs(a.iqm - 512 - b.iqm) < 1e-9);
    assert_true(fabs(a.p99 - 512 - b.p99) < 1e-9);
    assert_true(fabs(a.ci95[0] - 512 - b.ci95[0]) < 1e-9);
    assert_true(fabs(a.ci95[1] - 512 - b.ci95[1]) < 1e-9);
}

static void the_order_of_samples_does_not_matter(void **state)
{
    static struct stats_sample samples[600], turned[600];
    (void)state;
    seed = 1;
    for (uint32_t i = 0; i < 600; i++)
        samples[i] = (struct stats_sample){floor(10 * random_wait()) / 7, i % 20, 1};
    for (size_t i = 0; i < 600; i++)
        turned[i] = samples[599 - i];
    struct stats a = compute(samples, 600), b = compute(turned, 600);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a.ci95[0] < a.tm90 && a.tm90 < a.ci95[1]);
}

/* ---- the interval ---- */

/* How the samples of a trial come about. */
struct design {
    uint32_t sessions, each;
    bool alike;     /* all of one session are one wait, written down again and again */
    bool told_as_1; /* all as samples of one session */
    bool told_as_n; /* each as a session of its own */
};

static size_t fill(const struct design *d, struct stats_sample *samples)
{
    size_t n = 0;
    for (uint32_t session = 0; session < d->sessions; session++) {
        double wait = random_wait();
        for (uint32_t i = 0; i < d->each; i++, n++) {
            uint32_t told = d->told_as_1 ? 5 : d->told_as_n ? (uint32_t)n : session;
            samples[n] = (struct stats_sample){d->alike ? wait : random_wait(), told, 1};
        }
    }
    return n;
}

/* In which share of the trials the interval held the truth. */
static double coverage(const struct design *d)
{
    static struct stats_sample samples[1000];
    int held = 0;
    seed = 42;
    for (int trial = 0; trial < TRIALS; trial++) {
        struct stats s = compute(samples, fill(d, samples));
        held += s.ci95[0] <= true_tm90 && true_tm90 <= s.ci95[1];
    }
    return (double)held / TRIALS;
}

/* 400 trials of 95 %: a standard deviation of 1.1 %. */
static void the_interval_holds_the_truth_in_95_of_100(void **state)
{
    const struct design apart = {.sessions = 100, .each = 3};
    const struct design alone = {.sessions = 1, .each = 300};
    const struct design alike = {.sessions = 100, .each = 5, .alike = true};
    (void)state;
    double off = 0.03 * sqrt(400.0 / TRIALS);
    expect_near(coverage(&apart), 0.95, off);
    expect_near(coverage(&alone), 0.95, off);
    expect_near(coverage(&alike), 0.95, off);
}

/* What it is for: taken as independent, the same samples promise too much. */
static void samples_that_hang_together_widen_the_interval(void **state)
{
    const struct design kept = {.sessions = 50, .each = 20, .alike = true};
    const struct design torn = {.sessions = 50, .each = 20, .alike = true, .told_as_n = true};
    static struct stats_sample samples[1000];
    (void)state;
    assert_true(coverage(&torn) < 0.6);
    seed = 9;
    struct stats wide = compute(samples, fill(&kept, samples));
    seed = 9;
    struct stats narrow = compute(samples, fill(&torn, samples));
    double ratio = (wide.ci95[1] - wide.ci95[0]) / (narrow.ci95[1] - narrow.ci95[0]);
    expect_near(ratio, sqrt(20), 1); /* 50 waits, or 1,000 */
}

/* ---- many samples ---- */

static struct stats_sample *room_for(size_t n)
{
    struct stats_sample *samples = malloc(n * sizeof *samples);
    assert_non_null(samples);
    return samples;
}

enum { SOME = 50000 };

static void the_same_samples_twice_say_the_same(void **state)
{
    struct stats_sample *samples = room_for(2 * SOME);
    (void)state;
    seed = 3;
    for (uint32_t i = 0; i < SOME; i++) {
        double level = 1 + 0.1 * (i % 40);
        samples[i] = (struct stats_sample){level * random_wait(), i % 40, 1};
    }
    memcpy(samples + SOME, samples, SOME * sizeof *samples);
    struct stats once = compute(samples, SOME);
    memcpy(samples, samples + SOME, SOME * sizeof *samples);
    struct stats twice = compute(samples, 2 * SOME);
    expect_near(twice.tm90, once.tm90, 1e-12);
    expect_near(twice.ci95[0], once.ci95[0], 1e-12);
    expect_near(twice.ci95[1], once.ci95[1], 1e-12);
    assert_true(once.ci95[1] - once.ci95[0] > 0.1);
    free(samples);
}

static void expect_alike(const struct stats *a, const struct stats *b)
{
    const double *x = &a->tc, *y = &b->tc;
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < (sizeof *a - offsetof(struct stats, tc)) / sizeof *x; i++)
        expect_near(x[i], y[i], 1e-12 * (1 + y[i]));
}

/* Runs of equal samples, and the same told one by one: also where samples are the units, and where
 * there are so many units that they are put into groups. */
static void expect_runs_alike(uint32_t sessions, uint32_t runs, uint32_t longest)
{
    struct stats_sample *told = room_for(runs), *each = room_for((size_t)runs * longest);
    static double a[STATS_RESAMPLES], b[STATS_RESAMPLES];
    struct trim trims[3];
    char error[TRIM_ERROR_BYTES];
    double of_told[3], of_each[3];
    struct stats by_runs, one_by_one;
    size_t n = 0;
    assert_true(trim_read("WM(10%:90%)", &trims[0], error));
    assert_true(trim_read("TM(0.5:2)", &trims[1], error));
    assert_true(trim_read("p33.3", &trims[2], error));
    seed = 11;
    for (uint32_t i = 0; i < runs; i++) {
        told[i] = (struct stats_sample){floor(300 * random_wait()) / 100, i % sessions,
                                        1 + (uint32_t)(longest * random_share())};
        for (uint32_t k = 0; k < told[i].count; k++)
            each[n++] = (struct stats_sample){told[i].value, told[i].session, 1};
    }
    assert_int_equal(stats_compute(told, runs, trims, 3, &by_runs, of_told, a), 0);
    assert_int_equal(stats_compute(each, n, trims, 3, &one_by_one, of_each, b), 0);
    expect_alike(&by_runs, &one_by_one);
    for (size_t i = 0; i < 3; i++)
        expect_near(of_told[i], of_each[i], 1e-12);
    for (size_t i = 0; i < STATS_RESAMPLES; i++)
        expect_near(a[i], b[i], 1e-12);
    free(told);
    free(each);
}

static void runs_say_what_their_samples_say(void **state)
{
    (void)state;
    expect_runs_alike(1, 40, 30);
    expect_runs_alike(1, 3000, 30);
    expect_runs_alike(7, 500, 100);
    expect_runs_alike(2000, 20000, 10);
    expect_runs_alike(12000, 30000, 10);
}

/* What each resample is, worked out anew: lots by the same generator, every sample in turn. */
static void resamples_are_exact(void **state)
{
    enum { SESSIONS = 30, SAMPLES = 3000 };
    static struct stats_sample samples[SAMPLES];
    static double means[STATS_RESAMPLES];
    struct stats s;
    (void)state;
    seed = 5;
    for (uint32_t i = 0; i < SAMPLES; i++)
        samples[i] = (struct stats_sample){random_wait(), i * 7 % SESSIONS, 1};
    assert_int_equal(stats_compute(samples, SAMPLES, NULL, 0, &s, NULL, means), 0);
    seed = STATS_SEED;
    for (size_t round = 0; round < STATS_RESAMPLES; round++) {
        double times[SESSIONS] = {0}, kept = 0, sum = 0;
        for (int i = 0; i < SESSIONS; i++)
            times[(size_t)(floor(random_share() * 4294967296.0) * SESSIONS / 4294967296.0)]++;
        for (size_t i = 0; i < SAMPLES; i++) {
            double weight = fmin(times[samples[i].session], 0.9 * SAMPLES - kept);
            kept += weight;
            sum += weight * samples[i].value;
        }
        expect_near(means[round], sum / (0.9 * SAMPLES), 1e-12);
    }
}

/* Width against the formula; n: how many waits there really are. */
static void expect_width(const struct design *d, double n)
{
    struct stats_sample *samples = room_for((size_t)d->sessions * d->each);
    seed = 4;
    struct stats s = compute(samples, fill(d, samples));
    double wanted = 2 * 1.96 * deviation_of_tm90(n);
    expect_near(s.ci95[1] - s.ci95[0], wanted, 0.12 * wanted);
    expect_near(s.tm90, true_tm90, 2 * wanted);
    free(samples);
}

static void the_width_is_right_for_any_number(void **state)
{
    const struct design few = {.sessions = 3000, .each = 1};
    const struct design all_of_one = {.sessions = 1, .each = 120000, .told_as_1 = true};
    const struct design each_its_own = {.sessions = 1, .each = 120000, .told_as_n = true};
    const struct design in_groups = {.sessions = 3000, .each = 50, .alike = true};
    const struct design ungrouped = {.sessions = 400, .each = 300, .alike = true};
    (void)state;
    expect_width(&few, 3000);
    expect_width(&all_of_one, 120000);
    expect_width(&each_its_own, 120000);
    expect_width(&in_groups, 3000);
    expect_width(&ungrouped, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_by_hand),
        cmocka_unit_test(whole_sessions_are_drawn),
        cmocka_unit_test(one_sample_is_all_there_is_to_say),
        cmocka_unit_test(equal_samples_leave_no_doubt),
        cmocka_unit_test(no_sample),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(scores_may_be_below_0),
        cmocka_unit_test(scores_are_told_as_durations_are),
        cmocka_unit_test(the_order_of_samples_does_not_matter),
        cmocka_unit_test(the_interval_holds_the_truth_in_95_of_100),
        cmocka_unit_test(samples_that_hang_together_widen_the_interval),
        cmocka_unit_test(the_same_samples_twice_say_the_same),
        cmocka_unit_test(runs_say_what_their_samples_say),
        cmocka_unit_test(resamples_are_exact),
        cmocka_unit_test(the_width_is_right_for_any_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
