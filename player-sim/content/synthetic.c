#include "player-sim/content/synthetic.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "media/core/lots.h"
#include "player-sim/content/programme.h"
#include "player-sim/content/rate_control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t bitrate_least_bps = 10000, bitrate_most_bps = 1000000000;
static const int64_t sound_most_bps = 1000000;
static const int64_t duration_most_us = 3600000000;
static const int64_t term_most = 1000000;

enum {
    SIDE_MAX = 16384,
    BOX_BYTES = 140,         /* prft, moof and mdat's head: media/cmaf writes so many */
    PROMISE_BYTES = 160,     /* what the packager's bandwidth reckons with for each frame */
    PACKET_HEAD_BYTES = 758, /* ftyp, moov, emsg: measured. What begins a segment is its packet */
    SOUND_RATE = 48000,
    SOUND_FRAME = 1024,
    SOUND_BOX_BYTES = 140,
    SOUND_PROMISE_BYTES = 144,
    SOUND_KEPT_BPS = 32000,      /* the three figures by which the packager promises what */
    SOUND_OVERSHOOT_BPS = 18000, /* libavcodec's AAC encoder keeps within */
    SOUND_BURST_BITS = 80000,
    SOUND_PACKET_BYTES = 686, /* measured */
    SOUND_MADE_US = 67000,    /* measured */
};

const struct content_ladder content_ladder_default = {
    .rungs = {{1280, 720, 2500000}, {640, 360, 800000}, {426, 240, 400000}},
    .rung_count = 3,
    .rate = {30, 1},
    .segment_duration = {6, 1},
    .duration_us = 60000000,
    .sound_bps = 128000,
    .seed = 1,
};

static bool is_within(int64_t value, int64_t lowest, int64_t highest)
{
    return value >= lowest && value <= highest;
}

static bool check_rung(const struct content_ladder *l, size_t at, char error[CONTENT_ERROR_BYTES])
{
    const struct content_ladder_rung *r = &l->rungs[at];
    if (!is_within(r->width, 1, SIDE_MAX) || !is_within(r->height, 1, SIDE_MAX))
        return error_line(error, CONTENT_ERROR_BYTES, "rung %dx%d: sides are 1 to %d", r->width,
                          r->height, SIDE_MAX);
    if (!is_within(r->bitrate_bps, bitrate_least_bps, bitrate_most_bps))
        return error_line(error, CONTENT_ERROR_BYTES,
                          "rung %dx%d: its bit rate has to be %" PRId64 " to %" PRId64 " bits/s",
                          r->width, r->height, bitrate_least_bps, bitrate_most_bps);
    for (size_t other = 0; other < at; other++)
        if (l->rungs[other].bitrate_bps == r->bitrate_bps)
            return error_line(error, CONTENT_ERROR_BYTES, "two rungs have %" PRId64 " bits/s",
                              r->bitrate_bps);
    return true;
}

static bool check(const struct content_ladder *l, char error[CONTENT_ERROR_BYTES])
{
    const struct rational *rate = &l->rate, *segment = &l->segment_duration;
    if (!l->rung_count || l->rung_count > CONTENT_RUNGS_MAX)
        return error_line(error, CONTENT_ERROR_BYTES, "a ladder has 1 to %d rungs",
                          CONTENT_RUNGS_MAX);
    if (!is_within(rate->num, 1, term_most) || !is_within(rate->den, 1, term_most) ||
        !is_within(rate->num / rate->den, 1, 1000))
        return error_line(error, CONTENT_ERROR_BYTES, "the frame rate has to be 1 to 1000");
    if (!is_within(segment->num, 1, term_most) || !is_within(segment->den, 1, term_most) ||
        segment->num / segment->den > 3600)
        return error_line(error, CONTENT_ERROR_BYTES,
                          "the segment duration has to be above 0 s, up to an hour");
    if (!is_within(l->duration_us, 1, duration_most_us) ||
        !is_within(l->sound_bps, 0, sound_most_bps))
        return error_line(error, CONTENT_ERROR_BYTES,
                          "a content lasts up to an hour, with sound of up to %" PRId64 " bits/s",
                          sound_most_bps);
    bool good = true;
    for (size_t i = 0; good && i < l->rung_count; i++)
        good = check_rung(l, i, error);
    return good;
}

/* Frames of a segment, and of the whole in whole segments. */
static bool count_frames(const struct content_ladder *l, struct content *c,
                         char error[CONTENT_ERROR_BYTES])
{
    const struct rational *s = &l->segment_duration, *r = &l->rate;
    int64_t frames_num = s->num * r->num, frames_den = s->den * r->den;
    int64_t segment = (2 * frames_num + frames_den) / (2 * frames_den);
    segment = segment ? segment : 1;
    int64_t frames = timebase_muldiv_ceil(l->duration_us, r->num, r->den * 1000000);
    int64_t whole = (frames + segment - 1) / segment * segment;
    if (segment > CONTENT_FRAMES_MAX || whole > CONTENT_FRAMES_MAX)
        return error_line(error, CONTENT_ERROR_BYTES,
                          "%" PRId64 " frames are more than the %d of a content: make it shorter",
                          whole, CONTENT_FRAMES_MAX);
    c->segment_frames = (uint32_t)segment;
    c->frame_count = (size_t)whole;
    return true;
}

/* HESP 3.2.13 bandwidth as the packager promises it: VBV maxrate + buffer / segment duration +
 * frame rate x box overhead. */
static int64_t promise_bps(const struct content *c, int64_t bitrate_bps, int64_t buffer_bits)
{
    return bitrate_bps +
           timebase_muldiv_ceil(buffer_bits, c->rate.num, c->rate.den * c->segment_frames) +
           timebase_muldiv_ceil(PROMISE_BYTES * 8, c->rate.num, c->rate.den);
}

static struct content_sound make_sound(const struct content_ladder *l)
{
    int64_t kept_bps = l->sound_bps > SOUND_KEPT_BPS ? l->sound_bps : SOUND_KEPT_BPS;
    const struct rational *s = &l->segment_duration;
    if (!l->sound_bps)
        return (struct content_sound){.made_us = 0};
    return (struct content_sound){
        .rate = timebase_reduce((struct rational){SOUND_RATE, SOUND_FRAME}),
        .bandwidth_bps = kept_bps + SOUND_OVERSHOOT_BPS +
                         timebase_muldiv_ceil(SOUND_BURST_BITS, s->den, s->num) +
                         SOUND_PROMISE_BYTES * 8 * SOUND_RATE / SOUND_FRAME,
        .frame_bytes = (uint32_t)(timebase_muldiv_ceil(l->sound_bps, SOUND_FRAME, SOUND_RATE * 8) +
                                  SOUND_BOX_BYTES),
        .packet_bytes = SOUND_PACKET_BYTES,
        .made_us = SOUND_MADE_US,
    };
}

static int make_rung(const struct content_ladder_rung *l, const struct programme *p,
                     struct content *c, struct content_rung *r, uint64_t *random)
{
    struct rate_control control;
    uint64_t end = 0;
    r->ends = calloc(c->frame_count, sizeof *r->ends);
    r->packet_bytes = calloc(c->frame_count, sizeof *r->packet_bytes);
    if (!r->ends || !r->packet_bytes)
        return ERR_NOMEM;
    snprintf(r->name, sizeof r->name, "%dx%d-%" PRId64 "k", l->width, l->height,
             l->bitrate_bps / 1000);
    if (l->bitrate_bps % 1000)
        snprintf(r->name, sizeof r->name, "%dx%d-%" PRId64, l->width, l->height, l->bitrate_bps);
    r->width = l->width;
    r->height = l->height;
    r->made_us = rate_control_made_us(l->width, l->height);
    rate_control_init(&control, l->bitrate_bps, c->rate);
    r->bandwidth_bps = promise_bps(c, l->bitrate_bps, control.buffer_bits);
    for (size_t n = 0; n < c->frame_count; n++) {
        const struct programme_frame *f = &p->frames[n];
        uint32_t bytes = rate_control_frame_bytes(&control, f, random) + BOX_BYTES;
        r->ends[n] = end += bytes;
        r->packet_bytes[n] =
            f->keyframe ? bytes + PACKET_HEAD_BYTES : rate_control_packet_bytes(&control, f);
    }
    return ERR_OK;
}

static int compare_rungs(const void *a, const void *b)
{
    const struct content_ladder_rung *x = a, *y = b;
    return x->bitrate_bps < y->bitrate_bps ? -1 : x->bitrate_bps > y->bitrate_bps;
}

static int make(const struct content_ladder *l, struct content *c)
{
    struct content_ladder_rung sorted[CONTENT_RUNGS_MAX];
    struct programme programme = {0};
    uint64_t random = l->seed;
    memcpy(sorted, l->rungs, sizeof sorted);
    qsort(sorted, l->rung_count, sizeof *sorted, compare_rungs);
    c->rungs = calloc(l->rung_count, sizeof *c->rungs);
    int status = c->rungs ? ERR_OK : ERR_NOMEM;
    if (!status)
        status = programme_make(&programme, c, &random);
    while (!status && c->rung_count < l->rung_count) {
        size_t at = c->rung_count++;
        status = make_rung(&sorted[at], &programme, c, &c->rungs[at], &random);
    }
    programme_finish(&programme);
    return status;
}

int content_synthesize(const struct content_ladder *ladder, struct content *out,
                       char error[CONTENT_ERROR_BYTES])
{
    struct content c = {
        .name = "synthetic", .rate = timebase_reduce(ladder->rate), .box_bytes = BOX_BYTES};
    if (!check(ladder, error) || !count_frames(ladder, &c, error))
        return ERR_INVALID;
    c.sound = make_sound(ladder);
    int status = make(ladder, &c);
    if (status) {
        error_line(error, CONTENT_ERROR_BYTES, "%s", err_text(status));
        content_finish(&c);
        return status;
    }
    *out = c;
    return ERR_OK;
}
