/* A bad line for MPEG transport streams: a thread that takes datagrams on one port of 127.0.0.1 and
 * passes them on to another, less what it loses, and with other time stamps (PCR, PTS, DTS), as a
 * sender's broken clock would give them.
 *
 * It also sends what is no transport stream at all.
 * Thread-safety: the setters may be called from any thread, the rest from one. */
#ifndef TESTS_SUPPORT_TS_RELAY_H
#define TESTS_SUPPORT_TS_RELAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_RELAY_WRAP ((int64_t)1 << 33) /* of time stamps, in ticks of 90 kHz */

struct ts_relay {
    int in, out;          /* sockets */
    int in_port;          /* where a pusher is to send to */
    uint32_t random;      /* the thread's */
    int64_t frozen_at[2]; /* the thread's: what all have, PCR and other stamps; -1: none yet */
    pthread_t thread;
    atomic_bool stop;
    atomic_int lost_per_mille;
    atomic_llong shift_ticks;  /* of 90 kHz, added to every stamp modulo TS_RELAY_WRAP */
    atomic_bool frozen;        /* time stamps stand still */
    atomic_llong passed, lost; /* datagrams */
};

/* out_port: where the packager listens. seed: of what is lost. false: no socket or thread. */
bool ts_relay_start(struct ts_relay *r, int out_port, uint32_t seed);
void ts_relay_stop(struct ts_relay *r); /* memory of zeros is fine */

/* Sends count datagrams of 1,316 random bytes to port of 127.0.0.1, one each millisecond. */
bool ts_relay_send_garbage(int port, uint32_t seed, int count);

/* Adds shift_ticks to each time stamp of the packets in data, whole packets of 188 bytes; or, where
 * frozen_at is not NULL, has all PCR be frozen_at[0] and all PTS and DTS frozen_at[1], which are
 * set by the first where they are -1. Pure but for that. */
void ts_relay_rewrite(uint8_t *data, size_t size, int64_t shift_ticks, int64_t *frozen_at);

#endif
