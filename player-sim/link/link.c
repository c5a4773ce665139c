#include "player-sim/link/link.h"
#include "media/core/lots.h"

#include <assert.h>

static const int64_t ns_per_us = 1000, nanobits_per_byte = INT64_C(8000000000);

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
    assert(config->delay_us >= 0 && config->delay_us <= LINK_DELAY_MAX_US);
    assert(config->rate_bps >= 0 && config->rate_bps <= LINK_RATE_MAX_BPS);
    assert(config->queue_bytes > 0 && config->queue_bytes <= LINK_QUEUE_MAX_BYTES);
    assert(config->jitter_us >= 0 && config->jitter_us <= LINK_JITTER_MAX_US);
    assert(config->loss >= 0 && config->loss <= 1);
    *l = (struct link){.config = *config, .draws = config->jitter_us || config->loss > 0};
    uint64_t seed = config->seed;
    l->lots = lots_draw(&seed); /* seeds in a row give streams that are far apart */
    if (config->trace) {
        l->follows_rate = !config->constant_rate;
        l->follows_delay = !config->constant_delay && config->trace->rtt_max_us >= 0;
        l->sending = l->offering = l->delays =
            trace_cursor_at(config->trace, config->trace_from_us, 0);
    }
    l->varies = l->follows_delay || l->draws;
}

/* ---- a constant rate ---- */

/* What is to be sent still at now_us, exactly. */
static int64_t constant_unsent(const struct link *l, int64_t now_us)
{
    int64_t left_ns = l->free_ns - now_us * ns_per_us;
    return left_ns < 0 ? 0 : left_ns * l->config.rate_bps + l->free_part;
}

static void constant_settle(struct link *l, int64_t now_us)
{
    if (l->free_ns >= now_us * ns_per_us)
        return;
    l->free_ns = now_us * ns_per_us;
    l->free_part = 0;
}

static void constant_serve(struct link *l, int64_t nanobits)
{
    if (l->config.rate_bps) {
        int64_t work = nanobits + l->free_part;
        l->free_ns += work / l->config.rate_bps;
        l->free_part = work % l->config.rate_bps;
    }
}

/* ---- a trace's rates ---- */

/* What is sent from the last offer until now_us, all of which time there is something to send; c
 * goes from there to there. */
static int64_t traced_sent(const struct link *l, struct trace_cursor *c, int64_t now_us)
{
    const struct trace *t = l->config.trace;
    int64_t from_us = l->offered_us, sent = 0;
    if (now_us - from_us > t->total_us) {
        int64_t loops = (now_us - from_us) / t->total_us;
        from_us += loops * t->total_us;
        c->ends_us += loops * t->total_us;
        sent = loops * t->loop_nanobits;
    }
    while (c->ends_us <= now_us) {
        sent += trace_cursor_piece(c, t)->rate_bps * ((c->ends_us - from_us) * ns_per_us);
        from_us = c->ends_us;
        trace_cursor_next(c, t);
    }
    return sent + trace_cursor_piece(c, t)->rate_bps * ((now_us - from_us) * ns_per_us);
}

static int64_t traced_unsent(const struct link *l, struct trace_cursor *c, int64_t now_us)
{
    assert(now_us >= l->offered_us);
    if (l->free_ns >= now_us * ns_per_us)
        return l->ahead - traced_sent(l, c, now_us);
    trace_cursor_seek(c, l->config.trace, now_us);
    return 0;
}

/* Brings the state to now_us, and gives what is to be sent still. */
static int64_t traced_settle(struct link *l, int64_t now_us)
{
    l->ahead = traced_unsent(l, &l->offering, now_us);
    l->offered_us = now_us;
    if (l->free_ns < now_us * ns_per_us) {
        l->free_ns = now_us * ns_per_us;
        l->free_part = 0;
        l->sending = l->offering;
    }
    return l->ahead;
}

/* Leaves the cursor at the piece of the last bit, even if that ends with it. */
static void traced_serve(struct link *l, int64_t nanobits)
{
    const struct trace *t = l->config.trace;
    struct trace_cursor *c = &l->sending;
    int64_t work = nanobits + l->free_part, room;
    l->ahead += nanobits;
    if (work > t->loop_nanobits) {
        int64_t loops = (work - 1) / t->loop_nanobits;
        work -= loops * t->loop_nanobits;
        c->ends_us += loops * t->total_us;
        l->free_ns += loops * t->total_us * ns_per_us;
    }
    while (!__builtin_mul_overflow(trace_cursor_piece(c, t)->rate_bps,
                                   c->ends_us * ns_per_us - l->free_ns, &room) &&
           work > room) {
        work -= room;
        l->free_ns = c->ends_us * ns_per_us;
        trace_cursor_next(c, t);
    }
    int64_t rate_bps = trace_cursor_piece(c, t)->rate_bps;
    l->free_ns += work / rate_bps;
    l->free_part = work % rate_bps;
}

/* ---- what becomes of a packet that was sent ---- */

static bool is_lost(const struct link *l, uint64_t draw)
{
    static const double steps = UINT64_C(1) << 53; /* what a double tells apart */
    return (double)(draw >> 11) < l->config.loss * steps;
}

static int64_t traced_delay_us(const struct link *l, const struct trace_cursor *c)
{
    int64_t rtt_us = trace_cursor_piece(c, l->config.trace)->rtt_us;
    return rtt_us < 0 ? l->config.delay_us : rtt_us / 2;
}

/* Two draws for each packet, needed or not, so that jitter changes nothing about losses. */
static bool arrives(struct link *l, int64_t sent_us, int64_t *arrives_us)
{
    int64_t at_us = sent_us + l->config.delay_us;
    if (l->follows_delay) {
        trace_cursor_seek(&l->delays, l->config.trace, sent_us);
        at_us = sent_us + traced_delay_us(l, &l->delays);
    }
    if (l->draws) {
        bool lost = is_lost(l, lots_draw(&l->lots));
        at_us += lots_share(l->config.jitter_us + 1, lots_draw(&l->lots));
        if (lost)
            return false;
    }
    if (at_us < l->last_arrives_us)
        at_us = l->last_arrives_us;
    *arrives_us = l->last_arrives_us = at_us;
    return true;
}

/* ---- both ---- */

static int64_t bytes_of(int64_t nanobits)
{
    return (nanobits + nanobits_per_byte - 1) / nanobits_per_byte;
}

static void count_taken(struct link *l, int64_t bytes, int64_t unsent)
{
    l->taken++;
    l->bytes += (uint64_t)bytes;
    if (unsent > l->backlog_max_bytes * nanobits_per_byte)
        l->backlog_max_bytes = bytes_of(unsent);
}

bool link_offer(struct link *l, int64_t now_us, int64_t bytes, int64_t *arrives_us)
{
    assert(bytes > 0 && bytes <= LINK_PACKET_MAX_BYTES);
    int64_t nanobits = bytes * nanobits_per_byte;
    int64_t ahead = l->follows_rate ? traced_settle(l, now_us) : constant_unsent(l, now_us);
    if (ahead > l->config.queue_bytes * nanobits_per_byte) {
        l->dropped++;
        return false;
    }
    if (l->follows_rate) {
        traced_serve(l, nanobits);
    } else {
        constant_settle(l, now_us);
        constant_serve(l, nanobits);
    }
    count_taken(l, bytes, l->follows_rate || l->config.rate_bps ? ahead + nanobits : 0);
    if (!l->varies) {
        *arrives_us = link_sent_us(l) + l->config.delay_us;
        return true;
    }
    bool arrived = arrives(l, link_sent_us(l), arrives_us);
    l->lost += !arrived;
    return arrived;
}

/* ---- without windows ---- */

static int64_t us_of(int64_t ns)
{
    return (ns + ns_per_us - 1) / ns_per_us;
}

/* Where what begins at now_us really begins: when what was there before it was over. */
static int64_t begins_ns(const struct link *l, int64_t now_us)
{
    if (l->resume_ns > l->free_ns && us_of(l->resume_ns) == now_us)
        return l->resume_ns;
    return link_sent_us(l) == now_us ? l->free_ns : now_us * ns_per_us;
}

static int64_t rtt_us_at(const struct link *l, const struct trace_cursor *c)
{
    int64_t rtt_us = trace_cursor_piece(c, l->config.trace)->rtt_us;
    return rtt_us < 0 ? 2 * l->config.delay_us : rtt_us;
}

int64_t link_pause(struct link *l, int64_t now_us)
{
    int64_t at_ns = begins_ns(l, now_us), left_ns;
    if (!l->follows_delay) {
        l->resume_ns = at_ns + 2 * l->config.delay_us * ns_per_us;
        return us_of(l->resume_ns);
    }
    const struct trace *t = l->config.trace;
    struct trace_cursor c = trace_cursor_at(t, l->config.trace_from_us, at_ns / ns_per_us);
    double share = 1;
    while (left_ns = c.ends_us * ns_per_us - at_ns,
           share * (double)(rtt_us_at(l, &c) * ns_per_us) > (double)left_ns) {
        share -= (double)left_ns / (double)(rtt_us_at(l, &c) * ns_per_us);
        at_ns += left_ns;
        trace_cursor_next(&c, t);
    }
    l->resume_ns = at_ns + (int64_t)(share * (double)(rtt_us_at(l, &c) * ns_per_us) + 0.5);
    return us_of(l->resume_ns);
}

/* The link is idle, or fell idle within the microsecond before: what is pushed follows there. */
static void traced_resume(struct link *l, int64_t now_us)
{
    const struct trace *t = l->config.trace;
    int64_t at_ns = begins_ns(l, now_us);
    if (at_ns != l->free_ns)
        l->free_part = 0;
    l->free_ns = at_ns;
    l->sending = l->offering;
    trace_cursor_seek(&l->sending, t, at_ns / ns_per_us);
    trace_cursor_seek(&l->offering, t, now_us);
    l->offered_us = now_us;
    l->ahead = l->free_part - trace_cursor_piece(&l->sending, t)->rate_bps *
                                  (now_us * ns_per_us - at_ns); /* sent before now: below 0 */
}

static void constant_resume(struct link *l, int64_t now_us)
{
    int64_t at_ns = begins_ns(l, now_us);
    if (at_ns != l->free_ns)
        l->free_part = 0;
    l->free_ns = at_ns;
}

static int64_t resume(struct link *l, int64_t now_us)
{
    bool idle = link_sent_us(l) <= now_us;
    if (!l->follows_rate) {
        if (idle)
            constant_resume(l, now_us);
        return constant_unsent(l, now_us);
    }
    if (!idle)
        return traced_settle(l, now_us);
    traced_resume(l, now_us);
    return 0;
}

bool link_push(struct link *l, int64_t now_us, int64_t bytes, int64_t *sent_us)
{
    assert(bytes > 0 && bytes <= LINK_PACKET_MAX_BYTES);
    int64_t nanobits = bytes * nanobits_per_byte, ahead = resume(l, now_us);
    if (ahead > l->config.queue_bytes * nanobits_per_byte) {
        l->dropped++;
        return false;
    }
    if (l->follows_rate)
        traced_serve(l, nanobits);
    else
        constant_serve(l, nanobits);
    l->ahead = l->ahead < 0 ? 0 : l->ahead;
    count_taken(l, bytes, l->follows_rate || l->config.rate_bps ? ahead + nanobits : 0);
    *sent_us = link_sent_us(l);
    return true;
}

int64_t link_take_back(struct link *l, int64_t now_us)
{
    int64_t unsent = l->follows_rate ? traced_settle(l, now_us) : constant_unsent(l, now_us);
    if (unsent <= 0)
        return 0;
    l->free_ns = now_us * ns_per_us;
    l->free_part = l->ahead = 0;
    l->sending = l->offering;
    l->bytes -= (uint64_t)bytes_of(unsent);
    return bytes_of(unsent);
}

/* ---- what there is to know ---- */

int64_t link_sent_us(const struct link *l)
{
    return (l->free_ns + (l->free_part > 0) + ns_per_us - 1) / ns_per_us;
}

int64_t link_backlog_bytes(const struct link *l, int64_t now_us)
{
    struct trace_cursor offering = l->offering;
    return bytes_of(l->follows_rate ? traced_unsent(l, &offering, now_us)
                                    : constant_unsent(l, now_us));
}

int64_t link_rate_bps(const struct link *l, int64_t now_us)
{
    if (!l->follows_rate)
        return l->config.rate_bps ? l->config.rate_bps : LINK_RATE_MAX_BPS;
    struct trace_cursor offering = l->offering;
    trace_cursor_seek(&offering, l->config.trace, now_us);
    return trace_cursor_piece(&offering, l->config.trace)->rate_bps;
}

int64_t link_delay_us(const struct link *l, int64_t now_us)
{
    if (!l->follows_delay)
        return l->config.delay_us;
    struct trace_cursor c = trace_cursor_at(l->config.trace, l->config.trace_from_us, now_us);
    return traced_delay_us(l, &c);
}

int64_t link_highest_rate_bps(const struct link_config *config)
{
    return config->trace && !config->constant_rate ? config->trace->rate_max_bps : config->rate_bps;
}

int64_t link_longest_delay_us(const struct link_config *config)
{
    int64_t delay_us = config->delay_us;
    if (config->trace && !config->constant_delay && config->trace->rtt_max_us / 2 > delay_us)
        delay_us = config->trace->rtt_max_us / 2;
    return delay_us + config->jitter_us;
}
