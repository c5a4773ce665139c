/* The options of player-sim simulate that are about what is watched. */
#include "player-sim/command/simulate_readings.h"
#include "media/core/values.h"
#include "player-sim/content/file.h"

#include <stdio.h>
#include <string.h>

static struct simulate_options *options_of(struct settings_reading *r)
{
    return r->options;
}

bool simulate_read_content(struct settings_reading *r, const char *text)
{
    struct simulate_options *o = options_of(r);
    char why[CONTENT_ERROR_BYTES];
    if (!*text)
        return true;
    if (o->content_count == SIMULATE_CONTENTS_MAX)
        return settings_wrong(r, "more than %d contents are not taken", SIMULATE_CONTENTS_MAX);
    if (content_read(text, &o->contents[o->content_count], why))
        return settings_wrong(r, "%s", why);
    o->content_count++;
    return true;
}

static bool read_rung(const char *text, struct content_ladder_rung *out)
{
    int used = 0;
    *out = (struct content_ladder_rung){0};
    return sscanf(text, "%5dx%5d@%n", &out->width, &out->height, &used) == 2 && used > 0 &&
           value_bits(text + used, &out->bitrate_bps);
}

bool simulate_read_ladder(struct settings_reading *r, const char *text)
{
    struct content_ladder *l = &options_of(r)->ladder;
    char item[64];
    l->rung_count = 0;
    for (const char *at = text; at; l->rung_count++) {
        at = value_next_item(at, item, sizeof item);
        if (l->rung_count == CONTENT_RUNGS_MAX || !read_rung(item, &l->rungs[l->rung_count]))
            return settings_wrong(r,
                                  "give up to %d times WIDTHxHEIGHT@BITRATE, for example "
                                  "--ladder 1280x720@2500k,640x360@800k",
                                  CONTENT_RUNGS_MAX);
    }
    return true;
}

bool simulate_read_fps(struct settings_reading *r, const char *text)
{
    return value_rate(text, &options_of(r)->ladder.rate) ||
           settings_wrong(r, "give frames per second, for example --fps 30 or --fps 30000/1001");
}

bool simulate_read_segment(struct settings_reading *r, const char *text)
{
    int64_t us = 0;
    if (!settings_seconds(r, text, 0.1, &us,
                          "give seconds from 0.1 on, for example --segment-duration 2"))
        return false;
    options_of(r)->ladder.segment_duration = timebase_reduce((struct rational){us, 1000000});
    return true;
}

bool simulate_read_audio(struct settings_reading *r, const char *text)
{
    return value_bits(text, &options_of(r)->ladder.sound_bps) ||
           settings_wrong(r, "give bits per second, for example --audio-bitrate 128k; 0 is none");
}

bool simulate_read_packet_time(struct settings_reading *r, const char *text)
{
    return viewer_read_ms(r, text, &options_of(r)->run.packet_us, "packet-time");
}

bool simulate_make_content(struct simulate_options *o, struct settings_reading *r)
{
    char why[CONTENT_ERROR_BYTES];
    if (!o->content_count) {
        if (content_synthesize(&o->ladder, &o->contents[0], why))
            return settings_wrong(r, "the content can't be made up: %s", why);
        o->content_count = 1;
    }
    for (size_t i = 0; !o->run.delivery && i < o->content_count; i++)
        if (!content_has_packets(&o->contents[i]))
            return settings_wrong(r,
                                  "--content %.60s knows segments only: HESP needs frames and "
                                  "packets; record a channel with player-sim record",
                                  o->contents[i].name);
    return true;
}
