#include "player-sim/session/early.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool session_earlies_push(struct session_earlies *q, const struct session_early *early)
{
    if (q->first && q->count)
        memmove(q->list, q->list + q->first, q->count * sizeof *q->list);
    q->first = 0;
    if (q->count == q->capacity) {
        size_t capacity = q->capacity ? q->capacity * 2 : 4;
        struct session_early *grown =
            capacity > SESSION_REORDER_MAX ? NULL : realloc(q->list, capacity * sizeof *grown);
        if (!grown)
            return false;
        q->list = grown;
        q->capacity = capacity;
    }
    q->list[q->count++] = *early;
    return true;
}

const struct session_early *session_earlies_head(const struct session_earlies *q)
{
    return q->count ? &q->list[q->first] : NULL;
}

struct session_early session_earlies_pop(struct session_earlies *q)
{
    assert(q->count);
    q->count--;
    return q->list[q->first++];
}

void session_earlies_drop(struct session_earlies *q)
{
    while (q->count)
        blob_unref(session_earlies_pop(q).sample.payload);
}

void session_earlies_finish(struct session_earlies *q)
{
    session_earlies_drop(q);
    free(q->list);
    *q = (struct session_earlies){0};
}
