/* Ways to deliver a channel in segments, and the figures that viewers of each go by. The rows of
 * the table follow the specifications and the players that are used with them; each figure's source
 * stands beside it in delivery.c. A row is copied into a viewer's config, and may be altered there.
 * Thread-safety: the table is const. */
#ifndef PLAYER_SIM_SEGMENTED_DELIVERY_H
#define PLAYER_SIM_SEGMENTED_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

enum segmented_unit {
    SEGMENTED_WHOLE,   /* a segment is asked for when it is complete, and plays when it has come */
    SEGMENTED_CHUNKED, /* it is asked for when its first chunk is there; each chunk plays on arrival
                        */
    SEGMENTED_PARTS    /* parts of a segment are asked for before they are there; each plays when it
                          has come */
};

enum segmented_join {
    SEGMENTED_JOIN_TARGET, /* at the frame that is the target latency behind the newest one */
    SEGMENTED_JOIN_NEWEST  /* at the newest segment's keyframe, whatever latency that gives */
};

struct segmented_delivery {
    const char *name;    /* as on the command line */
    const char *summary; /* one line */
    enum segmented_unit unit;
    bool live;      /* false: on demand, played from its first frame to its last */
    bool headers;   /* a rung's initialization segment comes before its first media */
    bool playlists; /* a rung has a playlist of its own, asked for after the channel's manifest */
    bool hints;     /* parts: the one after the last that a playlist lists is asked for as well */
    bool anew;      /* a zap fetches manifests and playlists again; else known ones will do */
    int64_t buffer_max_us; /* > 0: a unit that would not fit is asked for when it does */
    int64_t start_us;      /* media needed ahead of the first picture's time to start, >= 0; any
                              shortage of it is no hindrance where the channel ends or the buffer
                              is full */
    int64_t resume_us;     /* and after a stall */

    /* Live: the target latency is the greatest of the three, each 0..; join AT_NEWEST has none. */
    enum segmented_join join;
    int64_t target_us;
    int target_segments_permille; /* times the segment's duration / 1000 */
    int target_parts_permille;    /* times the part's or chunk's duration / 1000 */
};

/* The table, ended by a row without name. */
extern const struct segmented_delivery segmented_deliveries[];

/* NULL: there is none of that name. */
const struct segmented_delivery *segmented_delivery_find(const char *name);

#endif
