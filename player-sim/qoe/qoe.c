#include "player-sim/qoe/qoe.h"

#include <assert.h>
#include <math.h>

static const int64_t normal_ppm = 1000000, second_ns = 1000000000;
static const int64_t near_us = 1100000; /* NQoE's bound between its two weights of latency */

void qoe_ladder(struct qoe *q, int64_t lowest_bps, int64_t highest_bps)
{
    q->lowest_bps = lowest_bps;
    q->highest_bps = highest_bps;
}

void qoe_joined(struct qoe *q, int64_t waited_us)
{
    q->compares = false;
    q->joins++;
    q->joined_us += waited_us;
}

static double seconds(int64_t ns)
{
    return (double)ns / (double)second_ns;
}

static double kbps(int64_t bps)
{
    return (double)bps / 1000;
}

void qoe_stalled(struct qoe *q, int64_t us)
{
    q->stalls++;
    q->stalled_us += us;
    q->stall_max_kbit += (double)us / 1e6 * kbps(q->highest_bps);
}

void qoe_received(struct qoe *q, uint64_t bytes)
{
    q->received_bytes += bytes;
}

static void compare(struct qoe *q, const struct qoe_shown *shown)
{
    if (q->compares && shown->rung != q->rung) {
        int64_t by_bps = shown->bitrate_bps - q->bitrate_bps;
        q->switches++;
        q->switched_bps += by_bps < 0 ? -by_bps : by_bps;
    }
    q->compares = true;
    q->rung = shown->rung;
    q->bitrate_bps = shown->bitrate_bps;
}

/* Of more rungs than there is room for, the time of the further ones is nobody's. */
static void add_to_rung(struct qoe *q, uint32_t rung, int64_t screen_ns)
{
    size_t i = 0;
    while (i < q->rung_count && q->rungs[i].rung != rung)
        i++;
    if (i == QOE_RUNGS_MAX)
        return;
    if (i == q->rung_count)
        q->rungs[q->rung_count++] = (struct qoe_rung){.rung = rung};
    q->rungs[i].screen_ns += screen_ns;
}

static void add_latency(struct qoe *q, int64_t latency_us, int64_t media_ns)
{
    double weighted = (double)latency_us / 1e6 * seconds(media_ns);
    q->latency_known_ns += media_ns;
    q->latency_s2 += weighted;
    if (latency_us <= near_us) {
        q->near_s2 += weighted;
        q->near_min_kbit_s += weighted * kbps(q->lowest_bps);
    } else {
        q->far_s2 += weighted;
        q->far_max_kbit_s += weighted * kbps(q->highest_bps);
    }
}

void qoe_showed(struct qoe *q, const struct qoe_shown *shown)
{
    assert(shown->frames > 0 && shown->rate.num > 0 && shown->rate_ppm > 0);
    int64_t media_ns =
        timebase_muldiv_floor(shown->frames * shown->rate.den, second_ns, shown->rate.num);
    int64_t screen_ns = timebase_muldiv_floor(media_ns, normal_ppm, shown->rate_ppm);
    compare(q, shown);
    q->media_ns += media_ns;
    q->screen_ns += screen_ns;
    q->kilobits += kbps(shown->bitrate_bps) * seconds(media_ns);
    q->shown_bytes += shown->bytes;
    add_to_rung(q, shown->rung, screen_ns);
    if (shown->latency_us >= 0)
        add_latency(q, shown->latency_us, media_ns);
    double off = fabs(1 - (double)shown->rate_ppm / (double)normal_ppm);
    q->speed_min_kbit += off * kbps(q->lowest_bps) * seconds(media_ns);
}

static int64_t ppm(double part, double whole)
{
    return whole > 0 ? llround(part / whole * 1e6) : 0;
}

void qoe_tell(const struct qoe *q, struct qoe_figures *out)
{
    uint64_t shown = q->shown_bytes < q->received_bytes ? q->shown_bytes : q->received_bytes;
    *out = (struct qoe_figures){
        .shown = q->media_ns > 0,
        .media_us = q->media_ns / 1000,
        .screen_us = q->screen_ns / 1000,
        .switches = q->switches,
        .switched_bps = q->switched_bps,
        .stalls = q->stalls,
        .stalled_us = q->stalled_us,
        .stall_ppm =
            ppm((double)q->stalled_us, (double)q->stalled_us + (double)q->screen_ns / 1000),
        .joined_us = q->joined_us,
        .latency_us = -1,
        .received_bytes = q->received_bytes,
        .wasted_bytes = q->received_bytes - shown,
        .wasted_ppm = ppm((double)(q->received_bytes - shown), (double)q->received_bytes),
    };
    if (q->latency_known_ns)
        out->latency_us = llround(q->latency_s2 / seconds(q->latency_known_ns) * 1e6);
    if (!out->shown)
        return;
    out->bitrate_bps = llround(q->kilobits / seconds(q->media_ns) * 1000);
    out->rate_ppm = ppm((double)q->media_ns, (double)q->screen_ns);
    out->yin = qoe_yin(q, &qoe_yin_balanced);
    out->nqoe = qoe_nqoe(q, &qoe_nqoe_code);
}
