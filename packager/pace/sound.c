#include "packager/pace/sound.h"
#include "media/core/err.h"
#include "media/core/timebase.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const int64_t gap_us = 40000;      /* stamps that are further off than this are believed */
static const int64_t lost_us = 1000000;   /* and beyond this, nothing that is held counts */
static const int64_t stamp_weight = 32;   /* how slowly the smaller ones are followed */
static const int64_t history = 4800;      /* samples kept after they were taken */
static const int64_t late_from = 384;     /* 8 ms */
static const int64_t early_from = -96;    /* 2 ms: what is taken early may not be there yet */
static const int64_t correct_until = 48;  /* 1 ms */
static const int64_t correct_gain = 192;  /* 4 ms off is one sample a take */
static const int64_t correct_share = 200; /* 0.5 % at most */
static const int64_t rounding = 2;

void pace_sound_set_limit(struct pace_sound *s, int64_t limit_us)
{
    s->limit = timebase_muldiv_floor(limit_us, PACE_SOUND_RATE, 1000000);
}

int pace_sound_init(struct pace_sound *s, int64_t limit_us)
{
    memset(s, 0, sizeof *s);
    pace_sound_set_limit(s, limit_us);
    for (int c = 0; c < PACE_SOUND_CHANNELS; c++) {
        s->ring[c] = calloc(PACE_SOUND_CAPACITY, sizeof *s->ring[c]);
        if (!s->ring[c])
            goto fail;
    }
    return 0;
fail:
    pace_sound_finish(s);
    return ERR_NOMEM;
}

void pace_sound_finish(struct pace_sound *s)
{
    for (int c = 0; c < PACE_SOUND_CHANNELS; c++)
        free(s->ring[c]);
    memset(s, 0, sizeof *s);
}

void pace_sound_clear(struct pace_sound *s)
{
    s->anchored = false;
    s->overlapping = false;
    s->running = false;
    s->correcting = false;
    s->head = s->tail = s->at = 0;
}

static int64_t time_of(const struct pace_sound *s, int64_t index)
{
    return s->base_us + timebase_muldiv_floor(index, 1000000, PACE_SOUND_RATE);
}

static int64_t samples_in(int64_t us)
{
    return timebase_muldiv_floor(us * 12 + 125, 1, 250); /* 48000 / 10^6 is 6 / 125 */
}

int64_t pace_sound_first_us(const struct pace_sound *s)
{
    assert(s->head < s->tail);
    return time_of(s, s->head);
}

int64_t pace_sound_waiting_us(const struct pace_sound *s)
{
    int64_t from = s->at > s->head ? s->at : s->head;
    return from < s->tail ? timebase_muldiv_floor(s->tail - from, 1000000, PACE_SOUND_RATE) : 0;
}

/* Appends count samples, or count zeros where source is NULL. The oldest ones give way. */
static void append(struct pace_sound *s, const float *const *source, int64_t from, int64_t count)
{
    if (count > PACE_SOUND_CAPACITY) {
        from += count - PACE_SOUND_CAPACITY;
        s->tail += count - PACE_SOUND_CAPACITY;
        count = PACE_SOUND_CAPACITY;
    }
    for (int64_t done = 0; done < count;) {
        int64_t at = (s->tail + done) & (PACE_SOUND_CAPACITY - 1);
        int64_t run =
            PACE_SOUND_CAPACITY - at < count - done ? PACE_SOUND_CAPACITY - at : count - done;
        for (int c = 0; c < PACE_SOUND_CHANNELS; c++) {
            if (source)
                memcpy(s->ring[c] + at, source[c] + from + done, (size_t)run * sizeof(float));
            else
                memset(s->ring[c] + at, 0, (size_t)run * sizeof(float));
        }
        done += run;
    }
    s->tail += count;
    if (s->tail - s->head > PACE_SOUND_CAPACITY)
        s->head = s->tail - PACE_SOUND_CAPACITY;
}

void pace_sound_put(struct pace_sound *s, const float *const planes[PACE_SOUND_CHANNELS], int count,
                    int64_t pts_us)
{
    int64_t skip = 0;
    int64_t off_us = s->anchored ? pts_us - time_of(s, s->tail) : 0;
    bool overlaps = s->anchored && off_us < (s->overlapping ? 0 : -gap_us);
    if (!s->anchored || llabs(off_us) > lost_us) {
        pace_sound_clear(s);
        s->anchored = true;
        s->base_us = pts_us;
    } else if (off_us > gap_us) {
        append(s, NULL, 0, samples_in(off_us));
    } else if (overlaps) {
        skip = samples_in(-off_us);
    } else {
        s->base_us += off_us / stamp_weight;
    }
    s->overlapping = skip >= count;
    if (skip < count)
        append(s, planes, skip, count - skip);
}

/* The samples from `at` on; zeros where there are none. */
static void copy_out(struct pace_sound *s, int count, float *const planes[PACE_SOUND_CHANNELS])
{
    int64_t from = s->at > s->head ? s->at : s->head;
    int64_t end = s->at + count < s->tail ? s->at + count : s->tail;
    int64_t have = from < end ? end - from : 0;

    for (int c = 0; c < PACE_SOUND_CHANNELS; c++) {
        if (have < count)
            memset(planes[c], 0, (size_t)count * sizeof(float));
        for (int64_t done = 0; done < have;) {
            int64_t at = (from + done) & (PACE_SOUND_CAPACITY - 1);
            int64_t run =
                PACE_SOUND_CAPACITY - at < have - done ? PACE_SOUND_CAPACITY - at : have - done;
            memcpy(planes[c] + (from - s->at) + done, s->ring[c] + at, (size_t)run * sizeof(float));
            done += run;
        }
    }
    s->silent_samples += count - have;
    s->running = have == count;
}

/* A cubic (Catmull-Rom) through the four samples around index + x, 0 <= x < 1. */
static float between(const float *ring, int64_t index, float x)
{
    const int64_t mask = PACE_SOUND_CAPACITY - 1;
    float a = ring[(index - 1) & mask], b = ring[index & mask];
    float c = ring[(index + 1) & mask], d = ring[(index + 2) & mask];
    float slope = (c - a) / 2, curve = a - 2.5f * b + 2 * c - d / 2;
    float twist = (d - a) / 2 + 1.5f * (b - c);
    return ((twist * x + curve) * x + slope) * x + b;
}

/* count samples out of the next `used` ones. */
static void stretch_out(struct pace_sound *s, int count, int64_t used,
                        float *const planes[PACE_SOUND_CHANNELS])
{
    for (int i = 0; i < count; i++) {
        int64_t at = i * used;
        float x = (float)(at % count) / (float)count;
        for (int c = 0; c < PACE_SOUND_CHANNELS; c++)
            planes[c][i] = between(s->ring[c], s->at + at / count, x);
    }
    s->running = true;
}

/* How many samples more than count to use up, for being late by `off` (early: negative). */
static int64_t correction(struct pace_sound *s, int64_t off, int count)
{
    int64_t most = count / correct_share;
    if (off > late_from || off < early_from)
        s->correcting = true;
    if (llabs(off) < correct_until)
        s->correcting = false;
    if (!s->correcting || most == 0)
        return 0;
    int64_t more = off / correct_gain + (off > 0 ? 1 : -1);
    return more > most ? most : more < -most ? -most : more;
}

void pace_sound_silence(struct pace_sound *s, int count, float *const planes[PACE_SOUND_CHANNELS])
{
    for (int c = 0; c < PACE_SOUND_CHANNELS; c++)
        memset(planes[c], 0, (size_t)count * sizeof(float));
    s->silent_samples += count;
    s->running = false;
}

void pace_sound_take(struct pace_sound *s, int64_t feed_us, int count,
                     float *const planes[PACE_SOUND_CHANNELS])
{
    if (!s->anchored) {
        pace_sound_silence(s, count, planes);
        return;
    }
    int64_t off = samples_in(feed_us - s->base_us) - s->at;
    if (llabs(off) > (s->running ? s->limit : rounding)) {
        s->jumps += s->running;
        s->at += off;
        off = 0;
    }
    int64_t used = count + correction(s, off, count);
    bool enough = s->at - 1 >= s->head && s->at + used + 2 <= s->tail;
    if (used == count || !enough) {
        used = count;
        copy_out(s, count, planes);
    } else {
        stretch_out(s, count, used, planes);
    }
    s->at += used;
    if (s->at - history > s->head)
        s->head = s->at - history < s->tail ? s->at - history : s->tail;
}
