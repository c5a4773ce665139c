#include "packager/pipeline/recent_sound.h"

void recent_sound_put(struct recent_sound *r, const float *const planes[INPUT_CHANNELS], int count)
{
    for (int i = 0; i < count; i++, r->next++)
        for (int c = 0; c < INPUT_CHANNELS; c++)
            r->ring[c][r->next % RECENT_SOUND_SAMPLES] = planes[c][i];
}

void recent_sound_copy(const struct recent_sound *r, int64_t first, int count,
                       float *const planes[INPUT_CHANNELS])
{
    for (int i = 0; i < count; i++) {
        int64_t n = first + i;
        bool there = n >= 0 && n < r->next && n >= r->next - RECENT_SOUND_SAMPLES;
        for (int c = 0; c < INPUT_CHANNELS; c++)
            planes[c][i] = there ? r->ring[c][n % RECENT_SOUND_SAMPLES] : 0;
    }
}
