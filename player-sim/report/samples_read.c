#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/report/collect.h"
#include "player-sim/report/samples.h"
#include "player-sim/stats/histogram.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "openhesp-samples 1";
enum { HEAD_BYTES_MAX = 32 << 20, EXACT_LIMIT = 1 << 30, CHANNELS_MAX = 1000 };

/* A file, and the first thing that was wrong with it. */
struct reading {
    FILE *in;
    char *error;
    int status;
};

/* The status, for the caller to return. */
static int wrong(struct reading *r, int status, const char *text)
{
    if (!r->status) {
        r->status = status;
        error_line(r->error, REPORT_ERROR_BYTES, "%s", text);
    }
    return r->status;
}

static int broken(struct reading *r, const char *what)
{
    if (!r->status)
        error_line(r->error, REPORT_ERROR_BYTES, "its %s can't be right: write it anew", what);
    return r->status = r->status ? r->status : ERR_INVALID;
}

static int ended(struct reading *r)
{
    if (ferror(r->in))
        return wrong(r, ERR_IO, strerror(errno));
    return wrong(r, ERR_TRUNCATED, "it breaks off: write it anew, or copy all of it");
}

/* ---- the head ---- */

static int read_magic(struct reading *r)
{
    char line[sizeof magic + 1] = "";
    size_t size = fread(line, 1, sizeof magic, r->in);
    if (size == sizeof magic && line[size - 1] == '\n' &&
        memcmp(line, magic, sizeof magic - 1) == 0)
        return 0;
    if (ferror(r->in))
        return wrong(r, ERR_IO, strerror(errno));
    if (strncmp(line, magic, strcspn(magic, "1")) == 0)
        return wrong(r, ERR_UNSUPPORTED,
                     "samples of another version: write and merge them by the same player-sim");
    return wrong(r, ERR_INVALID,
                 "not what player-sim simulate --samples writes: give a file that it wrote");
}

static json_t *read_object(struct reading *r)
{
    char *line = NULL;
    size_t used = 0, room = 0;
    json_t *head = NULL;
    for (int c = 0; c != '\n' && !r->status;) {
        if (used == room) {
            room = room ? 2 * room : 4096;
            char *more = room <= HEAD_BYTES_MAX ? realloc(line, room) : NULL;
            if (!more) {
                broken(r, "head");
                break;
            }
            line = more;
        }
        c = getc(r->in);
        if (c == EOF)
            ended(r);
        else
            line[used++] = (char)c;
    }
    if (!r->status && !(head = json_loadb(line, used, JSON_REJECT_DUPLICATES, NULL)))
        broken(r, "head");
    free(line);
    return head;
}

/* What of the head goes where. */
struct parts {
    json_int_t seed, sessions, index, count, exact_max, repeated, fresh, below;
    const char *mode, *version, *study;
    json_t *channels, *renditions, *facts, *missed, *faults, *texts, *zaps, *timelines, *series;
};

static int take_parts(struct reading *r, json_t *head, struct parts *p)
{
    if (json_unpack(head,
                    "{s:s, s:s, s:I, s:I, s:[I, I!], s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:[I, "
                    "I, I!], s:o, s:o, s:o}",
                    "version", &p->version, "mode", &p->mode, "seed", &p->seed, "sessions",
                    &p->sessions, "shard", &p->index, &p->count, "study", &p->study, "exact_max",
                    &p->exact_max, "channels", &p->channels, "renditions", &p->renditions, "facts",
                    &p->facts, "missed", &p->missed, "faults", &p->faults, "fault_texts", &p->texts,
                    "counts", &p->repeated, &p->fresh, &p->below, "zaps", &p->zaps, "timelines",
                    &p->timelines, "series", &p->series) ||
        p->seed < 0 || p->sessions < 1 || p->sessions > UINT32_MAX || p->index < 0 ||
        p->count > REPORT_SHARDS_MAX || p->index >= p->count || p->exact_max < 1 ||
        p->exact_max > EXACT_LIMIT || p->repeated < 0 || p->fresh < 0 || p->below < 0 ||
        !json_is_array(p->channels) || !json_is_array(p->renditions) || !json_is_array(p->texts) ||
        !json_is_array(p->zaps) || !json_is_array(p->series))
        return broken(r, "head");
    return 0;
}

static int make_report(struct reading *r, const struct parts *p, struct report_config *config,
                       struct report **out)
{
    const char *channels[CHANNELS_MAX];
    size_t count = json_array_size(p->channels);
    for (size_t i = 0; i < count && i < CHANNELS_MAX; i++)
        if (!(channels[i] = json_string_value(json_array_get(p->channels, i))))
            return broken(r, "list of channels");
    if (!count || count > CHANNELS_MAX)
        return broken(r, "list of channels");
    config->mode = p->mode;
    config->seed = (uint64_t)p->seed;
    config->sessions = (size_t)p->sessions;
    config->channels = channels;
    config->channel_count = count;
    config->exact_max = (size_t)p->exact_max;
    int status = report_create(config, out);
    return status == ERR_NOMEM ? wrong(r, status, "no memory for it: free some")
           : status            ? broken(r, "list of channels")
                               : 0;
}

static int take_renditions(struct reading *r, json_t *list, struct report *report)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name || report_rendition_key(report, name) != (int)i + 1)
            return broken(r, "list of renditions");
    }
    return 0;
}

static int take_counts(struct reading *r, json_t *list, uint64_t *counts, size_t count)
{
    if (json_array_size(list) != count)
        return broken(r, "counts");
    for (size_t i = 0; i < count; i++) {
        json_t *number = json_array_get(list, i);
        if (!json_is_integer(number) || json_integer_value(number) < 0)
            return broken(r, "counts");
        counts[i] = (uint64_t)json_integer_value(number);
    }
    return 0;
}

static int take_text(json_t *entry, struct report *report)
{
    const char *kind, *text;
    json_int_t at_us, session;
    if (json_unpack(entry, "[s, I, I, s!]", &kind, &at_us, &session, &text) || session < 0 ||
        session > UINT32_MAX)
        return ERR_INVALID;
    for (int f = 0; f < SESSION_FAULT_COUNT; f++) {
        if (strcmp(kind, session_fault_name(f)) != 0)
            continue;
        char *clean = names_clean(text, REPORT_ERROR_BYTES);
        report_keep_text(report, f, (struct report_fault_text){clean, at_us, (size_t)session});
        return 0;
    }
    return ERR_INVALID;
}

static int take_zap(json_t *entry, struct report *report)
{
    json_int_t at_us, value_us, session, channel;
    if (json_unpack(entry, "[I, I, I, I!]", &at_us, &value_us, &session, &channel) ||
        value_us < 0 || session < 0 || session > UINT32_MAX || channel < 0 ||
        (size_t)channel >= report->channels.count)
        return ERR_INVALID;
    const struct zap_point point = {at_us, value_us, (uint32_t)session, (uint16_t)channel};
    return zaps_add(&report->zaps, &point);
}

static int take_lists(struct reading *r, const struct parts *p, struct report *report)
{
    if (take_counts(r, p->missed, report->missed, SESSION_METRIC_COUNT) ||
        take_counts(r, p->faults, report->faults, SESSION_FAULT_COUNT) ||
        take_renditions(r, p->renditions, report))
        return r->status;
    for (size_t i = 0; i < json_array_size(p->texts); i++)
        if (take_text(json_array_get(p->texts, i), report))
            return broken(r, "texts of errors");
    if (json_array_size(p->zaps) > ZAPS_SHOWN)
        return broken(r, "list of zaps");
    for (size_t i = 0; i < json_array_size(p->zaps); i++)
        if (take_zap(json_array_get(p->zaps, i), report))
            return broken(r, "list of zaps");
    if (timelines_read(p->timelines, &report->timelines))
        return broken(r, "list of timelines");
    report->repeated_pictures = (uint64_t)p->repeated;
    report->fresh_connections = (uint64_t)p->fresh;
    report->latencies_below_zero = (uint64_t)p->below;
    return 0;
}

static int take_facts(struct reading *r, json_t *from, struct report_facts *f)
{
    json_int_t decoding, bytes, connections, requests, offset_us, error_us;
    if (json_unpack(from, "{s:F, s:s, s:s, s:I, s:I, s:I, s:I, s:F, s:I, s:I}", "duration_s",
                    &f->duration_s, "http", &f->http_version, "congestion_control",
                    &f->congestion_control, "decoding", &decoding, "bytes", &bytes, "connections",
                    &connections, "requests", &requests, "cpu_s", &f->cpu_s, "clock_offset_us",
                    &offset_us, "clock_error_us", &error_us) ||
        decoding < 0 || bytes < 0 || connections < 0 || requests < 0)
        return broken(r, "facts");
    f->decoding = (size_t)decoding;
    f->bytes = (uint64_t)bytes;
    f->connections = (uint64_t)connections;
    f->requests = (uint64_t)requests;
    f->clock_offset_us = offset_us;
    f->clock_error_us = error_us;
    return 0;
}

/* ---- the samples ---- */

/* 0, and the reading's status set, where there is none. */
static uint64_t read_number(struct reading *r, uint64_t most)
{
    uint64_t number = 0;
    for (int shift = 0; !r->status; shift += 7) {
        int c = getc_unlocked(r->in);
        if (c == EOF) {
            ended(r);
        } else if (shift == 63 && c > 1) {
            broken(r, "samples");
        } else {
            number |= (uint64_t)(c & 0x7f) << shift;
            if (c & 0x80)
                continue;
            if (number <= most)
                return number;
            broken(r, "samples");
        }
    }
    return 0;
}

static void read_run(struct reading *r, const struct report *report, const struct report_series *s,
                     int64_t before, struct report_sample *run)
{
    uint64_t sessions = report->config.sessions, rendition;
    if (s->coarse && sessions > HISTOGRAM_GROUPS)
        sessions = HISTOGRAM_GROUPS;
    run->value =
        (int64_t)((uint64_t)before + read_number(r, (uint64_t)INT64_MAX - (uint64_t)before));
    run->session = (uint32_t)read_number(r, sessions - 1);
    run->count = (uint32_t)read_number(r, UINT32_MAX);
    run->channel = (uint16_t)read_number(r, report->channels.count - 1);
    rendition = read_number(r, report->renditions.count);
    run->rendition = rendition ? (uint16_t)(rendition - 1) : (uint16_t)REPORT_NO_NAME;
    run->rtt = (uint8_t)read_number(r, REPORT_NO_RTT);
    if ((run->rtt >= REPORT_RTT_CLASSES && run->rtt != REPORT_NO_RTT) || !run->count ||
        (s->coarse && histogram_value(run->value) != run->value))
        broken(r, "samples");
}

static int read_runs(struct reading *r, const struct report *report, struct report_series *s,
                     uint64_t runs, int64_t least)
{
    struct report_sample run = {.value = least};
    for (uint64_t i = 0; i < runs; i++) {
        read_run(r, report, s, run.value, &run);
        if (r->status)
            return r->status;
        if (series_add(s, &run))
            return wrong(r, ERR_NOMEM, "no memory for its samples: free some");
    }
    return series_in_order(s->samples, s->count) && s->count == runs ? 0 : broken(r, "samples");
}

static int read_series(struct reading *r, json_t *entry, struct report *report, size_t metric)
{
    struct report_series *s = &report->series[metric];
    bool is_signed = report_metric_is_signed(metric);
    const char *name;
    json_int_t runs, n, sum;
    int coarse;
    if (json_unpack(entry, "[s, I, I, I, b!]", &name, &runs, &n, &sum, &coarse) ||
        strcmp(name, report_metric_name(metric)) != 0 || runs < 0 || (sum < 0 && !is_signed) ||
        (!coarse && (size_t)runs > report->config.exact_max))
        return broken(r, "list of series");
    s->coarse = coarse;
    if (read_runs(r, report, s, (uint64_t)runs, is_signed ? REPORT_SIGNED_MIN : 0))
        return r->status;
    if (s->n != (uint64_t)n)
        return broken(r, "list of series");
    s->sum = sum;
    return 0;
}

static int read_all_series(struct reading *r, json_t *list, struct report *report)
{
    char end[5] = "";
    if (json_array_size(list) != REPORT_METRIC_COUNT)
        return broken(r, "list of series");
    for (size_t i = 0; i < REPORT_METRIC_COUNT; i++)
        if (read_series(r, json_array_get(list, i), report, report_metric_at(i)))
            return r->status;
    if (fread(end, 1, 4, r->in) != 4)
        return ended(r);
    return memcmp(end, "end\n", 4) == 0 && getc(r->in) == EOF ? 0 : broken(r, "end");
}

int report_read_samples(FILE *in, const struct trim *trims, size_t trim_count, const char *command,
                        struct report_samples *out, char error[REPORT_ERROR_BYTES])
{
    struct reading r = {in, error, 0};
    struct report_samples s = {0};
    struct parts parts;
    struct report_config config = {.trims = trims, .trim_count = trim_count, .command = command};
    if (!read_magic(&r))
        s.head = read_object(&r);
    if (!r.status && !take_parts(&r, s.head, &parts) &&
        !make_report(&r, &parts, &config, &s.report) && !take_lists(&r, &parts, s.report) &&
        !take_facts(&r, parts.facts, &s.facts))
        read_all_series(&r, parts.series, s.report);
    if (r.status) {
        report_samples_finish(&s);
        return r.status;
    }
    s.shard = (struct report_shard){(uint32_t)parts.index, (uint32_t)parts.count, parts.study};
    *out = s;
    return 0;
}

void report_samples_finish(struct report_samples *s)
{
    report_destroy(s->report);
    json_decref(s->head);
    *s = (struct report_samples){0};
}
