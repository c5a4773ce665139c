#include "player-sim/simulate/cell.h"
#include "player-sim/simulate/sampler.h"
#include "media/core/err.h"
#include "media/core/lots.h"

#include <stdlib.h>

static const int64_t look_us = 1000000;

struct cell {
    const struct cell_world *world;
    size_t number;
    uint64_t lots; /* what is drawn for this cell alone */
    struct engine engine;
    struct path path;
    struct hesp_world hesp;
    struct segment_world segments;
    union {
        struct hesp_viewer *hesp;
        struct segment_viewer *segments;
    } * viewers;
    size_t viewer_count;
    struct sampler sampler; /* for the first session that has a timeline */
};

static uint64_t lots_of(uint64_t seed, size_t cell)
{
    uint64_t state = seed;
    state = lots_draw(&state) ^ (uint64_t)cell * LOTS_GOLDEN;
    lots_draw(&state);
    return state;
}

static struct link_config link_of(struct cell *c, bool down)
{
    const struct simulate_config *s = c->world->config;
    struct link_config link = {
        .delay_us = s->rtt_us / 2,
        .rate_bps = s->rate_bps,
        .jitter_us = s->jitter_us,
        .loss = s->loss,
        .seed = lots_draw(&c->lots),
        .constant_rate = !down, /* traces are of downloads */
        .constant_delay = s->rtt_fixed,
    };
    if (s->trace_count)
        link.trace = s->traces[c->number % s->trace_count];
    link.queue_bytes = s->queue_bytes;
    if (!link.queue_bytes)
        link.queue_bytes = link_default_queue_bytes(link_highest_rate_bps(&link),
                                                    2 * link_longest_delay_us(&link));
    return link;
}

/* Both ways are at one place of the trace; its time 0 is the start of the run. */
static void make_path(struct cell *c)
{
    const struct simulate_config *s = c->world->config;
    struct link_config down = link_of(c, true), up = link_of(c, false);
    uint64_t lot = lots_draw(&c->lots);
    if (down.trace) {
        int64_t from_us = s->trace_fixed ? s->trace_from_us : lots_share(down.trace->total_us, lot);
        down.trace_from_us = up.trace_from_us = from_us - CELL_START_US;
    }
    link_init(&c->path.down, &down);
    link_init(&c->path.up, &up);
    c->path.alone = s->sharing == 1;
    c->path.by_packet = s->loss > 0 || s->jitter_us > 0;
}

static int add_hesp_viewer(struct cell *c, size_t session, int64_t start_us)
{
    const struct simulate_config *s = c->world->config;
    struct viewer_config config = {
        .number = session,
        .session = {.urls = c->world->urls,
                    .channel_count = s->channel_count,
                    .first_channel = session % s->channel_count,
                    .rate_bps = s->wanted_bps,
                    .join = s->join,
                    .buffer_us = s->buffer_us},
        .rule = s->rule,
        .estimator = s->estimator,
        .resync_us = s->resync_us,
        .zap = s->zap,
        .change = s->change,
        .seed = s->seed,
        .start_us = start_us,
        .run_start_us = CELL_START_US,
        .over_time = session < s->timelines,
    };
    return hesp_viewer_create(&c->hesp, &config, &s->http, start_us + s->duration_us,
                              &c->viewers[c->viewer_count].hesp);
}

static int add_segment_viewer(struct cell *c, size_t session, int64_t start_us)
{
    const struct simulate_config *s = c->world->config;
    struct segment_viewer_config config = {
        .number = session,
        .viewer = {.channel_count = s->channel_count,
                   .first_channel = session % s->channel_count,
                   .delivery = *s->delivery,
                   .rule = s->rule,
                   .estimator = s->estimator,
                   .catchup = s->catchup,
                   .wanted_bps = s->wanted_bps},
        .knows_channels = s->knows_channels,
        .zap = s->zap,
        .seed = s->seed,
        .start_us = start_us,
        .until_us = start_us + s->duration_us,
        .run_start_us = CELL_START_US,
        .over_time = session < s->timelines,
    };
    return segment_viewer_create(&c->segments, &config, &s->http,
                                 &c->viewers[c->viewer_count].segments);
}

static int add_viewer(struct cell *c, size_t session)
{
    const struct simulate_config *s = c->world->config;
    int64_t start_us = CELL_START_US + lots_share(s->ramp_us, lots_draw(&c->lots));
    int status = s->delivery ? add_segment_viewer(c, session, start_us)
                             : add_hesp_viewer(c, session, start_us);
    c->viewer_count += !status;
    return status;
}

/* All sessions of a cell have one link: the first one's timeline shows it. */
static int sample_link(struct cell *c)
{
    size_t session = c->number * c->world->config->sharing;
    if (session >= c->world->config->timelines)
        return ERR_OK;
    c->sampler = (struct sampler){.engine = &c->engine,
                                  .link = &c->path.down,
                                  .report = c->world->report,
                                  .session = session,
                                  .run_start_us = CELL_START_US};
    return sampler_start(&c->sampler);
}

static int add_viewers(struct cell *c)
{
    const struct simulate_config *s = c->world->config;
    size_t first = c->number * s->sharing, end = first + s->sharing;
    int status = ERR_OK;
    c->viewers = calloc(s->sharing, sizeof *c->viewers);
    if (!c->viewers)
        return ERR_NOMEM;
    for (size_t i = first; !status && i < end && i < s->sessions; i++)
        status = add_viewer(c, i);
    return status;
}

static struct virtual_facts end_viewer(struct cell *c, size_t i, int *status)
{
    struct virtual_facts facts;
    int of_viewer;
    if (c->world->config->delivery) {
        facts = segment_viewer_facts(c->viewers[i].segments);
        of_viewer = segment_viewer_status(c->viewers[i].segments);
        segment_viewer_destroy(c->viewers[i].segments);
    } else {
        facts = hesp_viewer_facts(c->viewers[i].hesp);
        of_viewer = hesp_viewer_status(c->viewers[i].hesp);
        hesp_viewer_destroy(c->viewers[i].hesp);
    }
    if (!*status)
        *status = of_viewer;
    return facts;
}

static int end_viewers(struct cell *c, struct cell_facts *facts)
{
    int status = ERR_OK;
    for (size_t i = 0; i < c->viewer_count; i++) {
        struct virtual_facts f = end_viewer(c, i, &status);
        facts->bytes += f.bytes;
        facts->connections += f.connections;
        facts->requests += f.requests;
    }
    free(c->viewers);
    sampler_finish(&c->sampler);
    if (!status)
        status = c->sampler.status;
    facts->steps += c->engine.steps;
    engine_finish(&c->engine);
    return status;
}

/* A look at `stop` now and then: a cell of many who watch for days takes minutes. */
static int run_engine(struct cell *c)
{
    const struct simulate_config *s = c->world->config;
    int64_t end_us = CELL_START_US + s->ramp_us + s->duration_us + 1;
    while (c->engine.now_us < end_us && !*s->stop) {
        int64_t next_us = c->engine.now_us + look_us;
        engine_run(&c->engine, next_us < end_us ? next_us : end_us);
    }
    return c->engine.now_us < end_us ? ERR_END : ERR_OK;
}

int cell_run(const struct cell_world *world, size_t number, struct cell_facts *facts)
{
    const struct simulate_config *s = world->config;
    struct cell c = {.world = world,
                     .number = number,
                     .lots = lots_of(s->seed, number),
                     .engine = {.now_us = CELL_START_US}};
    make_path(&c);
    int64_t rtt_us =
        link_delay_us(&c.path.down, CELL_START_US) + link_delay_us(&c.path.up, CELL_START_US);
    c.hesp = (struct hesp_world){.engine = &c.engine,
                                 .path = &c.path,
                                 .origin = world->hesp_origin,
                                 .told = world->told,
                                 .report = world->report,
                                 .rtt_us = rtt_us};
    c.segments = (struct segment_world){.engine = &c.engine,
                                        .path = &c.path,
                                        .origin = world->segment_origin,
                                        .bitrates_bps = world->bitrates_bps,
                                        .report = world->report,
                                        .rtt_us = rtt_us};
    int status = sample_link(&c);
    if (!status)
        status = add_viewers(&c);
    if (!status)
        status = run_engine(&c);
    int ended = end_viewers(&c, facts);
    return status ? status : ended;
}
