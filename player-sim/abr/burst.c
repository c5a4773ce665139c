/* Rule "burst": for viewers who can change rung at any frame and get a clean burst sample with
 * every packet (HESP). It follows no reference.
 *
 *   join   on the highest rung whose packet comes hardly later than the lowest one's: a zap on a
 *          thin link shows a picture at once, and climbs a few frames later
 *   down   at once, and far enough, where media comes in slower than it is made: to what came in,
 *          less a fifth
 *   up     to what the estimate carries with a reserve, as soon as nothing queues
 *   probe  where the estimate does not carry the next rung, but nothing has queued for a while, it
 *          is tried all the same: packets are short, so that over long round trips their samples
 *          say less than the link can do. A probe that fails doubles that while, up to 32 s; one
 *          that holds makes it short again.
 *
 * How large packets are is taken from docs/packets.md: 18 kB at 400 kbit/s, and by the power of 0.9
 * of the bit rate. */
#include "player-sim/abr/rules.h"

#include <math.h>

static const int64_t probe_first_us = 2000000, probe_last_us = 32000000;
static const int64_t proved_us = 4000000; /* a rung that has held for so long is good */
static const int64_t later_us = 30000;    /* by which a join's picture may be later */

#define RESERVE_UP       0.8
#define RESERVE_DOWN     0.8
#define PACKET_BITS(bps) (18000.0 * 8 * pow((double)(bps) / 400000, 0.9))

struct burst {
    struct abr_setup setup;
    size_t rung;        /* wanted */
    int64_t since_us;   /* that it is wanted */
    int64_t calm_us;    /* since when nothing has queued */
    int64_t probe_us;   /* of calm before the next probe */
    bool probing;       /* what is wanted was a probe, and is not proved yet */
    double carried_bps; /* what came in while it queued; 0: it does not */
    bool begun;
};

static void init(void *state, const struct abr_setup *setup)
{
    *(struct burst *)state = (struct burst){.setup = *setup, .probe_us = probe_first_us};
}

static size_t highest(const struct abr_setup *s, double bps)
{
    size_t rung = 0;
    while (rung + 1 < s->rung_count && (double)s->bitrates_bps[rung + 1] <= bps)
        rung++;
    return rung;
}

static void want(struct burst *b, size_t rung, int64_t now_us)
{
    if (b->begun && rung == b->rung)
        return;
    b->begun = true;
    b->rung = rung;
    b->since_us = b->calm_us = now_us;
    b->probing = false;
}

static size_t first(void *state, const struct abr_moment *m)
{
    struct burst *b = state;
    const struct abr_setup *s = &b->setup;
    double bps = m->estimate.throughput_bps;
    size_t rung = 0, carried = highest(s, bps * RESERVE_UP);
    double soonest_bits = PACKET_BITS(s->bitrates_bps[0]);
    while (rung < carried &&
           (PACKET_BITS(s->bitrates_bps[rung + 1]) - soonest_bits) / bps * 1e6 <= (double)later_us)
        rung++;
    want(b, rung, m->now_us);
    return rung;
}

static void note_download(void *state, const struct abr_moment *m, const struct abr_download *d)
{
    struct burst *b = state;
    if (!d->media_us)
        return;
    bool queues = !d->app_limited;
    b->carried_bps = queues ? (double)d->bytes * 8e6 / (double)d->transfer_us : 0;
    if (queues)
        b->calm_us = m->now_us;
    if (!queues && b->probing && m->now_us - b->since_us >= proved_us) {
        b->probing = false;
        b->probe_us = probe_first_us;
    }
}

static void step_down(struct burst *b, int64_t now_us)
{
    size_t rung = highest(&b->setup, b->carried_bps * RESERVE_DOWN);
    if (rung >= b->rung)
        rung = b->rung ? b->rung - 1 : 0;
    if (b->probing)
        b->probe_us = b->probe_us * 2 < probe_last_us ? b->probe_us * 2 : probe_last_us;
    want(b, rung, now_us);
}

static void step_up(struct burst *b, const struct abr_moment *m)
{
    size_t rung = highest(&b->setup, m->estimate.throughput_bps * RESERVE_UP);
    if (rung > b->rung) {
        want(b, rung, m->now_us);
    } else if (b->rung + 1 < b->setup.rung_count && m->now_us - b->calm_us >= b->probe_us) {
        want(b, b->rung + 1, m->now_us);
        b->probing = true;
    }
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    struct burst *b = state;
    if (!b->begun)
        want(b, m->rung, m->now_us);
    if (b->carried_bps > 0)
        step_down(b, m->now_us);
    else
        step_up(b, m);
    return (struct abr_choice){.rung = b->rung};
}

const struct abr_rule abr_rule_burst = {
    .name = "burst",
    .summary = "for HESP: joins where the packet comes soonest, climbs on burst samples, probes",
    .state_bytes = sizeof(struct burst),
    .init = init,
    .first = first,
    .choose = choose,
    .note_download = note_download,
};
