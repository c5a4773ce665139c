#include "packager/pipeline/metrics.h"
#include "media/core/err.h"
#include "packager/pipeline/health.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Everything is gathered first: a family's lines must stand together. */
struct snapshot {
    const struct service *service;
    int64_t now_us;
    struct channel_state *channels;
    struct bytes_writer *out;
};

static void family(struct snapshot *s, const char *name, const char *type, const char *help)
{
    bytes_printf(s->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static const char *name_of(const struct snapshot *s, size_t channel)
{
    return channel_name(s->service->channels[channel]->channel);
}

/* Figures are those of the active Presentation: its counters begin anew with it. */
static struct store *store_of(const struct snapshot *s, size_t channel)
{
    return presentation_store(channel_active(s->service->channels[channel]->channel));
}

static void write_process(struct snapshot *s)
{
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    family(s, "openhesp_build_info", "gauge", "The version of this program.");
    bytes_printf(s->out, "openhesp_build_info{version=\"%s\"} 1\n", OPENHESP_VERSION);
    family(s, "openhesp_uptime_seconds", "gauge", "Time since the start.");
    bytes_printf(s->out, "openhesp_uptime_seconds %.3f\n",
                 (double)(s->now_us - s->service->started_us) / 1e6);
    family(s, "openhesp_process_cpu_seconds_total", "counter", "CPU of the whole process.");
    bytes_printf(s->out, "openhesp_process_cpu_seconds_total %.6f\n",
                 (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
}

/* A family of one line without labels. */
static void write_value(struct snapshot *s, const char *name, const char *type, const char *help,
                        int64_t value)
{
    family(s, name, type, help);
    bytes_printf(s->out, "%s %" PRId64 "\n", name, value);
}

static void write_reloads(struct snapshot *s)
{
    const struct service_reloads *r = &s->service->reloads;
    write_value(s, "openhesp_reloads_total", "counter", "Times the configuration was read again.",
                r->done);
    write_value(s, "openhesp_reloads_refused_total", "counter",
                "Times it was wrong, so that nothing changed.", r->refused);
    family(s, "openhesp_last_reload_timestamp_seconds", "gauge",
           "When it was last read again, 0: never.");
    bytes_printf(s->out, "openhesp_last_reload_timestamp_seconds %.3f\n",
                 (double)r->last_utc_us / 1e6);
    family(s, "openhesp_channel_changing", "gauge",
           "1 where a Presentation is to follow another, or the channel is to end.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        bytes_printf(s->out, "openhesp_channel_changing{channel=\"%s\"} %d\n", name_of(s, i),
                     s->channels[i].changing);
}

static void write_refusals(struct snapshot *s, const struct origin_state *o)
{
    static const char *const reasons[ORIGIN_CUT_REASONS] = {
        [ORIGIN_CUT_STALLED] = "stalled", [ORIGIN_CUT_OUTDATED] = "outdated",
        [ORIGIN_CUT_SLOW] = "slow",       [ORIGIN_CUT_REQUEST] = "request",
        [ORIGIN_CUT_REFUSED] = "refused", [ORIGIN_CUT_REMOVED] = "removed",
    };
    const char *cut = "openhesp_origin_cut_connections_total";
    const char *refused = "openhesp_origin_refused_connections_total";
    family(s, cut, "counter",
           "Connections cut: readers who stalled, whose segment left the window, who were slow; "
           "requests that did not get whole; refused ones that did not ask; readers of what was "
           "removed.");
    for (int i = 0; i < ORIGIN_CUT_REASONS; i++)
        bytes_printf(s->out, "%s{reason=\"%s\"} %" PRId64 "\n", cut, reasons[i], o->cut[i]);
    family(s, refused, "counter",
           "Connections refused with 503: too many in all, too many of one address.");
    bytes_printf(s->out, "%s{reason=\"all\"} %" PRId64 "\n", refused, o->refused_connections);
    bytes_printf(s->out, "%s{reason=\"address\"} %" PRId64 "\n", refused,
                 o->refused_connections_of_address);
    write_value(s, "openhesp_origin_refused_requests_total", "counter",
                "Requests refused with 429: too many of one address.", o->refused_requests);
}

static void write_origin(struct snapshot *s)
{
    struct origin_state o;
    origin_state(s->service->origin, &o);
    write_value(s, "openhesp_origin_connections", "gauge", "Open HTTP connections.", o.connections);
    write_value(s, "openhesp_origin_live_responses", "gauge",
                "Segment responses under way (viewers).", o.live_responses);
    write_value(s, "openhesp_origin_parked_requests", "gauge",
                "Requests that wait for a packet or segment.", o.parked_requests);
    write_value(s, "openhesp_origin_requests_total", "counter", "HTTP requests.", o.requests);
    family(s, "openhesp_origin_responses_total", "counter", "HTTP responses by class of status.");
    for (int i = 2; i < 6; i++)
        bytes_printf(s->out, "openhesp_origin_responses_total{class=\"%dxx\"} %" PRId64 "\n", i,
                     o.responses_by_class[i]);
    write_value(s, "openhesp_origin_sent_bytes_total", "counter", "Bytes of bodies sent.",
                o.bytes_sent);
    write_value(s, "openhesp_origin_cut_readers_total", "counter",
                "Viewers cut off for reading too slowly.", o.cut_readers);
    write_refusals(s, &o);
    family(s, "openhesp_origin_cpu_seconds_total", "counter", "CPU of the origin's thread.");
    bytes_printf(s->out, "openhesp_origin_cpu_seconds_total %.6f\n", (double)o.cpu_us / 1e6);
}

static void write_feeds(struct snapshot *s)
{
    family(s, "openhesp_feed_up", "gauge", "1 where the channel's feed is up.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        bytes_printf(s->out, "openhesp_feed_up{channel=\"%s\"} %d\n", name_of(s, i),
                     s->channels[i].input.feed == INPUT_UP);
    family(s, "openhesp_feed_picture_up", "gauge", "1 where the feed's pictures come.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        bytes_printf(s->out, "openhesp_feed_picture_up{channel=\"%s\"} %d\n", name_of(s, i),
                     s->channels[i].input.picture == INPUT_PART_UP);
    family(s, "openhesp_feed_sound_up", "gauge", "1 where the feed's sound comes.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        bytes_printf(s->out, "openhesp_feed_sound_up{channel=\"%s\"} %d\n", name_of(s, i),
                     s->channels[i].input.sound == INPUT_PART_UP);
    struct {
        const char *name, *help;
        size_t at;
    } const counters[] = {
        {"openhesp_feed_repeated_pictures_total", "Frames the feed had no new picture for.",
         offsetof(struct input_state, repeated_pictures)},
        {"openhesp_feed_dropped_pictures_total", "Pictures of the feed that no frame had room for.",
         offsetof(struct input_state, dropped_pictures)},
        {"openhesp_feed_silent_samples_total", "Samples the feed had no sound for.",
         offsetof(struct input_state, silent_samples)},
        {"openhesp_feed_reopened_total", "Times the feed was opened again.",
         offsetof(struct input_state, reopened)},
        {"openhesp_feed_lost_total", "Times the feed was up and was lost.",
         offsetof(struct input_state, lost)},
        {"openhesp_feed_open_failures_total", "Times the feed could not be opened.",
         offsetof(struct input_state, open_failures)},
        {"openhesp_feed_discontinuities_total", "Jumps of the feed's time stamps.",
         offsetof(struct input_state, discontinuities)},
        {"openhesp_feed_sound_jumps_total",
         "Times the feed's sound was off its time and put right at once.",
         offsetof(struct input_state, sound_jumps)},
        {"openhesp_feed_decode_errors_total", "Pieces of the feed that could not be decoded.",
         offsetof(struct input_state, decode_errors)},
        {"openhesp_feed_refused_pushes_total", "Pushes by whom the feed's key let not in.",
         offsetof(struct input_state, refused_pushes)},
    };
    for (size_t k = 0; k < sizeof counters / sizeof *counters; k++) {
        family(s, counters[k].name, "counter", counters[k].help);
        for (size_t i = 0; i < s->service->channel_count; i++)
            bytes_printf(s->out, "%s{channel=\"%s\"} %" PRId64 "\n", counters[k].name,
                         name_of(s, i),
                         *(const int64_t *)((const char *)&s->channels[i].input + counters[k].at));
    }
}

/* One line for each track of each channel, whose value is picked from the store's state. */
static void write_tracks(struct snapshot *s, const char *name, const char *type, const char *help,
                         int64_t (*value)(const struct store_track_state *,
                                          const struct store_track_info *))
{
    family(s, name, type, help);
    for (size_t i = 0; i < s->service->channel_count; i++) {
        const struct store *store = store_of(s, i);
        for (size_t k = 0; k < store_track_count(store); k++) {
            struct store_track *track = store_track_at(store, k);
            struct store_track_state state;
            store_track_state(track, &state);
            bytes_printf(s->out, "%s{channel=\"%s\",track=\"%s\"} %" PRId64 "\n", name,
                         name_of(s, i), store_track_info(track)->id,
                         value(&state, store_track_info(track)));
        }
    }
}

static int64_t frames_of(const struct store_track_state *t, const struct store_track_info *info)
{
    (void)info;
    return t->newest_sequence + 1;
}

static int64_t bytes_of(const struct store_track_state *t, const struct store_track_info *info)
{
    (void)info;
    return (int64_t)t->bytes;
}

static int64_t over_of(const struct store_track_state *t, const struct store_track_info *info)
{
    (void)info;
    return t->segments_over_bandwidth;
}

static int64_t peak_of(const struct store_track_state *t, const struct store_track_info *info)
{
    (void)info;
    return t->peak_segment_bps;
}

static int64_t bandwidth_of(const struct store_track_state *t, const struct store_track_info *info)
{
    (void)t;
    return info->bandwidth_bps;
}

static void write_store(struct snapshot *s)
{
    write_tracks(s, "openhesp_frames_total", "counter", "Samples of the Continuation Stream.",
                 frames_of);
    write_tracks(s, "openhesp_store_bytes", "gauge", "Bytes held for viewers.", bytes_of);
    write_tracks(s, "openhesp_track_bandwidth_bits_per_second", "gauge",
                 "The peak rate that the manifest promises.", bandwidth_of);
    write_tracks(s, "openhesp_segment_peak_bits_per_second", "gauge",
                 "The highest rate of a finished segment.", peak_of);
    write_tracks(s, "openhesp_segments_over_bandwidth_total", "counter",
                 "Finished segments whose rate exceeded the manifest's.", over_of);
    family(s, "openhesp_available_seconds", "gauge",
           "availabilityDuration as the manifest says it.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        bytes_printf(s->out, "openhesp_available_seconds{channel=\"%s\"} %" PRId64 "\n",
                     name_of(s, i), store_available_us(store_of(s, i)) / 1000000);
}

/* One line for each rung of each channel; at is the figure's place in struct rung_state. */
static void write_rung_figure(struct snapshot *s, const char *name, const char *type,
                              const char *help, size_t at)
{
    family(s, name, type, help);
    for (size_t i = 0; i < s->service->channel_count; i++) {
        for (size_t k = 0; k < s->channels[i].rung_count; k++) {
            const struct rung_state *rung = &s->channels[i].rungs[k];
            bytes_printf(s->out, "%s{channel=\"%s\",track=\"%s\"} %" PRId64 "\n", name,
                         name_of(s, i), rung->track_id,
                         *(const int64_t *)((const char *)rung + at));
        }
    }
}

static void write_init(struct snapshot *s)
{
    struct {
        const char *name, *type, *help;
        size_t at;
    } const figures[] = {
        {"openhesp_packets_total", "counter", "Initialization Packets made.",
         offsetof(struct packet_maker_state, packets)},
        {"openhesp_packets_refused_total", "counter",
         "Requests for packets refused since too many were under way.",
         offsetof(struct packet_maker_state, refused)},
        {"openhesp_packets_skipped_total", "counter",
         "Packets not made ahead of requests since their making was late.",
         offsetof(struct packet_maker_state, skipped)},
        {"openhesp_packets_replayed_frames_total", "counter",
         "Frames decoded again for packets of older ones.",
         offsetof(struct packet_maker_state, replayed_frames)},
        {"openhesp_packet_orders", "gauge", "Packets being made, or waiting for it.",
         offsetof(struct packet_maker_state, orders)},
        {"openhesp_packet_pictures_bytes", "gauge", "Decoded pictures kept to make packets of.",
         offsetof(struct packet_maker_state, picture_bytes)},
    };
    for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
        write_rung_figure(s, figures[k].name, figures[k].type, figures[k].help,
                          offsetof(struct rung_state, init) + figures[k].at);
    family(s, "openhesp_packets_ahead", "gauge",
           "1 where the rung makes its packets ahead of requests.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        for (size_t k = 0; k < s->channels[i].rung_count; k++)
            bytes_printf(s->out, "openhesp_packets_ahead{channel=\"%s\",track=\"%s\"} %d\n",
                         name_of(s, i), s->channels[i].rungs[k].track_id,
                         s->channels[i].rungs[k].init.busy);
}

static void write_rungs(struct snapshot *s)
{
    write_rung_figure(s, "openhesp_rung_repeated_pictures_total", "counter",
                      "Pictures repeated because the encoder was late.",
                      offsetof(struct rung_state, repeated_pictures));
    write_rung_figure(s, "openhesp_rung_shed_pictures_total", "counter",
                      "Pictures repeated to leave the machine to the smaller rungs.",
                      offsetof(struct rung_state, shed_pictures));
    write_rung_figure(s, "openhesp_rung_restarts_total", "counter",
                      "Times the encoder failed and was started again.",
                      offsetof(struct rung_state, restarts));
    family(s, "openhesp_rung_up", "gauge", "0 where the rung has failed, and left the manifest.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        for (size_t k = 0; k < s->channels[i].rung_count; k++)
            bytes_printf(s->out, "openhesp_rung_up{channel=\"%s\",track=\"%s\"} %d\n",
                         name_of(s, i), s->channels[i].rungs[k].track_id,
                         !s->channels[i].rungs[k].failed);
    family(s, "openhesp_shed_level", "gauge",
           "How far pictures are taken from rungs that the machine is too slow for; 0 is not.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        bytes_printf(s->out, "openhesp_shed_level{channel=\"%s\"} %d\n", name_of(s, i),
                     s->channels[i].shed_level);
    family(s, "openhesp_sound_silenced_frames_total", "counter",
           "Frames of sound made as silence because the encoder was late.");
    for (size_t i = 0; i < s->service->channel_count; i++)
        bytes_printf(s->out, "openhesp_sound_silenced_frames_total{channel=\"%s\"} %" PRId64 "\n",
                     name_of(s, i), s->channels[i].sound.silenced_frames);
    write_init(s);
}

static void write_cpu_line(struct snapshot *s, size_t channel, const char *track, const char *stage,
                           int64_t cpu_us)
{
    bytes_printf(
        s->out, "openhesp_stage_cpu_seconds_total{channel=\"%s\",track=\"%s\",stage=\"%s\"} %.6f\n",
        name_of(s, channel), track, stage, (double)cpu_us / 1e6);
}

static void write_cpu(struct snapshot *s)
{
    family(s, "openhesp_stage_cpu_seconds_total", "counter",
           "CPU of each stage of a frame's path.");
    for (size_t i = 0; i < s->service->channel_count; i++) {
        const struct channel_state *c = &s->channels[i];
        write_cpu_line(s, i, "", "ingest", c->input.cpu_us);
        write_cpu_line(s, i, sound_track_id, "encode", c->sound.cpu_us);
        for (size_t k = 0; k < c->rung_count; k++) {
            const struct rung_state *r = &c->rungs[k];
            write_cpu_line(s, i, r->track_id, "scale", r->cpu.scale_us);
            write_cpu_line(s, i, r->track_id, "encode", r->cpu.encode_us);
            write_cpu_line(s, i, r->track_id, "package", r->cpu.package_us);
            write_cpu_line(s, i, r->track_id, "init", r->init.cpu_us);
        }
    }
}

static void write_latency(struct snapshot *s)
{
    static const char name[] = "openhesp_capture_to_available_seconds";
    char labels[128];
    family(s, name, "histogram", "From a frame's capture to its chunk being available.");
    for (size_t i = 0; i < s->service->channel_count; i++) {
        const struct channel_state *c = &s->channels[i];
        for (size_t k = 0; k < c->rung_count; k++) {
            snprintf(labels, sizeof labels, "channel=\"%s\",track=\"%s\"", name_of(s, i),
                     c->rungs[k].track_id);
            histogram_write(c->rungs[k].capture_to_available, s->out, name, labels);
        }
        snprintf(labels, sizeof labels, "channel=\"%s\",track=\"%s\"", name_of(s, i),
                 sound_track_id);
        histogram_write(c->sound.capture_to_available, s->out, name, labels);
    }
}

void metrics_write(const struct service *service, int64_t now_us, struct bytes_writer *out)
{
    struct snapshot s = {.service = service, .now_us = now_us, .out = out};
    s.channels = calloc(service->channel_count ? service->channel_count : 1, sizeof *s.channels);
    if (!s.channels) {
        out->status = ERR_NOMEM;
        return;
    }
    for (size_t i = 0; i < service->channel_count; i++)
        channel_state(service->channels[i]->channel, now_us, &s.channels[i]);
    write_process(&s);
    write_reloads(&s);
    write_origin(&s);
    write_feeds(&s);
    write_store(&s);
    write_rungs(&s);
    write_cpu(&s);
    write_latency(&s);
    free(s.channels);
}
