#include "player-sim/simulate/hesp_origin.h"
#include "player-sim/session/session.h"

enum {
    OK = 200,
    PARTIAL_CONTENT = 206,
    NOT_FOUND = 404,
    RANGE_NOT_SATISFIABLE = 416,
    UNAVAILABLE = 503,
    /* as the packager's store and origin have it */
    AHEAD_FRAMES = 3,
    SOUND_AHEAD_FRAMES = 12,
    PATIENCE_FRAMES = 4,
};

static const int64_t second_us = 1000000;
static const int64_t patience_least_us = 250000, range_patience_us = 10000000;

static void give(struct virtual_answer *out, int status, int64_t next, int64_t end)
{
    out->status = status;
    out->next = next;
    out->end = end;
}

static const struct sim_channel *channel_of(const struct hesp_origin *o,
                                            const struct virtual_ask *ask)
{
    return &o->channels[ask->channel];
}

/* How far ahead of the newest frame something is waited for. */
static int64_t ahead_frames(const struct virtual_ask *ask)
{
    return ask->rung == VIRTUAL_SOUND ? SOUND_AHEAD_FRAMES : AHEAD_FRAMES;
}

/* The oldest frame of the window. */
static int64_t oldest_frame(const struct hesp_origin *o, const struct virtual_ask *ask,
                            int64_t newest)
{
    struct rational rate = sim_channel_rate(channel_of(o, ask), ask->rung);
    return newest - timebase_muldiv_ceil(o->window_us, rate.num, rate.den * second_us);
}

/* How long after now_us frame n is there. */
static int64_t missing_us(const struct hesp_origin *o, int64_t now_us,
                          const struct virtual_ask *ask, int64_t n)
{
    return sim_channel_there_us(channel_of(o, ask), ask->rung, n) - now_us;
}

static int64_t patience_us(const struct hesp_origin *o, const struct virtual_ask *ask)
{
    int64_t us =
        timebase_frame_us(PATIENCE_FRAMES, sim_channel_rate(channel_of(o, ask), ask->rung));
    return us > patience_least_us ? us : patience_least_us;
}

/* A refusal after waiting in vain for frame n. false: it comes in time. */
static bool waits_in_vain(const struct hesp_origin *o, int64_t now_us,
                          const struct virtual_ask *ask, int64_t n, int64_t *at_us)
{
    int64_t patience = patience_us(o, ask);
    if (missing_us(o, now_us, ask, n) <= patience)
        return false;
    *at_us = now_us + patience;
    return true;
}

static void answer_packet(const struct hesp_origin *o, int64_t now_us,
                          const struct virtual_ask *ask, struct virtual_answer *out, int64_t *at_us)
{
    int64_t newest = sim_channel_newest(channel_of(o, ask), ask->rung, now_us);
    int64_t n = ask->number == HESP_NOW ? newest : ask->number;
    bool there = n >= 0 && n >= oldest_frame(o, ask, newest) && n <= newest + ahead_frames(ask) &&
                 !waits_in_vain(o, now_us, ask, n, at_us);
    give(out, there ? OK : NOT_FOUND, n, n + 1);
}

/* Whether a segment of frames first..end-1 is in the window, or the one that comes next. */
static bool has_segment(const struct hesp_origin *o, const struct virtual_ask *ask, int64_t newest,
                        int64_t first, int64_t end)
{
    const struct sim_channel *c = channel_of(o, ask);
    if (newest < first)
        return first - newest <= ahead_frames(ask) &&
               (first == 0 || newest >= sim_channel_segment_start(c, ask->rung, ask->number - 1));
    return end > oldest_frame(o, ask, newest);
}

/* The range starts at what frame `next` holds, or at the end of the segment. */
static void answer_range(const struct hesp_origin *o, int64_t now_us, const struct virtual_ask *ask,
                         int64_t next, struct virtual_answer *out, int64_t *at_us)
{
    bool beyond = next == out->end;
    int64_t wait_us = missing_us(o, now_us, ask, beyond ? next - 1 : next);
    if (wait_us > range_patience_us) {
        *at_us = now_us + range_patience_us;
        give(out, UNAVAILABLE, next, out->end);
        return;
    }
    if (beyond && wait_us > 0)
        *at_us = now_us + wait_us;
    give(out, beyond ? RANGE_NOT_SATISFIABLE : PARTIAL_CONTENT, next, out->end);
}

static void answer_segment(const struct hesp_origin *o, int64_t now_us,
                           const struct virtual_ask *ask, struct virtual_answer *out,
                           int64_t *at_us)
{
    const struct sim_channel *c = channel_of(o, ask);
    int64_t newest = sim_channel_newest(c, ask->rung, now_us);
    give(out, NOT_FOUND, 0, 0);
    if (ask->number < 0)
        return;
    int64_t first = sim_channel_segment_start(c, ask->rung, ask->number);
    int64_t end = sim_channel_segment_start(c, ask->rung, ask->number + 1);
    if (!has_segment(o, ask, newest, first, end) || waits_in_vain(o, now_us, ask, first, at_us))
        return;
    out->end = end;
    int64_t frames =
        sim_channel_whole_frames(c, ask->rung, first, (uint64_t)ask->offset, end - first);
    answer_range(o, now_us, ask, first + frames, out, at_us);
}

static void answer(const void *context, int64_t now_us, const struct virtual_ask *ask,
                   struct virtual_answer *out, int64_t *at_us)
{
    const struct hesp_origin *o = context;
    if (ask->kind == SESSION_GET_PACKET)
        answer_packet(o, now_us, ask, out, at_us);
    else if (ask->kind == SESSION_GET_SEGMENT)
        answer_segment(o, now_us, ask, out, at_us);
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
