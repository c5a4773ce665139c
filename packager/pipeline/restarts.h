/* Whether an encoder that has failed is started again, and when: at once the first time, then after
 * longer and longer; and not any more once that has been of no use RESTARTS_MAX times in a row. An
 * encoder that has worked for RESTARTS_FORGET_FRAMES since then has a clean record. No clock is
 * read here. Thread-safety: belongs to one thread. */
#ifndef PACKAGER_PIPELINE_RESTARTS_H
#define PACKAGER_PIPELINE_RESTARTS_H

#include <stdbool.h>
#include <stdint.h>

/* All waits together are 1.5 s: what viewers have buffered, and less than what makes a channel
 * count as down. */
enum { RESTARTS_MAX = 5, RESTARTS_FORGET_FRAMES = 300, RESTARTS_FIRST_WAIT_US = 100000 };

/* Memory of zeros: it has never failed. */
struct restarts {
    int tries;            /* in a row */
    int64_t failed_frame; /* the last one */
};

/* Frame `frame` could not be made. False: the encoder is given up. */
static inline bool restarts_again(struct restarts *r, int64_t frame, int64_t *wait_us)
{
    if (r->tries && frame - r->failed_frame >= RESTARTS_FORGET_FRAMES)
        r->tries = 0;
    r->failed_frame = frame;
    if (r->tries == RESTARTS_MAX)
        return false;
    *wait_us = r->tries ? (int64_t)RESTARTS_FIRST_WAIT_US << (r->tries - 1) : 0;
    r->tries++;
    return true;
}

#endif
