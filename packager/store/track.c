/* A track's life: its samples come in, its segments begin and finish, it ends. */
#include "packager/store/track.h"

#include "media/core/err.h"
#include "packager/store/window.h"

#include <assert.h>

/* The lock is held. */
static void finish_segment(struct store_track *t, struct store_segment *segment)
{
    atomic_store_explicit(&segment->finished, true, memory_order_release);
    struct rational rate = t->info.frame_rate;
    int64_t frames = (int64_t)atomic_load(&segment->count);
    int64_t bps =
        timebase_muldiv_ceil(store_segment_length(segment) * 8, rate.num, rate.den * frames);
    if (bps > t->info.bandwidth_bps)
        t->segments_over_bandwidth++;
    if (bps > t->peak_segment_bps)
        t->peak_segment_bps = bps;
}

/* Makes room for sample `sequence`, and begins its segment where it is the first of one. The lock
 * is held. Where it fails, the window is as before. */
static int prepare(struct store_track *t, int64_t sequence)
{
    if (t->ended)
        return ERR_END;
    if (sequence != t->packets.end)
        return ERR_INVALID;
    int status = store_ring_reserve(&t->packets);
    if (status || sequence != t->next_segment_first)
        return status;
    status = store_ring_reserve(&t->segments);
    if (status)
        return status;
    int64_t end = timebase_segment_first_frame(t->segments.end + 1, t->info.segment_duration,
                                               t->info.frame_rate);
    struct store_segment *segment = store_segment_create(sequence, (size_t)(end - sequence));
    if (!segment)
        return ERR_NOMEM;
    store_ring_push(&t->segments, segment);
    t->next_segment_first = end;
    return ERR_OK;
}

/* Everything is ready; the lock is held. */
static struct store_place add_sample(struct store_track *t, struct blob *chunk)
{
    int64_t id = t->segments.end - 1;
    struct store_segment *segment = *store_ring_at(&t->segments, id);
    store_segment_append(segment, chunk);
    store_ring_push(&t->packets, NULL);
    t->bytes += (int64_t)chunk->size;
    t->store->bytes += (int64_t)chunk->size;
    t->store->started = true;
    if (t->packets.end != t->next_segment_first)
        return (struct store_place){.segment_id = id, .offset = store_segment_length(segment)};
    finish_segment(t, segment);
    return (struct store_place){.segment_id = id + 1, .offset = 0};
}

int store_append(struct store_track *t, int64_t sequence, struct blob *chunk,
                 struct store_place *next)
{
    if (!chunk)
        return ERR_INVALID;
    pthread_mutex_lock(&t->store->lock);
    int status = chunk->size ? prepare(t, sequence) : ERR_INVALID;
    if (!status)
        *next = add_sample(t, chunk);
    pthread_mutex_unlock(&t->store->lock);
    if (status)
        blob_unref(chunk);
    else
        store_window_settle(t);
    return status;
}

void store_end_track(struct store_track *t)
{
    pthread_mutex_lock(&t->store->lock);
    t->ended = true;
    if (t->segments.end > t->segments.first) {
        struct store_segment *newest = *store_ring_at(&t->segments, t->segments.end - 1);
        if (!atomic_load(&newest->finished))
            finish_segment(t, newest);
    }
    pthread_mutex_unlock(&t->store->lock);
    store_window_settle(t);
}

int64_t store_track_due(const struct store_track *t)
{
    const struct store *s = t->store;
    int64_t due = store_track_newest(t);
    size_t count = atomic_load(&s->track_count);
    for (size_t i = 0; i < count; i++) {
        const struct store_track *other = s->tracks[i];
        int64_t newest_us = timebase_frame_us(store_track_newest(other), other->info.frame_rate);
        int64_t now = timebase_frame_at_us(newest_us, t->info.frame_rate);
        due = now > due ? now : due;
    }
    return due;
}

bool store_is_late(struct store_track *t, int64_t sequence)
{
    pthread_mutex_lock(&t->store->lock);
    bool late = !t->ended && sequence > store_track_newest(t) && sequence <= store_track_due(t);
    pthread_mutex_unlock(&t->store->lock);
    return late;
}

void store_track_state(struct store_track *t, struct store_track_state *state)
{
    pthread_mutex_lock(&t->store->lock);
    *state = (struct store_track_state){
        .newest_sequence = store_track_newest(t),
        .oldest_sequence = t->packets.first,
        .newest_packet = t->newest_packet < t->packets.first ? -1 : t->newest_packet,
        .oldest_segment = t->segments.first,
        .newest_segment = t->segments.end - 1,
        .ended = t->ended,
        .bytes = (size_t)(t->bytes + t->held_bytes),
        .segments_over_bandwidth = t->segments_over_bandwidth,
        .peak_segment_bps = t->peak_segment_bps,
    };
    pthread_mutex_unlock(&t->store->lock);
}

const struct store_track_info *store_track_info(const struct store_track *t)
{
    return &t->info;
}
