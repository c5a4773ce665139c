#include "packager/ingest/input_tone.h"

#include <math.h>

enum { RATE = 48000, PITCHES = 10 };

static const double full_turn = 6.283185307179586;

int input_tone_pitch_hz(uint16_t channel)
{
    /* A pentatonic scale: channels heard together don't clash. */
    static const int pitches[PITCHES] = {220, 247, 277, 330, 370, 440, 494, 554, 659, 740};
    return pitches[channel % PITCHES];
}

/* Whole hertz repeat after a second, so that phases stay exact however long a channel runs. */
static double phase(int hz, int in_second)
{
    return full_turn * (double)((int64_t)hz * in_second % RATE) / RATE;
}

float input_tone_sample(uint16_t channel, int64_t index)
{
    int in_second = (int)(index % RATE);
    double value = 0.05 * sin(phase(input_tone_pitch_hz(channel), in_second));
    /* A cosine: the beep's very first sample stands out. */
    if (in_second < INPUT_TONE_BEEP_SAMPLES)
        value += 0.5 * cos(phase(INPUT_TONE_BEEP_HZ, in_second));
    return (float)value;
}
