/* player-sim link as the build made it, run to its end: its output, its exit code, and what its
 * last line tells of the packets. A failed expectation fails the test, with the log.
 * Thread-safety: one thread. */
#ifndef TESTS_SUPPORT_LINK_RUN_H
#define TESTS_SUPPORT_LINK_RUN_H

#include "support/process.h"

#include <stdbool.h>
#include <stdint.h>

enum { LINK_RUN_OUTPUT_BYTES = 16384, LINK_RUN_TEXTS_MAX = 3 };

struct link_run_way {
    uint64_t packets, bytes, dropped;
    int64_t queue_bytes;
    uint64_t lost; /* by chance; 0 where the line says nothing of it */
};

struct link_run {
    int code;
    char out[LINK_RUN_OUTPUT_BYTES];
    char *log;                       /* standard error; owned */
    struct link_run_way to, from_it; /* the command; where told */
    bool told;
};

/* arguments: what follows "link", NULL-terminated. */
void link_run(const char *const arguments[], struct link_run *r);
void link_run_finish(struct link_run *r);

/* The same in two steps: what is started is the caller's, until it is ended. */
void link_run_start(struct process *p, const char *const arguments[]);
void link_run_end(struct process *p, struct link_run *r);

void link_run_expect_code(const struct link_run *r, int code);

/* One line on standard error, which names these texts (fewer end with NULL), and nothing else. */
void link_run_expect_error(const struct link_run *r, int code,
                           const char *const texts[LINK_RUN_TEXTS_MAX]);

#endif
