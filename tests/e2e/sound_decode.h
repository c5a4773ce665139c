/* Decodes what a viewer of an audio track got, by libavformat and libavcodec, as a player does.
 * Thread-safety: pure functions on the caller's data. */
#ifndef TESTS_E2E_SOUND_DECODE_H
#define TESTS_E2E_SOUND_DECODE_H

#include "e2e/viewer.h"

struct sound {
    float *left;   /* owned */
    int64_t first; /* media time of left[0] in samples */
    size_t count, room; /* samples of left: used, allocated */
};

/* header: an audio packet. The samples are joined to it as they stand; the first of them is the
 * decoder's preroll, whose sound is left out. false: error is one line, and there is nothing to
 * finish. An error of the demuxer or decoder, and a frame that does not follow the one before
 * without a gap, is such a failure. */
bool sound_decode(const struct viewer_packet *header, const struct viewer_samples *samples,
                  struct sound *sound, char error[VIEWER_ERROR_BYTES]);
void sound_finish(struct sound *sound);

#endif
