/* Prometheus' text format (0.0.4), read strictly: what a lenient scraper would let pass is a fault
 * here. Thread-safety: pure functions, any thread. */
#ifndef TESTS_SUPPORT_METRICS_TEXT_H
#define TESTS_SUPPORT_METRICS_TEXT_H

#include <stdbool.h>

enum { METRICS_ERROR_BYTES = 320 };

/* Whether text is well-formed and keeps to the house's rules: every family has one HELP, one TYPE
 * and then its samples, all together; no series twice; numbers are numbers, counters not negative;
 * histograms add up; names begin with openhesp_, counters end in _total, and units are base units
 * (seconds, bytes, bits_per_second), written out at the end. error names the line otherwise. */
bool metrics_text_check(const char *text, char error[METRICS_ERROR_BYTES]);

/* The value of a series as it is written: NAME or NAME{LABELS}. false: there is no such series. */
bool metrics_text_value(const char *text, const char *series, double *value);

/* The sum over all series of a family, and how many there are. */
double metrics_text_sum(const char *text, const char *family, int *series);

/* Whether every counter of `before` is in `after`, and not smaller. */
bool metrics_text_follows(const char *before, const char *after, char error[METRICS_ERROR_BYTES]);

#endif
