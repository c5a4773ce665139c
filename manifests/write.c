#include "manifests/write.h"
#include "manifests/shape.h"
#include "media/core/err.h"

#include <jansson.h>
#include <stdlib.h>

static int write_object(const struct hesp_shape *shape, const void *object, unsigned context,
                        json_t **out);

static int write_integer(const struct hesp_attribute *a, const void *object, json_t **out)
{
    int64_t value = *hesp_int_member(a, object);
    int64_t lowest = a->kind == KIND_INT ? -HESP_INTEGER_MAX : 0;
    if (value < lowest || value > HESP_INTEGER_MAX)
        return ERR_INVALID;
    *out = json_integer(value);
    return *out ? 0 : ERR_NOMEM;
}

static int write_text(const char *text, json_t **out)
{
    *out = json_string(text);
    return *out ? 0 : ERR_INVALID;
}

static int write_list(const struct hesp_attribute *a, const void *object, unsigned context,
                      json_t **out)
{
    const char *elements = hesp_list_get(a, object);
    json_t *list = json_array();
    int status = list ? 0 : ERR_NOMEM;
    for (size_t i = 0; !status && i < *hesp_list_count(a, object); i++) {
        json_t *element;
        status = write_object(a->shape, elements + i * a->shape->size, context, &element);
        if (!status && json_array_append_new(list, element))
            status = ERR_NOMEM;
    }
    if (status)
        json_decref(list);
    else
        *out = list;
    return status;
}

static int write_value(const struct hesp_attribute *a, const void *object, unsigned context,
                       json_t **out)
{
    unsigned inside = a->inside ? a->inside : context;
    switch (a->kind) {
    case KIND_TEXT:
        return write_text(*hesp_text_member(a, object), out);
    case KIND_INT:
    case KIND_UINT:
    case KIND_POSITIVE:
        return write_integer(a, object, out);
    case KIND_OBJECT:
        return write_object(a->shape, hesp_object_member(a, object), inside, out);
    case KIND_LIST:
        return write_list(a, object, inside, out);
    case KIND_VERSION:
        return write_text(HESP_MANIFEST_VERSION, out);
    case KIND_STREAM_TYPE:
        return write_text(context == IN_VOD ? "vod" : "live", out);
    }
    return ERR_INVALID;
}

static int write_object(const struct hesp_shape *shape, const void *object, unsigned context,
                        json_t **out)
{
    json_t *json = json_object();
    int status = json ? 0 : ERR_NOMEM;
    for (size_t i = 0; !status && i < shape->count; i++) {
        const struct hesp_attribute *a = &shape->attributes[i];
        if (!(a->allowed & context) || !hesp_is_given(a, object, context))
            continue;
        json_t *value;
        status = write_value(a, object, context, &value);
        if (!status && json_object_set_new(json, a->name, value))
            status = ERR_NOMEM;
    }
    if (status)
        json_decref(json);
    else
        *out = json;
    return status;
}

int hesp_write(const struct hesp_manifest *m, struct bytes_writer *out)
{
    json_t *json;
    unsigned context = m->stream_type == HESP_VOD ? IN_VOD : IN_LIVE;
    int status = write_object(&hesp_manifest_shape, m, context, &json);
    if (status)
        return status;
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (!text)
        return ERR_NOMEM;
    bytes_write_text(out, text);
    free(text);
    return out->status;
}
