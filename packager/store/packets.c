/* The Initialization Packets of a track's window: putting, finding, waiting. */
#include "media/core/err.h"
#include "packager/store/track.h"
#include "packager/store/window.h"

int store_put_packet(struct store_track *t, int64_t sequence, struct blob *packet, int64_t now_us)
{
    (void)now_us; /* the window is one of media time */
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

/* The lock is held. ERR_AGAIN with *missing set: the sample is there, its packet isn't. */
static int find(struct store_track *t, int64_t sequence, struct blob **out, bool *missing)
{
    int64_t newest = store_track_newest(t);
    if (sequence < t->packets.first)
        return ERR_NOT_FOUND;
    if (sequence > newest)
        return !t->ended && sequence - store_track_frames_ahead(t) <= newest ? ERR_AGAIN
                                                                             : ERR_NOT_FOUND;
    struct blob *packet = *store_ring_at(&t->packets, sequence);
    *missing = !packet;
    if (!packet)
        return ERR_AGAIN;
    *out = blob_ref(packet);
    return ERR_OK;
}

static void want(struct store_track *t, int64_t sequence)
{
    if (t->maker.want)
        t->maker.want(t->maker.context, sequence);
}

int store_find_packet(struct store_track *t, int64_t sequence, struct blob **out)
{
    bool missing = false;
    pthread_mutex_lock(&t->store->lock);
    int status = find(t, sequence, out, &missing);
    pthread_mutex_unlock(&t->store->lock);
    if (missing)
        want(t, sequence);
    return status;
}

int store_newest_packet(struct store_track *t, struct blob **out, int64_t *sequence)
{
    bool missing = false;
    int status = ERR_NOT_FOUND;
    pthread_mutex_lock(&t->store->lock);
    int64_t newest = t->maker.want ? store_track_newest(t) : t->newest_packet;
    if (newest >= 0)
        status = find(t, newest, out, &missing);
    pthread_mutex_unlock(&t->store->lock);
    if (missing)
        want(t, newest);
    if (!status)
        *sequence = newest;
    return status;
}
