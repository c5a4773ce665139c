/* Rule "bola-e": BOLA with a placeholder, buffer that is not there but is counted as if it was.
 * It starts as high as the throughput allows, grows by waits that were not the rule's own, and is
 * given up where BOLA would have waited. The insufficient buffer rule has the last word.
 * Reference: Spiteri, Sitaraman, Sparacio, "From Theory to Practice: Improving Bitrate Adaptation
 * in the DASH Reference Player" (MMSys 2018); Sabre, class BolaEnh without its options. */
#include "player-sim/abr/bola_curve.h"
#include "player-sim/abr/buffer_guard.h"
#include "player-sim/abr/rules.h"

/* Sabre: minimum_buffer, minimum_buffer_per_level. */
#define LOW_US           1e7
#define LOW_US_PER_LEVEL 2e6

struct bola_e {
    struct abr_setup setup;
    struct bola_curve curve;
    struct buffer_guard guard;
    bool steady; /* false: nothing was known of the link yet */
    size_t last; /* rung of the last download */
    double placeholder_us;
};

static double at_least(double x, double least)
{
    return x > least ? x : least;
}

static double at_most(double x, double most)
{
    return x < most ? x : most;
}

static void init(void *state, const struct abr_setup *setup)
{
    struct bola_e *b = state;
    *b = (struct bola_e){.setup = *setup};
    bola_curve_init(&b->curve, setup, 1);
    buffer_guard_init(&b->guard);
    double full_us = at_least(LOW_US + LOW_US_PER_LEVEL * (double)setup->rung_count,
                              (double)setup->buffer_max_us);
    /* A ladder of one rung has no curve; any gp that is not 0 will do. */
    double climb = b->curve.utilities[b->curve.count - 1] - 1;
    b->curve.gp = climb > 0 ? climb / (full_us / LOW_US - 1) : 1;
    b->curve.vp = LOW_US / b->curve.gp;
}

/* The first decision with an estimate: the rung that it carries, and as much placeholder as makes
 * BOLA agree. */
static struct abr_choice begin(struct bola_e *b, const struct abr_moment *m)
{
    if (!(m->estimate.throughput_bps > 0))
        return (struct abr_choice){.rung = b->last};
    b->steady = true;
    buffer_guard_init(&b->guard);
    size_t rung = abr_sustainable_rung(&b->setup, m->estimate.throughput_bps, m->estimate.rtt_us);
    b->placeholder_us = at_least(bola_curve_least_us(&b->curve, rung) - (double)m->buffer_us, 0);
    return (struct abr_choice){.rung = rung};
}

static size_t by_level(const struct bola_e *b, const struct abr_moment *m)
{
    size_t rung = bola_curve_rung(&b->curve, (double)m->buffer_us + b->placeholder_us);
    size_t carried =
        abr_sustainable_rung(&b->setup, m->estimate.throughput_bps, m->estimate.rtt_us);
    if (rung <= b->last || rung <= carried)
        return rung;
    return (b->last > carried ? b->last : carried) + 1;
}

/* What the level is above the rung's last: given up of the placeholder, the rest is waited for. */
static double take_delay(struct bola_e *b, const struct abr_moment *m, size_t rung)
{
    double over_us = (double)m->buffer_us + b->placeholder_us - bola_curve_most_us(&b->curve, rung);
    if (over_us <= 0)
        return 0;
    if (over_us <= b->placeholder_us) {
        b->placeholder_us -= over_us;
        return 0;
    }
    over_us -= b->placeholder_us;
    b->placeholder_us = 0;
    return over_us;
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    struct bola_e *b = state;
    if (!b->steady)
        return begin(b, m);
    size_t rung = by_level(b, m);
    double delay_us = take_delay(b, m, rung);
    if (rung + 1 == b->curve.count)
        delay_us = 0;

    size_t safe = buffer_guard_rung(&b->guard, &b->setup, m, rung);
    if (safe < rung) {
        rung = safe;
        delay_us = 0;
        double lacks_us = bola_curve_least_us(&b->curve, rung) - (double)m->buffer_us;
        b->placeholder_us = at_most(b->placeholder_us, at_least(lacks_us, 0));
    }
    return (struct abr_choice){.rung = rung, .delay_us = (int64_t)(delay_us + 0.5)};
}

/* Keeps the placeholder to what fits the rung that was really taken. */
static void note_download(void *state, const struct abr_moment *m, const struct abr_download *d)
{
    struct bola_e *b = state;
    b->last = d->rung;
    double was_us = (double)(m->buffer_us + d->end_us - d->request_us);
    double most_us = bola_curve_most_us(&b->curve, d->rung) - was_us;
    b->placeholder_us = at_most(b->placeholder_us, at_least(most_us, 0));
    if (m->buffer_us > 0)
        b->placeholder_us =
            at_least(b->placeholder_us, bola_curve_least_us(&b->curve, d->rung) - was_us);
}

static void note_wait(void *state, int64_t waited_us)
{
    ((struct bola_e *)state)->placeholder_us += (double)waited_us;
}

static void note_seek(void *state, const struct abr_moment *m)
{
    (void)m;
    ((struct bola_e *)state)->steady = false;
}

const struct abr_rule abr_rule_bola_e = {
    .name = "bola-e",
    .summary = "BOLA with a placeholder for buffer that could have been, and safe on low buffers",
    .state_bytes = sizeof(struct bola_e),
    .init = init,
    .choose = choose,
    .note_download = note_download,
    .note_wait = note_wait,
    .note_seek = note_seek,
};
