/* Which rung a viewer plays next, and how he estimates his link: one const table of rules, one of
 * bandwidth estimators. A rule is told what the viewer sees and answers with a rung; it knows no
 * requests, no manifests and no way of delivery, so that viewers of segments ask it once a segment
 * and viewers of HESP whenever they like.
 *
 * What a viewer does: init the estimator once, and keep it for as long as he watches, over zaps.
 * Init the rule anew at every join, and ask it for the first rung. Then for each unit of media:
 * note_wait for any time in which he could not ask for more, choose, wait the delay, download,
 * note_download, and only then give the download to the estimator: the rule is to see the estimate
 * that its decision was made with. docs/abr.md says how a rule is added.
 *
 * Times are microseconds of one clock that never goes back; all else is told in doubles. The same
 * calls give the same answers; where pow and log of two platforms' libm differ in the last bit, an
 * answer could differ at an exact tie only.
 * Thread-safety: the tables are const; a state belongs to one thread at a time. */
#ifndef PLAYER_SIM_ABR_ABR_H
#define PLAYER_SIM_ABR_ABR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ABR_RUNGS_MAX = 64 };

/* What stays the same from one join to the next one. */
struct abr_setup {
    const int64_t *bitrates_bps; /* [rung_count], > 0, rising; borrowed for the state's life */
    size_t rung_count;           /* 1..ABR_RUNGS_MAX */
    int64_t segment_us;          /* > 0: what a decision is made for */
    int64_t part_us;             /* how much media comes at a time within it; 0: all at once */
    int64_t buffer_max_us;       /* > 0: the viewer never holds more */
    int64_t target_latency_us;   /* live: what he aims at; -1: on demand */
    int64_t wanted_bps;          /* rule "fixed": the highest rung not above it, else the lowest */
};

/* What an estimator believes. */
struct abr_estimate {
    double throughput_bps; /* 0: nothing known yet */
    double rtt_us;         /* from a request to its first byte */
};

/* What the viewer sees when he asks. */
struct abr_moment {
    int64_t now_us;
    int64_t buffer_us;     /* media ahead of the playhead, >= 0 */
    size_t rung;           /* of the last download; at a join: of the channel before, else 0 */
    int64_t segment;       /* the unit to choose for, counted from the join; the first is 0 */
    int64_t segments_left; /* with that one; INT64_MAX: live, nobody knows */
    bool playing;          /* false: start-up or stall */
    int64_t latency_us;    /* live: behind the capture; -1: on demand, or not playing yet */
    double playback_rate;  /* 1: as it was shot */
    int64_t stalled_us;    /* in all since the join, without the start-up */
    struct abr_estimate estimate;
};

/* A download that is done. */
struct abr_download {
    size_t rung;
    int64_t segment;       /* as in abr_moment */
    int64_t media_us;      /* how much of it was media, 0: none (an Initialization Packet) */
    uint64_t bytes;        /* > 0 */
    int64_t request_us;    /* asked for */
    int64_t first_byte_us; /* >= request_us */
    int64_t end_us;        /* >= first_byte_us */
    int64_t transfer_us;   /* how long bytes were coming in: end_us - first_byte_us, or less where
                              pauses in which the origin had none are known and left out */
    bool app_limited; /* transfer_us holds such pauses: the link can do more than this says. Unset
                         where bytes were queueing all the time all the same */
    bool held;        /* the origin may have held the request back: its first byte tells no rtt */
};

struct abr_choice {
    size_t rung;
    int64_t delay_us; /* >= 0: to wait before it is asked for */
};

/* One rule. state: state_bytes of the caller's, aligned for any type, holding no resources, so that
 * it may be copied and dropped. A function that says so may be NULL. */
struct abr_rule {
    const char *name;    /* as on the command line */
    const char *summary; /* one line */
    size_t state_bytes;
    void (*init)(void *state, const struct abr_setup *setup); /* at a join; copies setup */
    /* The rung to join on; the estimate may be that of the channel before. NULL: the highest that
     * 0.9 times it carries, the lowest where nothing is known. */
    size_t (*first)(void *state, const struct abr_moment *m);
    /* The rung of the next unit. Once for each, before it is asked for. */
    struct abr_choice (*choose)(void *state, const struct abr_moment *m);
    /* d is done and, where it was media, in m->buffer_us; m->segment is the unit after it. NULL. */
    void (*note_download)(void *state, const struct abr_moment *m, const struct abr_download *d);
    /* For so long the viewer asked for nothing, as the buffer was full or the media not made yet; a
     * delay of the rule's own is not told. NULL. */
    void (*note_wait)(void *state, int64_t waited_us);
    /* The playhead was moved elsewhere: what was buffered is gone. NULL. */
    void (*note_seek)(void *state, const struct abr_moment *m);
};

/* One estimator; state as above. */
struct abr_estimator {
    const char *name, *summary;
    size_t state_bytes;
    void (*init)(void *state, const struct abr_setup *setup);
    void (*add)(void *state, const struct abr_download *d);
    struct abr_estimate (*tell)(const void *state);
};

/* The tables, ended by a NULL; the first of each is the default. */
extern const struct abr_rule *const abr_rules[];
extern const struct abr_estimator *const abr_estimators[];

/* NULL: there is none of that name. */
const struct abr_rule *abr_rule_find(const char *name);
const struct abr_estimator *abr_estimator_find(const char *name);

/* rule->first with its default. */
size_t abr_first_rung(const struct abr_rule *rule, void *state, const struct abr_setup *setup,
                      const struct abr_moment *m);

/* The highest rung whose unit, at that throughput, arrives within its own duration, a round trip
 * included; the lowest where none does. For rules to share (Sabre, quality_from_throughput). */
size_t abr_sustainable_rung(const struct abr_setup *setup, double throughput_bps, double rtt_us);

#endif
