#include "player-sim/command/simulate_options.h"
#include "media/core/values.h"
#include "player-sim/command/simulate_readings.h"
#include "player-sim/link/trace_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char documentation[] =
    "Watches HESP channels as so many viewers would, in virtual time: minutes of thousands of "
    "viewers in seconds, the same for a seed on every run."
    "\v"
    "Each session has a link of its own, unless --share says otherwise, and does what `player-sim "
    "live` would do: it joins, zaps, switches. What differs is the network, which is a model: "
    "rate, delay, loss and queue of a link, connections with their handshakes and congestion "
    "windows.\n"
    "\n"
    "Examples:\n"
    "  player-sim simulate --sessions 1000\n"
    "  player-sim simulate --rate 50M --rtt 10 --zap-every random:5 --html run.html\n"
    "  player-sim simulate --trace 3g/a.json --trace 3g/b.json --http 3 --json run.json\n"
    "  player-sim simulate --trace cascade --content news.json --join smallest\n"
    "\n"
    "A TRACE is a file of rates (Sabre's JSON, Mahimahi, or columns of seconds and Mbit/s), one of "
    "the profiles " TRACE_NAMES ", or constant:RATE. Sessions are dealt to the traces in turn, "
    "and each starts at a place of its own.\n"
    "\n"
    "Interrupted (SIGINT, SIGTERM), it reports the sessions that are complete, without "
    "--samples; a second time, it ends at once.\n"
    "\n"
    "Exit codes: 0 success, 1 failure, interrupted, or no session saw a picture, 2 wrong usage.\n";

static const int64_t serve_us = 300; /* measured of hesp-packager on loopback */
static const int64_t on_demand_buffer_us = 25000000;

static struct simulate_options *options_of(struct settings_reading *r)
{
    return r->options;
}

/* ---- viewers ---- */

static bool read_sessions(struct settings_reading *r, const char *text)
{
    int64_t n = 0;
    bool good = settings_count(r, text, 1, SIMULATE_SESSIONS_MAX, &n,
                               "give 1 to 10000000 sessions, for example --sessions 1000");
    options_of(r)->run.sessions = (size_t)n;
    return good;
}

static bool read_channels(struct settings_reading *r, const char *text)
{
    int64_t n = 0;
    bool good = settings_count(r, text, 1, SIMULATE_CHANNELS_MAX, &n,
                               "give 1 to 100 channels, for example --channels 4");
    options_of(r)->run.channel_count = (size_t)n;
    return good;
}

static bool read_catchup(struct settings_reading *r, const char *text)
{
    char list[200] = "";
    options_of(r)->run.catchup = segmented_catchup_find(text);
    if (options_of(r)->run.catchup)
        return true;
    for (size_t i = 0; segmented_catchups[i].name; i++)
        viewer_list_add(list, sizeof list, segmented_catchups[i].name);
    return settings_wrong(r, "give one of %s", list);
}

static bool read_delivery(struct settings_reading *r, const char *text)
{
    struct simulate_config *run = &options_of(r)->run;
    char list[200] = "hesp";
    run->delivery = segmented_delivery_find(text);
    if (run->delivery || strcmp(text, "hesp") == 0)
        return true;
    for (size_t i = 0; segmented_deliveries[i].name; i++)
        viewer_list_add(list, sizeof list, segmented_deliveries[i].name);
    return settings_wrong(r, "give one of %s", list);
}

static bool read_on_demand(struct settings_reading *r, const char *text)
{
    options_of(r)->on_demand = strcmp(text, "true") == 0;
    return true;
}

static bool read_buffer_max(struct settings_reading *r, const char *text)
{
    return !*text || settings_seconds(r, text, 0.1, &options_of(r)->buffer_max_us,
                                      "give seconds, for example --buffer-max 25");
}

static bool read_part(struct settings_reading *r, const char *text)
{
    return settings_seconds(r, text, 0.001, &options_of(r)->run.part_us,
                            "give seconds, for example --part-duration 0.2");
}

/* ---- the run ---- */

static bool read_threads(struct settings_reading *r, const char *text)
{
    int64_t n = sysconf(_SC_NPROCESSORS_ONLN);
    n = n < 1 ? 1 : n > SIMULATE_THREADS_MAX ? SIMULATE_THREADS_MAX : n;
    if (*text && !settings_count(r, text, 1, SIMULATE_THREADS_MAX, &n,
                                 "give 1 to 256 threads, for example --threads 2"))
        return false;
    options_of(r)->run.threads = (unsigned)n;
    return true;
}

static bool read_shard(struct settings_reading *r, const char *text)
{
    struct simulate_config *run = &options_of(r)->run;
    char *rest;
    int64_t number, count;
    if (!value_prefix(text, &rest, &number) || *rest != '/' ||
        !value_integer(rest + 1, 1, REPORT_SHARDS_MAX, &count) || number >= count)
        return settings_wrong(r, "give which of how many, for example --shard 0/4 to --shard 3/4");
    run->shard = (size_t)number;
    run->shard_count = (size_t)count;
    return true;
}

static bool read_timelines(struct settings_reading *r, const char *text)
{
    int64_t n = 0;
    bool good = settings_count(r, text, 0, REPORT_TIMELINES_MAX, &n,
                               "give 0 to 16 sessions, for example --timelines 3");
    options_of(r)->timelines = (size_t)n;
    return good;
}

/* Parts of one study are asked for alike, but for these. */
static bool note_given(struct settings_reading *r, const char *name, const char *text)
{
    char **study = &options_of(r)->study, *longer;
    if (strcmp(name, "shard") == 0 || strcmp(name, "threads") == 0)
        return true;
    if (asprintf(&longer, "%s --%s=%s", *study ? *study : "simulate", name, text) < 0)
        return settings_wrong(r, "out of memory");
    free(*study);
    *study = longer;
    return true;
}

static struct output_paths *outputs_of(void *options)
{
    return &((struct simulate_options *)options)->outputs;
}

enum { VIEWERS, NETWORK, CONTENT, RUN };

static const char *const group_headers[] = {"Viewers:", "Network:", "Content:", "Run and report:"};

static const struct setting rows[] = {
    {"sessions", "N", "100", "Viewers", read_sessions, VIEWERS},
    {"duration", "SECONDS", "60", "How long each of them watches", viewer_read_duration, VIEWERS},
    {"ramp", "SECONDS", "10", "Over which they turn up, at random", viewer_read_ramp, VIEWERS},
    {"channels", "N", "4", "Channels to zap between", read_channels, VIEWERS},
    {"zap-every", "SECONDS", "random:10", "How often each changes channel; 0 is never",
     viewer_read_zap, VIEWERS},
    {"switch-every", "SECONDS", "0", "How often each changes quality; 0 is never",
     viewer_read_switch, VIEWERS},
    {"delivery", "HOW", "hesp", "hesp, ll-dash, ll-hls or segment", read_delivery, VIEWERS},
    {"on-demand", NULL, "false",
     "With --delivery segment: each session plays a content once, from its first frame to its last",
     read_on_demand, VIEWERS},
    {"buffer-max", "SECONDS", "",
     "How much media viewers of segments hold (default: 30, of ll-dash 18, on demand 25)",
     read_buffer_max, VIEWERS},
    {"abr", "RULE", "fixed", VIEWER_ABR_HELP, viewer_read_abr, VIEWERS},
    {"estimator", "NAME", "",
     "How a rule learns the link's bandwidth: ewma, sliding, dash.js, hls.js (default: as the "
     "rule's own player does, else ewma)",
     viewer_read_estimator, VIEWERS},
    {"catchup", "HOW", "none",
     "How viewers of segments come back to their target latency: none, dash.js, lol+ or hls.js "
     "play "
     "faster or slower",
     read_catchup, VIEWERS},
    {"join", "RUNG", "same", VIEWER_JOIN_HELP, viewer_read_join, VIEWERS},
    {"buffer", "MS", "33", "How long a join's first picture stands besides its own time",
     viewer_read_buffer, VIEWERS},
    {"resync", "MS", "1000",
     "With HESP, who has fallen so much further behind than --buffer joins anew at the live edge; "
     "0 "
     "is never",
     viewer_read_resync, VIEWERS},
    {"rate", "BPS", "",
     "Rate of a link, each way (default: 10M); with a trace that of the way back; 0 is no limit",
     simulate_read_rate, NETWORK},
    {"rtt", "MS", "", "Round trip of a link (default: the trace's, or 40)", simulate_read_rtt,
     NETWORK},
    {"trace", "TRACE", "", "Rates of the way to the viewer instead of --rate; repeatable",
     simulate_read_trace, NETWORK},
    {"trace-from", "SECONDS", "", "All start there in their trace, and not at a place of their own",
     simulate_read_trace_from, NETWORK},
    {"jitter", "MS", "0", "A packet takes up to so much longer", simulate_read_jitter, NETWORK},
    {"loss", "SHARE", "0", "So likely is a packet lost, each way", simulate_read_loss, NETWORK},
    {"queue", "BYTES", "",
     "What may wait at a link (default: what it carries in a round trip, at least 64k)",
     simulate_read_queue, NETWORK},
    {"share", "N", "1", "Sessions that share a link", simulate_read_share, NETWORK},
    {"http", "VERSION", "1.1", "1.1, 2, 3, or ideal: no handshakes and no congestion windows",
     simulate_read_http, NETWORK},
    {"tls", NULL, "false", "HTTP/1.1 over TLS 1.3, as the others are", simulate_read_tls, NETWORK},
    {"spares", "N", "1", "Idle connections kept open for a zap, with HTTP/1.1",
     simulate_read_spares, NETWORK},
    {"content", "FILE", "",
     "What is watched: of `player-sim record`, or a movie of Sabre; repeatable",
     simulate_read_content, CONTENT},
    {"ladder", "RUNGS", "1280x720@2500k,640x360@800k,426x240@400k",
     "Without --content, a made-up one of these renditions", simulate_read_ladder, CONTENT},
    {"fps", "RATE", "30", "Its frames per second", simulate_read_fps, CONTENT},
    {"segment-duration", "SECONDS", "6", "Its segments", simulate_read_segment, CONTENT},
    {"audio-bitrate", "BPS", "128k", "Its sound; 0 is none", simulate_read_audio, CONTENT},
    {"part-duration", "SECONDS", "0.2", "Of ll-dash's chunks and ll-hls' parts", read_part,
     CONTENT},
    {"packet-time", "MS", "0",
     "How long the origin makes an Initialization Packet that is asked for",
     simulate_read_packet_time, CONTENT},
    {"seed", "N", "1", "Of all that is random", viewer_read_seed, RUN},
    {"threads", "N", "", "Threads (default: as many as processors); the report is the same",
     read_threads, RUN},
    {"shard", "I/N", "0/1",
     "Run only part I of N, from 0 on; --samples and player-sim merge put them together",
     read_shard, RUN},
    {"timelines", "N", "1", "Show the first N sessions over time, on the page", read_timelines,
     RUN},
    {"trim", "SPEC", "", "Tell this statistic too, e.g. 'TM(10%:90%)', 'PR(:300)'; repeatable",
     viewer_read_trim, RUN},
};

static const struct settings settings = {
    .program = "player-sim simulate",
    .documentation = documentation,
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .group_headers = group_headers,
    .outputs_of = outputs_of,
    .output_count = OUTPUTS,
    .given = note_given,
};

/* ---- what the rows leave to be done ---- */

static bool take_delivery(struct simulate_options *o, struct settings_reading *r)
{
    const struct segmented_delivery *row = o->run.delivery;
    if (o->on_demand && (!row || row->unit != SEGMENTED_WHOLE))
        return settings_wrong(r, "--on-demand is of segments: give --delivery segment as well");
    if (!row)
        return true;
    o->delivery = *row;
    o->run.delivery = &o->delivery;
    if (o->on_demand) {
        o->delivery.live = false;
        o->delivery.buffer_max_us = on_demand_buffer_us;
        o->run.knows_channels = o->run.http.http == VIRTUAL_IDEAL;
        o->delivery.headers = o->delivery.anew = !o->run.knows_channels;
    }
    if (o->buffer_max_us)
        o->delivery.buffer_max_us = o->buffer_max_us;
    return true;
}

static void take_viewers(struct simulate_options *o)
{
    const struct viewer_options *v = &o->viewers;
    o->run.duration_us = v->duration_us;
    o->run.ramp_us = v->ramp_us;
    o->run.zap = v->zap;
    o->run.change = v->change;
    o->run.rule = v->rule;
    o->run.estimator = viewer_estimator(v);
    o->run.wanted_bps = v->wanted_bps;
    o->run.join = v->join;
    o->run.buffer_us = v->buffer_us;
    o->run.resync_us = v->resync_us;
    o->run.seed = v->seed;
    o->run.timelines = o->outputs.of[OUTPUT_HTML] ? o->timelines : 0;
}

static void name_channels(struct simulate_options *o)
{
    for (size_t i = 0; i < o->run.channel_count; i++) {
        snprintf(o->names[i], sizeof o->names[i], "%s %zu",
                 *o->contents[i % o->content_count].name ? o->contents[i % o->content_count].name
                                                         : "channel",
                 i + 1);
        o->name_list[i] = o->names[i];
    }
}

enum settings_outcome simulate_options_read(int argc, char **argv, struct simulate_options *out,
                                            char error[SETTINGS_ERROR_BYTES])
{
    struct settings_reading r = {.options = out, .error = error};
    *out = (struct simulate_options){.ladder = content_ladder_default};
    out->run.http = virtual_config_default;
    link_values_init(&out->link);
    enum settings_outcome outcome = settings_read(&settings, argc, argv, out, error);
    if (outcome != SETTINGS_RUN)
        return outcome;
    if (!take_delivery(out, &r) || !simulate_make_content(out, &r))
        return SETTINGS_WRONG;
    out->run.traces = (const struct trace *const *)out->traces;
    out->run.contents = out->contents;
    out->run.content_count = out->content_count;
    take_viewers(out);
    simulate_take_link(out);
    if (out->run.http.http != VIRTUAL_IDEAL)
        out->run.http.serve_us = serve_us;
    name_channels(out);
    return SETTINGS_RUN;
}

void simulate_options_finish(struct simulate_options *o)
{
    for (size_t i = 0; i < o->run.trace_count; i++)
        trace_destroy(o->traces[i]);
    for (size_t i = 0; i < o->content_count; i++)
        content_finish(&o->contents[i]);
    link_values_finish(&o->link);
    free(o->study);
    o->study = NULL;
    o->run.trace_count = o->content_count = 0;
}
