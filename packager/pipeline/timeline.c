#include "packager/pipeline/timeline.h"

#include <assert.h>
#include <math.h>

enum { US_PER_S = 1000000, SCALE_MAX = 100000000, SAMPLE_RATE = 48000 };

int64_t timeline_common_scale(int64_t a, int64_t b)
{
    struct rational r = timebase_reduce((struct rational){a, b});
    return r.num <= SCALE_MAX / b ? r.num * b : 0;
}

static int64_t microseconds(struct rational seconds)
{
    return timebase_muldiv_floor(seconds.num, US_PER_S, seconds.den);
}

/* start + frames / rate */
static struct rational moment_after(struct rational start, int64_t frames, struct rational rate)
{
    int64_t scale = timeline_common_scale(start.den, rate.num);
    if (scale)
        return timebase_reduce((struct rational){
            start.num * (scale / start.den) + frames * rate.den * (scale / rate.num), scale});
    return timebase_reduce(
        (struct rational){microseconds(start) + timebase_frame_us(frames, rate), US_PER_S});
}

struct timeline timeline_following(const struct timeline *t, int64_t end_frame,
                                   struct rational video_rate, double segment_duration_s)
{
    struct timeline next = {.start = moment_after(t->start, end_frame, t->video_rate),
                            .video_rate = video_rate,
                            .audio_rate = t->audio_rate,
                            .segment_duration =
                                timeline_whole_frames(segment_duration_s, video_rate)};
    next.start_us = t->start_us - microseconds(t->start) + microseconds(next.start);
    return next;
}

int64_t timeline_first_sample(const struct timeline *t)
{
    return timebase_muldiv_floor(t->start.num, SAMPLE_RATE, t->start.den);
}

int64_t timeline_video_us(const struct timeline *t, int64_t frame)
{
    return t->start_us + timebase_frame_us(frame, t->video_rate);
}

int64_t timeline_audio_us(const struct timeline *t, int64_t frame)
{
    return t->start_us + timebase_frame_us(frame, t->audio_rate);
}

struct rational timeline_whole_frames(double seconds, struct rational rate)
{
    int64_t frames = llround(seconds * (double)rate.num / (double)rate.den);
    if (frames < 1)
        frames = 1;
    return timebase_reduce((struct rational){frames * rate.den, rate.num});
}

int64_t timeline_end_frame(const struct timeline *t, int64_t now_us, int64_t ahead_us)
{
    assert(ahead_us >= 2000000);
    int64_t elapsed_us = now_us - t->start_us;
    if (elapsed_us < 0)
        elapsed_us = 0;
    int64_t end = timebase_frame_at_us(elapsed_us + ahead_us, t->video_rate) + 1;
    int64_t last_segment = timebase_segment_of_frame(end, t->segment_duration, t->video_rate);
    int64_t first = timebase_segment_first_frame(last_segment, t->segment_duration, t->video_rate);
    /* Sound's segment begins up to a frame of sound later, and has to last a second too. */
    int64_t least_us = 1000000 + timebase_frame_us(1, t->audio_rate) + 1;
    int64_t least = timebase_muldiv_ceil(least_us, t->video_rate.num, t->video_rate.den * 1000000);
    int64_t next =
        timebase_segment_first_frame(last_segment + 1, t->segment_duration, t->video_rate);
    if (end > first && end < first + least)
        end = first + least < next ? first + least : next;
    return end;
}

int64_t timeline_audio_frames(const struct timeline *t, int64_t video_frames)
{
    return timebase_muldiv_ceil(video_frames * t->video_rate.den, t->audio_rate.num,
                                t->audio_rate.den * t->video_rate.num);
}
