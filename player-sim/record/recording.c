#include "player-sim/record/recording.h"
#include "media/core/err.h"
#include "player-sim/content/content.h"
#include "player-sim/stats/trim.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024 };

static const struct trim middle = {.kind = TRIM_TM,
                                   .percent = true,
                                   .has_lower = true,
                                   .has_upper = true,
                                   .lower = 10,
                                   .upper = 90};

void recording_finish(struct recording *r)
{
    free(r->frame_bytes);
    free(r->packet_bytes);
    free(r->waits_us);
    *r = (struct recording){0};
}

static size_t more_than(size_t capacity)
{
    return capacity ? capacity * 2 : FIRST_CAPACITY;
}

static bool make_room_for_wait(struct recording *r)
{
    size_t capacity = more_than(r->waits_capacity);
    struct trim_run *waits = r->waits < r->waits_capacity
                                 ? r->waits_us
                                 : realloc(r->waits_us, capacity * sizeof *r->waits_us);
    if (!waits)
        return false;
    if (r->waits == r->waits_capacity)
        r->waits_capacity = capacity;
    r->waits_us = waits;
    return true;
}

static bool make_room_for_frame(struct recording *r)
{
    size_t capacity = more_than(r->capacity);
    if (r->frames < r->capacity)
        return true;
    uint32_t *frames = realloc(r->frame_bytes, capacity * sizeof *frames);
    r->frame_bytes = frames ? frames : r->frame_bytes;
    uint32_t *packets = frames ? realloc(r->packet_bytes, capacity * sizeof *packets) : NULL;
    if (!packets)
        return false;
    r->packet_bytes = packets;
    r->capacity = capacity;
    return true;
}

int recording_frame(struct recording *r, uint32_t bytes, int64_t wait_us)
{
    if (r->frames == CONTENT_FRAMES_MAX)
        return ERR_FULL;
    if (!make_room_for_wait(r) || !make_room_for_frame(r))
        return ERR_NOMEM;
    r->packet_bytes[r->frames] = 0;
    r->frame_bytes[r->frames++] = bytes;
    if (wait_us != RECORDING_NO_WAIT)
        r->waits_us[r->waits++].value = (double)wait_us;
    return ERR_OK;
}

void recording_packet(struct recording *r, size_t at, uint32_t bytes)
{
    assert(at < r->frames && bytes);
    r->packets += !r->packet_bytes[at];
    r->packet_bytes[at] = bytes;
}

static int compare(const void *a, const void *b)
{
    const struct trim_run *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

int64_t recording_made_us(struct recording *r, int64_t rtt_us)
{
    double mean_us;
    if (r->waits)
        qsort(r->waits_us, r->waits, sizeof *r->waits_us, compare);
    for (size_t i = 0; i < r->waits; i++)
        r->waits_us[i].end = i + 1;
    if (!trim_value(&middle, r->waits_us, r->waits, &mean_us))
        return 0;
    int64_t made_us = llround(mean_us) - (rtt_us > 0 ? rtt_us / 2 : 0);
    return made_us > 0 ? made_us : 0;
}

uint32_t recording_mean_bytes(const struct recording *r)
{
    uint64_t sum = 0;
    for (size_t n = 0; n < r->frames; n++)
        sum += r->frame_bytes[n];
    return r->frames ? (uint32_t)((sum + r->frames / 2) / r->frames) : 0;
}

/* What a segment's first packet has beyond its frame, on the mean. */
static int64_t head_bytes(const struct recording *r, size_t count, uint32_t segment_frames)
{
    int64_t sum = 0, known = 0;
    for (size_t n = 0; n < count; n += segment_frames)
        if (r->packet_bytes[n]) {
            sum += (int64_t)r->packet_bytes[n] - r->frame_bytes[n];
            known++;
        }
    return known ? sum / known : 0;
}

/* The next frame from n on that ends a line; count: there is none. */
static size_t next_known(const struct recording *r, size_t n, size_t count, uint32_t segment_frames)
{
    while (n < count && (!r->packet_bytes[n] || n % segment_frames == 0))
        n++;
    return n;
}

static uint32_t between(const struct recording *r, size_t left, size_t right, size_t n)
{
    int64_t from = r->packet_bytes[left], to = r->packet_bytes[right];
    return (uint32_t)(from + (to - from) * (int64_t)(n - left) / (int64_t)(right - left));
}

bool recording_packets(const struct recording *r, size_t count, uint32_t segment_frames,
                       uint32_t *out)
{
    size_t right = next_known(r, 0, count, segment_frames), left = right;
    if (right == count)
        return false;
    for (size_t n = 0; n < count; n++) {
        if (n == right) {
            left = n;
            right = next_known(r, n + 1, count, segment_frames);
            right = right < count ? right : left;
        }
        out[n] = n > left && right > left ? between(r, left, right, n) : r->packet_bytes[left];
    }
    int64_t head = head_bytes(r, count, segment_frames);
    for (size_t n = 0; n < count; n += segment_frames) {
        int64_t bytes = r->packet_bytes[n] ? r->packet_bytes[n] : r->frame_bytes[n] + head;
        out[n] = bytes > 0 ? (uint32_t)bytes : 1;
    }
    return true;
}
