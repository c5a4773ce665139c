/* How much a sender may have in flight: the congestion window of a TCP or QUIC connection, as a
 * pure model.
 *
 *   start      10 packets (RFC 6928); slow start doubles it each round trip (RFC 5681, 3.1)
 *   exit       of slow start by loss, or by HyStart as Linux' CUBIC has it, from 16 packets on:
 * where after eight acknowledgements in a round its shortest round trip is above the connection's
 * by an eighth, 4 to 16 ms (RFC 9406, 4.2, compares with the round before, and goes on cautiously;
 * that is left out), or where acknowledgements come close behind each other for longer than half a
 * round trip avoidance  CUBIC in its Reno-friendly region (RFC 9438, 4.3): 0.53 packets a round
 * trip until the window of the last loss, one after it. Its cubic region, which matters where rate
 * times round trip are more than some hundred packets, is left out loss       at most once a round
 * trip, to 0.7 of it (RFC 9438, 4.6), at least two packets; on the way there, proportional rate
 * reduction (RFC 9937): seven tenths of what arrives goes out, and where little is left in flight,
 * it starts slowly idle       after each retransmission timeout without sending it halves, down to
 * where it started, as Linux does by default (tcp_slow_start_after_idle; RFC 5681, 4.1) unused what
 * was not used for a timeout decays half way to what was (RFC 2861, 3.2)
 *
 * Acknowledgements are never lost and are not delayed. QUIC is taken to do the same (RFC 9002).
 * Thread-safety: pure functions on the caller's data. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_WINDOW_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct window {
    int64_t bytes, threshold_bytes; /* payload */
    int64_t flight_bytes;           /* sent, neither acknowledged nor known to be lost */
    int64_t rtt_us;                 /* smoothed (RFC 6298); 0: not known */
    int64_t credit;                 /* of growth, fractions of a byte */
    int64_t before_loss_bytes;      /* 0: none yet */
    int64_t recovered_us;           /* what was sent before is of the loss that is dealt with */
    bool recovering;                /* what was lost then is not all acknowledged */
    int64_t recover_bytes, came_bytes, went_bytes, may_bytes; /* of RFC 9937: RecoverFS,
                                                                 prr_delivered, prr_out, SndCnt */
    unsigned probes; /* that found a loss, since the last acknowledgement */
    int64_t probed_us;
    int64_t round_start_us;         /* a round ends when what was sent in it is acknowledged */
    int64_t round_min_us, least_us; /* its shortest round trip, and of all; INT64_MAX: no sample */
    int64_t round_bytes;            /* acknowledged in it */
    int64_t train_us;               /* until when they came close behind each other in it */
    int64_t round_peak_bytes, last_peak_bytes; /* the most in flight in it */
    int64_t sent_us;                           /* last; -1: never */
    int64_t used_bytes, used_since_us;         /* the most in flight since */
};

/* rtt_us: of the handshake; 0 where there was none. */
void window_init(struct window *w, int64_t now_us, int64_t rtt_us);

/* Before something is sent at now_us: what idleness has cost. */
void window_wake(struct window *w, int64_t now_us);

/* More bytes that may be sent now, >= 0. */
int64_t window_room(const struct window *w);

void window_sent(struct window *w, int64_t now_us, int64_t bytes);

struct window_sample {
    int64_t sent_us;
    int64_t alone_us; /* of its round trip, what sending the burst itself took */
    int64_t bytes;
    bool whole; /* nothing that was lost waits to be sent again */
};

/* The window grows only where it was needed: in slow start where at least half of it was in flight
 * in this round or the last, later where all of it was (RFC 7661; RFC 9002, 7.8; as Linux does). */
void window_acknowledged(struct window *w, int64_t now_us, const struct window_sample *sample);

/* probed: nothing that was sent after it was acknowledged. */
void window_lost(struct window *w, int64_t now_us, int64_t sent_us, int64_t bytes, bool probed);

/* From the last acknowledgement until what nothing after it was acknowledged is known to be lost:
 * two round trips, at least 10 ms (tail loss probe, RFC 8985, 7.2), twice as long each time in a
 * row (RFC 6298, 5.5; RFC 9002, 6.2.1). */
int64_t window_probe_us(const struct window *w);

#endif
