/* A maker of packets inside: what its threads share, and how one packet is made. */
#ifndef PACKAGER_INIT_PACKET_WORK_H
#define PACKAGER_INIT_PACKET_WORK_H

#include "packager/init/packet_desk.h"
#include "packager/init/packet_encoder.h"
#include "packager/init/packet_maker.h"
#include "packager/init/packet_qp.h"
#include "packager/init/picture_cache.h"

#include <pthread.h>
#include <stdatomic.h>

struct packet_worker {
    struct packet_maker *maker;
    struct packet_encoder *encoder; /* NULL: not needed so far */
    pthread_t thread;
};

struct packet_maker {
    struct video_track_format format;
    struct packet_worker workers[PACKET_MAKER_THREADS_MAX];
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

/* Makes the packet of an order that this worker has taken from the desk, puts it into the store,
 * and ends the order; also those of other orders, where it comes by their pictures. What fails is
 * in the log. Without the lock; from the worker's thread. */
void packet_work_do(struct packet_worker *w, int64_t sequence);

#endif
