#include "player-sim/content/content.h"
#include "media/core/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static int wrong(char error[CONTENT_ERROR_BYTES],
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, CONTENT_ERROR_BYTES, format, arguments);
    va_end(arguments);
    return ERR_INVALID;
}

static int check_frames(const struct content *c, const struct content_rung *r,
                        char error[CONTENT_ERROR_BYTES])
{
    uint64_t before = 0;
    for (size_t n = 0; n < c->frame_count; n++) {
        if (r->ends[n] <= before || r->ends[n] - before > CONTENT_FRAME_BYTES_MAX)
            return wrong(error, "frame %zu of rung %s weighs nothing, or more than %d bytes", n,
                         r->name, CONTENT_FRAME_BYTES_MAX);
        before = r->ends[n];
        if (r->packet_bytes &&
            (!r->packet_bytes[n] || r->packet_bytes[n] > CONTENT_FRAME_BYTES_MAX))
            return wrong(error, "packet %zu of rung %s weighs nothing, or more than %d bytes", n,
                         r->name, CONTENT_FRAME_BYTES_MAX);
    }
    return ERR_OK;
}

static int check_rung(const struct content *c, size_t at, char error[CONTENT_ERROR_BYTES])
{
    const struct content_rung *r = &c->rungs[at];
    if (!memchr(r->name, 0, sizeof r->name) || !*r->name)
        return wrong(error, "rung %zu has no name, or a name of more than %d bytes", at,
                     CONTENT_NAME_BYTES - 1);
    for (size_t other = 0; other < at; other++)
        if (strcmp(c->rungs[other].name, r->name) == 0)
            return wrong(error, "two rungs are called %s", r->name);
    if (r->bandwidth_bps <= 0 || (at && r->bandwidth_bps < c->rungs[at - 1].bandwidth_bps))
        return wrong(error, "rung %s: bandwidths must be above 0 and rise from rung to rung",
                     r->name);
    if (r->made_us < 0 || !r->ends)
        return wrong(error, "rung %s has no frames, or is made before its capture", r->name);
    if (!r->packet_bytes != !c->rungs[0].packet_bytes)
        return wrong(error, "either all rungs have packets, or none has: look at %s", r->name);
    return check_frames(c, r, error);
}

int content_check(const struct content *c, char error[CONTENT_ERROR_BYTES])
{
    const struct content_sound *s = &c->sound;
    if (c->rate.num <= 0 || c->rate.den <= 0)
        return wrong(error, "the frame rate must be above 0");
    if (!c->frame_count || c->frame_count > CONTENT_FRAMES_MAX)
        return wrong(error, "there must be 1 to %d frames, not %zu", CONTENT_FRAMES_MAX,
                     c->frame_count);
    if (!c->segment_frames || c->frame_count % c->segment_frames)
        return wrong(error, "%zu frames are no whole number of segments of %u", c->frame_count,
                     (unsigned)c->segment_frames);
    if (!c->rung_count || c->rung_count > CONTENT_RUNGS_MAX)
        return wrong(error, "there must be 1 to %d rungs, not %zu", CONTENT_RUNGS_MAX,
                     c->rung_count);
    if (s->rate.num && (s->rate.num < 0 || s->rate.den <= 0 || !s->frame_bytes ||
                        !s->packet_bytes || s->bandwidth_bps <= 0 || s->made_us < 0))
        return wrong(error, "the sound needs rate, bandwidth and bytes above 0");
    int status = ERR_OK;
    for (size_t i = 0; !status && i < c->rung_count; i++)
        status = check_rung(c, i, error);
    return status;
}

void content_finish(struct content *c)
{
    for (size_t i = 0; c->rungs && i < c->rung_count; i++) {
        free(c->rungs[i].ends);
        free(c->rungs[i].packet_bytes);
    }
    free(c->rungs);
    *c = (struct content){0};
}

/* Bytes of the channel before frame n. */
static uint64_t before(const struct content *c, const struct content_rung *r, int64_t n)
{
    int64_t count = (int64_t)c->frame_count, rest = n % count;
    uint64_t whole = (uint64_t)(n / count) * r->ends[count - 1];
    return rest ? whole + r->ends[rest - 1] : whole;
}

uint64_t content_bytes(const struct content *c, size_t rung, int64_t from, int64_t to)
{
    assert(rung < c->rung_count && from >= 0 && from <= to);
    return before(c, &c->rungs[rung], to) - before(c, &c->rungs[rung], from);
}

uint32_t content_frame_bytes(const struct content *c, size_t rung, int64_t n)
{
    const uint64_t *ends = c->rungs[rung].ends;
    size_t at = (size_t)(n % (int64_t)c->frame_count);
    return (uint32_t)(ends[at] - (at ? ends[at - 1] : 0));
}

uint32_t content_packet_bytes(const struct content *c, size_t rung, int64_t n)
{
    const uint32_t *bytes = c->rungs[rung].packet_bytes;
    return bytes ? bytes[n % (int64_t)c->frame_count] : 0;
}

int64_t content_whole_frames(const struct content *c, size_t rung, int64_t from, uint64_t bytes,
                             int64_t most)
{
    int64_t low = 0, high = most; /* the answer is within */
    while (low < high) {
        int64_t middle = high - (high - low) / 2;
        if (content_bytes(c, rung, from, from + middle) <= bytes)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
