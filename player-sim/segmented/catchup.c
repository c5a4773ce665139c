#include "player-sim/segmented/catchup.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum {
    NORMAL_PPM = 1000000,
    EVERY_US = 250000, /* HTML, "timeupdate": browsers fire it at least this often; both players go
                          by it */
};

/* dash.js, CatchupController: rates from 1 - c to 1 + c, c = 0.5 unless the MPD or
 * liveCatchup.playbackRate says otherwise; a change by less than 0.02 is not made. */
#define DASH_SPAN     0.5
#define DASH_STEEP    5.0
#define DASH_LEAST    0.02
#define LOLP_BUFFER_S 0.5  /* dash.js: liveCatchup.playbackBufferMin */
#define LOLP_NEAR     0.02 /* of the target: near enough */

/* hls.js, LatencyController. maxLiveSyncPlaybackRate is 1 by default, which turns it off; this is
 * what its documentation gives as an example. */
#define HLS_MOST     1.5
#define HLS_STEEP    0.75
#define HLS_NEAR_S   0.05
#define HLS_BUFFER_S 1.0
#define HLS_STEPS    20.0 /* rates are rounded to a 20th */
#define SECONDS(us)  ((double)(us) / 1e6)
#define PPM(rate)    ((int64_t)lround((rate)*NORMAL_PPM))

static double sigmoid(double behind_s)
{
    return 1 - DASH_SPAN + 2 * DASH_SPAN / (1 + exp(-DASH_STEEP * behind_s));
}

static int64_t unless_slight(const struct segmented_drift *d, double rate)
{
    double now = (double)d->rate_ppm / NORMAL_PPM;
    return rate == 1 || fabs(rate - now) >= DASH_LEAST ? PPM(rate) : d->rate_ppm;
}

static int64_t dash_js(const struct segmented_drift *d)
{
    if (d->recovering)
        return NORMAL_PPM;
    return unless_slight(d, sigmoid(SECONDS(d->latency_us - d->target_us)));
}

static int64_t lol_plus(const struct segmented_drift *d)
{
    double behind_s = SECONDS(d->latency_us - d->target_us), buffer_s = SECONDS(d->buffer_us);
    if (buffer_s < LOLP_BUFFER_S)
        return unless_slight(d, sigmoid(buffer_s - LOLP_BUFFER_S));
    if (fabs(behind_s) <= LOLP_NEAR * SECONDS(d->target_us))
        return NORMAL_PPM;
    return unless_slight(d, sigmoid(behind_s));
}

/* Further behind than the target and a segment more counts as wanted by the viewer. */
static int64_t hls_js(const struct segmented_drift *d)
{
    double behind_s = SECONDS(d->latency_us - d->target_us);
    if (behind_s <= HLS_NEAR_S || behind_s >= SECONDS(d->target_us + d->segment_us) ||
        SECONDS(d->buffer_us) <= HLS_BUFFER_S)
        return NORMAL_PPM;
    double rate = round(2 / (1 + exp(-HLS_STEEP * behind_s)) * HLS_STEPS) / HLS_STEPS;
    return PPM(rate > HLS_MOST ? HLS_MOST : rate);
}

const struct segmented_catchup segmented_catchups[] = {
    {.name = "none", .summary = "plays at rate 1 always", .every_us = EVERY_US},
    {.name = "dash.js",
     .summary = "dash.js: from half to one and a half times, by how far it is behind",
     .every_us = EVERY_US,
     .rate_ppm = dash_js},
    {.name = "lol+",
     .summary = "LoL+: as dash.js, and slower where less than half a second is buffered",
     .every_us = EVERY_US,
     .rate_ppm = lol_plus},
    {.name = "hls.js",
     .summary = "hls.js: up to one and a half times, in steps, where a second is buffered",
     .every_us = EVERY_US,
     .rate_ppm = hls_js},
    {.name = NULL},
};

const struct segmented_catchup *segmented_catchup_find(const char *name)
{
    for (size_t i = 0; segmented_catchups[i].name; i++)
        if (!strcmp(segmented_catchups[i].name, name))
            return &segmented_catchups[i];
    return NULL;
}
