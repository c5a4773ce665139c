/* Whether the pictures of test channels are those that they ought to be. A channel's stamp number
 * is learnt from its first picture; a channel whose first picture has no stamp has none at all.
 * Shared by all viewers of a run. Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_DECODE_STAMP_CHECK_H
#define PLAYER_SIM_DECODE_STAMP_CHECK_H

#include "media/stamp/stamp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STAMP_CHECK_CHANNELS_MAX = 256, STAMP_CHECK_TEXT_BYTES = 160 };

struct stamp_check {
    struct {
        bool seen, stamped;
        uint16_t number;
    } channels[STAMP_CHECK_CHANNELS_MAX];
};

/* What one stream has shown so far. */
struct stamp_check_stream {
    bool any;
    uint32_t frame; /* the last one's */
};

void stamp_check_init(struct stamp_check *c);

/* Looks at the picture of frame `sequence` of a channel; stamp NULL: none could be read. capture_us
 * is what came with the frame (-1: nothing). A picture is right that shows the channel's number and
 * frame `sequence`, captured when its prft says (within the stamp's 100 us); or a repeat: an
 * earlier frame than its sequence number, never one before that which the stream has shown already
 * (a packager whose feed or encoder is late repeats pictures; *repeated says so). false: it is
 * wrong; text is one line. */
bool stamp_check_picture(struct stamp_check *c, struct stamp_check_stream *stream, size_t channel,
                         int64_t sequence, int64_t capture_us, const struct stamp *stamp,
                         bool *repeated, char text[STAMP_CHECK_TEXT_BYTES]);

/* Two channels that show the same number can't be told apart: whether there are such, and which. */
bool stamp_check_ambiguous(const struct stamp_check *c, size_t *first, size_t *second);

#endif
