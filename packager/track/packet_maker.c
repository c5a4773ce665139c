#include "packager/track/packet_maker.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
    QUEUE_MAX = 6,
    WAIT_US =
        2000000, /* a packet takes some ten milliseconds: whoever waits longer never gets in */
};

struct packet_maker {
    struct packet_encoder *encoder; /* the thread's */
    struct store_track *store_track;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* guards the four below */
    struct reconstruction queue[QUEUE_MAX];
    size_t first, count;
    bool closing;
    pthread_cond_t changed; /* either way; both sides wait on it, but never at once */
    _Atomic int64_t cpu_us, packets;
};

static struct timespec deadline_in(int64_t us)
{
    int64_t at_us = clock_monotonic_us() + us;
    return (struct timespec){.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
}

/* The next reconstruction; ERR_END once nothing is queued and nothing will be. */
static int take(struct packet_maker *m, struct reconstruction *r)
{
    int status = ERR_END;
    pthread_mutex_lock(&m->lock);
    while (!m->count && !m->closing) {
        struct timespec deadline = deadline_in(WAIT_US);
        pthread_cond_timedwait(&m->changed, &m->lock, &deadline);
    }
    if (m->count) {
        *r = m->queue[m->first];
        m->first = (m->first + 1) % QUEUE_MAX;
        m->count--;
        status = ERR_OK;
        pthread_cond_signal(&m->changed);
    }
    pthread_mutex_unlock(&m->lock);
    return status;
}

static int make(struct packet_maker *m, const struct reconstruction *r)
{
    struct blob *packet;
    int status = packet_encoder_make(m->encoder, r, &packet);
    if (status)
        return status;
    status = store_put_packet(m->store_track, r->sequence, packet, clock_monotonic_us());
    if (!status)
        atomic_fetch_add_explicit(&m->packets, 1, memory_order_relaxed);
    return status;
}

static void *run(void *context)
{
    struct packet_maker *m = context;
    struct reconstruction r;
    while (!take(m, &r)) {
        int64_t begun = clock_thread_cpu_us();
        int status = make(m, &r);
        av_frame_free(&r.frame);
        if (status)
            log_warn(store_track_info(m->store_track)->id, "no packet %" PRId64 ": %s", r.sequence,
                     err_text(status));
        atomic_fetch_add_explicit(&m->cpu_us, clock_thread_cpu_us() - begun, memory_order_relaxed);
    }
    return NULL;
}

static int start(struct packet_maker *m)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&m->thread, NULL, run, m)) {
        pthread_cond_destroy(&m->changed);
        pthread_mutex_destroy(&m->lock);
        return ERR_STATE;
    }
    pthread_setname_np(m->thread, "packets");
    m->running = true;
    return ERR_OK;
}

int packet_maker_create(const struct video_track_format *format, int qp_delta,
                        struct packet_maker **out)
{
    struct packet_maker *m = calloc(1, sizeof *m);
    if (!m)
        return ERR_NOMEM;
    m->store_track = format->store_track;
    int status = packet_encoder_create(format, qp_delta, &m->encoder);
    if (!status)
        status = start(m);
    if (status) {
        packet_maker_destroy(m);
        return status;
    }
    *out = m;
    return ERR_OK;
}

void packet_maker_destroy(struct packet_maker *m)
{
    if (!m)
        return;
    if (m->running) {
        pthread_mutex_lock(&m->lock);
        m->closing = true;
        pthread_cond_broadcast(&m->changed);
        pthread_mutex_unlock(&m->lock);
        pthread_join(m->thread, NULL);
        pthread_cond_destroy(&m->changed);
        pthread_mutex_destroy(&m->lock);
    }
    packet_encoder_destroy(m->encoder);
    free(m);
}

void packet_maker_offer(void *maker, struct reconstruction *r)
{
    struct packet_maker *m = maker;
    pthread_mutex_lock(&m->lock);
    while (m->count == QUEUE_MAX) {
        struct timespec deadline = deadline_in(WAIT_US);
        if (pthread_cond_timedwait(&m->changed, &m->lock, &deadline) == ETIMEDOUT)
            log_warn(store_track_info(m->store_track)->id,
                     "packets are late: %" PRId64 " waits for room, the encoder is overloaded",
                     r->sequence);
    }
    m->queue[(m->first + m->count) % QUEUE_MAX] = *r;
    m->count++;
    r->frame = NULL;
    pthread_cond_signal(&m->changed);
    pthread_mutex_unlock(&m->lock);
}

int64_t packet_maker_cpu_us(const struct packet_maker *m)
{
    return atomic_load_explicit(&m->cpu_us, memory_order_relaxed);
}

int64_t packet_maker_packets(const struct packet_maker *m)
{
    return atomic_load_explicit(&m->packets, memory_order_relaxed);
}
