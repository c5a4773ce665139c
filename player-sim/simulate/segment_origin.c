#include "player-sim/simulate/segment_origin.h"

enum { OK = 200 };

static const int64_t window_us = 60000000;

/* ---- frames ---- */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static const struct content *content_of(const struct segment_origin *o, size_t channel)
{
    return o->channels[channel].content;
}

/* The frames of a segment, or of one of its parts. */
static void frames_of(const struct segment_origin *o, const struct virtual_ask *ask, int64_t *first,
                      int64_t *end)
{
    int64_t length = content_of(o, ask->channel)->segment_frames;
    int64_t start = ask->number * length;
    *first = ask->offset < 0 ? start : start + ask->offset * o->part_frames;
    *end = ask->offset < 0 ? start + length
                           : start + smaller(length, (ask->offset + 1) * o->part_frames);
}

/* Sound beside frames from..to-1 of the picture: by time, so that none is lost or counted twice. */
static int64_t sound_bytes(const struct content *c, int64_t from, int64_t to)
{
    struct rational picture = c->rate, sound = c->sound.rate;
    if (!sound.num)
        return 0;
    int64_t before = timebase_muldiv_floor(from * picture.den, sound.num, picture.num * sound.den);
    int64_t after = timebase_muldiv_floor(to * picture.den, sound.num, picture.num * sound.den);
    return (after - before) * c->sound.frame_bytes;
}

/* As one chunk. */
static uint32_t chunk_bytes(const struct content *c, size_t rung, int64_t from, int64_t to)
{
    int64_t bytes = (int64_t)content_bytes(c, rung, from, to) + sound_bytes(c, from, to);
    return (uint32_t)(bytes - (to - from - 1) * c->box_bytes);
}

/* How many pieces begin before frame n. */
static int64_t pieces_before(const struct segment_origin *o, const struct content *c, int64_t n)
{
    int64_t segment = c->segment_frames;
    int64_t piece = o->unit == SEGMENTED_WHOLE ? segment : (int64_t)o->part_frames;
    int64_t in_segment = (segment + piece - 1) / piece;
    return n / segment * in_segment + (n % segment + piece - 1) / piece;
}

uint64_t segment_origin_bytes(const struct segment_origin *o, size_t channel, size_t rung,
                              int64_t from, int64_t to)
{
    const struct content *c = content_of(o, channel);
    int64_t begun = pieces_before(o, c, to) - pieces_before(o, c, from);
    int64_t bytes = (int64_t)content_bytes(c, rung, from, to) + sound_bytes(c, from, to);
    return (uint64_t)(bytes - (to - from - begun) * c->box_bytes);
}

/* When frames up to end - 1 are there. */
static int64_t there_us(const struct segment_origin *o, const struct virtual_ask *ask, int64_t end)
{
    if (!o->live)
        return 0;
    return sim_channel_there_us(&o->channels[ask->channel], ask->rung, end - 1);
}

/* ---- answers ---- */

static void answer(const void *context, int64_t now_us, const struct virtual_ask *ask,
                   struct virtual_answer *out, int64_t *at_us)
{
    const struct segment_origin *o = context;
    (void)now_us, (void)at_us;
    out->status = OK;
    out->next = 0;
    out->end = 1;
    if (ask->kind == SEGMENTED_GET_MEDIA)
        frames_of(o, ask, &out->next, &out->end);
}

static int64_t media_piece(const struct segment_origin *o, struct virtual_answer *a,
                           struct virtual_piece *out)
{
    int64_t first, end, from = a->next;
    frames_of(o, &a->ask, &first, &end);
    a->next = o->unit == SEGMENTED_CHUNKED ? smaller(end, from + o->part_frames) : end;
    out->bytes = chunk_bytes(content_of(o, a->ask.channel), a->ask.rung, from, a->next);
    out->tag = a->next - first;
    return there_us(o, &a->ask, a->next);
}

static int64_t other_piece(const struct segment_origin *o, struct virtual_answer *a,
                           struct virtual_piece *out)
{
    static const uint32_t bytes[] = {
        [SEGMENTED_GET_MANIFEST] = SEGMENT_ORIGIN_MANIFEST_BYTES,
        [SEGMENTED_GET_PLAYLIST] = SEGMENT_ORIGIN_PLAYLIST_BYTES,
        [SEGMENTED_GET_INIT] = SEGMENT_ORIGIN_INIT_BYTES,
    };
    int64_t first, end;
    a->next = a->end;
    out->bytes = bytes[a->ask.kind];
    out->tag = 0;
    if (a->ask.kind != SEGMENTED_GET_PLAYLIST || a->ask.number < 0)
        return 0;
    frames_of(o, &a->ask, &first, &end);
    return there_us(o, &a->ask, end);
}

static void piece(const void *context, int64_t now_us, struct virtual_answer *a,
                  struct virtual_piece *out)
{
    const struct segment_origin *o = context;
    int64_t at_us =
        a->ask.kind == SEGMENTED_GET_MEDIA ? media_piece(o, a, out) : other_piece(o, a, out);
    out->at_us = at_us > now_us ? at_us : now_us;
}

struct virtual_origin segment_origin_of(const struct segment_origin *o)
{
    return (struct virtual_origin){.context = o, .answer = answer, .piece = piece};
}

/* ---- what manifests say ---- */

/* The newest frame that can be had: the last of a segment, chunk or part. */
static int64_t newest_unit(const struct segment_origin *o, const struct content *c, int64_t newest)
{
    int64_t segment = (newest + 1) / c->segment_frames * c->segment_frames;
    if (o->unit == SEGMENTED_WHOLE)
        return segment - 1;
    return segment + (newest + 1 - segment) / o->part_frames * o->part_frames - 1;
}

void segment_origin_manifest(const struct segment_origin *o, size_t channel, int64_t now_us,
                             const int64_t *bitrates_bps, struct segmented_manifest *out)
{
    const struct sim_channel *ch = &o->channels[channel];
    const struct content *c = ch->content;
    *out = (struct segmented_manifest){.rate = c->rate,
                                       .segment_frames = c->segment_frames,
                                       .part_frames = o->part_frames,
                                       .last_frame = -1,
                                       .bitrates_bps = bitrates_bps,
                                       .rung_count = c->rung_count};
    if (!o->live) {
        out->newest_frame = out->last_frame = (int64_t)c->frame_count - 1;
        return;
    }
    int64_t oldest = timebase_frame_at_us(now_us - ch->start_us - window_us, c->rate);
    out->capture0_us = ch->start_us;
    out->available_us = c->rungs[0].made_us;
    out->newest_frame = newest_unit(o, c, sim_channel_newest(ch, 0, now_us));
    out->first_frame = oldest < 0 ? 0 : oldest / c->segment_frames * c->segment_frames;
}
