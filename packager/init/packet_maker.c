#include "packager/init/packet_maker.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "packager/init/packet_work.h"
#include "packager/track/reconstruction_pool.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

static const int64_t wait_us = 2000000; /* idle threads look around now and then */

/* ---- the threads ---- */

static void wait_for_work(struct packet_maker *m)
{
    int64_t at_us = clock_monotonic_us() + wait_us;
    struct timespec deadline = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
    pthread_cond_timedwait(&m->work, &m->lock, &deadline);
}

/* False: the maker closes. */
static bool take(struct packet_maker *m, int64_t *sequence)
{
    pthread_mutex_lock(&m->lock);
    while (!m->closing && !packet_desk_take(&m->desk, picture_cache_oldest(m->pictures), sequence))
        wait_for_work(m);
    bool taken = !m->closing;
    pthread_mutex_unlock(&m->lock);
    return taken;
}

static void *run(void *context)
{
    struct packet_worker *w = context;
    struct packet_maker *m = w->maker;
    int64_t sequence;
    while (take(m, &sequence)) {
        int64_t begun = clock_thread_cpu_us();
        packet_work_do(w, sequence);
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
        struct packet_worker *w = &m->workers[i];
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

int packet_maker_want(void *context, int64_t sequence, uint64_t client, bool exists_already)
{
    struct packet_maker *m = context;
    pthread_mutex_lock(&m->lock);
    int status = packet_desk_want(&m->desk, sequence, client, exists_already);
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
