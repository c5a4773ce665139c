/* Rule "burst": for viewers who can change rung at any frame and get a clean burst sample with
 * every packet (HESP). It follows no reference.
 *
 *   join   on the highest rung whose packet comes hardly later than the lowest one's: a zap on a
 *          thin link shows a picture at once, and climbs a few frames later
 *   down   where media comes in slower than it is made for two stretches on end, while it queues:
 *          to what came in, less a fifth. One such stretch is a keyframe that takes its time.
 *   up     to what the estimate carries with a reserve
 *   probe  where the estimate does not carry the next rung, it is tried all the same: packets are
 *          short, so that over long round trips their samples say less than the link can do
 *   calm   a step up, but for the first after a join, needs a while in which nothing came too
 *          slowly. A step that has to be taken back doubles that while, up to 32 s; one that holds
 *          makes it short again.
 *
 * Where the packet of the next rung would take more than 100 ms, the calm is 20 times as long as
 * it, at least: with hardly a buffer, a step up is a stall of that length.
 *
 * How large packets are is taken from docs/packets.md: 18 kB at 400 kbit/s, and by the power of 0.9
 * of the bit rate. */
#include "player-sim/abr/rules.h"

#include <math.h>

enum { SLOW_STRETCHES = 2 };

static const int64_t calm_first_us = 2000000, calm_last_us = 32000000;
static const int64_t proved_us = 8000000; /* a rung that has held for so long is good */
static const int64_t later_us = 30000;    /* by which a join's picture may be later */

#define SHORT_PACKET_US 1e5
#define WORTH           20

#define RESERVE_UP       0.8
#define RESERVE_DOWN     0.8
#define PACKET_BITS(bps) (18000.0 * 8 * pow((double)(bps) / 400000, 0.9))

struct burst {
    struct abr_setup setup;
    bool begun;
    size_t rung;        /* wanted */
    int64_t since_us;   /* that it is wanted */
    bool climbed;       /* to it, from a lower one */
    int64_t slow_us;    /* when media last came in too slowly, or the rung was changed */
    int64_t calm_us;    /* that a step up needs; 0: the first after a join needs none */
    int64_t failed_us;  /* the calm after the next step that fails */
    double carried_bps; /* what came in where it came too slowly */
    unsigned slow;      /* stretches on end in which it did */
};

static void init(void *state, const struct abr_setup *setup)
{
    *(struct burst *)state = (struct burst){.setup = *setup, .failed_us = calm_first_us};
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
    b->climbed = b->begun && rung > b->rung;
    b->begun = true;
    b->rung = rung;
    b->since_us = b->slow_us = now_us;
    b->slow = 0;
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
    if (!d->media_us || d->rung != b->rung) /* a packet; or the rung that is being left */
        return;
    bool slow = !d->app_limited && d->media_us < d->transfer_us;
    b->slow = slow ? b->slow + 1 : 0;
    if (slow) {
        b->carried_bps = (double)d->bytes * 8e6 / (double)d->transfer_us;
        b->slow_us = m->now_us;
    }
    if (!slow && b->climbed && m->now_us - b->since_us >= proved_us)
        b->failed_us = calm_first_us;
}

/* The next step up is the first of a join again, where the last ones did not fail. */
static void note_seek(void *state, const struct abr_moment *m)
{
    struct burst *b = state;
    (void)m;
    b->begun = false;
    b->slow = 0;
    if (b->failed_us == calm_first_us)
        b->calm_us = 0;
}

static void step_down(struct burst *b, int64_t now_us)
{
    size_t rung = highest(&b->setup, b->carried_bps * RESERVE_DOWN);
    if (rung >= b->rung)
        rung = b->rung ? b->rung - 1 : 0;
    if (now_us - b->since_us < proved_us)
        b->calm_us = b->failed_us;
    if (now_us - b->since_us < proved_us && b->climbed)
        b->failed_us = b->failed_us * 2 < calm_last_us ? b->failed_us * 2 : calm_last_us;
    want(b, rung, now_us);
}

/* A packet that takes its time holds up the pictures of the old rung, with hardly a buffer to hide
 * it: what it costs has to be worth it. */
static int64_t worth_us(const struct burst *b, size_t rung, double bps)
{
    double packet_us = bps > 0 ? PACKET_BITS(b->setup.bitrates_bps[rung]) / bps * 1e6 : 0;
    return packet_us > SHORT_PACKET_US ? (int64_t)(packet_us * WORTH) : 0;
}

static void step_up(struct burst *b, const struct abr_moment *m)
{
    double bps = m->estimate.throughput_bps;
    size_t rung = highest(&b->setup, bps * RESERVE_UP);
    int64_t calm_us = m->now_us - b->slow_us;
    bool probes = b->rung + 1 < b->setup.rung_count && calm_us >= b->failed_us;
    if (rung <= b->rung && probes)
        rung = b->rung + 1;
    if (rung <= b->rung || calm_us < b->calm_us || calm_us < worth_us(b, rung, bps))
        return;
    b->calm_us = b->calm_us ? b->calm_us : calm_first_us;
    want(b, rung, m->now_us);
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    struct burst *b = state;
    if (!b->begun)
        want(b, m->rung, m->now_us);
    if (b->slow >= SLOW_STRETCHES)
        step_down(b, m->now_us);
    else if (!b->slow)
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
    .note_seek = note_seek,
};
