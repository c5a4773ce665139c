#include "packager/init/packet_maker.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/init/packet_desk.h"
#include "packager/init/packet_encoder.h"
#include "packager/init/packet_package.h"
#include "packager/init/packet_qp.h"
#include "packager/init/picture_cache.h"
#include "packager/init/replay.h"
#include "packager/track/reconstruction_pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

static const int64_t wait_us = 2000000; /* idle threads look around now and then */

struct worker {
    struct packet_maker *maker;
    struct packet_encoder *encoder; /* NULL: not needed so far */
    pthread_t thread;
};

struct packet_maker {
    struct video_track_format format;
    struct worker workers[PACKET_MAKER_THREADS_MAX];
    unsigned started;
    bool lockable;        /* lock and work are there */
    pthread_mutex_t lock; /* guards the six below */
    pthread_cond_t work;  /* there may be something to take */
    bool closing;
    struct packet_desk desk;
    struct picture_cache *pictures;
    struct packet_qp qp;
    uint8_t *qps_plus1; /* for the window's packets, by sequence number modulo qp_count */
    int64_t qp_count;
    _Atomic int64_t packets, replayed, cpu_us;
};

/* ---- making ---- */

static int put(struct packet_maker *m, int64_t sequence, struct blob *packet)
{
    int status = store_put_packet(m->format.store_track, sequence, packet, clock_monotonic_us());
    if (!status)
        atomic_fetch_add_explicit(&m->packets, 1, memory_order_relaxed);
    return status;
}

static int put_picture(struct worker *w, const struct reconstruction *r)
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
static void report(const struct packet_maker *m, int64_t sequence, int status)
{
    if (status && status != ERR_EXISTS && status != ERR_NOT_FOUND && status != ERR_END)
        log_warn(store_track_info(m->format.store_track)->id, "no packet %lld: %s",
                 (long long)sequence, err_text(status));
}

static void done(struct packet_maker *m, int64_t sequence)
{
    pthread_mutex_lock(&m->lock);
    packet_desk_done(&m->desk, sequence);
    pthread_cond_signal(&m->work); /* another replay may begin */
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

static int put_replayed(struct worker *w, const struct store_sample *sample, const AVFrame *picture,
                        struct reconstruction *r)
{
    if (starts_segment(sample, r->sequence))
        return put_start(w->maker, r->sequence, sample);
    r->frame = (AVFrame *)picture; /* is only read */
    r->next = sample->next;
    return put_picture(w, r);
}

/* One picture further; its packet, where it is ordered. ERR_END: nobody waits for the target. */
static int take_sample(struct worker *w, struct replay *replay, const struct store_sample *sample,
                       int64_t sequence, int64_t target)
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
    report(m, sequence, status);
    done(m, sequence);
    return ERR_OK;
}

static int step(struct worker *w, struct replay *replay, int64_t sequence, int64_t target)
{
    struct store_sample sample;
    int status = store_find_sample(w->maker->format.store_track, sequence, &sample);
    if (status)
        return status;
    status = take_sample(w, replay, &sample, sequence, target);
    blob_unref(sample.chunk);
    return status;
}

/* Where to begin: *from is the first picture to be decoded, at first target's segment's. */
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

static int make_by_replay(struct worker *w, int64_t segment_first, int64_t target)
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

/* ---- the threads ---- */

static int make_of_sample(struct worker *w, int64_t sequence, const struct store_sample *sample)
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

static int make(struct worker *w, int64_t sequence)
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

static void wait_for_work(struct packet_maker *m)
{
    int64_t at_us = clock_monotonic_us() + wait_us;
    struct timespec deadline = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
    pthread_cond_timedwait(&m->work, &m->lock, &deadline);
}

/* False: the maker closes. */
static bool take(struct packet_maker *m, int64_t *sequence)
{
    bool replay;
    pthread_mutex_lock(&m->lock);
    while (!m->closing &&
           !packet_desk_take(&m->desk, picture_cache_oldest(m->pictures), sequence, &replay))
        wait_for_work(m);
    bool taken = !m->closing;
    pthread_mutex_unlock(&m->lock);
    return taken;
}

static void *run(void *context)
{
    struct worker *w = context;
    struct packet_maker *m = w->maker;
    int64_t sequence;
    while (take(m, &sequence)) {
        int64_t begun = clock_thread_cpu_us();
        report(m, sequence, make(w, sequence));
        done(m, sequence);
        atomic_fetch_add_explicit(&m->cpu_us, clock_thread_cpu_us() - begun, memory_order_relaxed);
    }
    return NULL;
}

/* ---- a maker's life ---- */

static int create_lock(struct packet_maker *m)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes))
        return ERR_NOMEM;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->work, &attributes);
    pthread_condattr_destroy(&attributes);
    m->lockable = true;
    return ERR_OK;
}

static int create_pictures(struct packet_maker *m, const struct packet_maker_config *config)
{
    const struct encoder_config *e = &config->format->encoder;
    struct picture_cache_config pictures = {
        .max_bytes = config->picture_bytes,
        .picture_bytes = reconstruction_pool_picture_bytes(e->width, e->height),
        .window_frames = store_window_frames(config->format->store_track),
    };
    m->qp_count = pictures.window_frames + 1;
    m->qps_plus1 = calloc((size_t)m->qp_count, 1);
    return m->qps_plus1 ? picture_cache_create(&pictures, &m->pictures) : ERR_NOMEM;
}

static int start(struct packet_maker *m, unsigned threads)
{
    for (unsigned i = 0; i < threads; i++) {
        struct worker *w = &m->workers[i];
        w->maker = m;
        if (pthread_create(&w->thread, NULL, run, w))
            return ERR_STATE;
        pthread_setname_np(w->thread, "packets");
        m->started++;
    }
    return ERR_OK;
}

int packet_maker_create(const struct packet_maker_config *config, struct packet_maker **out)
{
    assert(config->threads >= 2 && config->threads <= PACKET_MAKER_THREADS_MAX);
    struct packet_maker *m = calloc(1, sizeof *m);
    if (!m)
        return ERR_NOMEM;
    m->format = *config->format;
    packet_qp_init(&m->qp, config->format->encoder.frame_rate);
    packet_desk_init(&m->desk, &(struct packet_desk_config){
                                   .eager = config->eager,
                                   .frame_rate = config->format->encoder.frame_rate,
                                   .replays_max = config->threads - 1,
                               });
    int status = create_lock(m);
    if (!status)
        status = create_pictures(m, config);
    if (!status)
        status = packet_encoder_create(&m->format, &m->workers[0].encoder);
    if (!status)
        status = start(m, config->threads);
    if (status) {
        packet_maker_destroy(m);
        return status;
    }
    *out = m;
    return ERR_OK;
}

static void stop(struct packet_maker *m)
{
    pthread_mutex_lock(&m->lock);
    m->closing = true;
    pthread_cond_broadcast(&m->work);
    pthread_mutex_unlock(&m->lock);
    for (unsigned i = 0; i < m->started; i++)
        pthread_join(m->workers[i].thread, NULL);
    pthread_cond_destroy(&m->work);
    pthread_mutex_destroy(&m->lock);
}

void packet_maker_destroy(struct packet_maker *m)
{
    if (!m)
        return;
    if (m->lockable)
        stop(m);
    for (unsigned i = 0; i < PACKET_MAKER_THREADS_MAX; i++)
        packet_encoder_destroy(m->workers[i].encoder);
    picture_cache_destroy(m->pictures);
    free(m->qps_plus1);
    free(m);
}

/* ---- what others call ---- */

void packet_maker_offer(void *context, struct reconstruction *r)
{
    struct packet_maker *m = context;
    pthread_mutex_lock(&m->lock);
    int64_t sequence = r->sequence;
    r->qp_plus1 = packet_qp_next(&m->qp, r->qp_plus1);
    m->qps_plus1[sequence % m->qp_count] = (uint8_t)r->qp_plus1;
    picture_cache_put(m->pictures, r);
    if (packet_desk_frame(&m->desk, sequence))
        pthread_cond_signal(&m->work);
    pthread_mutex_unlock(&m->lock);
}

int packet_maker_want(void *context, int64_t sequence, bool exists_already)
{
    struct packet_maker *m = context;
    pthread_mutex_lock(&m->lock);
    int status = packet_desk_want(&m->desk, sequence, exists_already);
    if (!status && !exists_already)
        pthread_cond_signal(&m->work);
    pthread_mutex_unlock(&m->lock);
    return status;
}

void packet_maker_unwant(void *context, int64_t sequence)
{
    struct packet_maker *m = context;
    pthread_mutex_lock(&m->lock);
    packet_desk_unwant(&m->desk, sequence);
    pthread_mutex_unlock(&m->lock);
}

void packet_maker_state(struct packet_maker *m, struct packet_maker_state *state)
{
    pthread_mutex_lock(&m->lock);
    *state = (struct packet_maker_state){
        .refused = m->desk.refused,
        .skipped = m->desk.skipped,
        .orders = (int64_t)m->desk.count,
        .picture_bytes = (int64_t)picture_cache_bytes(m->pictures),
        .busy = m->desk.config.eager || m->desk.demand.busy,
    };
    pthread_mutex_unlock(&m->lock);
    state->packets = atomic_load_explicit(&m->packets, memory_order_relaxed);
    state->replayed_frames = atomic_load_explicit(&m->replayed, memory_order_relaxed);
    state->cpu_us = atomic_load_explicit(&m->cpu_us, memory_order_relaxed);
}
