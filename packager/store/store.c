#include "packager/store/store.h"

#include "media/core/err.h"
#include "packager/store/track.h"
#include "packager/store/window.h"

#include <stdlib.h>
#include <string.h>

enum { SEGMENT_FRAMES_MAX = 1 << 24 };

int store_create(const struct store_limits *limits, struct store **out)
{
    if (limits->window_us <= 0 || !limits->max_bytes)
        return ERR_INVALID;
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->listener_lock, NULL);
    s->limits = *limits;
    s->advertised = store_window_configured_s(limits);
    atomic_init(&s->track_count, 0);
    *out = s;
    return ERR_OK;
}

void store_set_max_bytes(struct store *s, size_t max_bytes)
{
    pthread_mutex_lock(&s->lock);
    s->limits.max_bytes = max_bytes;
    pthread_mutex_unlock(&s->lock);
}

static void destroy_track(struct store_track *t)
{
    while (t->packets.first < t->packets.end)
        blob_unref(store_ring_shift(&t->packets));
    while (t->segments.first < t->segments.end)
        store_segment_destroy(store_ring_shift(&t->segments));
    store_ring_finish(&t->packets);
    store_ring_finish(&t->segments);
    free(t);
}

void store_destroy(struct store *s)
{
    if (!s)
        return;
    size_t count = atomic_load(&s->track_count);
    for (size_t i = 0; i < count; i++)
        destroy_track(s->tracks[i]);
    pthread_mutex_destroy(&s->listener_lock);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static bool id_is_valid(const char id[32])
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";
    size_t length = strnlen(id, 32);
    return length > 0 && length < 32 && strspn(id, allowed) == length;
}

/* A segment has at least one frame, or its number could not rise by one (H24). */
static bool segments_are_valid(struct rational duration, struct rational rate)
{
    if (rate.num <= 0 || rate.den <= 0 || duration.num <= 0 || duration.den <= 0)
        return false;
    if (rate.num > INT32_MAX || rate.den > INT32_MAX || duration.num > INT32_MAX ||
        duration.den > INT32_MAX)
        return false;
    int64_t frames = duration.num * rate.num / (duration.den * rate.den);
    return frames >= 1 && frames < SEGMENT_FRAMES_MAX;
}

/* The lock is held. */
static int check_track(const struct store *s, const struct store_track_info *info)
{
    if (s->started)
        return ERR_STATE;
    if (!id_is_valid(info->id) || info->bandwidth_bps < 0 ||
        !segments_are_valid(info->segment_duration, info->frame_rate))
        return ERR_INVALID;
    size_t count = atomic_load(&s->track_count);
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(s->tracks[i]->info.id, info->id))
            return ERR_EXISTS;
    }
    return count < STORE_TRACKS_MAX ? ERR_OK : ERR_FULL;
}

int store_add_track(struct store *s, const struct store_track_info *info,
                    const struct store_packet_maker *maker, struct store_track **out)
{
    struct store_track *t = calloc(1, sizeof *t);
    if (!t)
        return ERR_NOMEM;
    t->store = s;
    t->info = *info;
    if (maker)
        t->maker = *maker;
    t->newest_packet = -1;
    pthread_mutex_lock(&s->lock);
    int status = check_track(s, info);
    if (!status) {
        store_window_init_track(t);
        s->tracks[atomic_load(&s->track_count)] = t;
        atomic_fetch_add(&s->track_count, 1);
    }
    pthread_mutex_unlock(&s->lock);
    if (status) {
        free(t);
        return status;
    }
    *out = t;
    return ERR_OK;
}

size_t store_track_count(const struct store *s)
{
    return atomic_load(&s->track_count);
}

struct store_track *store_track_at(const struct store *s, size_t index)
{
    return index < atomic_load(&s->track_count) ? s->tracks[index] : NULL;
}

struct store_track *store_find_track(const struct store *s, enum store_kind kind, const char *id)
{
    size_t count = atomic_load(&s->track_count);
    for (size_t i = 0; i < count; i++) {
        struct store_track *t = s->tracks[i];
        if (t->info.kind == kind && !strcmp(t->info.id, id))
            return t;
    }
    return NULL;
}

void store_set_listener(struct store *s, void (*changed)(void *context, struct store_track *track),
                        void *context)
{
    pthread_mutex_lock(&s->listener_lock);
    s->changed = changed;
    s->changed_context = context;
    pthread_mutex_unlock(&s->listener_lock);
}

int64_t store_available_us(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t seconds = s->advertised;
    pthread_mutex_unlock(&s->lock);
    return seconds * 1000000;
}

size_t store_bytes(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t bytes = s->bytes;
    size_t count = atomic_load(&s->track_count);
    for (size_t i = 0; i < count; i++)
        bytes += s->tracks[i]->held_bytes;
    pthread_mutex_unlock(&s->lock);
    return (size_t)bytes;
}
