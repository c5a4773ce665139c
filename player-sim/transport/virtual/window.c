#include "player-sim/transport/virtual/window.h"
#include "player-sim/transport/virtual/path.h"

enum {
    PACKET = PATH_PAYLOAD_BYTES,
    FIRST_PACKETS = 10,
    LEAST_PACKETS = 2,
    EXIT_PACKETS = 16,   /* hystart_low_window */
    SAMPLE_PACKETS = 12, /* eight acknowledgements, of one packet or two */
    LOSS_TENTHS = 7,
    SLOW_HUNDREDTHS = 53, /* 3 * (1 - 0.7) / (1 + 0.7) (RFC 9438, 4.3) */
};

static const int64_t first_bytes = FIRST_PACKETS * PACKET;
static const int64_t timeout_least_us = 200000; /* beyond the round trip; Linux' TCP_RTO_MIN */
static const int64_t probe_least_us = 10000;
static const unsigned probe_doublings = 6;
static const int64_t rise_least_us = 4000, rise_most_us = 16000;
static const int64_t train_gap_us = 1000; /* a packet; 2 ms between acknowledgements */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void window_init(struct window *w, int64_t now_us, int64_t rtt_us)
{
    *w = (struct window){
        .bytes = first_bytes,
        .threshold_bytes = INT64_MAX,
        .rtt_us = rtt_us,
        .round_start_us = now_us,
        .round_min_us = INT64_MAX,
        .least_us = INT64_MAX,
        .recovered_us = now_us,
        .sent_us = -1,
        .used_since_us = now_us,
    };
}

static int64_t timeout_us(const struct window *w)
{
    return w->rtt_us + timeout_least_us;
}

/* What slow start may go up to again after the window has shrunk unused. */
static void remember(struct window *w)
{
    if (w->threshold_bytes != INT64_MAX)
        w->threshold_bytes = larger(w->threshold_bytes, w->bytes - w->bytes / 4);
}

static void shrink_idle(struct window *w, int64_t idle_us)
{
    if (idle_us <= timeout_us(w))
        return;
    remember(w);
    for (; idle_us > timeout_us(w) && w->bytes > first_bytes; idle_us -= timeout_us(w))
        w->bytes = larger(w->bytes / 2, first_bytes);
}

static void shrink_unused(struct window *w, int64_t now_us)
{
    if (w->recovering || now_us - w->used_since_us < timeout_us(w))
        return;
    int64_t used = larger(w->used_bytes, first_bytes);
    if (used < w->bytes) {
        remember(w);
        w->bytes = (w->bytes + used) / 2;
    }
    w->used_bytes = w->flight_bytes;
    w->used_since_us = now_us;
}

void window_wake(struct window *w, int64_t now_us)
{
    if (!w->flight_bytes && w->sent_us >= 0)
        shrink_idle(w, now_us - w->sent_us);
    shrink_unused(w, now_us);
}

int64_t window_room(const struct window *w)
{
    int64_t room = w->recovering ? w->may_bytes : larger(w->bytes - w->flight_bytes, 0);
    return w->flight_bytes ? room : larger(room, PACKET);
}

void window_sent(struct window *w, int64_t now_us, int64_t bytes)
{
    w->flight_bytes += bytes;
    w->sent_us = now_us;
    w->used_bytes = larger(w->used_bytes, w->flight_bytes);
    w->round_peak_bytes = larger(w->round_peak_bytes, w->flight_bytes);
    if (!w->recovering)
        return;
    w->went_bytes += bytes;
    w->may_bytes = larger(w->may_bytes - bytes, 0);
}

static int64_t packets_of(int64_t bytes)
{
    return (bytes + PACKET - 1) / PACKET;
}

/* An eighth of the difference for each packet, nearly (RFC 6298, 2.3). */
static void measure(struct window *w, int64_t now_us, const struct window_sample *sample)
{
    int64_t rtt_us = now_us - sample->sent_us;
    int64_t packets = packets_of(sample->bytes);
    w->rtt_us = w->rtt_us ? w->rtt_us + (rtt_us - w->rtt_us) * packets / (packets + 7) : rtt_us;
    if (sample->sent_us >= w->round_start_us) {
        w->round_min_us = INT64_MAX;
        w->round_start_us = w->train_us = now_us;
        w->round_bytes = 0;
        w->last_peak_bytes = w->round_peak_bytes;
        w->round_peak_bytes = w->flight_bytes;
    }
    w->round_min_us = smaller(w->round_min_us, rtt_us - sample->alone_us);
    w->least_us = smaller(w->least_us, w->round_min_us);
    w->round_bytes += sample->bytes;
}

/* Acknowledgements come back at the link's rate for as long as what is in flight takes to send. */
static bool is_train_long(struct window *w, int64_t now_us, int64_t bytes)
{
    if (now_us - w->train_us > packets_of(bytes) * train_gap_us)
        return false;
    w->train_us = now_us;
    return now_us - w->round_start_us > w->least_us / 2;
}

static bool is_queue_long(const struct window *w)
{
    int64_t rise_us = larger(rise_least_us, smaller(w->least_us / 8, rise_most_us));
    return w->round_bytes >= SAMPLE_PACKETS * PACKET && w->round_min_us > w->least_us + rise_us;
}

static bool is_link_full(struct window *w, int64_t now_us, int64_t bytes)
{
    if (w->bytes < EXIT_PACKETS * PACKET)
        return false;
    return is_train_long(w, now_us, bytes) || is_queue_long(w);
}

static void avoid(struct window *w, int64_t bytes)
{
    int64_t hundredths = w->bytes < w->before_loss_bytes ? SLOW_HUNDREDTHS : 100;
    w->credit += bytes * PACKET * hundredths / 100;
    w->bytes += w->credit / w->bytes;
    w->credit %= w->bytes;
}

static void grow(struct window *w, int64_t now_us, int64_t bytes, int64_t peak)
{
    if (w->bytes >= w->threshold_bytes) {
        if (peak + PACKET > w->bytes)
            avoid(w, bytes);
    } else if (is_link_full(w, now_us, bytes)) {
        w->threshold_bytes = w->bytes;
    } else if (w->bytes < 2 * peak) {
        w->bytes += bytes;
    }
}

/* RFC 9937, 6.2; every acknowledgement brings something. */
static void recover(struct window *w, int64_t bytes)
{
    w->came_bytes += bytes;
    if (w->flight_bytes > w->threshold_bytes) {
        w->may_bytes = w->came_bytes * w->threshold_bytes / w->recover_bytes - w->went_bytes;
    } else {
        int64_t most = larger(w->came_bytes - w->went_bytes, bytes) + PACKET;
        w->may_bytes = smaller(w->threshold_bytes - w->flight_bytes, most);
    }
    w->may_bytes = larger(w->may_bytes, 0);
}

static void end_recovery(struct window *w, int64_t now_us)
{
    w->recovering = false;
    w->used_bytes = w->flight_bytes;
    w->used_since_us = now_us;
}

void window_acknowledged(struct window *w, int64_t now_us, const struct window_sample *sample)
{
    int64_t peak = larger(w->round_peak_bytes, w->last_peak_bytes);
    w->flight_bytes -= sample->bytes;
    w->probes = 0;
    measure(w, now_us, sample);
    if (peak + PACKET > w->bytes) {
        w->used_bytes = larger(w->used_bytes, w->bytes);
        w->used_since_us = now_us;
    }
    if (w->recovering && sample->whole && (sample->sent_us >= w->recovered_us || !w->flight_bytes))
        end_recovery(w, now_us);
    if (w->recovering)
        recover(w, sample->bytes);
    else
        grow(w, now_us, sample->bytes, peak);
}

static void note_probe(struct window *w, int64_t now_us, int64_t sent_us)
{
    if (sent_us < w->probed_us)
        return;
    w->probes++;
    w->probed_us = now_us;
}

void window_lost(struct window *w, int64_t now_us, int64_t sent_us, int64_t bytes, bool probed)
{
    int64_t flight_bytes = w->flight_bytes;
    w->flight_bytes -= bytes;
    if (probed)
        note_probe(w, now_us, sent_us);
    if (sent_us < w->recovered_us)
        return;
    w->recovered_us = now_us;
    w->before_loss_bytes = w->bytes;
    w->bytes = larger(w->bytes * LOSS_TENTHS / 10, LEAST_PACKETS * PACKET);
    w->threshold_bytes = w->bytes;
    w->recovering = true;
    w->recover_bytes = flight_bytes;
    w->came_bytes = w->went_bytes = 0;
    w->may_bytes = PACKET; /* the first one that was lost goes out again at once */
}

int64_t window_probe_us(const struct window *w)
{
    unsigned doublings = w->probes < probe_doublings ? w->probes : probe_doublings;
    return larger(2 * w->rtt_us, probe_least_us) << doublings;
}
