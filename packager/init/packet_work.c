#include "packager/init/packet_work.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/init/packet_package.h"
#include "packager/init/replay.h"

#include <inttypes.h>

static int put(struct packet_maker *m, int64_t sequence, struct blob *packet)
{
    int status = store_put_packet(m->format.store_track, sequence, packet);
    if (!status)
        atomic_fetch_add_explicit(&m->packets, 1, memory_order_relaxed);
    return status;
}

static int put_picture(struct packet_worker *w, const struct reconstruction *r)
{
    struct packet_maker *m = w->maker;
    struct blob *packet;
    int status = w->encoder ? ERR_OK : packet_encoder_create(&m->format, &w->encoder);
    if (!status)
        status = packet_encoder_make(w->encoder, r, &packet);
    return status ? status : put(m, r->sequence, packet);
}

static bool starts_segment(const struct store_sample *sample, int64_t sequence)
{
    return sample->segment_first == sequence;
}

/* A segment's first chunk is as good as a packet of its own. */
static int put_start(struct packet_maker *m, int64_t sequence, const struct store_sample *sample)
{
    struct blob *packet;
    int status = packet_package_chunk(&m->format, sample->chunk, sequence, sample->next, &packet);
    return status ? status : put(m, sequence, packet);
}

/* One that was put since it was ordered is no fault, nor is one that has left the window. */
static void done(struct packet_maker *m, int64_t sequence, int status)
{
    bool failed = status && status != ERR_EXISTS && status != ERR_NOT_FOUND && status != ERR_END;
    if (failed)
        log_warn(store_track_info(m->format.store_track)->id, "no packet %" PRId64 ": %s", sequence,
                 err_text(status));
    pthread_mutex_lock(&m->lock);
    if (failed)
        packet_desk_failed(&m->desk, sequence);
    else
        packet_desk_done(&m->desk, sequence);
    pthread_cond_signal(&m->work); /* another replay may begin, or this one again */
    pthread_mutex_unlock(&m->lock);
}

static bool exists(struct packet_maker *m, int64_t sequence)
{
    struct blob *packet;
    if (store_find_packet(m->format.store_track, sequence, &packet))
        return false;
    blob_unref(packet);
    return true;
}

static int find_picture(struct packet_maker *m, int64_t first, int64_t sequence,
                        struct reconstruction *out)
{
    pthread_mutex_lock(&m->lock);
    int status = picture_cache_find(m->pictures, first, sequence, out);
    pthread_mutex_unlock(&m->lock);
    return status;
}

/* ---- older pictures ---- */

/* Whether picture `sequence`, which a replay for `target` has just made, is to become a packet;
 * *wanted: whether the replay is to go on. */
static bool is_ordered(struct packet_maker *m, int64_t sequence, int64_t target, int *qp_plus1,
                       bool *wanted)
{
    pthread_mutex_lock(&m->lock);
    bool ordered = sequence == target || packet_desk_take_passing(&m->desk, sequence);
    *wanted = packet_desk_is_wanted(&m->desk, target) && !m->closing;
    *qp_plus1 = m->qps_plus1[sequence % m->qp_count];
    pthread_mutex_unlock(&m->lock);
    return ordered;
}

static int put_replayed(struct packet_worker *w, const struct store_sample *sample,
                        const AVFrame *picture, struct reconstruction *r)
{
    if (starts_segment(sample, r->sequence))
        return put_start(w->maker, r->sequence, sample);
    r->frame = (AVFrame *)picture; /* is only read */
    r->next = sample->next;
    return put_picture(w, r);
}

/* One picture further; its packet, where it is ordered. ERR_END: nobody waits for the target. */
static int take_sample(struct packet_worker *w, struct replay *replay,
                       const struct store_sample *sample, int64_t sequence, int64_t target)
{
    struct packet_maker *m = w->maker;
    struct reconstruction r = {.sequence = sequence};
    const AVFrame *picture;
    bool wanted;
    int status = replay_next(replay, sample->chunk, &picture, &r.capture_utc_us);
    if (status)
        return status;
    atomic_fetch_add_explicit(&m->replayed, 1, memory_order_relaxed);
    if (!is_ordered(m, sequence, target, &r.qp_plus1, &wanted))
        return wanted ? ERR_OK : ERR_END;
    status = put_replayed(w, sample, picture, &r);
    if (sequence == target)
        return status;
    done(m, sequence, status);
    return ERR_OK;
}

static int step(struct packet_worker *w, struct replay *replay, int64_t sequence, int64_t target)
{
    struct store_sample sample;
    int status = store_find_sample(w->maker->format.store_track, sequence, &sample);
    if (status)
        return status;
    status = take_sample(w, replay, &sample, sequence, target);
    blob_unref(sample.chunk);
    return status;
}

/* *from, the first picture to be decoded, is the first of target's segment, and becomes one that
 * follows a picture at hand where there is any in between. */
static int begin_replay(struct packet_maker *m, struct replay *replay, int64_t target,
                        int64_t *from)
{
    struct reconstruction base;
    if (find_picture(m, *from, target - 1, &base))
        return ERR_OK;
    *from = base.sequence + 1;
    int status = replay_begin(replay, &base);
    av_frame_free(&base.frame);
    return status;
}

static int make_by_replay(struct packet_worker *w, int64_t segment_first, int64_t target)
{
    struct replay *replay;
    int64_t from = segment_first;
    int status = replay_create(&w->maker->format, &replay);
    if (status)
        return status;
    status = begin_replay(w->maker, replay, target, &from);
    for (int64_t n = from; n <= target && !status; n++)
        status = step(w, replay, n, target);
    replay_destroy(replay);
    return status;
}

/* ---- any picture ---- */

static int make_of_sample(struct packet_worker *w, int64_t sequence,
                          const struct store_sample *sample)
{
    struct reconstruction r;
    if (starts_segment(sample, sequence))
        return put_start(w->maker, sequence, sample);
    if (find_picture(w->maker, sequence, sequence, &r))
        return make_by_replay(w, sample->segment_first, sequence);
    int status = put_picture(w, &r);
    av_frame_free(&r.frame);
    return status;
}

static int make(struct packet_worker *w, int64_t sequence)
{
    struct store_sample sample;
    if (exists(w->maker, sequence))
        return ERR_OK;
    int status = store_find_sample(w->maker->format.store_track, sequence, &sample);
    if (status)
        return status;
    status = make_of_sample(w, sequence, &sample);
    blob_unref(sample.chunk);
    return status;
}

void packet_work_do(struct packet_worker *w, int64_t sequence)
{
    done(w->maker, sequence, make(w, sequence));
}
