/* An origin as a client sees it: what it answers, and when. What it knows is behind a table of
 * functions: a HESP packager's live store, or a server of segments.
 * Thread-safety: as of its engine. */
#ifndef PLAYER_SIM_TRANSPORT_VIRTUAL_ORIGIN_H
#define PLAYER_SIM_TRANSPORT_VIRTUAL_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRTUAL_SOUND SIZE_MAX /* instead of a rung */

/* What is asked for; the meaning of kind, number and offset is the origin's. */
struct virtual_ask {
    int kind;
    size_t channel;
    size_t rung; /* or VIRTUAL_SOUND */
    int64_t number, offset;
};

/* An answer under way: from `next` to before `end`, whatever the origin counts. */
struct virtual_answer {
    struct virtual_ask ask;
    int status; /* of HTTP */
    int64_t next, end;
};

struct virtual_piece {
    int64_t at_us;  /* when it is there; not before the request */
    uint32_t bytes; /* of body, > 0 */
    int64_t tag;    /* what it is: the origin's number for it */
};

struct virtual_origin {
    const void *context;
    /* At now_us the request is read. Sets status and, where that is below 300, next < end. A
     * refusal is told at *at_us (>= now_us). */
    void (*answer)(const void *context, int64_t now_us, const struct virtual_ask *ask,
                   struct virtual_answer *out, int64_t *at_us);
    /* The piece at answer->next, which moves on. */
    void (*piece)(const void *context, int64_t now_us, struct virtual_answer *answer,
                  struct virtual_piece *out);
};

#endif
