/* An origin in a test's hands: one channel of 25 frames a second, segments of 50 frames, the rungs
 * low, mid and high, and sound (make_channel of the session's tests). Time goes frame by frame;
 * frame n of rung i (0 is low) weighs what lab_bytes says, its packet what lab_packet_bytes does.
 * Frames are captured 40 ms apart, frame 0 at 10^9 us UTC, and stand at the origin 15 ms later. */
#ifndef TESTS_UNIT_PLAYER_SIM_RECORD_LAB_H
#define TESTS_UNIT_PLAYER_SIM_RECORD_LAB_H

#include "media/core/bytes.h"
#include "player-sim/record/recorder.h"
#include "unit/player-sim/session/fixture.h"

enum { LAB_OPEN_MAX = 64, LAB_FRAME_US = 40000, LAB_MADE_US = 15000, LAB_SEGMENT = 50 };
enum { LAB_SOUND_BYTES = 480, LAB_SOUND_PACKET_BYTES = 690 };

struct lab {
    struct recorder *recorder;
    struct session_channel *channel;
    int64_t live;    /* the newest frame */
    int64_t now_us;  /* the recorder's clock: UTC minus 10^9 us */
    int64_t last;    /* the channel's last frame; INT64_MAX: none */
    int64_t broken;  /* each response of rung mid breaks once, before this frame; -1: never */
    int64_t gap;     /* rung high lacks this frame; -1: none */
    int64_t silence; /* the sound lacks this one */
    bool no_packets, no_sound, short_answers;
    struct session_request open[LAB_OPEN_MAX];
    int64_t next[LAB_OPEN_MAX]; /* frame that a segment's response gives next */
    size_t open_count;
    size_t packets_at_once; /* the most seen */
};

static inline uint32_t lab_bytes(int64_t rung, int64_t n)
{
    return (uint32_t)(1000 * (rung + 1) + n % 97);
}

static inline uint32_t lab_packet_bytes(int64_t rung, int64_t n)
{
    return (uint32_t)(9000 * (rung + 1) + n * 2);
}

static inline bool lab_is_sound(const struct session_request *r)
{
    return r->track && strcmp(r->track->name, "sound") == 0;
}

static inline int64_t lab_rung(const struct lab *lab, const struct session_request *r)
{
    return r->track - lab->channel->rungs;
}

static inline int64_t lab_start_of(const struct lab *lab, const struct session_request *r)
{
    int64_t n = r->number * LAB_SEGMENT, offset = 0;
    if (lab_is_sound(r))
        return n + r->offset; /* this lab's sound has a byte a frame, as far as offsets go */
    while (offset < r->offset)
        offset += lab_bytes(lab_rung(lab, r), n++);
    assert_int_equal(offset, r->offset);
    return n;
}

static inline void lab_drain(struct lab *lab)
{
    struct session_request r;
    size_t packets[4] = {0};
    while (recorder_next_request(lab->recorder, &r)) {
        assert_true(lab->open_count < LAB_OPEN_MAX);
        lab->open[lab->open_count] = r;
        if (r.kind == SESSION_GET_SEGMENT)
            lab->next[lab->open_count] = lab_start_of(lab, &r);
        lab->open_count++;
    }
    for (size_t i = 0; i < lab->open_count; i++)
        if (lab->open[i].kind == SESSION_GET_PACKET && !lab_is_sound(&lab->open[i])) {
            size_t count = ++packets[lab_rung(lab, &lab->open[i])];
            if (count > lab->packets_at_once)
                lab->packets_at_once = count;
        }
}

static inline void lab_tell(struct lab *lab, size_t at, struct session_event event)
{
    event.request = lab->open[at].id;
    if (event.kind != SESSION_CHUNK) {
        lab->open_count--;
        lab->open[at] = lab->open[lab->open_count];
        lab->next[at] = lab->next[lab->open_count];
    }
    recorder_handle(lab->recorder, lab->now_us, &event);
    lab_drain(lab);
}

static inline struct session_sample lab_sample(const struct lab *lab,
                                               const struct session_request *r, int64_t n)
{
    bool sound = lab_is_sound(r);
    return (struct session_sample){.time = sound ? n * 1024 : n,
                                   .duration = sound ? 1024 : 1,
                                   .bytes =
                                       sound ? LAB_SOUND_BYTES : lab_bytes(lab_rung(lab, r), n),
                                   .capture_us = 1000000000 + n * LAB_FRAME_US};
}

static inline void lab_packet(struct lab *lab, size_t at)
{
    struct session_request r = lab->open[at];
    int64_t n = r.number == HESP_NOW ? lab->live : r.number;
    bool sound = lab_is_sound(&r);
    if ((lab->no_packets && r.number != HESP_NOW) || (lab->no_sound && sound)) {
        lab_tell(lab, at, (struct session_event){.kind = SESSION_FAILED, .http_status = 404});
        return;
    }
    uint8_t bytes[LAB_SOUND_PACKET_BYTES] = {0};
    struct session_event e = {.kind = SESSION_PACKET,
                              .timescale = sound ? 48000 : 25,
                              .has_sample = !sound,
                              .segment_id = (n + 1) / LAB_SEGMENT};
    if (sound) {
        e.offset = (n + 1) % LAB_SEGMENT;
        e.sample.payload = blob_create(bytes, sizeof bytes);
    } else {
        assert_true(n <= lab->live);
        e.sample = lab_sample(lab, &r, n);
        e.sample.bytes = lab_packet_bytes(lab_rung(lab, &r), n);
        e.has_sample = !lab->short_answers || r.number == HESP_NOW;
    }
    struct blob *payload = e.sample.payload;
    lab_tell(lab, at, e);
    blob_unref(payload);
}

/* One thing of a segment; false: there is nothing to give now. */
static inline bool lab_segment(struct lab *lab, size_t at)
{
    struct session_request r = lab->open[at];
    int64_t n = lab->next[at];
    bool is_sound = lab_is_sound(&r);
    bool is_mid = !is_sound && lab_rung(lab, &r) == 1;
    bool is_high = !is_sound && lab_rung(lab, &r) == 2;
    if (r.number * LAB_SEGMENT > lab->last) {
        lab_tell(lab, at,
                 (struct session_event){
                     .kind = SESSION_FAILED, .http_status = 404, .text = "GET segment: 404"});
    } else if (n >= (r.number + 1) * LAB_SEGMENT || n > lab->last) {
        lab_tell(lab, at, (struct session_event){.kind = SESSION_FINISHED});
    } else if (n > lab->live) {
        return false;
    } else if (is_mid && n == lab->broken) {
        lab->broken = -1;
        lab_tell(lab, at,
                 (struct session_event){.kind = SESSION_FAILED, .text = "the connection broke"});
    } else {
        lab->next[at] += 1 + (is_high && n + 1 == lab->gap) + (is_sound && n + 1 == lab->silence);
        lab_tell(lab, at,
                 (struct session_event){
                     .kind = SESSION_CHUNK, .has_sample = true, .sample = lab_sample(lab, &r, n)});
    }
    return true;
}

/* One thing of the first request that there is something for: segments come before packets. */
static inline bool lab_serve_one(struct lab *lab)
{
    for (size_t i = 0; i < lab->open_count; i++)
        if (lab->open[i].kind == SESSION_GET_SEGMENT && lab_segment(lab, i))
            return true;
    for (size_t i = 0; i < lab->open_count; i++)
        if (lab->open[i].kind == SESSION_GET_PACKET) {
            lab_packet(lab, i);
            return true;
        } else if (lab->open[i].kind == SESSION_GET_MANIFEST) {
            lab_tell(lab, i,
                     (struct session_event){.kind = SESSION_MANIFEST, .channel = lab->channel});
            return true;
        }
    return false;
}

static inline struct lab *lab_create(int64_t live, int64_t duration_us, int64_t packets_every)
{
    struct lab *lab = calloc(1, sizeof *lab);
    struct recorder_config config = {.url = "http://origin/one/manifest.json",
                                     .duration_us = duration_us,
                                     .packets_every = packets_every,
                                     .utc_offset_us = 1000000000};
    lab->live = live;
    lab->now_us = live * LAB_FRAME_US + LAB_MADE_US;
    lab->last = INT64_MAX;
    lab->broken = lab->gap = lab->silence = -1;
    lab->channel = make_channel(&plain, NULL);
    assert_int_equal(recorder_create(&config, &lab->recorder), ERR_OK);
    return lab;
}

/* Frame after frame, until it is over or so many have passed. */
static inline struct recorder_progress lab_run(struct lab *lab, int64_t frames)
{
    struct recorder_progress p;
    recorder_start(lab->recorder, lab->now_us);
    lab_drain(lab);
    for (int64_t n = 0;; n++) {
        while (lab_serve_one(lab))
            continue;
        recorder_progress(lab->recorder, &p);
        if (p.over || n == frames)
            return p;
        lab->now_us += LAB_FRAME_US;
        lab->live += lab->live < lab->last;
    }
}

static inline void lab_destroy(struct lab *lab)
{
    recorder_destroy(lab->recorder);
    session_channel_unref(lab->channel);
    free(lab);
}

#endif
