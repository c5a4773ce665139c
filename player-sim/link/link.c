#include "player-sim/link/link.h"

#include <assert.h>

static const int64_t ns_per_us = 1000, bit_ns_per_byte = INT64_C(8000000000);

int64_t link_default_queue_bytes(int64_t rate_bps, int64_t rtt_us)
{
    /* rate_bps * rtt_us / 8e6, whose product may be too big for 64 bits */
    static const int64_t unit = 8000000;
    int64_t bytes, rest = rate_bps % unit * rtt_us / unit;
    if (__builtin_mul_overflow(rate_bps / unit, rtt_us, &bytes) ||
        bytes > LINK_QUEUE_MAX_BYTES - rest)
        return LINK_QUEUE_MAX_BYTES;
    bytes += rest;
    return bytes < LINK_QUEUE_MIN_BYTES ? LINK_QUEUE_MIN_BYTES : bytes;
}

void link_init(struct link *l, const struct link_config *config)
{
    assert(config->delay_us >= 0);
    assert(config->rate_bps >= 0 && config->rate_bps <= LINK_RATE_MAX_BPS);
    assert(config->queue_bytes > 0 && config->queue_bytes <= LINK_QUEUE_MAX_BYTES);
    *l = (struct link){.config = *config};
}

/* What is to be sent still at now_us, exactly: in bytes * bit_ns_per_byte. With the bounds of the
 * header that fits: both of them together are 2^30 bytes. */
static int64_t unsent(const struct link *l, int64_t now_us)
{
    int64_t left_ns = l->free_ns - now_us * ns_per_us;
    return left_ns < 0 ? 0 : left_ns * l->config.rate_bps + l->free_part;
}

int64_t link_backlog_bytes(const struct link *l, int64_t now_us)
{
    return (unsent(l, now_us) + bit_ns_per_byte - 1) / bit_ns_per_byte;
}

static void serve(struct link *l, int64_t now_us, int64_t bytes)
{
    if (l->free_ns < now_us * ns_per_us) {
        l->free_ns = now_us * ns_per_us;
        l->free_part = 0;
    }
    if (l->config.rate_bps) {
        int64_t work = bytes * bit_ns_per_byte + l->free_part;
        l->free_ns += work / l->config.rate_bps;
        l->free_part = work % l->config.rate_bps;
    }
}

bool link_offer(struct link *l, int64_t now_us, int64_t bytes, int64_t *arrives_us)
{
    assert(bytes > 0 && bytes <= LINK_PACKET_MAX_BYTES);
    if (unsent(l, now_us) > l->config.queue_bytes * bit_ns_per_byte) {
        l->dropped++;
        return false;
    }
    serve(l, now_us, bytes);
    int64_t sent_ns = l->free_ns + (l->free_part > 0);
    *arrives_us = (sent_ns + ns_per_us - 1) / ns_per_us + l->config.delay_us;
    l->taken++;
    l->bytes += (uint64_t)bytes;
    int64_t backlog = link_backlog_bytes(l, now_us);
    if (backlog > l->backlog_max_bytes)
        l->backlog_max_bytes = backlog;
    return true;
}
