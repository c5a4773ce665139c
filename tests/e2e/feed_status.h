/* What /healthz and /metrics tell about a channel's feed, and waiting for what they tell.
 * Whatever goes wrong fails the test with the packager's log. Thread-safety: one thread. */
#ifndef TESTS_E2E_FEED_STATUS_H
#define TESTS_E2E_FEED_STATUS_H

#include "e2e/packager.h"

#include <stdint.h>

/* The rung that every channel of these tests has, and only it. */
#define FEED_STATUS_RUNG "256x144"

struct feed_status {
    char status[16];             /* ok, degraded or down */
    char feed[16];               /* starting, up or lost */
    char picture[16], sound[16]; /* none, up or missing */
    int64_t newest_sequence;
};

void feed_status_get(struct packager *p, const char *channel, struct feed_status *status);

/* Come back when the feed is what is said (30 s at most), and when a frame is there. */
void feed_status_await(struct packager *p, const char *channel, const char *feed);
void feed_status_await_frame(struct packager *p, const char *channel, int64_t frame);

/* Comes back when picture and sound are what is said (30 s at most). */
void feed_status_await_parts(struct packager *p, const char *channel, const char *picture,
                             const char *sound);

int64_t feed_status_newest(struct packager *p, const char *channel);

/* Pictures repeated because the rung's encoder was late, which a busy machine may do to it: these
 * are no fault of the feed's. */
int64_t feed_status_encoder_repeats(struct packager *p, const char *channel);

/* Frames of sound that became silence because the machine was busy: nor are these. */
int64_t feed_status_silenced(struct packager *p, const char *channel);

/* How many lines of the log tell of the channel and contain text. */
int feed_status_log_lines(const struct packager *p, const char *channel, const char *text);
/* Comes back when there are at least so many (30 s at most): what is told is logged a moment later.
 */
void feed_status_await_lines(struct packager *p, const char *channel, const char *text, int lines);

/* The median over some frames of how long after its capture (prft) a frame has arrived, in
 * microseconds. */
int64_t feed_status_latency_us(struct packager *p, const char *channel);

#endif
