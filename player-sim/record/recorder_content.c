/* What a recording comes to: how far it is, and the content. */
#include "player-sim/record/recorder_state.h"

#include "media/core/err.h"
#include "media/core/option_errors.h"

#include <stdio.h>
#include <stdlib.h>

/* Whole segments that all rungs have. */
static size_t whole_segments(const struct recorder *r)
{
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < r->rung_count; i++) {
        size_t segments = r->tracks[i].seen.frames / (size_t)r->segment_frames;
        least = segments < least ? segments : least;
    }
    return r->rung_count ? least : 0;
}

void recorder_progress(const struct recorder *r, struct recorder_progress *out)
{
    *out = (struct recorder_progress){
        .over = r->over,
        .early = r->early,
        .text = r->text,
        .rungs = r->rung_count,
        .segments = whole_segments(r),
        .segments_wanted = r->segments_wanted,
    };
    for (size_t i = 0; i < r->rung_count; i++) {
        out->frames += r->tracks[i].seen.frames;
        out->packets += r->tracks[i].seen.packets;
        out->refused += r->tracks[i].packets_refused;
    }
    if (r->rung_count)
        out->segment_s = (double)r->segment_frames * (double)r->tracks[0].of->rate.den /
                         (double)r->tracks[0].of->rate.num;
}

static int make_rung(const struct content *c, const struct session_track *of,
                     struct recording *seen, int64_t rtt_us, struct content_rung *out)
{
    uint64_t end = 0;
    out->ends = calloc(c->frame_count, sizeof *out->ends);
    out->packet_bytes = calloc(c->frame_count, sizeof *out->packet_bytes);
    if (!out->ends || !out->packet_bytes)
        return ERR_NOMEM;
    snprintf(out->name, sizeof out->name, "%s", of->name);
    out->width = of->width;
    out->height = of->height;
    out->bandwidth_bps = of->bandwidth_bps;
    out->made_us = recording_made_us(seen, rtt_us);
    for (size_t n = 0; n < c->frame_count; n++)
        out->ends[n] = end += seen->frame_bytes[n];
    if (recording_packets(seen, c->frame_count, c->segment_frames, out->packet_bytes))
        return ERR_OK;
    free(out->packet_bytes);
    out->packet_bytes = NULL;
    return ERR_OK;
}

/* A content has the packets of all rungs or of none. */
static void drop_packets_unless_all(struct content *c)
{
    size_t with = 0;
    for (size_t i = 0; i < c->rung_count; i++)
        with += c->rungs[i].packet_bytes != NULL;
    for (size_t i = 0; with < c->rung_count && i < c->rung_count; i++) {
        free(c->rungs[i].packet_bytes);
        c->rungs[i].packet_bytes = NULL;
    }
}

static struct content_sound make_sound(struct recorder *r, int64_t rtt_us)
{
    struct recorder_track *t = &r->tracks[r->rung_count];
    if (r->track_count == r->rung_count || !t->seen.frames || !t->join_bytes)
        return (struct content_sound){.made_us = 0};
    return (struct content_sound){.rate = t->of->rate,
                                  .bandwidth_bps = t->of->bandwidth_bps,
                                  .frame_bytes = recording_mean_bytes(&t->seen),
                                  .packet_bytes = t->join_bytes,
                                  .made_us = recording_made_us(&t->seen, rtt_us)};
}

int recorder_content(struct recorder *r, const char *name, int64_t rtt_us, struct content *out,
                     char error[CONTENT_ERROR_BYTES])
{
    struct content c = {.box_bytes = r->box_bytes};
    size_t segments = whole_segments(r);
    if (!segments) {
        error_line(error, CONTENT_ERROR_BYTES, "not one segment is whole");
        return ERR_NOT_FOUND;
    }
    snprintf(c.name, sizeof c.name, "%s", name);
    c.rate = r->tracks[0].of->rate;
    c.segment_frames = (uint32_t)r->segment_frames;
    c.frame_count = segments * c.segment_frames;
    c.sound = make_sound(r, rtt_us);
    c.rungs = calloc(r->rung_count, sizeof *c.rungs);
    int status = c.rungs ? ERR_OK : ERR_NOMEM;
    while (!status && c.rung_count < r->rung_count) {
        struct recorder_track *t = &r->tracks[c.rung_count];
        status = make_rung(&c, t->of, &t->seen, rtt_us, &c.rungs[c.rung_count++]);
    }
    drop_packets_unless_all(&c);
    if (status)
        error_line(error, CONTENT_ERROR_BYTES, "%s", err_text(status));
    else if ((status = content_check(&c, error)) == ERR_OK)
        *out = c;
    if (status)
        content_finish(&c);
    return status;
}
