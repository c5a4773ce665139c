#include "packager/store/window.h"

#include <stdint.h>

enum { US_PER_S = 1000000, TRASH_MAX = 64 };

/* What left the window under the lock and is freed after it. */
struct trash {
    struct blob *packets[TRASH_MAX];
    size_t count;
    struct store_segment *segments;
};

static void trash_empty(struct trash *trash)
{
    for (size_t i = 0; i < trash->count; i++)
        blob_unref(trash->packets[i]);
    while (trash->segments) {
        struct store_segment *segment = trash->segments;
        trash->segments = segment->next;
        store_segment_destroy(segment);
    }
}

int64_t store_window_configured_s(const struct store_limits *limits)
{
    return limits->window_us < US_PER_S ? 1 : limits->window_us / US_PER_S;
}

void store_window_init_track(struct store_track *t)
{
    struct rational rate = t->info.frame_rate;
    /* Rounded up, so that the sample that a reader computes for the window's far end is there. */
    t->window_frames =
        timebase_muldiv_ceil(t->store->limits.window_us, rate.num, rate.den * US_PER_S);
    t->kept_frames = timebase_muldiv_ceil(1, rate.num, rate.den);
    if (t->kept_frames > t->window_frames)
        t->kept_frames = t->window_frames;
}

struct store_segment *store_window_release(struct store_track *t, struct store_segment *segment)
{
    if (--segment->references)
        return NULL;
    t->held_bytes -= store_segment_length(segment);
    return segment;
}

/* Frames between the oldest and the newest sample of a track that has one. */
static int64_t span_frames(const struct store_track *t)
{
    return store_track_newest(t) - t->packets.first;
}

static void drop_bytes(struct store_track *t, int64_t bytes)
{
    t->bytes -= bytes;
    t->store->bytes -= bytes;
}

static void drop_segment(struct store_track *t, struct trash *trash)
{
    struct store_segment *segment = store_ring_shift(&t->segments);
    int64_t length = store_segment_length(segment);
    drop_bytes(t, length);
    t->held_bytes += length;
    atomic_store(&segment->expired, true);
    if (!store_window_release(t, segment))
        return;
    segment->next = trash->segments;
    trash->segments = segment;
}

static void drop_oldest_sample(struct store_track *t, struct trash *trash)
{
    struct blob *packet = store_ring_shift(&t->packets);
    if (packet) {
        drop_bytes(t, (int64_t)packet->size);
        trash->packets[trash->count++] = packet;
    }
    /* The packets that point into a segment are those of its samples but the last, and the one
     * before them: when its last sample is out, all of them are. */
    struct store_segment *oldest = *store_ring_at(&t->segments, t->segments.first);
    if (oldest->first_sequence + (int64_t)atomic_load(&oldest->count) <= t->packets.first)
        drop_segment(t, trash);
}

/* The track whose oldest sample is the oldest of all and may go, or NULL. */
static struct store_track *oldest_track(const struct store *s)
{
    struct store_track *oldest = NULL;
    int64_t oldest_us = INT64_MAX;
    size_t count = atomic_load(&s->track_count);
    for (size_t i = 0; i < count; i++) {
        struct store_track *t = s->tracks[i];
        if (span_frames(t) <= t->kept_frames)
            continue;
        int64_t us = timebase_frame_us(t->packets.first, t->info.frame_rate);
        if (us < oldest_us) {
            oldest_us = us;
            oldest = t;
        }
    }
    return oldest;
}

/* Returns whether more is to be trimmed than fits into the trash. */
static bool trim(struct store *s, struct store_track *t, struct trash *trash)
{
    while (span_frames(t) > t->window_frames && trash->count < TRASH_MAX)
        drop_oldest_sample(t, trash);
    while (s->bytes > 0 && (size_t)s->bytes > s->limits.max_bytes && trash->count < TRASH_MAX) {
        struct store_track *oldest = oldest_track(s);
        if (!oldest)
            break;
        drop_oldest_sample(oldest, trash);
        s->short_window = true;
    }
    return trash->count == TRASH_MAX;
}

/* The whole seconds that every track really has. */
static int64_t available_s(const struct store *s)
{
    int64_t least = store_window_configured_s(&s->limits);
    size_t count = atomic_load(&s->track_count);
    for (size_t i = 0; i < count; i++) {
        const struct store_track *t = s->tracks[i];
        if (!t->packets.end)
            continue;
        int64_t seconds = timebase_frame_us(span_frames(t), t->info.frame_rate) / US_PER_S;
        if (seconds < least)
            least = seconds;
    }
    return least > 0 ? least : 1;
}

/* Down at once, up only by a second less than there is once that is two seconds more: the bytes
 * that a whole segment frees would have the figure jump up and down otherwise. */
static void advertise(struct store *s)
{
    int64_t configured = store_window_configured_s(&s->limits);
    if (!s->short_window || s->closing)
        return;
    int64_t seconds = available_s(s);
    if (seconds >= configured) {
        s->short_window = false;
        s->advertised = configured;
    } else if (seconds < s->advertised) {
        s->advertised = seconds;
    } else if (seconds >= s->advertised + 2) {
        s->advertised = seconds - 1;
    }
}

/* Returns whether more is to go than fits into the trash. */
static bool trim_before(struct store_track *t, int64_t before_us, struct trash *trash)
{
    while (t->packets.first < t->packets.end &&
           timebase_frame_us(t->packets.first + 1, t->info.frame_rate) <= before_us) {
        if (trash->count == TRASH_MAX)
            return true;
        drop_oldest_sample(t, trash);
    }
    return false;
}

void store_trim_before(struct store *s, int64_t before_us)
{
    bool more = true;
    while (more) {
        struct trash trash;
        trash.count = 0;
        trash.segments = NULL;
        more = false;
        pthread_mutex_lock(&s->lock);
        s->closing = true;
        size_t count = atomic_load(&s->track_count);
        for (size_t i = 0; i < count && !more; i++)
            more = trim_before(s->tracks[i], before_us, &trash);
        pthread_mutex_unlock(&s->lock);
        trash_empty(&trash);
    }
}

void store_window_settle(struct store_track *t)
{
    struct store *s = t->store;
    bool more = true;
    while (more) {
        struct trash trash;
        trash.count = 0;
        trash.segments = NULL;
        pthread_mutex_lock(&s->lock);
        more = trim(s, t, &trash);
        advertise(s);
        pthread_mutex_unlock(&s->lock);
        trash_empty(&trash);
    }
    pthread_mutex_lock(&s->listener_lock);
    if (s->changed)
        s->changed(s->changed_context, t);
    pthread_mutex_unlock(&s->listener_lock);
}
