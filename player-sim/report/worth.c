/* What each session was worth, told once, at its end. */
#include "media/core/err.h"
#include "player-sim/report/collect.h"

#include <math.h>

/* A score in thousandths; what no session can be is brought within what statistics take. */
static int64_t thousandths(double score)
{
    static const double most = 1e15;
    return llround(fmin(fmax(score * 1000, -most), most));
}

/* A thousandth of a percent is ten millionths. */
static int64_t thousandths_of_percent(int64_t ppm)
{
    return (ppm + 5) / 10;
}

int report_worth(struct report *r, const struct report_place *place, const struct qoe_figures *f)
{
    const struct {
        size_t metric;
        int64_t value;
    } values[] = {
        {REPORT_BITRATE, f->bitrate_bps},
        {REPORT_SWITCHES, f->switches},
        {REPORT_SWITCHED, f->switched_bps},
        {REPORT_STALL_SHARE, thousandths_of_percent(f->stall_ppm)},
        {REPORT_SPEED, thousandths_of_percent(f->rate_ppm)},
        {REPORT_QOE_YIN, thousandths(f->yin)},
        {REPORT_QOE_MMSYS, thousandths(f->nqoe)},
    };
    int status = 0;
    if (f->received_bytes)
        status = report_keep(r, place, REPORT_WASTED, thousandths_of_percent(f->wasted_ppm), 1);
    for (size_t i = 0; !status && f->shown && i < sizeof values / sizeof *values; i++)
        status = report_keep(r, place, values[i].metric, values[i].value, 1);
    return status;
}

int report_rung(struct report *r, const struct report_place *place, int64_t us)
{
    return us < 0 ? ERR_INVALID : report_keep(r, place, REPORT_RUNG, us, 1);
}

int report_session(struct report *r, const struct report_place *place, const struct qoe *q)
{
    struct qoe_figures figures;
    struct report_place of_rung = *place;
    qoe_tell(q, &figures);
    int status = report_worth(r, place, &figures);
    for (size_t i = 0; !status && i < q->rung_count; i++) {
        of_rung.rendition_key = q->rungs[i].rung;
        status = report_rung(r, &of_rung, q->rungs[i].screen_ns / 1000);
    }
    return status;
}
