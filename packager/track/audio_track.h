/* The sound of a channel: AAC-LC, 1024 samples a frame, one chunk and one Initialization Packet
 * each (H19). The encoder's delay is taken off the time stamps: what a decoder puts out for frame n
 * are the samples that went in as frame n. Thread-safety: belongs to one thread at a time. */
#ifndef PACKAGER_TRACK_AUDIO_TRACK_H
#define PACKAGER_TRACK_AUDIO_TRACK_H

#include "packager/store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum { AUDIO_TRACK_FRAME = 1024, AUDIO_TRACK_RATE = 48000, AUDIO_TRACK_CHANNELS = 2 };

struct audio_track;

struct audio_track_config {
    int64_t bitrate_bps;
    struct rational segment_duration;
    const char *id;
    const char *language; /* ISO 639-2, "und" */
    struct store *store;
};

int audio_track_create(const struct audio_track_config *config, struct audio_track **out);
void audio_track_destroy(struct audio_track *t); /* NULL is fine */

/* Samples of frame `sequence` (consecutive from 0), captured at capture_utc_us. Chunks reach the
 * store as the encoder gives them, a frame or two later. */
int audio_track_push(struct audio_track *t, const float *const planes[AUDIO_TRACK_CHANNELS],
                     int64_t sequence, int64_t capture_utc_us, bool manifest_update);

int64_t audio_track_cpu_us(const struct audio_track *t); /* any thread */

/* HESP 3.2.13 bandwidth: bit rate + what the encoder may spend beyond it / segment duration + frame
 * rate x box overhead. */
int64_t audio_track_bandwidth_bps(int64_t bitrate_bps, struct rational segment_duration);

#endif
