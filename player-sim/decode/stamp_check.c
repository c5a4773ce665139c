#include "player-sim/decode/stamp_check.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t stamp_unit_us = 100;

void stamp_check_init(struct stamp_check *c)
{
    memset(c, 0, sizeof *c);
}

static bool fail(char text[STAMP_CHECK_TEXT_BYTES], int64_t sequence, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(char text[STAMP_CHECK_TEXT_BYTES], int64_t sequence, const char *format, ...)
{
    int used = snprintf(text, STAMP_CHECK_TEXT_BYTES, "frame %" PRId64 ": ", sequence);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, STAMP_CHECK_TEXT_BYTES - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

/* How many frames older b is than a. A stamp holds a number's lower 32 bits. */
static int32_t frames_behind(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static bool check_frame(const struct stamp_check_stream *stream, int64_t sequence,
                        const struct stamp *stamp, bool *repeated, char *text)
{
    int32_t behind = frames_behind((uint32_t)sequence, stamp->frame);
    if (behind < 0)
        return fail(text, sequence, "its stamp says frame %" PRIu32 ", which is yet to come",
                    stamp->frame);
    if (behind > 0 && stream->any && frames_behind(stream->frame, stamp->frame) > 0)
        return fail(text, sequence, "its stamp says frame %" PRIu32 ", after frame %" PRIu32,
                    stamp->frame, stream->frame);
    *repeated = behind > 0;
    return true;
}

bool stamp_check_picture(struct stamp_check *c, struct stamp_check_stream *stream, size_t channel,
                         int64_t sequence, int64_t capture_us, const struct stamp *stamp,
                         bool *repeated, char text[STAMP_CHECK_TEXT_BYTES])
{
    assert(channel < STAMP_CHECK_CHANNELS_MAX);
    *repeated = false;
    if (!c->channels[channel].seen) {
        c->channels[channel].seen = true;
        c->channels[channel].stamped = stamp != NULL;
        c->channels[channel].number = stamp ? stamp->channel : 0;
    }
    if (!c->channels[channel].stamped)
        return true;
    if (!stamp)
        return fail(text, sequence, "no stamp can be read");
    if (stamp->channel != c->channels[channel].number)
        return fail(text, sequence, "its stamp says channel %u, not %u", (unsigned)stamp->channel,
                    (unsigned)c->channels[channel].number);
    if (!check_frame(stream, sequence, stamp, repeated, text))
        return false;
    stream->any = true;
    stream->frame = stamp->frame;
    if (*repeated || capture_us < 0 || llabs(stamp->capture_utc_us - capture_us) <= stamp_unit_us)
        return true;
    return fail(text, sequence, "its stamp was captured %" PRId64 " us after what came with it",
                stamp->capture_utc_us - capture_us);
}

bool stamp_check_ambiguous(const struct stamp_check *c, size_t *first, size_t *second)
{
    for (size_t i = 0; i < STAMP_CHECK_CHANNELS_MAX; i++)
        for (size_t k = i + 1; c->channels[i].stamped && k < STAMP_CHECK_CHANNELS_MAX; k++)
            if (c->channels[k].stamped && c->channels[k].number == c->channels[i].number) {
                *first = i;
                *second = k;
                return true;
            }
    return false;
}
