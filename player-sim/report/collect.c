#include "player-sim/report/collect.h"
#include "media/core/err.h"
#include "player-sim/report/csv.h"

#include <stdlib.h>
#include <string.h>

enum { METRIC_NAME_BYTES = 32 };

static const int64_t rtt_bounds_us[REPORT_RTT_CLASSES - 1] = {20000, 60000, 150000};

size_t report_metric_at(size_t place)
{
    static const size_t metrics[] = {
        SESSION_STARTUP,    SESSION_ZAP,         SESSION_SWITCH, SESSION_GAP,
        SESSION_LATENCY,    SESSION_ARRIVAL,     SESSION_STALL,  REPORT_STALL_COUNT,
        SESSION_CONNECTION, SESSION_FIRST_BYTE,  SESSION_INIT,   SESSION_CONTINUATION,
        SESSION_SOUND,      REPORT_PACKET_BYTES,
    };
    _Static_assert(sizeof metrics / sizeof *metrics == REPORT_METRIC_COUNT, "every one is told");
    return metrics[place];
}

const char *report_metric_name(size_t metric)
{
    return metric == REPORT_STALL_COUNT    ? "stall_count"
           : metric == REPORT_PACKET_BYTES ? "packet_bytes"
                                           : session_metric_name((enum session_metric)metric);
}

double report_metric_divisor(size_t metric)
{
    return metric < SESSION_METRIC_COUNT ? 1000 : 1;
}

const char *report_rtt_name(size_t rtt_class)
{
    static const char *const names[REPORT_RTT_CLASSES] = {"<=20", "<=60", "<=150", ">150"};
    return names[rtt_class];
}

static int copy_channels(struct report *r)
{
    r->channel_keys = calloc(r->config.channel_count, sizeof *r->channel_keys);
    int status = r->channel_keys ? 0 : ERR_NOMEM;
    for (size_t i = 0; !status && i < r->config.channel_count; i++)
        status = names_intern(&r->channels, r->config.channels[i], &r->channel_keys[i]);
    return status;
}

int report_create(const struct report_config *config, struct report **out)
{
    if (!config->channel_count || config->channel_count >= NAMES_MAX || config->seed > INT64_MAX)
        return ERR_INVALID;
    struct report *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_NOMEM;
    r->config = *config;
    r->command = strdup(config->command ? config->command : "");
    int status = r->command ? copy_channels(r) : ERR_NOMEM;
    if (!status && config->csv)
        status = csv_write_head(config->csv);
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
    for (size_t m = 0; m < REPORT_METRIC_COUNT; m++) {
        free(r->series[m].samples);
        report_summary_finish(&r->series[m].summary);
    }
    for (size_t f = 0; f < SESSION_FAULT_COUNT; f++)
        for (size_t i = 0; i < REPORT_FAULT_TEXTS; i++)
            free(r->fault_texts[f][i]);
    names_finish(&r->channels);
    names_finish(&r->renditions);
    free(r->channel_keys);
    free(r->command);
    free(r);
}

static bool is_place(const struct report *r, const struct report_place *place)
{
    return place->channel < r->config.channel_count && place->session <= UINT32_MAX;
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

static int find_rendition(struct report *r, const char *name, uint16_t *out)
{
    *out = REPORT_NO_NAME;
    return name ? names_intern(&r->renditions, name, out) : 0;
}

static void write_csv(struct report *r, const struct report_place *place, const char *kind,
                      const char *name, const int64_t *value_us)
{
    uint16_t rendition;
    if (!r->config.csv || r->csv_status)
        return;
    if (find_rendition(r, place->rendition, &rendition))
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

static uint32_t whole_ms(int64_t at_us)
{
    int64_t ms = at_us < 0 ? 0 : at_us / 1000;
    return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

static int make_room(struct report_series *s)
{
    if (s->count < s->capacity)
        return 0;
    size_t capacity = s->capacity ? s->capacity * 2 : 64;
    struct report_sample *samples = realloc(s->samples, capacity * sizeof *samples);
    if (!samples)
        return ERR_NOMEM;
    s->samples = samples;
    s->capacity = capacity;
    return 0;
}

static int keep(struct report *r, const struct report_place *place, size_t metric, int64_t value)
{
    struct report_series *s = &r->series[metric];
    uint16_t rendition;
    int status = find_rendition(r, place->rendition, &rendition);
    if (!status)
        status = make_room(s);
    if (status)
        return status;
    s->samples[s->count++] = (struct report_sample){.value = value,
                                                    .session = (uint32_t)place->session,
                                                    .at_ms = whole_ms(place->at_us),
                                                    .channel = r->channel_keys[place->channel],
                                                    .rendition = rendition,
                                                    .rtt = rtt_class(place->rtt_us)};
    s->sum += (double)value;
    return 0;
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

int report_saw(struct report *r, const struct report_place *place, enum session_metric metric,
               int64_t value_us)
{
    char name[METRIC_NAME_BYTES];
    if (!is_place(r, place) || (unsigned)metric >= SESSION_METRIC_COUNT)
        return ERR_INVALID;
    if (value_us < 0 && (metric == SESSION_LATENCY || metric == SESSION_ARRIVAL)) {
        r->latencies_below_zero++;
        return r->csv_status;
    }
    if (!stats_is_duration((double)value_us / 1000))
        return ERR_INVALID;
    int status = keep(r, place, metric, value_us);
    if (status)
        return status;
    event_name(metric, name);
    write_csv(r, place, "", name, &value_us);
    return r->csv_status;
}

int report_packet(struct report *r, const struct report_place *place, size_t bytes,
                  bool fresh_connection)
{
    if (!is_place(r, place) || !stats_is_duration((double)bytes))
        return ERR_INVALID;
    int status = keep(r, place, REPORT_PACKET_BYTES, (int64_t)bytes);
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

static void keep_text(struct report *r, enum session_fault fault, const char *text)
{
    char **texts = r->fault_texts[fault];
    for (size_t i = 0; text && i < REPORT_FAULT_TEXTS; i++) {
        if (!texts[i]) {
            texts[i] = names_clean(text, REPORT_ERROR_BYTES);
            return;
        }
    }
}

void report_fault(struct report *r, const struct report_place *place, enum session_fault fault,
                  const char *text)
{
    if (!is_place(r, place) || (unsigned)fault >= SESSION_FAULT_COUNT)
        return;
    r->faults[fault]++;
    keep_text(r, fault, text);
    write_csv(r, place, "fault:", session_fault_name(fault), NULL);
}

int report_stalls(struct report *r, const struct report_place *place, unsigned count)
{
    return is_place(r, place) ? keep(r, place, REPORT_STALL_COUNT, count) : ERR_INVALID;
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
    if (s->count)
        *mean_ms = s->sum / (double)s->count / 1000;
    return s->count;
}
