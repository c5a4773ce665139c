/* Movies of the ABR literature: a size for each segment and bit rate. */
#include "media/core/err.h"
#include "player-sim/content/file_json.h"

#include <math.h>
#include <stdio.h>

static const double kbps_max = 1e9;
static const double segment_ms_max = 3600000;
static const double frame_bits_max = CONTENT_FRAME_BYTES_MAX * 8.0;

/* A list of 1 to most elements. */
static json_t *list_of(struct content_json *r, json_t *root, const char *name, size_t most)
{
    json_t *list = content_json_member(r, root, name, JSON_ARRAY);
    if (list && json_array_size(list) && json_array_size(list) <= most)
        return list;
    if (list)
        content_json_fault(r, name, "has to have 1 to %zu elements, and has %zu", most,
                           json_array_size(list));
    return NULL;
}

static int read_duration(struct content_json *r, json_t *root, struct content *c)
{
    double ms = json_number_value(json_object_get(root, "segment_duration_ms"));
    if (!(ms >= 1 && ms <= segment_ms_max))
        return content_json_fault(r, "segment_duration_ms", "has to be a number from 1 to %.0f",
                                  segment_ms_max);
    c->rate = timebase_reduce((struct rational){1000000, llround(ms * 1000)});
    c->segment_frames = 1;
    return ERR_OK;
}

static int read_rungs(struct content_json *r, json_t *rates, struct content *c)
{
    char element[40];
    for (size_t i = 0; i < c->rung_count; i++) {
        double kbps = json_number_value(json_array_get(rates, i));
        snprintf(element, sizeof element, "bitrates_kbps[%zu]", i);
        if (!(kbps > 0 && kbps <= kbps_max))
            return content_json_fault(r, element, "has to be a number above 0, up to %.0f",
                                      kbps_max);
        c->rungs[i].bandwidth_bps = llround(kbps * 1000);
        snprintf(c->rungs[i].name, sizeof c->rungs[i].name, "%.12gk", kbps);
    }
    return ERR_OK;
}

static int read_segment(struct content_json *r, json_t *sizes, struct content *c, size_t n)
{
    char element[64];
    snprintf(element, sizeof element, "segment_sizes_bits[%zu]", n);
    if (json_array_size(sizes) != c->rung_count)
        return content_json_fault(r, element, "has to have %zu elements, one for each bit rate",
                                  c->rung_count);
    for (size_t i = 0; i < c->rung_count; i++) {
        double bits = json_number_value(json_array_get(sizes, i));
        snprintf(element, sizeof element, "segment_sizes_bits[%zu][%zu]", n, i);
        if (!(bits > 0 && bits <= frame_bits_max))
            return content_json_fault(r, element, "has to be a number above 0, up to %.0f",
                                      frame_bits_max);
        uint64_t *ends = c->rungs[i].ends;
        ends[n] = (n ? ends[n - 1] : 0) + (uint64_t)ceil(bits / 8);
    }
    return ERR_OK;
}

int content_movie_read(struct content_json *r, json_t *root, struct content *out)
{
    json_t *rates = list_of(r, root, "bitrates_kbps", CONTENT_RUNGS_MAX);
    json_t *sizes = rates ? list_of(r, root, "segment_sizes_bits", CONTENT_FRAMES_MAX) : NULL;
    if (!sizes)
        return ERR_INVALID;
    out->frame_count = json_array_size(sizes);
    content_json_name(r, out->name);
    int status = read_duration(r, root, out);
    if (!status)
        status = content_json_room(r, out, json_array_size(rates), false);
    if (!status)
        status = read_rungs(r, rates, out);
    for (size_t n = 0; !status && n < out->frame_count; n++)
        status = read_segment(r, json_array_get(sizes, n), out, n);
    return status;
}
