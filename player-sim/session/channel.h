/* A channel as its manifest tells it at one moment: the renditions that a viewer can choose from,
 * the sound, and how sequence numbers, times and segments belong together.
 * Thread-safety: immutable once made; references are counted without locks, so that all holders of
 * one live in one thread. */
#ifndef PLAYER_SIM_SESSION_CHANNEL_H
#define PLAYER_SIM_SESSION_CHANNEL_H

#include "manifests/address.h"
#include "manifests/hesp.h"
#include "media/core/timebase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SESSION_RUNGS_MAX = 64, SESSION_VIEWS_MAX = 8, SESSION_CHANNEL_ERROR_BYTES = 320 };

/* A rendition, or the sound. Everything in it lives as long as its channel. */
struct session_track {
    struct hesp_place place; /* for addresses (manifests/address.h) */
    const char *name;        /* the track's id, unique in its Switching Set */
    int64_t bandwidth_bps;
    int width, height;                /* 0 for sound */
    struct rational rate;             /* frames per second, num > 0 */
    struct rational start;            /* manifest time of first_sequence, seconds */
    struct rational media_offset;     /* media time - manifest time, seconds (HESP 3.1.1) */
    struct rational segment_duration; /* seconds; num 0: the manifest does not say */
    int64_t first_sequence;           /* startSequenceNumber */
    int64_t first_segment;            /* startSegmentId */
};

/* A channel with one of its Presentations. What a manifest is read into is the channel with the
 * active one; those that are listed to come after that are views of the same channel, which share
 * its manifest and its references: a viewer who goes on from one Presentation to the next goes on
 * to the view. */
struct session_channel {
    char *url; /* where the manifest came from */
    struct hesp_manifest manifest;
    const struct hesp_presentation *presentation; /* the active one; a view: that one */
    struct session_track *rungs; /* of the first video set, lowest bandwidth first */
    size_t rung_count;           /* 1..SESSION_RUNGS_MAX */
    struct session_track sound;  /* the best of the first audio set */
    bool has_sound;
    int64_t poll_us;               /* fallbackPollRate */
    int64_t current_us;            /* currentTime, manifest time */
    struct session_channel *views; /* owned; in order of their starts; a view has none itself */
    size_t view_count;             /* 0..SESSION_VIEWS_MAX */
    struct session_channel *whole; /* a view: what it is a view of; NULL: it is none */
    unsigned references;           /* of the whole */
};

/* Reads a manifest that came from url (HESP 3.2), with one reference that is the caller's. On
 * failure error says what is wrong with it. ERR_INVALID; ERR_UNSUPPORTED: no video track that this
 * program follows (it needs frame rate and both patterns); ERR_NOMEM. *out is untouched then. */
int session_channel_read(const char *url, const void *json, size_t size,
                         struct session_channel **out, char error[SESSION_CHANNEL_ERROR_BYTES]);

/* c or the view of it with that Presentation of its manifest; NULL: it is neither active nor to
 * come, or has no video track that can be followed. Borrowed: it lives as long as c. */
struct session_channel *session_channel_view(struct session_channel *c,
                                             const struct hesp_presentation *p);

/* The same of the Presentation that begins first of those that begin where p, of c's manifest, ends
 * or later. NULL: there is none, or p has no end. */
struct session_channel *session_channel_after(struct session_channel *c,
                                              const struct hesp_presentation *p);

/* One more reference; gives c back. */
struct session_channel *session_channel_ref(struct session_channel *c);

/* Gives one reference up; the last one frees. c may be NULL. */
void session_channel_unref(struct session_channel *c);

/* Manifest time of frame `sequence`, microseconds, rounded down (HESP 3.1.3). */
int64_t session_track_time_us(const struct session_track *t, int64_t sequence);

/* The frame whose media time is ticks of timescale: exact, in integers. false: the time lies on no
 * frame's start (then *sequence is that of the frame that covers it), or before the track's start
 * (then nothing is set). */
bool session_track_sequence(const struct session_track *t, int64_t ticks, uint32_t timescale,
                            int64_t *sequence);

/* The frame of t that covers the start of frame `sequence` of other, at least t's first one. Both
 * belong to one Presentation. */
int64_t session_track_beside(const struct session_track *t, const struct session_track *other,
                             int64_t sequence);

/* The last frame of a segment as segmentDuration, or the list of segments, has it (HESP 5.2); -1
 * where neither tells. */
int64_t session_track_segment_end(const struct session_track *t, int64_t segment);

/* The last frame of the Presentation, -1 where it has no end yet. */
int64_t session_track_last(const struct session_track *t);

/* The Presentation of that id, NULL: c has none. */
const struct hesp_presentation *session_channel_presentation(const struct session_channel *c,
                                                             const char *id);

/* A time of the manifest, microseconds, rounded down; cut to +-2^60. */
int64_t session_time_us(int64_t value, int64_t scale);

/* The manifest time at which p starts, and that at which it ends, microseconds, rounded down;
 * INT64_MAX: it has no end yet. Figures that nobody can mean are cut. */
int64_t session_presentation_start_us(const struct hesp_presentation *p);
int64_t session_presentation_end_us(const struct hesp_presentation *p);

/* The highest rung of c whose bandwidth is not above bps; the lowest rung where all are. */
size_t session_channel_rung(const struct session_channel *c, int64_t bps);

#endif
