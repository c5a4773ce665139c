#include "player-sim/session/frames.h"

#include "media/core/err.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

static struct session_frame *at(const struct session_frames *f, size_t index)
{
    return &f->ring[(f->first + index) % f->capacity];
}

void session_frames_finish(struct session_frames *f)
{
    free(f->ring);
    *f = (struct session_frames){0};
}

static int grow(struct session_frames *f)
{
    size_t capacity = f->capacity ? f->capacity * 2 : FIRST_CAPACITY;
    if (capacity > SESSION_FRAMES_MAX)
        return ERR_FULL;
    struct session_frame *ring = calloc(capacity, sizeof *ring);
    if (!ring)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->count; i++)
        ring[i] = *at(f, i);
    free(f->ring);
    f->ring = ring;
    f->capacity = capacity;
    f->first = 0;
    return ERR_OK;
}

int session_frames_push(struct session_frames *f, const struct session_frame *frame)
{
    int status = f->count == f->capacity ? grow(f) : ERR_OK;
    if (status)
        return status;
    assert(!f->count || at(f, f->count - 1)->sequence < frame->sequence);
    *at(f, f->count++) = *frame;
    return ERR_OK;
}

struct session_frame *session_frames_head(const struct session_frames *f)
{
    return f->count ? at(f, 0) : NULL;
}

struct session_frame *session_frames_whole_head(struct session_frames *f)
{
    while (f->count && at(f, 0)->decoded_us == SESSION_BROKEN)
        session_frames_pop(f);
    return session_frames_head(f);
}

struct session_frame *session_frames_find(const struct session_frames *f, int64_t sequence)
{
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (at(f, middle)->sequence < sequence)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->count && at(f, low)->sequence == sequence ? at(f, low) : NULL;
}

void session_frames_pop(struct session_frames *f)
{
    assert(f->count);
    f->first = (f->first + 1) % f->capacity;
    f->count--;
}
