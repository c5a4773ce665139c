/* Inside the session: its whole state, and the rules that its parts consist of. A call of the
 * session notes what has happened; then every rule looks whether it has something to do now
 * (session_*_go_on), in an order that session.c gives. So each rule is read by itself.
 * Thread-safety: as the session's. */
#ifndef PLAYER_SIM_SESSION_STATE_H
#define PLAYER_SIM_SESSION_STATE_H

#include "player-sim/session/anatomy.h"
#include "player-sim/session/playhead.h"
#include "player-sim/session/stream.h"

#define SESSION_NEVER INT64_MAX

/* What has failed is tried again after a while that doubles each time. Zero-filled: nothing
 * failed yet, so at once. */
struct session_tries {
    unsigned failures;
    int64_t next_us;
};

/* A channel's manifest, as told last. */
struct session_known_manifest {
    struct session_channel *told; /* one reference; NULL: not yet */
    uint32_t request;             /* 0: none under way */
    bool asked;                   /* at least once, whatever became of it */
    int64_t answered_us;          /* when a request for it was over last */
    int64_t told_us;              /* when `told` came */
    char *url; /* owned; where a manifestupdate has it fetched; NULL: as configured */
};

/* How the stream that is to be shown next comes in: by its first picture that is decoded; at the
 * first due frame that it holds, measured as a switch; or in its time, once all of the Presentation
 * before it has been shown. */
enum session_entry_kind { ENTRY_JOIN, ENTRY_SWITCH, ENTRY_FOLLOW };

/* A join that is still to be asked for. */
struct session_join_state {
    bool pending;
    bool manifest_first;
    struct session_tries tries; /* until its continuation flows */
};

struct session_switch_state { /* of the switch that is under way */
    int64_t decided_us;
    int64_t decoded_us; /* its first frame; -1: not yet */
    int64_t stood_us;   /* the picture has stood still since the decision */
    struct session_tries tries;
};

struct session_sound_state {
    bool pending;   /* to be asked for (again) */
    bool by_now;    /* as HESP_NOW, because a packet was not there ... */
    bool now_tried; /* ... but once only, until sound flows */
    struct session_tries tries;
};

struct session_follow_state { /* of the next Presentation */
    bool by_now;              /* its first packet was lost: as HESP_NOW */
    struct session_tries tries;
};

struct session_end_state {
    unsigned polls; /* of the manifest since the last frame was received */
    bool over;      /* and told so */
};

struct session {
    struct session_config config;
    struct session_actions actions;
    struct session_known_manifest *manifests; /* owned; of each channel */
    size_t channel;                           /* what is being watched */
    bool started, left;
    bool shown_once;  /* the first picture of all was there */
    int64_t join_bps; /* with SESSION_JOIN_AT */
    uint64_t picture_bytes;

    struct session_stream picture; /* has shown at least one frame, or follows nothing */
    struct session_stream next;    /* what takes over from it; entry says how */
    enum session_entry_kind entry;
    struct session_stream sound;
    struct session_stream sound_next; /* of the Presentation that follows, until its turn */
    struct session_playhead playhead;
    int64_t round_trip_us; /* the least that a packet took; NEVER: none yet */

    struct session_anatomy anatomy; /* of the start-up or zap that is being measured */
    struct session_join_state join;
    struct session_switch_state change;
    struct session_sound_state listening;
    struct session_follow_state follow;
    struct session_end_state end;
    int64_t poll_us; /* when the manifest is to be fetched again */
    struct session_tries poll_tries;
};

/* ---- repair.c: what fails is tried again, later and later ---- */

void session_tries_failed(struct session_tries *t, int64_t now_us);
void session_repair(struct session *s);

/* ---- manifests.c: who is told which manifest, and when ---- */

void session_manifests_ask(struct session *s, size_t channel);
void session_manifests_told(struct session *s, size_t channel, struct session_channel *told);
void session_manifests_failed(struct session *s, size_t channel);
/* An event says that there is a new one: at url, or, NULL, where it always was. */
void session_manifests_update(struct session *s, const char *url);
/* As far as the manifest tells: the manifest time of what is newest on that channel now. Rather too
 * small than too large. */
int64_t session_manifests_edge_us(const struct session *s, size_t channel);
/* It was told so long ago that it is worth asking anew before something is given up. */
bool session_manifests_old(const struct session *s, size_t channel);
void session_manifests_leave_channel(struct session *s);
void session_manifests_go_on(struct session *s);
int64_t session_manifests_next_us(const struct session *s);

/* ---- join.c: from a channel to its first picture ---- */

void session_join_begin(struct session *s);
/* After a failure: later. */
void session_join_again(struct session *s, bool manifest_first);
void session_join_go_on(struct session *s);
int64_t session_join_next_us(const struct session *s);
/* Everything that is followed is given up. */
void session_join_give_up(struct session *s);

/* ---- screen.c: what is due comes on ---- */

void session_screen_go_on(struct session *s);
int64_t session_screen_next_us(const struct session *s);
/* The viewer looks away: where the picture stands still, that was a stall until now. */
void session_screen_give_up(struct session *s);

/* ---- change.c: from rung to rung ---- */

void session_change_go_on(struct session *s);
int64_t session_change_next_us(const struct session *s);
void session_change_want(struct session *s, int64_t rate_bps);
void session_change_give_up(struct session *s); /* the one under way is MISSED */
void session_change_done(struct session *s, int64_t at_us);
/* The picture stood still. */
void session_change_stood(struct session *s, int64_t from_us, int64_t to_us);

/* ---- listening.c: the sound beside the picture ---- */

void session_listening_begin(struct session *s, const struct session_stream *picture);
void session_listening_go_on(struct session *s);
int64_t session_listening_next_us(const struct session *s);

/* The sound of the Presentation that follows, from its first frame on. */
void session_listening_follow(struct session *s, struct session_channel *channel);
/* The picture has gone over to that Presentation. */
void session_listening_followed(struct session *s);

/* ---- follow.c: from Presentation to Presentation, where one is listed that goes on ---- */

void session_follow_go_on(struct session *s);
int64_t session_follow_next_us(const struct session *s);
void session_follow_failed(struct session *s);
void session_follow_done(struct session *s);
/* The next Presentation is to be joined where it is now, and not followed from its start. */
bool session_follow_is_late(const struct session *s);
/* So soon that another rung of this one is no longer worth asking for. */
bool session_follow_is_near(const struct session *s);
/* Where the picture goes on after its Presentation; NULL: nothing is listed, or it has no end. */
struct session_channel *session_follow_target(const struct session *s);

/* ---- end.c: where nothing is listed yet at the end of a Presentation ---- */

void session_end_go_on(struct session *s);
int64_t session_end_next_us(const struct session *s);
bool session_end_reached(const struct session *s); /* the Presentation's last frame was received */

#endif
