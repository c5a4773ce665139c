#include "manifests/parse.h"
#include "manifests/path.h"
#include "manifests/shape.h"
#include "media/core/err.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    struct hesp_path path;
    char *error; /* HESP_ERROR_BYTES */
};

__attribute__((format(printf, 3, 4))) static int fail(struct parser *p, int status,
                                                      const char *format, ...)
{
    char what[HESP_ERROR_BYTES - sizeof p->path.text - 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    snprintf(p->error, HESP_ERROR_BYTES, "%s%s%s", p->path.text, p->path.length ? ": " : "", what);
    return status;
}

static const char *type_name(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number with a fraction or an exponent";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    case JSON_NULL:
        break;
    }
    return "null";
}

static int wrong_type(struct parser *p, const json_t *json, const char *wanted)
{
    return fail(p, ERR_INVALID, "must be %s, not %s", wanted, type_name(json));
}

static int parse_text(struct parser *p, const json_t *json, char **out)
{
    if (!json_is_string(json))
        return wrong_type(p, json, "a string");
    *out = strdup(json_string_value(json));
    return *out ? 0 : fail(p, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static int parse_integer(struct parser *p, const json_t *json, enum hesp_kind kind, int64_t *out)
{
    if (!json_is_integer(json))
        return wrong_type(p, json, "an integer");
    int64_t value = json_integer_value(json);
    if (value > HESP_INTEGER_MAX || value < -HESP_INTEGER_MAX)
        return fail(p, ERR_INVALID, "%lld is not within +-(2^53 - 1)", (long long)value);
    if (kind != KIND_INT && value < 0)
        return fail(p, ERR_INVALID, "must not be negative, but is %lld", (long long)value);
    if (kind == KIND_POSITIVE && value == 0)
        return fail(p, ERR_INVALID, "must not be 0");
    *out = value;
    return 0;
}

static int parse_version(struct parser *p, const json_t *json)
{
    if (!json_is_string(json))
        return wrong_type(p, json, "a string");
    if (strcmp(json_string_value(json), HESP_MANIFEST_VERSION) == 0)
        return 0;
    return fail(p, ERR_UNSUPPORTED, "is \"%.32s\", but only \"" HESP_MANIFEST_VERSION "\" is known",
                json_string_value(json));
}

static int parse_stream_type(struct parser *p, const json_t *json, enum hesp_stream_type *out)
{
    if (!json_is_string(json))
        return wrong_type(p, json, "a string");
    const char *text = json_string_value(json);
    if (strcmp(text, "live") != 0 && strcmp(text, "vod") != 0)
        return fail(p, ERR_INVALID, "must be \"live\" or \"vod\", not \"%.32s\"", text);
    *out = strcmp(text, "vod") == 0 ? HESP_VOD : HESP_LIVE;
    return 0;
}

static int parse_object(struct parser *p, const json_t *json, const struct hesp_shape *shape,
                        unsigned context, void *object);

/* The list is the model's from the start, so that what is read before an error is freed with it. */
static int parse_list(struct parser *p, const json_t *json, const struct hesp_attribute *a,
                      unsigned context, void *object)
{
    if (!json_is_array(json))
        return wrong_type(p, json, "an array");
    size_t count = json_array_size(json);
    if (count > HESP_LIST_MAX)
        return fail(p, ERR_FULL, "has %zu elements, more than %d", count, HESP_LIST_MAX);
    if (!count)
        return 0;
    char *elements = calloc(count, a->shape->size);
    if (!elements)
        return fail(p, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    hesp_list_set(a, object, elements);
    *hesp_list_count(a, object) = count;
    int status = 0;
    for (size_t i = 0; !status && i < count; i++) {
        size_t back = hesp_path_index(&p->path, i);
        status = parse_object(p, json_array_get(json, i), a->shape, context,
                              elements + i * a->shape->size);
        hesp_path_back(&p->path, back);
    }
    return status;
}

static int parse_value(struct parser *p, const json_t *json, const struct hesp_attribute *a,
                       unsigned context, void *object)
{
    unsigned inside = a->inside ? a->inside : context;
    switch (a->kind) {
    case KIND_TEXT:
        return parse_text(p, json, hesp_text_member(a, object));
    case KIND_INT:
    case KIND_UINT:
    case KIND_POSITIVE:
        return parse_integer(p, json, a->kind, hesp_int_member(a, object));
    case KIND_OBJECT:
        return parse_object(p, json, a->shape, inside, hesp_object_member(a, object));
    case KIND_LIST:
        return parse_list(p, json, a, inside, object);
    case KIND_VERSION:
        return parse_version(p, json);
    case KIND_STREAM_TYPE:
        return parse_stream_type(p, json, hesp_object_member(a, object));
    }
    return ERR_INVALID;
}

static int parse_attribute(struct parser *p, const json_t *json, const struct hesp_attribute *a,
                           unsigned context, void *object)
{
    const json_t *value = json_object_get(json, a->name);
    if (!value && !(a->required & context))
        return 0;
    size_t back = hesp_path_key(&p->path, a->name);
    int status = value ? parse_value(p, value, a, context, object)
                       : fail(p, ERR_INVALID, "is required, but missing");
    if (!status && a->kind != KIND_LIST && a->flag != HESP_NO_FLAG)
        *(bool *)((char *)object + a->flag) = true;
    hesp_path_back(&p->path, back);
    return status;
}

static int parse_object(struct parser *p, const json_t *json, const struct hesp_shape *shape,
                        unsigned context, void *object)
{
    if (!json_is_object(json))
        return wrong_type(p, json, "an object");
    int status = 0;
    for (size_t i = 0; !status && i < shape->count; i++) {
        const struct hesp_attribute *a = &shape->attributes[i];
        if (a->allowed & context)
            status = parse_attribute(p, json, a, context, object);
    }
    return status;
}

static unsigned context_of(const json_t *root)
{
    const char *type = json_string_value(json_object_get(root, "streamType"));
    return type && strcmp(type, "vod") == 0 ? IN_VOD : IN_LIVE;
}

int hesp_parse(const void *data, size_t size, struct hesp_manifest *out,
               char error[HESP_ERROR_BYTES])
{
    struct parser p = {.error = error};
    error[0] = '\0';
    if (size > HESP_MANIFEST_BYTES_MAX)
        return fail(&p, ERR_FULL, "the manifest has %zu bytes, more than %d", size,
                    HESP_MANIFEST_BYTES_MAX);
    json_error_t problem;
    json_t *root = json_loadb(data ? data : "", size, JSON_REJECT_DUPLICATES, &problem);
    if (!root)
        return fail(&p, ERR_INVALID, "line %d, column %d: %s", problem.line, problem.column,
                    problem.text);
    struct hesp_manifest m;
    hesp_manifest_init(&m);
    int status = parse_object(&p, root, &hesp_manifest_shape, context_of(root), &m);
    json_decref(root);
    if (status)
        hesp_manifest_finish(&m);
    else
        *out = m;
    return status;
}
