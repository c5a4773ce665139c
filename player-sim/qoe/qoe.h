/* What a session was worth to its viewer: what was on screen and for how long, what it waited for,
 * what was received in vain, and two scores that put this into one number.
 *
 * A viewer tells what happens, in order, and asks at the end. All sums are over media time, so that
 * a HESP viewer, who tells of one frame after the other, and a viewer of segments, who tells of
 * runs of them, are measured alike.
 *
 * Bitrates are those that the ladder promises for a rung, as both scores have it.
 * Thread-safety: an object belongs to one thread at a time; no clock is read. */
#ifndef PLAYER_SIM_QOE_QOE_H
#define PLAYER_SIM_QOE_QOE_H

#include "media/core/timebase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QOE_RUNGS_MAX = 64 };

/* Pictures that were on screen one after the other. */
struct qoe_shown {
    int64_t frames;       /* > 0 */
    struct rational rate; /* frames per second, num > 0 */
    uint32_t rung;        /* any number by which its caller knows a rendition of a channel */
    int64_t bitrate_bps;  /* of the rung, >= 0 */
    uint64_t bytes;       /* that came for these pictures */
    int64_t latency_us;   /* of each behind its capture; below 0: not known, or the clocks differ */
    int64_t rate_ppm;     /* playback rate, > 0; 1000000 is normal */
};

/* For how long a rung was on screen. */
struct qoe_rung {
    uint32_t rung;
    int64_t screen_ns;
};

/* Sums since the session's start; zero-filled is a session that has seen nothing. Units of the
 * scores are in it as far as they are in their sums. */
struct qoe {
    bool compares; /* there is a picture before the next one, without a join between */
    uint32_t rung; /* of the last picture */
    int64_t bitrate_bps;
    int64_t lowest_bps, highest_bps; /* of the ladder */

    int64_t media_ns, screen_ns; /* of what was shown: media time, and time on screen */
    double kilobits;             /* of it, by the rungs' bitrates */
    struct qoe_rung rungs[QOE_RUNGS_MAX];
    size_t rung_count;

    int64_t switches, switched_bps; /* the latter: of all together, up or down */
    int64_t stalls, stalled_us;
    int64_t joins, joined_us; /* a start-up and zaps, until their first pictures */
    uint64_t received_bytes, shown_bytes;

    int64_t latency_known_ns; /* media of which the latency is known */
    double latency_s2;        /* seconds of latency times seconds of media */

    /* What NQoE takes away, in kbit: of pictures that are near to live and far from it */
    double near_s2, near_min_kbit_s, far_s2, far_max_kbit_s;
    double speed_min_kbit, stall_max_kbit;
};

/* The ladder that is played from now on: its lowest and highest bitrate. */
void qoe_ladder(struct qoe *q, int64_t lowest_bps, int64_t highest_bps);

/* The first picture after a start-up or a zap is there, or is given up, after waited_us (>= 0).
 * What comes next is no switch from what was before. */
void qoe_joined(struct qoe *q, int64_t waited_us);

/* A stall is over, or the viewer leaves in it; us > 0. */
void qoe_stalled(struct qoe *q, int64_t us);

void qoe_showed(struct qoe *q, const struct qoe_shown *shown);

/* Bytes of pictures came, whether they will be shown or not. */
void qoe_received(struct qoe *q, uint64_t bytes);

/* ---- at the end ---- */

struct qoe_figures {
    bool shown;           /* false: no picture was, and only received_bytes and wasted_bytes mean
                             anything */
    int64_t media_us;     /* of the pictures that were shown */
    int64_t screen_us;    /* for how long they were on screen, without stalls */
    int64_t bitrate_bps;  /* mean over them */
    int64_t switches;     /* a picture's rung was not that of the one before; zaps apart */
    int64_t switched_bps; /* what the bitrate jumped by, up or down, all together */
    int64_t stalls, stalled_us;
    int64_t stall_ppm; /* of the time with a picture, moving or not */
    int64_t joined_us;
    int64_t latency_us; /* mean, -1: of none it is known */
    int64_t rate_ppm;   /* mean playback rate */
    uint64_t received_bytes,
        wasted_bytes;   /* of those, what came for pictures that were not shown */
    int64_t wasted_ppm; /* 0 where nothing was received */
    double yin, nqoe;   /* qoe_yin_balanced and qoe_nqoe_code */
};

void qoe_tell(const struct qoe *q, struct qoe_figures *out);

/* ---- the scores ---- */

/* The linear QoE of X. Yin et al., "A Control-Theoretic Approach for Dynamic Adaptive Video
 * Streaming over HTTP", SIGCOMM 2015, section 3.2 (5): over chunks k of bitrate R_k
 *   sum q(R_k) - lambda sum |q(R_k+1) - q(R_k)| - mu (time stalled) - mu_s (start-up)
 * with q(R) = R in kbit/s and times in seconds.
 *
 * Here a chunk is unit_us of media, and the first sum is over what was on screen, whatever a
 * chunk's borders; the second over the switches on screen. Where rungs change at chunks' borders
 * only, both are the paper's. Each zap counts as a start-up. What is told is the score of a chunk:
 * the sum divided by the number of chunks (at least 1), so that sessions of different lengths can
 * be compared. */
struct qoe_yin_weights {
    double lambda, mu, mu_s;
    int64_t unit_us;
};

/* The paper's "balanced": lambda 1, mu and mu_s 3000 (kbit/s a second), chunks of 4 s. */
extern const struct qoe_yin_weights qoe_yin_balanced;

double qoe_yin(const struct qoe *q, const struct qoe_yin_weights *w);

/* NQoE of the MMSys 2020 grand challenge (A. Bentaleb, "QoE Evaluation for CMAF-based Low-latency
 * Streaming", 20 March 2020, in twitchtv/acm-mmsys-2020-grand-challenge), its form for segments
 * (2): over segments s of bitrate R (kbit/s), time stalled E (s), latency L (s), speed P
 *   sum (alpha R - beta E - gamma L - sigma |1 - P|) - mu sum |R_s+1 - R_s|
 * alpha: a segment's length in seconds; beta: the highest bitrate of the ladder; sigma: the lowest;
 * gamma: one of two weights, up to 1.1 s of latency and beyond.
 *
 * Here a segment is a second of media, so that alpha is 1. gamma L and sigma |1 - P| are a
 * segment's means over its pictures; where latency is not known, there is no term for it. What is
 * told is the score of a segment, as above. */
struct qoe_nqoe_weights {
    double near_gamma, far_gamma;                      /* kbit/s a second */
    double near_gamma_of_lowest, far_gamma_of_highest; /* and so much of a bitrate of the ladder */
    double mu;                                         /* seconds */
};

/* As its evaluator has it, in LoL+ and dash.js (src/streaming/rules/abr/lolp/LoLpQoEEvaluation.js,
 * "last updated: 30 Mar 2020"): gamma 0.05 R_lowest or 0.1 R_highest, mu 1. */
extern const struct qoe_nqoe_weights qoe_nqoe_code;

/* As the paper has it: gamma 0.005 or 0.01, mu 0.02; latency hardly counts. */
extern const struct qoe_nqoe_weights qoe_nqoe_paper;

double qoe_nqoe(const struct qoe *q, const struct qoe_nqoe_weights *w);

#endif
