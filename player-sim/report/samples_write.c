#include "media/core/err.h"
#include "player-sim/report/collect.h"
#include "player-sim/report/samples.h"

#include <string.h>

/* ---- the head: new references, NULL where there is no memory ---- */

static json_t *names_json(const struct report *r)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < r->config.channel_count; i++) {
        if (json_array_append_new(list, json_string(r->channels.list[r->channel_keys[i]]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *renditions_json(const struct report *r)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < r->renditions.count; i++) {
        if (json_array_append_new(list, json_string(r->renditions.list[i]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *counts_json(const uint64_t *counts, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        if (json_array_append_new(list, json_integer((json_int_t)counts[i]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* [[kind, at_us, session, text]] */
static json_t *texts_json(const struct report *r)
{
    json_t *list = json_array();
    for (int f = 0; list && f < SESSION_FAULT_COUNT; f++) {
        for (size_t i = 0; list && i < REPORT_FAULT_TEXTS && r->fault_texts[f][i].text; i++) {
            const struct report_fault_text *t = &r->fault_texts[f][i];
            json_t *text = json_pack("[s, I, I, s]", session_fault_name(f), (json_int_t)t->at_us,
                                     (json_int_t)t->session, t->text);
            if (json_array_append_new(list, text)) {
                json_decref(list);
                list = NULL;
            }
        }
    }
    return list;
}

/* [[at_us, value_us, session, channel]] */
static json_t *zaps_json(struct report *r)
{
    json_t *list = json_array();
    zaps_settle(&r->zaps);
    for (size_t i = 0; list && i < r->zaps.count; i++) {
        const struct zap_point *z = &r->zaps.list[i];
        json_t *zap = json_pack("[I, I, I, i]", (json_int_t)z->at_us, (json_int_t)z->value_us,
                                (json_int_t)z->session, (int)z->channel);
        if (json_array_append_new(list, zap)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* [[metric, runs, samples, sum, histogram]] */
static json_t *series_json(const struct report *r)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < REPORT_METRIC_COUNT; i++) {
        size_t m = report_metric_at(i);
        const struct report_series *s = &r->series[m];
        json_t *series = json_pack("[s, I, I, I, b]", report_metric_name(m), (json_int_t)s->count,
                                   (json_int_t)s->n, (json_int_t)s->sum, (int)s->coarse);
        if (json_array_append_new(list, series)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *facts_json(const struct report_facts *f)
{
    return json_pack("{s:f, s:s, s:s, s:I, s:I, s:I, s:I, s:f, s:I, s:I}", "duration_s",
                     f->duration_s, "http", f->http_version ? f->http_version : "",
                     "congestion_control", f->congestion_control ? f->congestion_control : "",
                     "decoding", (json_int_t)f->decoding, "bytes", (json_int_t)f->bytes,
                     "connections", (json_int_t)f->connections, "requests", (json_int_t)f->requests,
                     "cpu_s", f->cpu_s, "clock_offset_us", (json_int_t)f->clock_offset_us,
                     "clock_error_us", (json_int_t)f->clock_error_us);
}

static json_t *head_json(struct report *r, const struct report_facts *facts,
                         const struct report_shard *shard)
{
    return json_pack(
        "{s:s, s:s, s:I, s:I, s:[I, I], s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:[I, I, I], s:o, "
        "s:o, s:o}",
        "version", OPENHESP_VERSION, "mode", r->config.mode, "seed", (json_int_t)r->config.seed,
        "sessions", (json_int_t)r->config.sessions, "shard", (json_int_t)shard->index,
        (json_int_t)shard->count, "study", shard->study, "exact_max",
        (json_int_t)r->config.exact_max, "channels", names_json(r), "renditions",
        renditions_json(r), "facts", facts_json(facts), "missed",
        counts_json(r->missed, SESSION_METRIC_COUNT), "faults",
        counts_json(r->faults, SESSION_FAULT_COUNT), "fault_texts", texts_json(r), "counts",
        (json_int_t)r->repeated_pictures, (json_int_t)r->fresh_connections,
        (json_int_t)r->latencies_below_zero, "zaps", zaps_json(r), "timelines",
        timelines_json(&r->timelines), "series", series_json(r));
}

/* ---- the samples ---- */

static void write_number(uint64_t number, FILE *out)
{
    for (; number >= 0x80; number >>= 7)
        putc((int)(number & 0x7f) | 0x80, out);
    putc((int)number, out);
}

/* before: below all values. */
static void write_series(const struct report_series *s, int64_t before, FILE *out)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct report_sample *run = &s->samples[i];
        write_number((uint64_t)run->value - (uint64_t)before, out);
        write_number(run->session, out);
        write_number(run->count, out);
        write_number(run->channel, out);
        write_number(run->rendition == REPORT_NO_NAME ? 0 : run->rendition + 1u, out);
        write_number(run->rtt, out);
        before = run->value;
    }
}

int report_write_samples(struct report *r, const struct report_facts *facts,
                         const struct report_shard *shard, FILE *out)
{
    if (!shard->count || shard->index >= shard->count || shard->count > REPORT_SHARDS_MAX)
        return ERR_INVALID;
    for (size_t m = 0; m < REPORT_METRIC_COUNT; m++) {
        int status = series_settle(&r->series[m]);
        if (status)
            return status;
    }
    json_t *head = head_json(r, facts, shard);
    if (!head)
        return ERR_NOMEM;
    fputs("openhesp-samples 1\n", out);
    int failed = json_dumpf(head, out, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17));
    json_decref(head);
    fputc('\n', out);
    for (size_t i = 0; i < REPORT_METRIC_COUNT; i++) {
        size_t m = report_metric_at(i);
        write_series(&r->series[m], report_metric_is_signed(m) ? REPORT_SIGNED_MIN : 0, out);
    }
    fputs("end\n", out);
    return failed || ferror(out) ? ERR_IO : 0;
}
