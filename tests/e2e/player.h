/* player-sim live under test: run against a real packager, its JSON report read back. Whatever does
 * not work fails the test with what it said. Thread-safety: one thread. */
#ifndef TESTS_E2E_PLAYER_H
#define TESTS_E2E_PLAYER_H

#include "support/process.h"

#include <jansson.h>
#include <stdint.h>

struct player {
    struct process process;
    char json_path[64];
};

struct player_report {
    int code;     /* its exit code */
    json_t *json; /* owned */
    char *table;  /* standard output, owned */
    char *log;    /* standard error, owned */
};

/* Starts it with --json and these arguments, NULL-terminated. */
void player_start(struct player *p, const char *const arguments[]);

/* Waits for its end and reads the report, which is the caller's to finish. */
void player_wait(struct player *p, struct player_report *out);
void player_report_finish(struct player_report *r);

/* Both in one. */
void player_run(const char *const arguments[], struct player_report *out);

/* The same behind "player-sim link" with its own arguments. */
void player_run_behind(const char *const link[], const char *const arguments[],
                       struct player_report *out);

/* player-sim simulate with --json and these arguments, to its end. */
void player_simulate(const char *const arguments[], struct player_report *out);

/* One figure of a metric, "zap_ms" and "tm90"; the metric has to have samples. */
double player_figure(const struct player_report *r, const char *metric, const char *figure);
/* How many samples a metric has; 0 is fine. */
int64_t player_count(const struct player_report *r, const char *metric);
/* The keys that a metric's samples are split by ("rtt") with their statistics; the report's. */
json_t *player_split(const struct player_report *r, const char *metric, const char *by);
/* How many errors of a kind ("stamp"), or of all kinds where kind is NULL. */
int64_t player_errors(const struct player_report *r, const char *kind);

/* Fails the test, with table and log, unless it ended with this exit code. */
void player_expect_code(const struct player_report *r, int code);

#endif
