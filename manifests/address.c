#include "manifests/address.h"
#include "media/core/err.h"
#include "media/core/timebase.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PADDING_MAX = 64 };

/* The placeholder for name at the start of text: its size, or 0; *width is the padding. */
static size_t placeholder(const char *text, const char *name, int *width)
{
    size_t length = strlen(name);
    if (text[0] != '{' || strncmp(text + 1, name, length) != 0)
        return 0;
    const char *at = text + 1 + length;
    *width = 0;
    if (*at == '}')
        return length + 2;
    if (strncmp(at, ":0", 2) != 0)
        return 0;
    for (at += 2; *at >= '0' && *at <= '9' && *width <= PADDING_MAX; at++)
        *width = *width * 10 + (*at - '0');
    if (strncmp(at, "d}", 2) != 0 || *width < 1 || *width > PADDING_MAX)
        return 0;
    return (size_t)(at + 2 - text);
}

bool hesp_pattern_has(const char *pattern, const char *name)
{
    int width;
    for (; *pattern; pattern++)
        if (placeholder(pattern, name, &width))
            return true;
    return false;
}

int hesp_pattern_expand(const char *pattern, const char *name, int64_t value,
                        char out[HESP_URL_BYTES])
{
    char result[HESP_URL_BYTES];
    size_t size = 0;
    if (value < HESP_NOW)
        return ERR_INVALID;
    if (!hesp_pattern_has(pattern, name))
        return ERR_NOT_FOUND;
    while (*pattern) {
        char identifier[PADDING_MAX + 1] = {*pattern};
        int width;
        size_t skip = placeholder(pattern, name, &width);
        if (skip && value == HESP_NOW)
            strcpy(identifier, "now");
        else if (skip)
            snprintf(identifier, sizeof identifier, "%0*" PRId64, width, value);
        pattern += skip ? skip : 1;
        size_t more = strlen(identifier);
        if (more > sizeof result - 1 - size)
            return ERR_FULL;
        memcpy(result + size, identifier, more);
        size += more;
    }
    memcpy(out, result, size);
    out[size] = '\0';
    return 0;
}

int hesp_content_url(const char *manifest_url, const struct hesp_place *place,
                     enum hesp_stream stream, char out[HESP_URL_BYTES])
{
    struct hesp_media media = hesp_track_media(place->set, place->track);
    const char *steps[] = {
        place->manifest->content_base_url,
        place->presentation->base_url,
        place->set->media.base_url,
        place->track->media.base_url,
        stream == HESP_INITIALIZATION ? media.initialization_pattern : media.continuation_pattern,
    };
    size_t count = sizeof steps / sizeof *steps;
    if (!steps[count - 1])
        return ERR_NOT_FOUND;
    char url[HESP_URL_BYTES];
    int status = hesp_uri_resolve(manifest_url, "", url);
    for (size_t i = 0; !status && i < count; i++)
        if (steps[i])
            status = hesp_uri_resolve(url, steps[i], url);
    if (!status)
        strcpy(out, url);
    return status;
}

int hesp_initialization_url(const char *manifest_url, const struct hesp_place *place,
                            int64_t sequence, char out[HESP_URL_BYTES])
{
    char url[HESP_URL_BYTES];
    int status = hesp_content_url(manifest_url, place, HESP_INITIALIZATION, url);
    return status ? status : hesp_pattern_expand(url, "initId", sequence, out);
}

int hesp_continuation_url(const char *manifest_url, const struct hesp_place *place,
                          int64_t segment_id, char out[HESP_URL_BYTES])
{
    char url[HESP_URL_BYTES];
    if (segment_id < 0)
        return ERR_INVALID;
    int status = hesp_content_url(manifest_url, place, HESP_CONTINUATION, url);
    return status ? status : hesp_pattern_expand(url, "segmentId", segment_id, out);
}

struct rational hesp_frame_rate(const struct hesp_place *place)
{
    struct hesp_media media = hesp_track_media(place->set, place->track);
    struct rational rate = {0, 1};
    if (place->kind == HESP_AUDIO)
        rate = (struct rational){media.sample_rate,
                                 media.samples_per_frame ? media.samples_per_frame : 1024};
    else if (place->kind == HESP_VIDEO && media.frame_rate.given)
        rate = (struct rational){media.frame_rate.value, hesp_scale(media.frame_rate.scale)};
    return rate;
}

/* Both times as ticks of the smallest common scale; false where 64 bits do not hold them. */
static bool common_ticks(struct hesp_value *a, struct hesp_value *b)
{
    struct rational ratio = timebase_reduce((struct rational){a->scale, b->scale});
    int64_t scale;
    if (__builtin_mul_overflow(a->scale, ratio.den, &scale) ||
        __builtin_mul_overflow(a->value, ratio.den, &a->value) ||
        __builtin_mul_overflow(b->value, ratio.num, &b->value))
        return false;
    a->scale = b->scale = scale;
    return true;
}

__extension__ typedef __int128 wide;

int hesp_sequence_at(const struct hesp_place *place, struct hesp_value t, int64_t *sequence)
{
    const struct hesp_bounds *bounds = &place->presentation->bounds;
    struct rational rate = hesp_frame_rate(place);
    struct hesp_value start = {true, bounds->start, hesp_scale(bounds->scale)};
    if (!bounds->has_start || rate.num <= 0 || rate.den <= 0)
        return ERR_NOT_FOUND;
    t.scale = hesp_scale(t.scale);
    if (t.scale < 0 || start.scale < 0 || t.value < 0 || start.value < 0 ||
        !common_ticks(&t, &start))
        return ERR_INVALID;
    if (t.value < start.value)
        return ERR_RANGE;
    wide frames = (wide)(t.value - start.value) * rate.num / ((wide)t.scale * rate.den);
    int64_t first = place->track->start_sequence_number;
    if (frames > HESP_INTEGER_MAX || first < 0 || first > HESP_INTEGER_MAX)
        return ERR_INVALID;
    *sequence = timebase_sequence(t.value, start.value, t.scale, rate, first);
    return 0;
}
