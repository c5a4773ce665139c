#include "player-sim/report/series.h"
#include "media/core/err.h"
#include "player-sim/stats/histogram.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_AT_FIRST = 16, RECENT_FROM = 32, RECENT = 4096, COARSE_SETTLE_MIN = 1 << 22 };

void series_finish(struct report_series *s)
{
    free(s->samples);
    free(s->recent);
    report_summary_finish(&s->summary);
}

/* ---- order ---- */

static bool alike(const struct report_sample *a, const struct report_sample *b)
{
    return a->value == b->value && a->session == b->session && a->channel == b->channel &&
           a->rendition == b->rendition && a->rtt == b->rtt;
}

static bool add_run(struct report_sample *to, const struct report_sample *run)
{
    return alike(to, run) && !__builtin_add_overflow(to->count, run->count, &to->count);
}

static struct report_sample coarse(struct report_sample run)
{
    run.value = histogram_value(run.value);
    run.session = histogram_group(run.session);
    return run;
}

/* ---- growing ---- */

static int make_room(struct report_series *s)
{
    size_t capacity = s->capacity ? 2 * s->capacity : (size_t)ROOM_AT_FIRST;
    struct report_sample *samples = realloc(s->samples, capacity * sizeof *samples);
    if (!samples)
        return ERR_NOMEM;
    s->samples = samples;
    s->capacity = capacity;
    return 0;
}

/* Where there are few runs, or no memory for it, it goes without. */
static uint32_t *recent_place(struct report_series *s, const struct report_sample *run)
{
    if (!s->recent && s->count >= RECENT_FROM)
        s->recent = calloc(RECENT, sizeof *s->recent);
    if (!s->recent)
        return NULL;
    uint64_t key = (uint64_t)run->value ^ (uint64_t)run->session << 40 ^
                   (uint64_t)run->rendition << 34 ^ (uint64_t)run->channel << 28 ^
                   (uint64_t)run->rtt << 24;
    return &s->recent[key * UINT64_C(0x9e3779b97f4a7c15) >> 52];
}
_Static_assert(RECENT == 1 << 12, "the upper 12 of 64 bits are a place");

/* To the runs that are there: to one of them, or as one more. */
static int put(struct report_series *s, const struct report_sample *run)
{
    struct report_sample moved;
    if (s->coarse) {
        moved = coarse(*run);
        run = &moved;
    }
    uint32_t *recent = recent_place(s, run);
    if (recent && *recent < s->count && add_run(&s->samples[*recent], run))
        return 0;
    if (s->count == s->capacity && make_room(s))
        return ERR_NOMEM;
    if (recent)
        *recent = (uint32_t)s->count;
    s->samples[s->count++] = *run;
    return 0;
}

/* ---- settling ---- */

static int unite(struct report_series *s)
{
    const struct report_sample *before = s->samples;
    size_t used = 0;
    if (series_in_order(s->samples, s->count))
        return 0;
    int status = series_sort(&s->samples, s->count);
    if (status)
        return status;
    if (s->samples != before)
        s->capacity = s->count;
    for (size_t i = 0; i < s->count; i++)
        if (!used || !add_run(&s->samples[used - 1], &s->samples[i]))
            s->samples[used++] = s->samples[i];
    s->count = used;
    return 0;
}

/* A histogram has far fewer runs than it was made of. */
static void give_back(struct report_series *s)
{
    size_t capacity = s->count + ROOM_AT_FIRST;
    struct report_sample *samples = realloc(s->samples, capacity * sizeof *samples);
    if (samples) {
        s->samples = samples;
        s->capacity = capacity;
    }
}

/* Sorted runs of near values become one before they would have to be sorted anew. */
int series_coarsen(struct report_series *s)
{
    size_t count = s->count;
    if (s->coarse)
        return 0;
    s->coarse = true;
    s->count = 0;
    for (size_t i = 0; i < count; i++)
        put(s, &s->samples[i]); /* at most so many: there is room */
    int status = series_settle(s);
    if (!status)
        give_back(s);
    return status;
}

int series_settle(struct report_series *s)
{
    int status = unite(s);
    if (status)
        return status;
    if (!s->coarse && s->count > s->exact_max)
        return series_coarsen(s);
    size_t least = s->coarse ? (size_t)COARSE_SETTLE_MIN : s->exact_max;
    size_t more = s->coarse ? s->count : s->exact_max / 4 + 1; /* memory, or sorting less often */
    s->settle_at = s->count + more > least ? s->count + more : least;
    return 0;
}

/* ---- samples that come ---- */

static int append(struct report_series *s, const struct report_sample *run)
{
    if (s->count >= (s->settle_at ? s->settle_at : s->exact_max)) {
        int status = series_settle(s);
        if (status)
            return status;
    }
    return put(s, run);
}

static void count_in(struct report_series *s, const struct report_sample *run)
{
    int64_t sum;
    s->n += run->count;
    if (__builtin_mul_overflow(run->value, (int64_t)run->count, &sum) ||
        __builtin_add_overflow(s->sum, sum, &s->sum))
        s->sum = INT64_MAX;
}

int series_add(struct report_series *s, const struct report_sample *run)
{
    int status = append(s, run);
    if (!status)
        count_in(s, run);
    return status;
}

static int take_all(struct report_series *into, const struct report_series *from,
                    const uint16_t *renditions)
{
    int status = 0;
    for (size_t i = 0; !status && i < from->count; i++) {
        struct report_sample run = from->samples[i];
        if (run.rendition != REPORT_NO_NAME)
            run.rendition = renditions[run.rendition];
        status = append(into, &run);
    }
    return status;
}

int series_absorb(struct report_series *into, struct report_series *from,
                  const uint16_t *renditions)
{
    int status = from->coarse ? series_coarsen(into) : 0;
    if (!status)
        status = take_all(into, from, renditions);
    if (status)
        return status;
    into->n += from->n;
    if (__builtin_add_overflow(into->sum, from->sum, &into->sum))
        into->sum = INT64_MAX;
    from->count = 0;
    from->n = 0;
    from->sum = 0;
    from->coarse = false;
    from->settle_at = 0;
    report_summary_finish(&from->summary);
    return 0;
}
