#include "player-sim/report/collect.h"
#include "media/core/err.h"
#include "player-sim/report/csv.h"

#include <stdlib.h>
#include <string.h>

enum { METRIC_NAME_BYTES = 32 };

static const int64_t rtt_bounds_us[REPORT_RTT_CLASSES - 1] = {20000, 60000, 150000};

const char *report_rtt_name(size_t rtt_class)
{
    static const char *const names[REPORT_RTT_CLASSES] = {"<=20", "<=60", "<=150", ">150"};
    return names[rtt_class];
}

bool report_is_simulated(const struct report *r)
{
    return r->config.mode && strcmp(r->config.mode, "simulate") == 0;
}

static int copy_channels(struct report *r)
{
    r->channel_keys = calloc(r->config.channel_count, sizeof *r->channel_keys);
    int status = r->channel_keys ? 0 : ERR_NOMEM;
    for (size_t i = 0; !status && i < r->config.channel_count; i++)
        status = names_intern(&r->channels, r->config.channels[i], &r->channel_keys[i]);
    return status;
}

static int open_csv(struct report *r)
{
    if (r->config.csv)
        return csv_write_head(r->config.csv);
    if (!r->config.csv_held)
        return 0;
    r->config.csv = open_memstream(&r->held, &r->held_bytes);
    return r->config.csv ? 0 : ERR_NOMEM;
}

int report_create(const struct report_config *config, struct report **out)
{
    if (!config->channel_count || config->channel_count >= NAMES_MAX || config->seed > INT64_MAX)
        return ERR_INVALID;
    struct report *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_NOMEM;
    r->config = *config;
    r->config.csv_held = config->csv_held && !config->csv;
    if (!r->config.exact_max)
        r->config.exact_max = REPORT_EXACT_MAX;
    for (size_t m = 0; m < REPORT_METRIC_COUNT; m++)
        r->series[m].exact_max = r->config.exact_max;
    r->command = strdup(config->command ? config->command : "");
    int status = r->command ? copy_channels(r) : ERR_NOMEM;
    if (!status)
        status = open_csv(r);
    if (status)
        report_destroy(r);
    else
        *out = r;
    return status;
}

void report_destroy(struct report *r)
{
    if (!r)
        return;
    for (size_t m = 0; m < REPORT_METRIC_COUNT; m++)
        series_finish(&r->series[m]);
    for (size_t f = 0; f < SESSION_FAULT_COUNT; f++)
        for (size_t i = 0; i < REPORT_FAULT_TEXTS; i++)
            free(r->fault_texts[f][i].text);
    if (r->config.csv_held && r->config.csv)
        fclose(r->config.csv);
    free(r->held);
    zaps_finish(&r->zaps);
    timelines_finish(&r->timelines);
    names_finish(&r->channels);
    names_finish(&r->renditions);
    free(r->channel_keys);
    free(r->command);
    free(r);
}

static bool is_place(const struct report *r, const struct report_place *place)
{
    return place->channel < r->config.channel_count && place->session <= UINT32_MAX &&
           place->rendition_key <= r->renditions.count;
}

static uint8_t rtt_class(int64_t rtt_us)
{
    uint8_t class = 0;
    if (rtt_us < 0)
        return REPORT_NO_RTT;
    while (class < REPORT_RTT_CLASSES - 1 && rtt_us > rtt_bounds_us[class])
        class ++;
    return class;
}

int report_rendition_key(struct report *r, const char *rendition)
{
    uint16_t index;
    int status = names_intern(&r->renditions, rendition, &index);
    return status ? status : index + 1;
}

static int find_rendition(struct report *r, const struct report_place *place, uint16_t *out)
{
    *out = place->rendition_key ? (uint16_t)(place->rendition_key - 1) : (uint16_t)REPORT_NO_NAME;
    return !place->rendition_key && place->rendition
               ? names_intern(&r->renditions, place->rendition, out)
               : 0;
}

static void write_csv(struct report *r, const struct report_place *place, const char *kind,
                      const char *name, const int64_t *value_us)
{
    uint16_t rendition;
    if (!r->config.csv || r->csv_status)
        return;
    if (find_rendition(r, place, &rendition))
        rendition = REPORT_NO_NAME;
    struct csv_event event = {
        .session = place->session,
        .at_us = place->at_us,
        .kind = kind,
        .name = name,
        .channel = r->channels.list[r->channel_keys[place->channel]],
        .rendition = rendition == REPORT_NO_NAME ? "" : r->renditions.list[rendition],
        .value_us = value_us,
    };
    r->csv_status = csv_write_event(r->config.csv, &event);
}

int report_keep(struct report *r, const struct report_place *place, size_t metric, int64_t value,
                uint32_t count)
{
    if (!is_place(r, place))
        return ERR_INVALID;
    struct report_sample run = {.value = value,
                                .session = (uint32_t)place->session,
                                .count = count,
                                .channel = r->channel_keys[place->channel],
                                .rtt = rtt_class(place->rtt_us)};
    int status = find_rendition(r, place, &run.rendition);
    return status ? status : series_add(&r->series[metric], &run);
}

/* "zap" of "zap_ms". */
static void event_name(size_t metric, char name[METRIC_NAME_BYTES])
{
    strncpy(name, report_metric_name(metric), METRIC_NAME_BYTES - 1);
    name[METRIC_NAME_BYTES - 1] = '\0';
    size_t size = strlen(name);
    if (size > 3 && strcmp(name + size - 3, "_ms") == 0)
        name[size - 3] = '\0';
}

static int keep_zap(struct report *r, const struct report_place *place, int64_t value_us)
{
    const struct zap_point point = {place->at_us, value_us, (uint32_t)place->session,
                                    r->channel_keys[place->channel]};
    return zaps_add(&r->zaps, &point);
}

static void write_samples(struct report *r, const struct report_place *place, size_t metric,
                          int64_t value_us, uint32_t count)
{
    char name[METRIC_NAME_BYTES];
    event_name(metric, name);
    for (uint32_t i = 0; i < count && !r->csv_status; i++)
        write_csv(r, place, "", name, &value_us);
}

int report_saw(struct report *r, const struct report_place *place, enum session_metric metric,
               int64_t value_us)
{
    return report_saw_many(r, place, metric, value_us, 1);
}

int report_saw_many(struct report *r, const struct report_place *place, enum session_metric metric,
                    int64_t value_us, uint32_t count)
{
    if (!is_place(r, place) || (unsigned)metric >= SESSION_METRIC_COUNT || !count)
        return ERR_INVALID;
    if (value_us < 0 && (metric == SESSION_LATENCY || metric == SESSION_ARRIVAL)) {
        r->latencies_below_zero += count;
        return r->csv_status;
    }
    if (value_us < 0) /* all others are durations; none is above STATS_DURATION_MAX in ms */
        return ERR_INVALID;
    int status = report_keep(r, place, metric, value_us, count);
    for (uint32_t i = 0; !status && metric == SESSION_ZAP && i < count; i++)
        status = keep_zap(r, place, value_us);
    if (status)
        return status;
    if (r->config.csv)
        write_samples(r, place, metric, value_us, count);
    return r->csv_status;
}

int report_packet(struct report *r, const struct report_place *place, size_t bytes,
                  bool fresh_connection)
{
    if (bytes > INT64_MAX)
        return ERR_INVALID;
    int status = report_keep(r, place, REPORT_PACKET_BYTES, (int64_t)bytes, 1);
    if (!status && fresh_connection)
        r->fresh_connections++;
    return status;
}

void report_missed(struct report *r, const struct report_place *place, enum session_metric metric)
{
    char name[METRIC_NAME_BYTES];
    if (!is_place(r, place) || (unsigned)metric >= SESSION_METRIC_COUNT)
        return;
    r->missed[metric]++;
    event_name(metric, name);
    write_csv(r, place, "missed:", name, NULL);
}

int report_decided(struct report *r, const struct report_place *place, int64_t buffer_us)
{
    if (!is_place(r, place) || buffer_us < 0)
        return ERR_INVALID;
    write_csv(r, place, "", "decided", &buffer_us);
    return r->csv_status;
}

static bool is_before(const struct report_fault_text *a, const struct report_fault_text *b)
{
    return !b->text || a->at_us < b->at_us || (a->at_us == b->at_us && a->session < b->session);
}

void report_keep_text(struct report *r, enum session_fault fault, struct report_fault_text text)
{
    for (size_t i = 0; text.text && i < REPORT_FAULT_TEXTS; i++) {
        struct report_fault_text *kept = &r->fault_texts[fault][i], moved = *kept;
        if (!is_before(&text, kept))
            continue;
        *kept = text;
        text = moved;
    }
    free(text.text);
}

/* Cleaned only where it is to stay: a broken origin has much to say. */
static void keep_text(struct report *r, const struct report_place *place, enum session_fault fault,
                      const char *text)
{
    struct report_fault_text new = {NULL, place->at_us, place->session};
    if (!text || !is_before(&new, &r->fault_texts[fault][REPORT_FAULT_TEXTS - 1]))
        return;
    new.text = names_clean(text, REPORT_ERROR_BYTES);
    report_keep_text(r, fault, new);
}

void report_fault(struct report *r, const struct report_place *place, enum session_fault fault,
                  const char *text)
{
    if (!is_place(r, place) || (unsigned)fault >= SESSION_FAULT_COUNT)
        return;
    r->faults[fault]++;
    keep_text(r, place, fault, text);
    write_csv(r, place, "fault:", session_fault_name(fault), NULL);
}

int report_stalls(struct report *r, const struct report_place *place, unsigned count)
{
    return report_keep(r, place, REPORT_STALL_COUNT, count, 1);
}

void report_repeated_picture(struct report *r)
{
    r->repeated_pictures++;
}

uint64_t report_faults(const struct report *r)
{
    uint64_t sum = 0;
    for (size_t f = 0; f < SESSION_FAULT_COUNT; f++)
        sum += r->faults[f];
    return sum;
}

size_t report_count(const struct report *r, enum session_metric metric, double *mean_ms)
{
    if ((unsigned)metric >= SESSION_METRIC_COUNT)
        return 0;
    const struct report_series *s = &r->series[metric];
    if (s->n)
        *mean_ms = (double)s->sum / (double)s->n / 1000;
    return s->n;
}
