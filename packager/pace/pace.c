#include "packager/pace/pace.h"
#include "media/core/err.h"
#include "packager/pace/offset.h"
#include "packager/pace/pictures.h"

#include <assert.h>
#include <stdlib.h>

static const int ahead_pictures = 8; /* a paced source is read ahead as far as this ... */
static const int64_t ahead_sound_us = 200000;
static const int64_t most_sound_us = 4000000; /* ... and no further than this */
static const int64_t live_span_us = 1000000;
static const int64_t apart_us = 45000;
/* Sound that comes later than this after its picture is not waited for. */
static const int64_t sound_lag_us = 800000;
/* Pictures later than this are believed only when so many in a row are: where pictures stop for a
 * while, those that a decoder holds back come out with what follows, as old as the stop is long. */
static const int64_t outlier_us = 300000;
static const int outliers_most = 8;
static const int64_t sound_early_us = 3000; /* that sound may be taken before its time */

struct pace {
    struct pace_config config;
    struct pace_source source;
    struct pace_timeline timeline;
    struct pace_offset offset;
    struct pace_pictures pictures;
    struct pace_sound sound;
    int64_t half_slot_us; /* a picture is shown up to a slot after it is due, so sound comes half of
                             one later as well */
    bool ready;           /* a paced source may start */
    bool seen_picture;
    int64_t picture_need_us; /* of the last one */
    int late_pictures;       /* in a row */
    int64_t dropped_pictures;
    struct pace_slots slots[PACE_STREAMS];
    int64_t jumps_before; /* of the time stamps, before the last beginning */
};

static int64_t sound_limit_us(const struct pace *p)
{
    int64_t limit_us = apart_us - p->half_slot_us - PACE_PHASE_MAX_US;
    return limit_us > 15000 ? limit_us : 15000;
}

void pace_set_slot_rate(struct pace *p, struct rational slot_rate)
{
    p->half_slot_us = timebase_frame_us(1, slot_rate) / 2;
    pace_sound_set_limit(&p->sound, sound_limit_us(p));
}

int pace_create(const struct pace_config *config, struct pace **out)
{
    struct pace *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_NOMEM;
    p->config = *config;
    for (int i = 0; i < PACE_STREAMS; i++)
        p->slots[i] = (struct pace_slots){INT64_MIN, INT64_MIN};
    p->half_slot_us = timebase_frame_us(1, config->slot_rate) / 2;
    int status = pace_sound_init(&p->sound, sound_limit_us(p));
    if (status) {
        free(p);
        return status;
    }
    pace_pictures_init(&p->pictures);
    pace_begin(p, &(struct pace_source){.max_step_us = live_span_us});
    *out = p;
    return 0;
}

/* Drops the first picture. */
static void drop(struct pace *p)
{
    struct pace_picture picture = pace_pictures_pop(&p->pictures);
    p->config.release(picture.picture);
    p->dropped_pictures++;
}

void pace_destroy(struct pace *p)
{
    if (!p)
        return;
    while (p->pictures.count)
        drop(p);
    pace_sound_finish(&p->sound);
    free(p);
}

void pace_begin(struct pace *p, const struct pace_source *source)
{
    assert(source->max_step_us > 0);
    while (p->pictures.count)
        drop(p);
    p->source = *source;
    pace_pictures_init(&p->pictures);
    pace_sound_clear(&p->sound);
    p->jumps_before += p->timeline.jumps;
    pace_timeline_init(&p->timeline, !source->paced, source->max_step_us);
    pace_offset_init(&p->offset, source->paced);
    p->ready = false;
    p->seen_picture = false;
    p->late_pictures = 0;
}

/* A paced source's offset is set by its first slot; from then on only what is late changes it. */
static void observe(struct pace *p, int64_t need_us, int64_t now_us)
{
    if (!p->source.paced || p->offset.known)
        pace_offset_observe(&p->offset, need_us, now_us);
}

static void observe_picture(struct pace *p, int64_t need_us, int64_t now_us)
{
    bool late = p->offset.known && need_us > p->offset.offset_us + outlier_us;
    p->late_pictures = late ? p->late_pictures + 1 : 0;
    if (!late || p->late_pictures > outliers_most)
        observe(p, need_us, now_us);
}

/* A live feed has brought more than can be held: the oldest go, and the next one is due now. */
static void make_room(struct pace *p, int64_t now_us)
{
    bool full = p->pictures.count == PACE_PICTURES_MAX;
    if (!full && (p->source.paced || pace_pictures_span_us(&p->pictures) <= live_span_us))
        return;
    drop(p);
    if (p->source.paced)
        return;
    while (pace_pictures_span_us(&p->pictures) > live_span_us)
        drop(p);
    int64_t due_us = now_us - p->pictures.ring[p->pictures.first].pts_us;
    if (p->pictures.count && due_us < p->offset.offset_us)
        pace_offset_set(&p->offset, due_us, now_us);
}

void pace_put_picture(struct pace *p, void *picture, int64_t pts_us, int64_t duration_us,
                      int64_t capture_utc_us, int64_t now_us)
{
    make_room(p, now_us);
    struct pace_picture put = {.picture = picture, .capture_utc_us = capture_utc_us};
    put.pts_us = pace_timeline_map(&p->timeline, PACE_PICTURES, pts_us, duration_us, now_us);
    p->picture_need_us = now_us - put.pts_us;
    p->seen_picture = true;
    observe_picture(p, p->picture_need_us, now_us);
    pace_pictures_put(&p->pictures, &put);
    p->ready |= pace_full(p);
}

void pace_put_sound(struct pace *p, const float *const planes[PACE_SOUND_CHANNELS], int count,
                    int64_t pts_us, int64_t now_us)
{
    int64_t duration_us = timebase_muldiv_floor(count, 1000000, PACE_SOUND_RATE);
    int64_t feed_us = pace_timeline_map(&p->timeline, PACE_SOUND, pts_us, duration_us, now_us);
    int64_t need_us = now_us - feed_us - p->half_slot_us + sound_early_us;
    if (!p->seen_picture || need_us < p->picture_need_us + sound_lag_us)
        observe(p, need_us, now_us);
    pace_sound_put(&p->sound, planes, count, feed_us);
    p->ready |= pace_full(p);
}

bool pace_full(const struct pace *p)
{
    if (!p->source.paced)
        return false;
    int64_t sound_us = pace_sound_waiting_us(&p->sound);
    if (p->pictures.count == PACE_PICTURES_MAX || sound_us >= most_sound_us)
        return true;
    bool pictures = !p->source.pictures || p->pictures.count >= ahead_pictures;
    bool sound = !p->source.sound || sound_us >= ahead_sound_us;
    return pictures && sound;
}

void pace_rewind(struct pace *p)
{
    pace_timeline_rewind(&p->timeline);
}

void pace_end(struct pace *p)
{
    p->ready = true;
}

bool pace_empty(const struct pace *p)
{
    return p->pictures.count == 0 && pace_sound_waiting_us(&p->sound) == 0;
}

/* The first slot of a paced source gets its first picture. */
static void start_paced(struct pace *p, int64_t slot_us)
{
    bool sound = p->sound.head < p->sound.tail;
    if (!p->source.paced || p->offset.known || !p->ready || (!sound && !p->pictures.count))
        return;
    int64_t first_us = INT64_MAX;
    if (sound)
        first_us = pace_sound_first_us(&p->sound);
    if (p->pictures.count && p->pictures.ring[p->pictures.first].pts_us < first_us)
        first_us = p->pictures.ring[p->pictures.first].pts_us;
    pace_offset_set(&p->offset, slot_us - first_us, slot_us);
}

bool pace_take_picture(struct pace *p, int64_t slot_us, struct pace_taken *taken)
{
    p->slots[PACE_PICTURES].asked_us = slot_us;
    start_paced(p, slot_us);
    if (!p->offset.known)
        return false;
    int due = pace_pictures_due(&p->pictures, slot_us - p->offset.offset_us);
    if (due == 0)
        return false;
    while (due-- > 1)
        drop(p);
    struct pace_picture picture = pace_pictures_pop(&p->pictures);
    *taken = (struct pace_taken){.picture = picture.picture,
                                 .pts_us = picture.pts_us,
                                 .capture_utc_us = picture.capture_utc_us};
    p->slots[PACE_PICTURES].given_us = slot_us;
    return true;
}

void pace_take_sound(struct pace *p, int64_t slot_us, int count,
                     float *const planes[PACE_SOUND_CHANNELS])
{
    if (p->offset.known)
        pace_sound_take(&p->sound, slot_us - p->offset.offset_us - p->half_slot_us, count, planes);
    else
        pace_sound_silence(&p->sound, count, planes);
    p->slots[PACE_SOUND].asked_us = slot_us;
    if (p->sound.running)
        p->slots[PACE_SOUND].given_us = slot_us;
}

void pace_counts(const struct pace *p, struct pace_counts *counts)
{
    *counts = (struct pace_counts){.dropped_pictures = p->dropped_pictures,
                                   .silent_samples = p->sound.silent_samples,
                                   .discontinuities = p->jumps_before + p->timeline.jumps,
                                   .sound_jumps = p->sound.jumps,
                                   .slots = {p->slots[PACE_PICTURES], p->slots[PACE_SOUND]},
                                   .offset_us = p->offset.known ? p->offset.offset_us : 0};
}
