#include "media/core/err.h"
#include "player-sim/report/timeline.h"

#include <string.h>

static const char *const line_names[REPORT_LINES] = {"bandwidth_bps", "quality_bps", "buffer_us",
                                                     "latency_us"};
static const char *const mark_names[REPORT_MARKS] = {"startup", "zap", "switch", "stall"};

/* ---- writing: new references, NULL where there is no memory ---- */

static json_t *numbers_json(const int64_t *numbers, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        if (json_array_append_new(list, json_integer(numbers[i]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *lines_json(const struct timeline *t)
{
    json_t *lines = json_object();
    for (size_t i = 0; lines && i < REPORT_LINES; i++) {
        const struct timeline_line *l = &t->lines[i];
        json_t *line = json_pack("{s:o, s:o}", "at_us", numbers_json(l->at_us, l->count), "values",
                                 numbers_json(l->values, l->count));
        if (json_object_set_new(lines, line_names[i], line)) {
            json_decref(lines);
            return NULL;
        }
    }
    return lines;
}

static json_t *marks_json(const struct timeline *t)
{
    json_t *marks = json_array();
    for (size_t i = 0; marks && i < t->mark_count; i++) {
        const struct timeline_mark *m = &t->marks[i];
        if (json_array_append_new(marks, json_pack("[s, I, I]", mark_names[m->kind],
                                                   (json_int_t)m->from_us, (json_int_t)m->to_us))) {
            json_decref(marks);
            return NULL;
        }
    }
    return marks;
}

json_t *timelines_json(const struct timelines *t)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < t->count; i++) {
        json_t *timeline =
            json_pack("{s:I, s:o, s:o, s:I}", "session", (json_int_t)t->list[i].session, "lines",
                      lines_json(&t->list[i]), "marks", marks_json(&t->list[i]), "marks_left_out",
                      (json_int_t)t->list[i].marks_left_out);
        if (json_array_append_new(list, timeline)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* ---- reading ---- */

static int read_line(json_t *line, enum report_line kind, struct timeline *t)
{
    json_t *at_us = json_object_get(line, "at_us"), *values = json_object_get(line, "values");
    size_t count = json_array_size(at_us);
    int status = count != json_array_size(values) || count > TIMELINE_POINTS_MAX ? ERR_INVALID : 0;
    for (size_t i = 0; !status && i < count; i++) {
        json_t *at = json_array_get(at_us, i), *value = json_array_get(values, i);
        if (!json_is_integer(at) || json_integer_value(at) < 0 || !json_is_integer(value) ||
            json_integer_value(value) < 0)
            return ERR_INVALID;
        status = timeline_point(t, kind, json_integer_value(at), json_integer_value(value));
    }
    return status;
}

static int read_mark(json_t *mark, struct timeline *t)
{
    const char *name;
    json_int_t from_us, to_us;
    if (json_unpack(mark, "[s, I, I!]", &name, &from_us, &to_us))
        return ERR_INVALID;
    for (int kind = 0; kind < REPORT_MARKS; kind++)
        if (strcmp(name, mark_names[kind]) == 0)
            return timeline_mark(t, kind, from_us, to_us);
    return ERR_INVALID;
}

static int read_timeline(json_t *from, struct timelines *t)
{
    json_int_t session, left_out;
    json_t *lines, *marks;
    if (json_unpack(from, "{s:I, s:o, s:o, s:I}", "session", &session, "lines", &lines, "marks",
                    &marks, "marks_left_out", &left_out) ||
        session < 0 || session > UINT32_MAX || left_out < 0 || !json_is_array(marks) ||
        json_array_size(marks) > TIMELINE_MARKS_MAX)
        return ERR_INVALID;
    int status = timelines_open(t, (size_t)session);
    if (status)
        return status == ERR_NOMEM ? ERR_NOMEM : ERR_INVALID;
    struct timeline *timeline = timelines_find(t, (size_t)session);
    timeline->marks_left_out = (uint64_t)left_out;
    for (int i = 0; !status && i < REPORT_LINES; i++)
        status = read_line(json_object_get(lines, line_names[i]), i, timeline);
    for (size_t i = 0; !status && i < json_array_size(marks); i++)
        status = read_mark(json_array_get(marks, i), timeline);
    return status;
}

int timelines_read(json_t *list, struct timelines *t)
{
    int status = json_is_array(list) ? 0 : ERR_INVALID;
    for (size_t i = 0; !status && i < json_array_size(list); i++)
        status = read_timeline(json_array_get(list, i), t);
    return status;
}
