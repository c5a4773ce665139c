/* The newest samples of a channel's sound, by their number: where a Presentation follows another,
 * both want some of the same. Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_PIPELINE_RECENT_SOUND_H
#define PACKAGER_PIPELINE_RECENT_SOUND_H

#include "packager/ingest/input.h"

#include <stdbool.h>
#include <stdint.h>

/* 341 ms: sound that is later than 300 ms becomes silence (see sound.c). */
enum { RECENT_SOUND_SAMPLES = 16384 };

/* Zero-filled is empty, and sample 0 comes first. */
struct recent_sound {
    float ring[INPUT_CHANNELS][RECENT_SOUND_SAMPLES];
    int64_t next; /* the number of the sample that is put next */
};

/* Appends count samples, which follow the last ones. */
void recent_sound_put(struct recent_sound *r, const float *const planes[INPUT_CHANNELS], int count);

/* Copies samples first to first + count - 1; silence for those that are not there. */
void recent_sound_copy(const struct recent_sound *r, int64_t first, int count,
                       float *const planes[INPUT_CHANNELS]);

#endif
