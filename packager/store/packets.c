/* The Initialization Packets of a track's window: putting, finding, waiting, and what they are made
 * of. */
#include "media/core/err.h"
#include "packager/store/track.h"
#include "packager/store/window.h"

int store_put_packet(struct store_track *t, int64_t sequence, struct blob *packet)
{
    if (!packet)
        return ERR_INVALID;
    struct store *s = t->store;
    int status = ERR_OK;
    pthread_mutex_lock(&s->lock);
    if (sequence < 0 || sequence > store_track_newest(t))
        status = ERR_INVALID;
    else if (sequence < t->packets.first)
        status = ERR_NOT_FOUND;
    else if (*store_ring_at(&t->packets, sequence))
        status = ERR_EXISTS;
    if (!status) {
        *store_ring_at(&t->packets, sequence) = packet;
        t->bytes += (int64_t)packet->size;
        s->bytes += (int64_t)packet->size;
        if (sequence > t->newest_packet)
            t->newest_packet = sequence;
    }
    pthread_mutex_unlock(&s->lock);
    if (status)
        blob_unref(packet);
    else
        store_window_settle(t);
    return status;
}

/* The lock is held. */
static bool in_window(const struct store_track *t, int64_t sequence)
{
    return sequence >= t->packets.first && sequence < t->packets.end;
}

/* The lock is held. */
static int find(struct store_track *t, int64_t sequence, struct blob **out)
{
    int64_t newest = store_track_newest(t);
    if (sequence < t->packets.first)
        return ERR_NOT_FOUND;
    if (sequence > newest)
        return !t->ended && sequence - store_track_frames_ahead(t) <= store_track_due(t)
                   ? ERR_AGAIN
                   : ERR_NOT_FOUND;
    struct blob *packet = *store_ring_at(&t->packets, sequence);
    if (!packet)
        return ERR_AGAIN;
    *out = blob_ref(packet);
    return ERR_OK;
}

int store_find_packet(struct store_track *t, int64_t sequence, struct blob **out)
{
    pthread_mutex_lock(&t->store->lock);
    int status = find(t, sequence, out);
    pthread_mutex_unlock(&t->store->lock);
    return status;
}

/* Which packet a request for the most recent one gets or waits for; the lock is held. */
static int64_t most_recent(const struct store_track *t, int64_t pinned)
{
    int64_t newest = store_track_newest(t);
    if (!t->maker.want)
        return t->newest_packet;
    if (t->newest_packet >= (pinned >= 0 ? pinned : newest - 1))
        return t->newest_packet;
    return pinned >= 0 ? pinned : newest;
}

int store_newest_packet(struct store_track *t, int64_t pinned, struct blob **out, int64_t *sequence)
{
    int status = ERR_NOT_FOUND;
    pthread_mutex_lock(&t->store->lock);
    int64_t wanted = most_recent(t, pinned);
    if (wanted >= 0)
        status = find(t, wanted, out);
    pthread_mutex_unlock(&t->store->lock);
    if (!status || status == ERR_AGAIN)
        *sequence = wanted;
    return status;
}

int store_want_packet(struct store_track *t, int64_t sequence, uint64_t client)
{
    if (!t->maker.want)
        return ERR_OK;
    pthread_mutex_lock(&t->store->lock);
    bool exists = in_window(t, sequence) && *store_ring_at(&t->packets, sequence);
    pthread_mutex_unlock(&t->store->lock);
    return t->maker.want(t->maker.context, sequence, client, exists);
}

void store_unwant_packet(struct store_track *t, int64_t sequence)
{
    if (t->maker.want)
        t->maker.unwant(t->maker.context, sequence);
}

bool store_has_sample(struct store_track *t, int64_t sequence)
{
    pthread_mutex_lock(&t->store->lock);
    bool has = in_window(t, sequence);
    pthread_mutex_unlock(&t->store->lock);
    return has;
}

/* The segment that sample `sequence` is in, or NULL; *id is its number. The lock is held. */
static const struct store_segment *segment_of(const struct store_track *t, int64_t sequence,
                                              int64_t *id)
{
    if (sequence < 0 || sequence >= t->packets.end)
        return NULL;
    *id = timebase_segment_of_frame(sequence, t->info.segment_duration, t->info.frame_rate);
    return *id < t->segments.first ? NULL : *store_ring_at(&t->segments, *id);
}

int store_find_sample(struct store_track *t, int64_t sequence, struct store_sample *out)
{
    int64_t id;
    pthread_mutex_lock(&t->store->lock);
    const struct store_segment *segment = segment_of(t, sequence, &id);
    if (segment) {
        const struct store_chunk *chunk = &segment->chunks[sequence - segment->first_sequence];
        bool last = sequence - segment->first_sequence + 1 == (int64_t)segment->capacity;
        out->chunk = blob_ref(chunk->blob);
        out->segment_first = segment->first_sequence;
        out->next = last ? (struct store_place){.segment_id = id + 1, .offset = 0}
                         : (struct store_place){.segment_id = id, .offset = chunk->end};
    }
    pthread_mutex_unlock(&t->store->lock);
    return segment ? ERR_OK : ERR_NOT_FOUND;
}

int64_t store_window_frames(const struct store_track *t)
{
    return t->window_frames;
}
