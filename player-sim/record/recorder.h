/* Records a live HESP channel: follows the Continuation Stream of every rung and of the sound at
 * once, from the start of the segment that is under way, and fetches the Initialization Packets of
 * chosen frames. A pure state machine, like a session: events go in, requests come out.
 *
 *   manifest   The rungs have to be alike in all but their size: rate, start, segments.
 *   join       The most recent packet of each track tells the segment that is under way.
 *   follow     Segment after segment, whole. A response that breaks is taken up again where it
 *              broke, three times in a row; what is lost after that ends the recording.
 *   packets    Of each segment's first and fifth frame, and from the second on of every N-th one,
 *              when the frame is there; two at a time for each rung, so that an origin that
 *              encodes them is not kept from its work.
 *   end        After enough whole segments of all rungs, or early. What counts is what is whole.
 *
 * Thread-safety: an object belongs to one thread. */
#ifndef PLAYER_SIM_RECORD_RECORDER_H
#define PLAYER_SIM_RECORD_RECORDER_H

#include "player-sim/content/content.h"
#include "player-sim/session/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORDER_TEXT_BYTES = 320 };

struct recorder_config {
    const char *url;       /* the manifest's; borrowed for the recorder's life */
    int64_t duration_us;   /* > 0: rounded up to whole segments, at least one */
    int64_t packets_every; /* frames, 1..; 0: two a second */
    int64_t utc_offset_us; /* the origin's UTC minus the clock of now_us, as well as is known */
};

struct recorder;

/* Copies config. ERR_NOMEM. */
int recorder_create(const struct recorder_config *config, struct recorder **out);
void recorder_destroy(struct recorder *r); /* NULL is fine */

/* The same offset, known better. */
void recorder_set_clock(struct recorder *r, int64_t utc_offset_us);

/* Asks for the manifest. Once, before all others. */
void recorder_start(struct recorder *r, int64_t now_us);

/* An event of one of its requests; others are passed over. Chunks and packets carry their payloads
 * (http_config). */
void recorder_handle(struct recorder *r, int64_t now_us, const struct session_event *event);

/* The next request to start; false: none. To be drained after each call. What it points to lives as
 * long as the recorder. */
bool recorder_next_request(struct recorder *r, struct session_request *out);

struct recorder_progress {
    bool over;        /* nothing more will come */
    bool early;       /* because of what text says */
    const char *text; /* one line; borrowed */
    size_t rungs;
    size_t segments, segments_wanted; /* whole ones of all rungs; wanted 0: not known yet */
    double segment_s;
    size_t frames;           /* of all rungs */
    size_t packets, refused; /* fetched; asked for in vain */
};
void recorder_progress(const struct recorder *r, struct recorder_progress *out);

/* What is whole, as a content that is the caller's to finish; called name. rtt_us of one round
 * trip, -1: not known. Packets of frames between those that were fetched are interpolated
 * (recording.h). ERR_NOT_FOUND: not one segment of all rungs is whole; ERR_INVALID: the channel is
 * nothing that a content can tell; ERR_NOMEM. error is one line then, and *out untouched. */
int recorder_content(struct recorder *r, const char *name, int64_t rtt_us, struct content *out,
                     char error[CONTENT_ERROR_BYTES]);

#endif
