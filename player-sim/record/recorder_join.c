#include "player-sim/record/recorder_state.h"

#include "media/core/err.h"

#include <string.h>

static bool are_same(struct rational a, struct rational b)
{
    return a.num == b.num && a.den == b.den;
}

static bool are_alike(const struct session_track *a, const struct session_track *b)
{
    return are_same(a->rate, b->rate) && are_same(a->start, b->start) &&
           are_same(a->segment_duration, b->segment_duration) &&
           a->first_sequence == b->first_sequence && a->first_segment == b->first_segment;
}

/* Frames of a segment where they are whole, else 0. */
static int64_t frames_of_segment(const struct session_track *t)
{
    struct rational d = t->segment_duration, r = t->rate;
    if (d.num <= 0)
        return 0;
    int64_t frames = timebase_muldiv_floor(d.num, r.num, d.den * r.den);
    bool whole = timebase_muldiv_ceil(d.num, r.num, d.den * r.den) == frames;
    return whole && frames <= CONTENT_FRAMES_MAX ? frames : 0;
}

static bool check_rungs(struct recorder *r)
{
    const struct session_channel *c = r->channel;
    for (size_t i = 1; i < c->rung_count; i++)
        if (!are_alike(&c->rungs[0], &c->rungs[i])) {
            recorder_end(
                r,
                "%s: renditions %s and %s differ in frame rate, start or segments, which a "
                "content can't tell: record a channel whose renditions are in step",
                r->config.url, c->rungs[0].name, c->rungs[i].name);
            return false;
        }
    for (size_t i = 0; i < c->rung_count; i++)
        if (strlen(c->rungs[i].name) >= CONTENT_NAME_BYTES) {
            recorder_end(
                r, "%s: a rendition's id of more than %d bytes is no name of a content's rung",
                r->config.url, CONTENT_NAME_BYTES - 1);
            return false;
        }
    if (frames_of_segment(&c->rungs[0]))
        return true;
    recorder_end(
        r,
        "%s: its segments have no fixed duration of whole frames, which a content can't tell: "
        "record a channel that has (hesp-packager's have)",
        r->config.url);
    return false;
}

static size_t segments_of(const struct recorder *r, int64_t duration_us)
{
    struct rational rate = r->channel->rungs[0].rate;
    int64_t frames = timebase_muldiv_ceil(duration_us, rate.num, rate.den * 1000000);
    int64_t segments = (frames + r->segment_frames - 1) / r->segment_frames;
    int64_t most = CONTENT_FRAMES_MAX / r->segment_frames;
    return (size_t)(segments < most ? segments : most);
}

static int64_t every(const struct recorder *r)
{
    struct rational rate = r->channel->rungs[0].rate;
    int64_t half_a_second = rate.num / (2 * rate.den);
    if (r->config.packets_every)
        return r->config.packets_every;
    return half_a_second ? half_a_second : 1;
}

void recorder_on_manifest(struct recorder *r, int64_t now_us, struct session_channel *channel)
{
    r->channel = session_channel_ref(channel);
    if (!check_rungs(r))
        return;
    r->segment_frames = frames_of_segment(&channel->rungs[0]);
    r->segments_wanted = segments_of(r, r->config.duration_us);
    r->every = every(r);
    while (r->rung_count < channel->rung_count)
        r->tracks[r->track_count++].of = &channel->rungs[r->rung_count++];
    if (channel->has_sound)
        r->tracks[r->track_count++].of = &channel->sound;
    for (size_t i = 0; i < r->track_count; i++)
        recorder_ask(r, now_us, SESSION_GET_PACKET, &r->tracks[i], HESP_NOW, 0);
}

/* The rungs from the start of one segment on, the sound where it was joined. */
static void begin(struct recorder *r, int64_t now_us)
{
    const struct session_track *lowest = &r->channel->rungs[0];
    for (size_t i = 0; i < r->rung_count; i++)
        if (r->tracks[i].segment > r->first_segment)
            r->first_segment = r->tracks[i].segment;
    r->first_sequence = r->first_segment > lowest->first_segment
                            ? session_track_segment_end(lowest, r->first_segment - 1) + 1
                            : lowest->first_sequence;
    for (size_t i = 0; i < r->rung_count; i++) {
        r->tracks[i].segment = r->first_segment;
        r->tracks[i].segment_bytes = 0;
    }
    for (size_t i = 0; i < r->track_count; i++) {
        struct recorder_track *t = &r->tracks[i];
        if (!t->lost)
            recorder_ask(r, now_us, SESSION_GET_SEGMENT, t, t->segment, t->segment_bytes);
    }
}

void recorder_on_joined(struct recorder *r, int64_t now_us, struct recorder_track *t,
                        const struct session_event *packet)
{
    t->joined = true;
    t->lost = !packet;
    if (packet) {
        t->timescale = packet->timescale;
        t->segment = packet->segment_id;
        t->segment_bytes = packet->offset;
        t->join_bytes = packet->sample.payload ? (uint32_t)packet->sample.payload->size : 0;
    }
    for (size_t i = 0; i < r->track_count; i++)
        if (!r->tracks[i].joined)
            return;
    begin(r, now_us);
}
