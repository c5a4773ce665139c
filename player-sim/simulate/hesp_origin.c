#include "player-sim/simulate/hesp_origin.h"
#include "player-sim/session/session.h"

enum {
    OK = 200,
    PARTIAL_CONTENT = 206,
    NOT_FOUND = 404,
    RANGE_NOT_SATISFIABLE = 416,
    AHEAD_FRAMES = 3,
};

static void give(struct virtual_answer *out, int status, int64_t next, int64_t end)
{
    out->status = status;
    out->next = next;
    out->end = end;
}

/* Whether frame n is, or will soon be there. */
static bool is_within(const struct hesp_origin *o, int64_t now_us, const struct virtual_ask *ask,
                      int64_t n)
{
    const struct sim_channel *c = &o->channels[ask->channel];
    return n >= 0 && n <= sim_channel_newest(c, ask->rung, now_us) + AHEAD_FRAMES &&
           sim_channel_captured_us(c, ask->rung, n) >= now_us - o->window_us;
}

static void answer_packet(const struct hesp_origin *o, int64_t now_us,
                          const struct virtual_ask *ask, struct virtual_answer *out)
{
    int64_t n = ask->number;
    if (n == HESP_NOW)
        n = sim_channel_newest(&o->channels[ask->channel], ask->rung, now_us);
    give(out, is_within(o, now_us, ask, n) ? OK : NOT_FOUND, n, n + 1);
}

static void answer_segment(const struct hesp_origin *o, int64_t now_us,
                           const struct virtual_ask *ask, struct virtual_answer *out)
{
    const struct sim_channel *c = &o->channels[ask->channel];
    int64_t first = sim_channel_segment_start(c, ask->rung, ask->number);
    int64_t end = sim_channel_segment_start(c, ask->rung, ask->number + 1);
    if (!is_within(o, now_us, ask, first) && !is_within(o, now_us, ask, end - 1)) {
        give(out, NOT_FOUND, 0, 0);
        return;
    }
    int64_t next =
        first + sim_channel_whole_frames(c, ask->rung, first, (uint64_t)ask->offset, end - first);
    give(out, next < end ? PARTIAL_CONTENT : RANGE_NOT_SATISFIABLE, next, end);
}

static void answer(const void *context, int64_t now_us, const struct virtual_ask *ask,
                   struct virtual_answer *out, int64_t *at_us)
{
    const struct hesp_origin *o = context;
    (void)at_us; /* a refusal is told at once */
    if (ask->kind == SESSION_GET_PACKET)
        answer_packet(o, now_us, ask, out);
    else if (ask->kind == SESSION_GET_SEGMENT)
        answer_segment(o, now_us, ask, out);
    else
        give(out, OK, 0, 1);
}

static void piece(const void *context, int64_t now_us, struct virtual_answer *a,
                  struct virtual_piece *out)
{
    const struct hesp_origin *o = context;
    const struct sim_channel *c = &o->channels[a->ask.channel];
    int64_t n = a->next++, there_us = now_us;
    if (a->ask.kind == SESSION_GET_PACKET) {
        there_us = sim_channel_there_us(c, a->ask.rung, n);
        there_us = (there_us > now_us ? there_us : now_us) + o->packet_us;
        out->bytes = sim_channel_packet_bytes(c, a->ask.rung, n);
    } else if (a->ask.kind == SESSION_GET_SEGMENT) {
        there_us = sim_channel_there_us(c, a->ask.rung, n);
        out->bytes = (uint32_t)sim_channel_bytes(c, a->ask.rung, n, n + 1);
    } else {
        out->bytes = o->manifest_bytes;
    }
    out->at_us = there_us > now_us ? there_us : now_us;
    out->tag = n;
}

struct virtual_origin hesp_origin_of(const struct hesp_origin *o)
{
    return (struct virtual_origin){.context = o, .answer = answer, .piece = piece};
}
