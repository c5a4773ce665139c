/* Inside segmented: one viewer's state, and what its files do for each other. Each function may add
 * actions; now is s->now_us.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SEGMENTED_STATE_H
#define PLAYER_SIM_SEGMENTED_STATE_H

#include "player-sim/segmented/playhead.h"

/* A start-up or zap on its way to the first picture, and the next one. */
struct segmented_joining {
    enum session_metric metric; /* STARTUP or ZAP */
    int64_t asked_us;
    bool waits_first, waits_next;
    bool connected; /* connected_us and first_byte_us are known */
    bool fresh_connection;
    int64_t connected_us, first_byte_us;
    int64_t header_us; /* when the first initialization segment was there; -1: none yet */
    uint64_t header_bytes;
};

/* A change of rung that no frame came of yet. */
struct segmented_changing {
    bool waits;
    size_t rung;
    int64_t decided_us;
    int64_t stalled_us; /* what the playhead had stalled in all when it was decided */
};

/* The request that the viewer waits for. */
struct segmented_fetch {
    uint32_t id; /* 0: none */
    struct segmented_request request;
    int64_t asked_us;
    bool made; /* all of it was there to be had when it was asked for */
};

struct segmented {
    struct segmented_config config;
    struct segmented_actions actions;
    int64_t now_us;
    size_t channel;
    bool left;

    /* Owned. kept: [channel_count] of what is known of each, where zaps don't fetch it anew; a
     * rung_count of 0: nothing. */
    void *rule, *estimator;
    struct segmented_manifest *kept;

    bool known; /* told is the channel's */
    struct segmented_manifest told;
    bool estimates; /* the estimator has been told of the setup */
    struct abr_setup setup;
    int64_t target_us; /* latency that the join aimed at; -1: on demand */

    struct segmented_joining joining;
    struct segmented_changing changing;
    struct segmented_playhead playhead;

    /* What is fetched next. */
    bool placed;   /* segment and next_frame are known, and the playhead stands at its start */
    bool decided;  /* and rung for it */
    bool untold;   /* DECIDED is still to be told */
    bool complete; /* nothing is left to fetch */
    int64_t unit;  /* the segment's number, counted from the join */
    int64_t segment;
    int64_t next_frame; /* the first one that is not there yet */
    size_t rung;        /* of the last decision */
    int64_t ask_us;     /* not before that, as the rule wants to wait */
    int64_t idle_us;    /* since when there was nothing to do */
    struct segmented_fetch fetch;
    struct abr_download unit_download; /* of the segment's parts so far; bytes 0: none */
    uint64_t headers;                  /* bit r: rung r's initialization segment is there */
    uint64_t listed;                   /* bit r: told is up to date with rung r's playlist */
    uint32_t reload;                   /* a blocking reload of that playlist; 0: none */
    int64_t reload_us;                 /* not before that, as it failed */
    int64_t retry_us;                  /* no request before that, as one failed */
    int tries;                         /* failures in a row */
    int64_t catchup_us;                /* when the policy is asked next; INT64_MAX: never */
    bool recovering;                   /* see struct segmented_drift */
};

/* join.c: up to the first picture. */
void segmented_join_begin(struct segmented *s, enum session_metric metric);
void segmented_join_place(struct segmented *s);
void segmented_join_response(struct segmented *s, const struct segmented_event *e);
void segmented_join_pictures(struct segmented *s);
void segmented_join_give_up(struct segmented *s);

/* decide.c: what the rule is told and asked. */
void segmented_decide_setup(struct segmented *s);
void segmented_decide(struct segmented *s);
void segmented_decide_tell(struct segmented *s);
void segmented_decide_arrived(struct segmented *s);
void segmented_decide_done(struct segmented *s, const struct segmented_event *e);

/* fetch.c: which request is made next, and when. go_on makes it if it is time. */
void segmented_fetch_go_on(struct segmented *s);
int64_t segmented_fetch_next_us(const struct segmented *s);
void segmented_fetch_cancel(struct segmented *s);
int64_t segmented_fetch_newest(const struct segmented *s); /* frame that can be had; -1: none */
bool segmented_fetch_made(const struct segmented *s, int64_t end_frame);

/* events.c */
void segmented_event(struct segmented *s, const struct segmented_event *e);

static inline int64_t segmented_frame_us(const struct segmented *s, int64_t frame)
{
    return timebase_frame_us(frame, s->told.rate);
}

static inline int64_t segmented_capture_us(const struct segmented *s, int64_t frame)
{
    return s->told.capture0_us + segmented_frame_us(s, frame);
}

/* The frame after the segment's last. */
static inline int64_t segmented_segment_end(const struct segmented *s, int64_t segment)
{
    int64_t end = (segment + 1) * s->told.segment_frames;
    return s->told.last_frame >= 0 && end > s->told.last_frame + 1 ? s->told.last_frame + 1 : end;
}

#endif
