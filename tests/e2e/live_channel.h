/* A packager with one test: channel, and a viewer of it, for tests that watch it live. Whatever
 * goes wrong fails the test with the packager's log. Thread-safety: one thread. */
#ifndef TESTS_E2E_LIVE_CHANNEL_H
#define TESTS_E2E_LIVE_CHANNEL_H

#include "e2e/viewer.h"
#include "support/process.h"

enum { LIVE_CHANNEL_NUMBER = 7 }; /* what the pictures are stamped with */

struct live_channel_config {
    const char *ladder; /* as the packager's options have them */
    const char *preset;
    const char *fps;
    const char *segment_duration;
};

struct live_channel {
    struct process packager;
    struct viewer viewer;
    char url[128]; /* of the origin, without a path */
};

void live_channel_start(struct live_channel *c, const struct live_channel_config *config);

/* Demands that the packager still runs and has told of no error, and ends it. */
void live_channel_stop(struct live_channel *c);

/* Comes back when frame `sequence` of a rung is there. */
void live_channel_await(struct live_channel *c, const struct viewer_track *track, int64_t sequence);

/* How many pictures of a rung were repeated because its encoder was late, as /metrics tells: on a
 * machine that is too busy these are right, and their stamps are those of earlier frames. */
int64_t live_channel_repeats(struct live_channel *c, const struct viewer_track *track);

#endif
