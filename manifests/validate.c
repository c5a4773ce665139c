#include "manifests/check.h"
#include "manifests/shape.h"
#include "manifests/uri.h"
#include "media/core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

static void report(struct check *c, const char *rule, const char *format, va_list arguments)
{
    char text[HESP_ERROR_BYTES - sizeof c->path.text];
    vsnprintf(text, sizeof text, format, arguments);
    if (!c->status)
        c->status = ERR_INVALID;
    c->report(c->context, &(struct hesp_violation){c->path.text, rule, text});
}

void hesp_check_fail(struct check *c, const char *rule, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(c, rule, format, arguments);
    va_end(arguments);
}

void hesp_check_fail_at(struct check *c, const char *key, const char *rule, const char *format, ...)
{
    size_t back = hesp_path_key(&c->path, key);
    va_list arguments;
    va_start(arguments, format);
    report(c, rule, format, arguments);
    va_end(arguments);
    hesp_path_back(&c->path, back);
}

int hesp_compare(int64_t a, int64_t a_scale, int64_t b, int64_t b_scale)
{
    wide left = (wide)a * hesp_scale(b_scale), right = (wide)b * hesp_scale(a_scale);
    return left < right ? -1 : left > right;
}

void hesp_check_bounds(struct check *c, const struct hesp_bounds *bounds, const char *rule)
{
    if (!bounds->has_start && !bounds->has_end)
        hesp_check_fail(c, rule, "has neither startTime nor endTime");
    if (bounds->has_start && bounds->has_end && bounds->start > bounds->end)
        hesp_check_fail(c, rule, "startTime %lld comes after endTime %lld",
                        (long long)bounds->start, (long long)bounds->end);
}

int hesp_ids_add(struct check *c, struct hesp_ids *ids, const char *id)
{
    if (!id)
        return 0;
    const char **grown = realloc(ids->ids, (ids->count + 1) * sizeof *grown);
    if (!grown)
        return c->status = ERR_NOMEM;
    grown[ids->count++] = id;
    ids->ids = grown;
    return 0;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void hesp_ids_check(struct check *c, struct hesp_ids *ids, const char *rule, const char *what)
{
    if (ids->count)
        qsort(ids->ids, ids->count, sizeof *ids->ids, compare_ids);
    for (size_t i = 1; i < ids->count; i++)
        if (strcmp(ids->ids[i - 1], ids->ids[i]) == 0)
            hesp_check_fail(c, rule, "two %s have the id \"%.40s\"", what, ids->ids[i]);
    free(ids->ids);
    *ids = (struct hesp_ids){0};
}

/* What the tables say of each attribute: where it must be, where it may be, and its range (H8). */
static void check_object(struct check *c, const struct hesp_shape *shape, const void *object,
                         unsigned context);

static void check_integer(struct check *c, const struct hesp_attribute *a, const void *object)
{
    int64_t value = *hesp_int_member(a, object);
    if (value > HESP_INTEGER_MAX || value < -HESP_INTEGER_MAX)
        hesp_check_fail(c, "H8", "%lld is not within +-(2^53 - 1)", (long long)value);
    else if (a->kind != KIND_INT && value < 0)
        hesp_check_fail(c, "H8", "must not be negative, but is %lld", (long long)value);
    else if (a->kind == KIND_POSITIVE && value == 0)
        hesp_check_fail(c, "H8", "must not be 0");
}

static void check_list(struct check *c, const struct hesp_attribute *a, const void *object,
                       unsigned context)
{
    const char *elements = hesp_list_get(a, object);
    for (size_t i = 0; i < *hesp_list_count(a, object); i++) {
        size_t back = hesp_path_index(&c->path, i);
        check_object(c, a->shape, elements + i * a->shape->size, context);
        hesp_path_back(&c->path, back);
    }
}

static void check_attribute(struct check *c, const char *rule, const struct hesp_attribute *a,
                            const void *object, unsigned context)
{
    bool given = hesp_is_given(a, object, context);
    unsigned inside = a->inside ? a->inside : context;
    if (!given && (a->required & context))
        hesp_check_fail(c, rule, "is required, but not given");
    else if (given && !(a->allowed & context))
        hesp_check_fail(c, rule, "has no place here");
    else if (given && a->kind == KIND_OBJECT)
        check_object(c, a->shape, hesp_object_member(a, object), inside);
    else if (given && a->kind == KIND_LIST)
        check_list(c, a, object, inside);
    else if (given && (a->kind == KIND_INT || a->kind == KIND_UINT || a->kind == KIND_POSITIVE))
        check_integer(c, a, object);
}

static void check_object(struct check *c, const struct hesp_shape *shape, const void *object,
                         unsigned context)
{
    for (size_t i = 0; i < shape->count && c->status != ERR_NOMEM; i++) {
        const struct hesp_attribute *a = &shape->attributes[i];
        bool ignored = context == IN_VOD && !(a->allowed & IN_VOD);
        if (ignored)
            continue;
        size_t back = hesp_path_key(&c->path, a->name);
        check_attribute(c, shape->rule, a, object, context);
        hesp_path_back(&c->path, back);
    }
}

static bool has_form(const char *text, const char *form)
{
    if (strlen(text) != strlen(form))
        return false;
    for (; *form; form++, text++) {
        bool digit = *text >= '0' && *text <= '9';
        if (*form == '0' ? !digit : *form == '+' ? *text != '+' && *text != '-' : *text != *form)
            return false;
    }
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* 3.2.1.4: YYYY-MM-DDThh:mm:ss.mmm and Z or +hh:mm or -hh:mm. */
static bool is_date_time(const char *text)
{
    if (!has_form(text, "0000-00-00T00:00:00.000Z") &&
        !has_form(text, "0000-00-00T00:00:00.000+00:00"))
        return false;
    int year, month, day, hour, minute, second, zone_hour = 0, zone_minute = 0;
    sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second);
    if (strlen(text) > 24)
        sscanf(text + 24, "%2d:%2d", &zone_hour, &zone_minute);
    return month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month) && hour < 24 &&
           minute < 60 && second < 60 && zone_hour < 24 && zone_minute < 60;
}

/* ISO/IEC 23009-1 5.8.5.7: the schemes of UTCTiming. */
static bool is_time_scheme(const char *scheme)
{
    static const char *const known[] = {
        "urn:mpeg:dash:utc:ntp:2014",       "urn:mpeg:dash:utc:sntp:2014",
        "urn:mpeg:dash:utc:http-head:2014", "urn:mpeg:dash:utc:http-xsdate:2014",
        "urn:mpeg:dash:utc:http-iso:2014",  "urn:mpeg:dash:utc:http-ntp:2014",
        "urn:mpeg:dash:utc:direct:2014",
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(scheme, known[i]) == 0)
            return true;
    return false;
}

static const struct hesp_presentation *active_presentation(const struct hesp_manifest *m)
{
    for (size_t i = 0; i < m->presentation_count; i++) {
        const char *id = m->presentations[i].id;
        if (id && strcmp(id, m->active_presentation) == 0)
            return &m->presentations[i];
    }
    return NULL;
}

static void check_live(struct check *c, const struct hesp_manifest *m)
{
    const struct hesp_time_source *source = &m->time_source;
    if (source->scheme && !is_time_scheme(source->scheme))
        hesp_check_fail_at(c, "timeSource.scheme", "H7", "\"%.60s\" is no DASH UTCTiming scheme",
                           source->scheme);
    if (m->current_time.given && m->current_time.value < 0)
        hesp_check_fail_at(c, "currentTime.value", "H7", "must not be negative");
    if (!m->active_presentation)
        return;
    const struct hesp_presentation *active = active_presentation(m);
    if (!active)
        hesp_check_fail_at(c, "activePresentation", "H7", "no Presentation has the id \"%.40s\"",
                           m->active_presentation);
    else if (!active->bounds.has_start)
        hesp_check_fail_at(c, "activePresentation", "H9", "that Presentation has no startTime");
    else if (m->current_time.given && hesp_compare(m->current_time.value, m->current_time.scale,
                                                   active->bounds.start, active->bounds.scale) < 0)
        hesp_check_fail_at(c, "currentTime", "H7",
                           "lies before the startTime of the active Presentation");
}

static void check_root(struct check *c, const struct hesp_manifest *m)
{
    if (m->creation_date && !is_date_time(m->creation_date))
        hesp_check_fail_at(c, "creationDate", "H7",
                           "\"%.40s\" is not of the form YYYY-MM-DDThh:mm:ss.mmmZ",
                           m->creation_date);
    if (m->availability_duration.given && m->availability_duration.value < 0)
        hesp_check_fail_at(c, "availabilityDuration.value", "H7", "must not be negative");
    if (m->content_base_url && !hesp_uri_is_reference(m->content_base_url))
        hesp_check_fail_at(c, "contentBaseUrl", "H15", "is no URI reference");
    if (m->stream_type == HESP_LIVE)
        check_live(c, m);
}

static void check_presentations(struct check *c, const struct hesp_manifest *m)
{
    struct hesp_ids ids = {0};
    size_t list = hesp_path_key(&c->path, "presentations");
    for (size_t i = 0; i < m->presentation_count && c->status != ERR_NOMEM; i++) {
        const struct hesp_presentation *p = &m->presentations[i];
        size_t element = hesp_path_index(&c->path, i);
        size_t key = hesp_path_key(&c->path, "timeBounds");
        hesp_check_bounds(c, &p->bounds, "H9");
        hesp_path_back(&c->path, key);
        if (p->base_url && !hesp_uri_is_reference(p->base_url))
            hesp_check_fail_at(c, "baseUrl", "H15", "is no URI reference");
        hesp_check_media(c, p);
        hesp_path_back(&c->path, element);
        hesp_ids_add(c, &ids, p->id);
    }
    hesp_ids_check(c, &ids, "H9", "Presentations");
    hesp_path_back(&c->path, list);
}

int hesp_validate_all(const struct hesp_manifest *m, hesp_report *report_to, void *context)
{
    struct check c = {.manifest = m, .report = report_to, .context = context};
    check_object(&c, &hesp_manifest_shape, m, m->stream_type == HESP_VOD ? IN_VOD : IN_LIVE);
    check_root(&c, m);
    check_presentations(&c, m);
    if (!c.status)
        hesp_check_addresses(&c);
    return c.status;
}

static void keep_first(void *context, const struct hesp_violation *v)
{
    char *error = context;
    if (!error[0])
        snprintf(error, HESP_ERROR_BYTES, "%s%s%s (%s)", v->path, v->path[0] ? ": " : "", v->text,
                 v->rule);
}

int hesp_validate(const struct hesp_manifest *m, char error[HESP_ERROR_BYTES])
{
    error[0] = '\0';
    int status = hesp_validate_all(m, keep_first, error);
    if (status == ERR_NOMEM)
        snprintf(error, HESP_ERROR_BYTES, "%s", err_text(status));
    return status;
}
