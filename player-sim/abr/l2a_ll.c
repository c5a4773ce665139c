/* Rule "l2a-ll": online learning of a probability for each rung, by gradient descent under the
 * constraint that a unit takes no longer to arrive than it lasts; a Lagrangian multiplier says how
 * far that was missed so far. The rung is the one next to the mean bit rate. While the buffer is
 * below its target, the throughput decides.
 * Reference: Karagkioules, Mekuria, Griffioen, Wagenaar, "Online learning for low-latency adaptive
 * streaming" (MMSys 2020), and their unifiedstreaming/Learn2Adapt-LowLatency, L2ARule.js, with its
 * particularities. The copy in dash.js 5 is another rule: it sets bit/s against kbit/s both in the
 * multiplier and where a step up is to be at most one rung. */
#include "player-sim/abr/rules.h"
#include "player-sim/abr/sample.h"

#include <stdlib.h>

#define SAFETY  0.9 /* dash.js: bandwidthSafetyFactor */
#define HORIZON 4.0
#define REACT   2.0
#define LEAST   1.0 /* kbit/s, for a link that is dead */

enum { TARGET_BUFFER_US = 1500000 };

struct l2a {
    struct abr_setup setup;
    size_t last;
    bool steady, downloaded; /* the latter: since the join or seek */
    double media_s, kbps;    /* of the last download */
    double weights[ABR_RUNGS_MAX];
    double q; /* the multiplier, seconds */
};

static double cautiousness(void)
{
    return pow(HORIZON, 0.99);
}

static double bitrate_kbps(const struct l2a *l, size_t rung)
{
    return (double)l->setup.bitrates_bps[rung] / ABR_BPS_PER_KBPS;
}

static void init(void *state, const struct abr_setup *setup)
{
    *(struct l2a *)state = (struct l2a){.setup = *setup};
}

/* Nothing is learnt yet: the rung that the throughput carries, and with enough buffer the start of
 * learning, from all weight on that rung. */
static size_t start_up(struct l2a *l, const struct abr_moment *m)
{
    size_t rung =
        abr_sustainable_rung(&l->setup, m->estimate.throughput_bps * SAFETY, m->estimate.rtt_us);
    if (l->downloaded && m->buffer_us >= TARGET_BUFFER_US) {
        l->steady = true;
        l->q = cautiousness();
        for (size_t i = 0; i < l->setup.rung_count; i++)
            l->weights[i] = i == rung;
    }
    return rung;
}

static int descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The nearest point of the simplex: none below 0, all together 1 (Chen, Ye, "Projection onto a
 * simplex", arXiv:1101.6081). */
static void project(double *w, size_t count)
{
    double sorted[ABR_RUNGS_MAX];
    for (size_t i = 0; i < count; i++)
        sorted[i] = w[i];
    qsort(sorted, count, sizeof *sorted, descending);

    double sum = sorted[0], over = sum - 1;
    for (size_t i = 1; i < count && over < sorted[i]; i++) {
        sum += sorted[i];
        over = (sum - 1) / (double)(i + 1);
    }
    for (size_t i = 0; i < count; i++)
        w[i] = fmax(w[i] - over, 0);
}

/* One step of descent with what the last download told. From the first rung on that the link did
 * not carry the step goes down for all. */
static void descend(const struct l2a *l, double rate, double kbps, double *w)
{
    double vl = cautiousness(), alpha = fmax(HORIZON, vl * sqrt(HORIZON));
    double sign = 1;
    for (size_t i = 0; i < l->setup.rung_count; i++) {
        double needed_kbps = rate * bitrate_kbps(l, i);
        if (needed_kbps > kbps)
            sign = -1;
        w[i] = l->weights[i] +
               sign * (l->media_s / (2 * alpha)) * ((l->q + vl) * (needed_kbps / kbps));
    }
    project(w, l->setup.rung_count);
}

static double mean_kbps(const struct l2a *l, const double *w)
{
    double sum = 0;
    for (size_t i = 0; i < l->setup.rung_count; i++)
        sum += w[i] * bitrate_kbps(l, i);
    return sum;
}

static size_t nearest_rung(const struct l2a *l, double kbps)
{
    size_t best = 0;
    for (size_t i = 1; i < l->setup.rung_count; i++)
        if (fabs(bitrate_kbps(l, i) - kbps) < fabs(bitrate_kbps(l, best) - kbps))
            best = i;
    return best;
}

static size_t learn(struct l2a *l, const struct abr_moment *m)
{
    double rate = m->playback_rate, kbps = fmax(l->kbps, LEAST);
    double w[ABR_RUNGS_MAX], change[ABR_RUNGS_MAX];
    descend(l, rate, kbps, w);
    for (size_t i = 0; i < l->setup.rung_count; i++) {
        change[i] = w[i] - l->weights[i];
        l->weights[i] = w[i];
    }
    double wanted = mean_kbps(l, w);
    double used = l->media_s * rate * ((wanted + mean_kbps(l, change)) / kbps);
    l->q = fmax(0, l->q - l->media_s + used);

    size_t rung = nearest_rung(l, wanted);
    /* Up by one rung only; where the link did not carry even that, all the way, as the reference
     * does. */
    if (rung > l->last && bitrate_kbps(l, l->last + 1) <= kbps)
        rung = l->last + 1;
    if (bitrate_kbps(l, rung) >= kbps)
        l->q = REACT * fmax(cautiousness(), l->q);
    return rung;
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    struct l2a *l = state;
    if (!(m->estimate.throughput_bps > 0))
        return (struct abr_choice){.rung = m->rung};
    l->last = l->steady ? learn(l, m) : start_up(l, m);
    return (struct abr_choice){.rung = l->last};
}

static void note_download(void *state, const struct abr_moment *m, const struct abr_download *d)
{
    struct l2a *l = state;
    if (d->media_us <= 0)
        return;
    l->downloaded = true;
    l->last = d->rung;
    l->media_s = (double)d->media_us / ABR_US_PER_S;
    l->kbps = abr_sample_kbps(d);
    if (!abr_sample_counts(d, m->estimate.throughput_bps))
        l->kbps = m->estimate.throughput_bps / ABR_BPS_PER_KBPS;
}

static void note_seek(void *state, const struct abr_moment *m)
{
    struct l2a *l = state;
    (void)m;
    l->steady = l->downloaded = false;
}

const struct abr_rule abr_rule_l2a_ll = {
    .name = "l2a-ll",
    .summary = "L2A-LL: learns which rungs arrive as fast as they play",
    .state_bytes = sizeof(struct l2a),
    .init = init,
    .choose = choose,
    .note_download = note_download,
    .note_seek = note_seek,
};
