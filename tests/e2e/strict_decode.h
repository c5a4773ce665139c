/* Decodes samples of a rung as strictly as can be, and demands of each picture what HESP wants: a
 * legal bitstream (H21, H25), out at once, at the time of its sequence number (H5), stamped with
 * that number and with the capture time that its prft tells.
 * Thread-safety: pure functions on the caller's data. */
#ifndef TESTS_E2E_STRICT_DECODE_H
#define TESTS_E2E_STRICT_DECODE_H

#include "e2e/viewer.h"

#include <libavutil/frame.h>

enum { STRICT_ERROR_BYTES = 320 };

struct strict_stream {
    const struct viewer_track *track;
    const struct viewer_packet *header; /* whose avcC is used */
    bool joined;                        /* header's own sample comes first */
    const struct viewer_sample *samples;
    size_t count;
    uint16_t channel; /* that the stamps show */
    bool may_repeat;  /* pictures may be repeats of earlier ones; the packager says so */
};

struct strict_pictures {
    AVFrame **list; /* owned, one for each sample */
    size_t count;
    int64_t first; /* the sequence number of list[0]; the others follow it without a gap */
    size_t repeats;
};

/* false: error is one line; out is to be finished in any case. */
bool strict_decode(const struct strict_stream *in, struct strict_pictures *out,
                   char error[STRICT_ERROR_BYTES]);
void strict_pictures_finish(struct strict_pictures *p);

/* The picture of this number, NULL where it isn't there. */
const AVFrame *strict_picture(const struct strict_pictures *p, int64_t sequence);

#endif
