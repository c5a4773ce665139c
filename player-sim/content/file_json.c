#include "player-sim/content/file_json.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t term_max = 1000000000; /* of a rate */
static const int64_t bps_max = 1000000000000;
static const int64_t made_us_max = 3600000000;

enum { VERSION = 1, SIDE_MAX = 65536 };

int content_json_fault(struct content_json *r, const char *element, const char *format, ...)
{
    char what[CONTENT_ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (*element || *r->inside)
        error_line(r->error, CONTENT_ERROR_BYTES, "%.120s: %s%s: %s", r->file, r->inside, element,
                   what);
    else
        error_line(r->error, CONTENT_ERROR_BYTES, "%.120s: %s", r->file, what);
    return ERR_INVALID;
}

static const char *type_name(json_type type)
{
    switch (type) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_NULL:
        return "null";
    default:
        return "true or false";
    }
}

json_t *content_json_member(struct content_json *r, json_t *object, const char *name,
                            json_type type)
{
    json_t *member = json_object_get(object, name);
    if (member && json_typeof(member) == type)
        return member;
    content_json_fault(r, name, "has to be %s, and is %s", type_name(type),
                       member ? type_name(json_typeof(member)) : "not there");
    return NULL;
}

int content_json_integer(struct content_json *r, json_t *object, const char *name, bool may_lack,
                         int64_t lowest, int64_t highest, int64_t *out)
{
    if (may_lack && !json_object_get(object, name))
        return ERR_OK;
    json_t *member = content_json_member(r, object, name, JSON_INTEGER);
    if (!member)
        return ERR_INVALID;
    int64_t value = json_integer_value(member);
    if (value < lowest || value > highest)
        return content_json_fault(r, name, "has to be %" PRId64 " to %" PRId64 ", and is %" PRId64,
                                  lowest, highest, value);
    *out = value;
    return ERR_OK;
}

void content_json_name(const struct content_json *r, char out[CONTENT_NAME_BYTES])
{
    const char *slash = strrchr(r->file, '/');
    snprintf(out, CONTENT_NAME_BYTES, "%.*s", CONTENT_NAME_BYTES - 1,
             slash && slash[1] ? slash + 1 : r->file);
}

int content_json_rate(struct content_json *r, json_t *object, const char *name,
                      struct rational *out)
{
    json_t *list = content_json_member(r, object, name, JSON_ARRAY);
    if (!list)
        return ERR_INVALID;
    json_int_t num = json_integer_value(json_array_get(list, 0));
    json_int_t den = json_integer_value(json_array_get(list, 1));
    if (json_array_size(list) != 2 || num < 1 || num > term_max || den < 1 || den > term_max)
        return content_json_fault(r, name,
                                  "has to be two whole numbers above 0, for example [30000, 1001]");
    *out = timebase_reduce((struct rational){num, den});
    return ERR_OK;
}

int content_json_room(struct content_json *r, struct content *c, size_t rungs, bool packets)
{
    c->rungs = calloc(rungs, sizeof *c->rungs);
    bool good = c->rungs;
    while (good && c->rung_count < rungs) {
        struct content_rung *rung = &c->rungs[c->rung_count++];
        rung->ends = calloc(c->frame_count, sizeof *rung->ends);
        if (packets)
            rung->packet_bytes = calloc(c->frame_count, sizeof *rung->packet_bytes);
        good = rung->ends && (!packets || rung->packet_bytes);
    }
    if (good)
        return ERR_OK;
    content_json_fault(r, "", "%s", err_text(ERR_NOMEM));
    return ERR_NOMEM;
}

static int read_name(struct content_json *r, json_t *object, bool may_lack,
                     char out[CONTENT_NAME_BYTES])
{
    if (may_lack && !json_object_get(object, "name"))
        return ERR_OK;
    json_t *member = content_json_member(r, object, "name", JSON_STRING);
    if (!member)
        return ERR_INVALID;
    size_t size = json_string_length(member);
    const char *text = json_string_value(member);
    if (!size || size >= CONTENT_NAME_BYTES || strlen(text) != size)
        return content_json_fault(r, "name", "has to be of 1 to %d bytes", CONTENT_NAME_BYTES - 1);
    memcpy(out, text, size + 1);
    return ERR_OK;
}

static int read_sizes(struct content_json *r, json_t *rung, const char *name, size_t count,
                      uint64_t *ends, uint32_t *sizes)
{
    char element[48];
    uint64_t end = 0;
    json_t *list = content_json_member(r, rung, name, JSON_ARRAY);
    if (!list)
        return ERR_INVALID;
    if (json_array_size(list) != count)
        return content_json_fault(r, name, "has %zu elements; rungs[0].frame_bytes has %zu",
                                  json_array_size(list), count);
    for (size_t n = 0; n < count; n++) {
        json_int_t bytes = json_integer_value(json_array_get(list, n)); /* 0 of other types */
        if (bytes < 1 || bytes > CONTENT_FRAME_BYTES_MAX) {
            snprintf(element, sizeof element, "%s[%zu]", name, n);
            return content_json_fault(r, element, "has to be a whole number from 1 to %d",
                                      CONTENT_FRAME_BYTES_MAX);
        }
        end += (uint64_t)bytes;
        if (ends)
            ends[n] = end;
        else
            sizes[n] = (uint32_t)bytes;
    }
    return ERR_OK;
}

static int read_rung(struct content_json *r, json_t *json, const struct content *c,
                     struct content_rung *rung)
{
    int64_t width = 0, height = 0, bandwidth = 0, made = 0;
    int status = read_name(r, json, false, rung->name);
    if (!status)
        status = content_json_integer(r, json, "width", true, 0, SIDE_MAX, &width);
    if (!status)
        status = content_json_integer(r, json, "height", true, 0, SIDE_MAX, &height);
    if (!status)
        status = content_json_integer(r, json, "bandwidth", false, 1, bps_max, &bandwidth);
    if (!status)
        status = content_json_integer(r, json, "made_us", true, 0, made_us_max, &made);
    if (!status)
        status = read_sizes(r, json, "frame_bytes", c->frame_count, rung->ends, NULL);
    if (!status && rung->packet_bytes)
        status = read_sizes(r, json, "packet_bytes", c->frame_count, NULL, rung->packet_bytes);
    if (!status && !rung->packet_bytes && json_object_get(json, "packet_bytes"))
        status = content_json_fault(r, "packet_bytes", "either all rungs have them, or none");
    rung->width = (int)width;
    rung->height = (int)height;
    rung->bandwidth_bps = bandwidth;
    rung->made_us = made;
    return status;
}

static int read_rungs(struct content_json *r, json_t *root, struct content *c)
{
    json_t *list = content_json_member(r, root, "rungs", JSON_ARRAY);
    if (!list)
        return ERR_INVALID;
    size_t count = json_array_size(list);
    if (!count || count > CONTENT_RUNGS_MAX)
        return content_json_fault(r, "rungs", "has to have 1 to %d elements, and has %zu",
                                  CONTENT_RUNGS_MAX, count);
    json_t *first = json_array_get(list, 0);
    c->frame_count = json_array_size(json_object_get(first, "frame_bytes"));
    if (!c->frame_count || c->frame_count > CONTENT_FRAMES_MAX)
        return content_json_fault(r, "rungs[0].frame_bytes",
                                  "has to be a list of 1 to %d sizes in bytes", CONTENT_FRAMES_MAX);
    int status = content_json_room(r, c, count, json_object_get(first, "packet_bytes"));
    for (size_t i = 0; !status && i < count; i++) {
        snprintf(r->inside, sizeof r->inside, "rungs[%zu].", i);
        status = read_rung(r, json_array_get(list, i), c, &c->rungs[i]);
    }
    r->inside[0] = '\0';
    return status;
}

static int read_sound(struct content_json *r, json_t *root, struct content_sound *out)
{
    int64_t frame = 0, packet = 0;
    struct content_sound s = {.made_us = 0};
    if (!json_object_get(root, "sound"))
        return ERR_OK;
    json_t *json = content_json_member(r, root, "sound", JSON_OBJECT);
    if (!json)
        return ERR_INVALID;
    snprintf(r->inside, sizeof r->inside, "sound.");
    int status = content_json_rate(r, json, "rate", &s.rate);
    if (!status)
        status = content_json_integer(r, json, "bandwidth", false, 1, bps_max, &s.bandwidth_bps);
    if (!status)
        status =
            content_json_integer(r, json, "frame_bytes", false, 1, CONTENT_FRAME_BYTES_MAX, &frame);
    if (!status)
        status = content_json_integer(r, json, "packet_bytes", false, 1, CONTENT_FRAME_BYTES_MAX,
                                      &packet);
    if (!status)
        status = content_json_integer(r, json, "made_us", true, 0, made_us_max, &s.made_us);
    r->inside[0] = '\0';
    s.frame_bytes = (uint32_t)frame;
    s.packet_bytes = (uint32_t)packet;
    if (!status)
        *out = s;
    return status;
}

static int read_version(struct content_json *r, json_t *root)
{
    int64_t version = 0;
    const char *format = json_string_value(json_object_get(root, "format"));
    if (!format || strcmp(format, "openhesp-content") != 0)
        return content_json_fault(r, "format", "has to be \"openhesp-content\"");
    int status = content_json_integer(r, root, "version", false, 1, INT64_MAX, &version);
    if (status || version == VERSION)
        return status;
    content_json_fault(r, "version",
                       "this program reads %d, not %" PRId64
                       ": record it anew, or use a later program",
                       VERSION, version);
    return ERR_UNSUPPORTED;
}

int content_json_read(struct content_json *r, json_t *root, struct content *out)
{
    int64_t segment = 0, boxes = 0;
    int status = read_version(r, root);
    content_json_name(r, out->name);
    if (!status)
        status = read_name(r, root, true, out->name);
    if (!status)
        status = content_json_rate(r, root, "rate", &out->rate);
    if (!status)
        status =
            content_json_integer(r, root, "segment_frames", false, 1, CONTENT_FRAMES_MAX, &segment);
    if (!status)
        status = content_json_integer(r, root, "box_bytes", true, 0, 65536, &boxes);
    out->segment_frames = (uint32_t)segment;
    out->box_bytes = (uint32_t)boxes;
    if (!status)
        status = read_rungs(r, root, out);
    return status ? status : read_sound(r, root, &out->sound);
}
