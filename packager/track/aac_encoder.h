/* AAC-LC, 48 kHz, stereo, by libavcodec; its delay taken off: frame n is the one whose decoding
 * gives the samples that went in as frame n (after frame n - 1, whose half it overlaps).
 * Thread-safety: belongs to one thread at a time. */
#ifndef PACKAGER_TRACK_AAC_ENCODER_H
#define PACKAGER_TRACK_AAC_ENCODER_H

#include "media/core/timebase.h"

#include <stddef.h>
#include <stdint.h>

/* The most that the encoder spends in duration seconds (> 0), as a rate. libavcodec's has no hard
 * limit, so this is measured, on noise, clicks and square waves that come and go, at 16 to 512
 * kbit/s: up to 77 kbit more in one second, 85 kbit in two, and up to 26 kbit/s more for good below
 * 32 kbit/s, 17 kbit/s above. */
int64_t aac_encoder_peak_bps(int64_t bitrate_bps, struct rational duration);

struct aac_encoder;

/* bitrate_bps 8000..576000, ERR_INVALID otherwise; ERR_UNSUPPORTED where libavcodec was built
 * without its encoder; ERR_NOMEM, ERR_STATE. */
int aac_encoder_create(int64_t bitrate_bps, struct aac_encoder **out);
void aac_encoder_destroy(struct aac_encoder *e); /* NULL is fine */

/* 1024 samples for each of two channels, frame `sequence` (consecutive from 0). Samples outside
 * -1..1 are clipped, those that are no number become silence. */
int aac_encoder_give(struct aac_encoder *e, const float *const planes[2], int64_t sequence);

struct aac_frame {
    int64_t sequence;
    const uint8_t *data; /* a raw_data_block; the encoder's until the next call */
    size_t size;
};

/* The next frame; ERR_AGAIN: give it more first. */
int aac_encoder_take(struct aac_encoder *e, struct aac_frame *out);

#endif
