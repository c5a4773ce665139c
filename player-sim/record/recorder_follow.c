#include "player-sim/record/recorder_state.h"

#include "media/cmaf/chunk.h"
#include "media/core/err.h"

/* One more near a segment's start, where packets grow fast. */
enum { NEAR = 4 };

static bool is_chosen(const struct recorder *r, size_t frame)
{
    int64_t at = (int64_t)frame % r->segment_frames;
    return at == 0 || at == NEAR || (at - 1) % r->every == 0;
}

void recorder_ask_packets(struct recorder *r, int64_t now_us, struct recorder_track *t)
{
    while (!recorder_is_sound(r, t) && t->packets_asked < RECORDER_PACKETS_AT_ONCE &&
           t->next_packet < t->seen.frames) {
        size_t frame = t->next_packet++;
        if (is_chosen(r, frame))
            recorder_ask(r, now_us, SESSION_GET_PACKET, t, r->first_sequence + (int64_t)frame, 0);
    }
}

/* Of what packagers put around a sample; a manifestupdate event is none of it. */
static void learn_boxes(struct recorder *r, const struct blob *payload)
{
    struct cmaf_chunk chunk;
    if (!r->box_bytes && payload && !cmaf_chunk_read(payload->data, payload->size, &chunk) &&
        !chunk.manifest_update)
        r->box_bytes = (uint32_t)(chunk.total_bytes - chunk.size);
}

/* The sound may be joined anywhere: only that its frames come one after the other is known. */
static bool is_next(const struct recorder *r, struct recorder_track *t,
                    const struct session_sample *s)
{
    int64_t sequence;
    uint32_t timescale = s->timescale ? s->timescale : t->timescale;
    if (!session_track_sequence(t->of, s->time, timescale, &sequence))
        return false;
    int64_t due = recorder_is_sound(r, t) ? t->last_sequence + 1
                                          : r->first_sequence + (int64_t)t->seen.frames;
    bool first_sound = recorder_is_sound(r, t) && !t->seen.frames;
    t->last_sequence = sequence;
    return first_sound || sequence == due;
}

void recorder_on_chunk(struct recorder *r, int64_t now_us, const struct recorder_asked *a,
                       const struct session_event *e)
{
    struct recorder_track *t = &r->tracks[a->track];
    const struct session_sample *s = &e->sample;
    int64_t wait_us = s->capture_us >= a->at_utc_us
                          ? now_us + r->config.utc_offset_us - s->capture_us
                          : RECORDING_NO_WAIT;
    if (!is_next(r, t, s)) {
        recorder_lose(r, t, "%s: rendition %s: after %zu frames one is missing or comes twice",
                      r->config.url, t->of->name, t->seen.frames);
        return;
    }
    learn_boxes(r, recorder_is_sound(r, t) ? NULL : s->payload);
    t->segment_bytes += (int64_t)s->bytes;
    t->tries = 0;
    int status = recording_frame(&t->seen, (uint32_t)s->bytes, wait_us);
    if (status == ERR_FULL && recorder_is_sound(r, t))
        return;
    if (status)
        recorder_lose(r, t, "rendition %s after %zu frames: %s", t->of->name, t->seen.frames,
                      err_text(status));
    else
        recorder_ask_packets(r, now_us, t);
}

void recorder_on_finished(struct recorder *r, int64_t now_us, struct recorder_track *t)
{
    t->segment++;
    t->segment_bytes = 0;
    if (recorder_is_sound(r, t)) {
        recorder_ask(r, now_us, SESSION_GET_SEGMENT, t, t->segment, 0);
        return;
    }
    if ((int64_t)t->seen.frames % r->segment_frames)
        recorder_lose(r, t, "%s: the channel came to its end", r->config.url);
    else if (!recorder_has_enough(r, t))
        recorder_ask(r, now_us, SESSION_GET_SEGMENT, t, t->segment, 0);
}
