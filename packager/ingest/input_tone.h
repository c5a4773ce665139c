/* The sound of test: a quiet tone without end, whose pitch tells the channel, and a loud beep at
 * each whole second of channel time.
 * Thread-safety: pure, any thread. */
#ifndef PACKAGER_INGEST_INPUT_TONE_H
#define PACKAGER_INGEST_INPUT_TONE_H

#include <stdint.h>

enum {
    INPUT_TONE_BEEP_HZ = 1000,
    INPUT_TONE_BEEP_SAMPLES = 3840, /* 80 ms; the first is a multiple of 48000, at full height */
};

/* The tone's pitch, 220..740 Hz; ten different ones. */
int input_tone_pitch_hz(uint16_t channel);

/* Sample number index (>= 0) of a channel's sound at 48 kHz, -1..1. The tone's peak is 0.05, the
 * beep's 0.5: 20 dB above it. */
float input_tone_sample(uint16_t channel, int64_t index);

#endif
