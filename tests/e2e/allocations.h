/* Allocations that fail on demand. The program is linked with --wrap, so that what our own objects
 * call comes here first: malloc and its kin, and what allocates in the libraries that they use.
 *
 * A site is a place in the program together with who called it, a few levels up. Counts are of
 * calls, from 1 on, and kept in memory that a process shares with the children that it forks.
 * Thread-safety: every function, any thread. */
#ifndef TESTS_E2E_ALLOCATIONS_H
#define TESTS_E2E_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALLOCATIONS_SITES_MAX = 4096, ALLOCATIONS_LEVELS = 4 };

enum allocations_phase {
    ALLOCATIONS_STARTING,
    ALLOCATIONS_LIVE,
    ALLOCATIONS_CHANGING, /* another configuration */
    ALLOCATIONS_ENDING,
};

struct allocations_site {
    uint64_t key; /* 0: none */
    const char *function;
    void *callers[ALLOCATIONS_LEVELS];
    int64_t calls;
    enum allocations_phase phase; /* in which it was first seen */
};

/* Before the first fork. false: no memory. */
bool allocations_init(void);

/* Notes every site and its calls from here on, and fails none. */
void allocations_record(void);
/* From here on fails calls first to last of that site, counted anew. */
void allocations_fail(uint64_t key, int64_t first, int64_t last);
/* From here on fails all calls of all sites. */
void allocations_fail_all(bool on);
/* How many calls have failed. */
int64_t allocations_failed(void);

/* This thread's calls are the test's own: neither counted nor failed. Off at first. */
void allocations_exempt(bool on);
void allocations_enter(enum allocations_phase phase);

/* The sites that were noted, in no order that means anything; ends before the first NULL. */
const struct allocations_site *allocations_site(size_t index);

#endif
