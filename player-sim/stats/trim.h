/* Trimmed statistics as CloudWatch notates and defines them: TM, TC, TS, WM, PR, IQM, and the short
 * forms tm99, tc99, ts99, wm99, p99.
 *
 *   TM(2%:98%), TM(:90%), TM(150:1000), TM(:500), TM(100:)    trimmed mean
 *   WM(...)   winsorized mean: what lies outside counts as the bound's value, of WM(10%:90%) the
 *             10th and 90th percentile as p10 and p90 give them: the mean of all samples, each
 *             brought within the two; one sample alone is its own winsorized mean
 *   TC(...)   number of samples within; TS(...) their sum, TS = TM x TC
 *   PR(:300), PR(100:2000)    share of samples within, in percent; absolute bounds only
 *   IQM       TM(25%:75%); tm90 is TM(:90%), and alike tc, ts, wm; p90 is the 90th percentile
 *
 * Absolute bounds: lower exclusive, upper inclusive. Both bounds are of one kind, and one of
 * them may be left out. Percentages are within 0..100; bounds have up to 15 digits and 10 decimals;
 * lower < upper. Percentage bounds on n sorted samples are exact and continuous: sample i (1..n)
 * has the weight overlap([i-1, i], [a*n, b*n]); TC = (b - a) * n, TS = sum(w * x). The service does
 * not publish its rule for ties; this one agrees with the fractional counts that it shows.
 * Thread-safety: pure functions. */
#ifndef PLAYER_SIM_STATS_TRIM_H
#define PLAYER_SIM_STATS_TRIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRIM_TEXT_BYTES = 64, TRIM_ERROR_BYTES = 200 };

enum trim_kind { TRIM_TM, TRIM_TC, TRIM_TS, TRIM_WM, TRIM_PR, TRIM_PERCENTILE };

struct trim {
    enum trim_kind kind;
    bool percent;
    bool has_lower, has_upper;
    double lower, upper;        /* percent: 0..100; PERCENTILE has upper alone */
    char text[TRIM_TEXT_BYTES]; /* as it was given */
};

/* Reads a specification, upper or lower case. false: error is one line that names it, says what is
 * wrong with it, and ends with one that is right ("write tm90"); out is untouched. */
bool trim_read(const char *text, struct trim *out, char error[TRIM_ERROR_BYTES]);

/* Samples that are sorted upwards, in runs of equal ones; a run may have one sample. */
struct trim_run {
    double value;
    uint64_t
        end; /* so many samples stand up to here, this run's with them; rises from run to run */
};

/* Its value over all samples of count runs. false: there is none (no sample within the bounds of a
 * TM; count 0); TC and TS are then 0 and true. WM needs samples only, none within the bounds. out
 * is untouched where it is false. */
bool trim_value(const struct trim *t, const struct trim_run *runs, size_t count, double *out);

/* The p-th percentile (0..100): linear between closest ranks ((n - 1) * p / 100). count > 0. */
double trim_percentile(const struct trim_run *runs, size_t count, double p);

#endif
