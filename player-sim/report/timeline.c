#include "player-sim/report/timeline.h"
#include "media/core/err.h"
#include "player-sim/report/collect.h"

#include <stdlib.h>
#include <string.h>

static void finish(struct timeline *t)
{
    for (size_t i = 0; i < REPORT_LINES; i++)
        free(t->lines[i].at_us);
    free(t->marks);
}

void timelines_finish(struct timelines *t)
{
    for (size_t i = 0; i < t->count; i++)
        finish(&t->list[i]);
    free(t->list);
    *t = (struct timelines){0};
}

struct timeline *timelines_find(const struct timelines *t, size_t session)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->list[i].session == session)
            return &t->list[i];
    return NULL;
}

/* In the order of sessions; what no longer fits goes. */
static int insert(struct timelines *t, const struct timeline *new)
{
    size_t place = t->count;
    while (place && t->list[place - 1].session > new->session)
        place--;
    if (place == REPORT_TIMELINES_MAX)
        return ERR_FULL;
    if (!t->list && !(t->list = calloc(REPORT_TIMELINES_MAX, sizeof *t->list)))
        return ERR_NOMEM;
    if (t->count == REPORT_TIMELINES_MAX)
        finish(&t->list[--t->count]);
    memmove(&t->list[place + 1], &t->list[place], (t->count - place) * sizeof *t->list);
    t->list[place] = *new;
    t->count++;
    return 0;
}

int timelines_open(struct timelines *t, size_t session)
{
    const struct timeline new = {.session = session};
    return timelines_find(t, session) ? ERR_EXISTS : insert(t, &new);
}

int timelines_absorb(struct timelines *into, struct timelines *from)
{
    int status = 0;
    for (size_t i = 0; !status && i < from->count; i++) {
        struct timeline *t = &from->list[i];
        if (timelines_find(into, t->session)) {
            finish(t);
            continue;
        }
        status = insert(into, t);
        if (status)
            finish(t);
        if (status == ERR_FULL)
            status = 0;
    }
    from->count = 0;
    return status;
}

/* ---- lines ---- */

/* A point that says nothing new is none. */
static void keep(struct timeline_line *l, int64_t at_us, int64_t value)
{
    if (l->count && value == l->values[l->count - 1])
        return;
    l->at_us[l->count] = at_us;
    l->values[l->count++] = value;
}

/* Of each four points the least and the greatest, in the order in which they came. */
static void thin(struct timeline_line *l)
{
    size_t count = l->count;
    l->count = 0;
    for (size_t from = 0; from + 4 <= count; from += 4) {
        size_t least = from, most = from;
        for (size_t i = from + 1; i < from + 4; i++) {
            least = l->values[i] < l->values[least] ? i : least;
            most = l->values[i] >= l->values[most] ? i : most;
        }
        size_t first = least < most ? least : most, second = least < most ? most : least;
        int64_t at_us[2] = {l->at_us[first], l->at_us[second]};
        int64_t values[2] = {l->values[first], l->values[second]};
        keep(l, at_us[0], values[0]);
        keep(l, at_us[1], values[1]);
    }
}
_Static_assert(TIMELINE_POINTS_MAX % 4 == 0, "no point is lost when a line is thinned");

int timeline_point(struct timeline *t, enum report_line line, int64_t at_us, int64_t value)
{
    struct timeline_line *l = &t->lines[line];
    if (l->count && at_us < l->at_us[l->count - 1])
        return ERR_INVALID;
    if (!l->at_us) {
        l->at_us = malloc(2 * TIMELINE_POINTS_MAX * sizeof *l->at_us);
        if (!l->at_us)
            return ERR_NOMEM;
        l->values = l->at_us + TIMELINE_POINTS_MAX;
    }
    if (l->count == TIMELINE_POINTS_MAX)
        thin(l);
    keep(l, at_us, value);
    return 0;
}

int timeline_mark(struct timeline *t, enum report_mark mark, int64_t from_us, int64_t to_us)
{
    if (from_us < 0 || to_us < from_us)
        return ERR_INVALID;
    if (t->mark_count == TIMELINE_MARKS_MAX) {
        t->marks_left_out++;
        return 0;
    }
    if (!t->marks && !(t->marks = calloc(TIMELINE_MARKS_MAX, sizeof *t->marks)))
        return ERR_NOMEM;
    t->marks[t->mark_count++] = (struct timeline_mark){mark, from_us, to_us};
    return 0;
}

/* ---- what a run tells ---- */

int report_timeline_open(struct report *r, size_t session)
{
    return timelines_open(&r->timelines, session);
}

int report_timeline_point(struct report *r, size_t session, enum report_line line, int64_t at_us,
                          int64_t value)
{
    struct timeline *t = timelines_find(&r->timelines, session);
    if (at_us < 0 || value < 0 || (unsigned)line >= REPORT_LINES)
        return ERR_INVALID;
    return t ? timeline_point(t, line, at_us, value) : 0;
}

int report_timeline_mark(struct report *r, size_t session, enum report_mark mark, int64_t from_us,
                         int64_t to_us)
{
    struct timeline *t = timelines_find(&r->timelines, session);
    if ((unsigned)mark >= REPORT_MARKS)
        return ERR_INVALID;
    return t ? timeline_mark(t, mark, from_us, to_us) : 0;
}
