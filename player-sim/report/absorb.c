#include "media/core/err.h"
#include "player-sim/report/collect.h"

#include <stdlib.h>
#include <string.h>

bool report_same_channels(const struct report *a, const struct report *b)
{
    if (a->config.channel_count != b->config.channel_count)
        return false;
    for (size_t i = 0; i < a->config.channel_count; i++)
        if (strcmp(a->channels.list[a->channel_keys[i]], b->channels.list[b->channel_keys[i]]) != 0)
            return false;
    return true;
}

/* What each of from's renditions is called here. */
static int map_renditions(struct report *into, const struct report *from, uint16_t **out)
{
    uint16_t *map = calloc(from->renditions.count + 1, sizeof *map);
    int status = map ? 0 : ERR_NOMEM;
    for (size_t i = 0; !status && i < from->renditions.count; i++)
        status = names_intern(&into->renditions, from->renditions.list[i], &map[i]);
    if (status)
        free(map);
    else
        *out = map;
    return status;
}

static int absorb_zaps(struct report *into, struct report *from)
{
    int status = 0;
    for (size_t i = 0; !status && i < from->zaps.count; i++)
        status = zaps_add(&into->zaps, &from->zaps.list[i]);
    from->zaps.count = 0;
    return status;
}

static void absorb_counts(struct report *into, struct report *from)
{
    for (size_t m = 0; m < SESSION_METRIC_COUNT; m++)
        into->missed[m] += from->missed[m];
    for (size_t f = 0; f < SESSION_FAULT_COUNT; f++) {
        into->faults[f] += from->faults[f];
        for (size_t i = 0; i < REPORT_FAULT_TEXTS; i++)
            report_keep_text(into, f, from->fault_texts[f][i]);
    }
    into->repeated_pictures += from->repeated_pictures;
    into->fresh_connections += from->fresh_connections;
    into->latencies_below_zero += from->latencies_below_zero;
    memset(from->missed, 0, sizeof from->missed);
    memset(from->faults, 0, sizeof from->faults);
    memset(from->fault_texts, 0, sizeof from->fault_texts);
    from->repeated_pictures = from->fresh_connections = from->latencies_below_zero = 0;
}

static int absorb_csv(struct report *into, struct report *from)
{
    if (!from->config.csv_held || !into->config.csv)
        return into->csv_status;
    if (fflush(from->config.csv) || from->csv_status)
        return ERR_NOMEM;
    if (!into->csv_status &&
        fwrite(from->held, 1, from->held_bytes, into->config.csv) != from->held_bytes)
        into->csv_status = ERR_IO;
    if (fseeko(from->config.csv, 0, SEEK_SET))
        return ERR_NOMEM;
    return into->csv_status;
}

int report_absorb(struct report *into, struct report *from)
{
    uint16_t *renditions;
    if (into == from || !report_same_channels(into, from))
        return ERR_INVALID;
    int status = map_renditions(into, from, &renditions);
    if (status)
        return status;
    for (size_t m = 0; !status && m < REPORT_METRIC_COUNT; m++)
        status = series_absorb(&into->series[m], &from->series[m], renditions);
    free(renditions);
    if (!status)
        status = absorb_zaps(into, from);
    if (!status)
        status = timelines_absorb(&into->timelines, &from->timelines);
    if (status)
        return status;
    absorb_counts(into, from);
    return absorb_csv(into, from);
}

int report_create_part(const struct report *whole, struct report **out)
{
    struct report_config config = whole->config;
    config.csv_held = config.csv || config.csv_held;
    config.csv = NULL;
    return report_create(&config, out);
}
