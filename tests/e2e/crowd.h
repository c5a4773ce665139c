/* Many HESP viewers at once, in one thread on libcurl's multi interface: each joins a track by a
 * packet, reads the continuation from its offset over any number of segments, and leaves. What they
 * see is compared: no sample may be missing, come twice or be another for somebody else.
 * Thread-safety: a crowd belongs to one thread. */
#ifndef TESTS_E2E_CROWD_H
#define TESTS_E2E_CROWD_H

#include "e2e/viewer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CROWD_ERROR_BYTES = 512 };

struct crowd;
struct crowd_member;

enum crowd_leaving {
    CROWD_HAD_ENOUGH, /* has its samples; the response under way was cut */
    CROWD_TRACK_ENDED /* its track has an end, and the last response ended there, in order */
};

struct crowd_config {
    struct viewer *viewer; /* an open one, whose manifest says where everything is; borrowed */
    size_t members;
    void *context;
    /* Each sample, in order; may be NULL. */
    void (*sample)(void *context, struct crowd_member *m, const struct cmaf_chunk *chunk,
                   int64_t sequence);
    /* The member is free, and may join again here; may be NULL. */
    void (*left)(void *context, struct crowd_member *m, enum crowd_leaving leaving);
};

/* Tracks are counted: the video ones from 0, then audio. Asserts that memory suffices. */
struct crowd *crowd_create(const struct crowd_config *config);
void crowd_destroy(struct crowd *c); /* NULL is fine */
size_t crowd_track_count(const struct crowd *c);
const struct viewer_track *crowd_track(const struct crowd *c, size_t track);
/* The newest sample that anybody has had; -1: none yet. */
int64_t crowd_newest(const struct crowd *c, size_t track);

struct crowd_member *crowd_member(struct crowd *c, size_t index);
struct crowd_place {
    size_t index, track;
    int64_t segment_id;
    int64_t samples; /* since it joined */
};
struct crowd_place crowd_place(const struct crowd_member *m);

/* A free member asks for packet `sequence` (or HESP_NOW) of a track, and then for `samples` samples
 * of its continuation. 0 of them: it hangs up as soon as the request has gone out. */
void crowd_join(struct crowd_member *m, size_t track, int64_t sequence, int64_t samples);
/* Reads the track from its very first sample on, without a packet. */
void crowd_watch_from_start(struct crowd_member *m, size_t track, int64_t samples);

/* The track has that many samples (H9): who has had the last one asks for no other segment. */
void crowd_set_end(struct crowd *c, size_t track, int64_t samples);

/* Lets everybody go on for up to timeout_ms. false once something was wrong: see crowd_error. */
bool crowd_step(struct crowd *c, int timeout_ms);
const char *crowd_error(const struct crowd *c);

struct crowd_tally {
    int64_t joins;        /* packets received */
    int64_t hang_ups;     /* before an answer */
    int64_t samples;      /* received, all members together */
    int64_t compared;     /* of these, how many somebody else had had before */
    int64_t segment_ends; /* crossed */
};
struct crowd_tally crowd_tally(const struct crowd *c);

#endif
