#include "player-sim/simulate/channel.h"
#include "manifests/write.h"
#include "media/core/err.h"

#include <stdio.h>
#include <stdlib.h>

enum { BASE_URL_BYTES = 32 };

static const int64_t second_us = 1000000;

struct rational sim_channel_rate(const struct sim_channel *c, size_t rung)
{
    return rung == VIRTUAL_SOUND ? c->content->sound.rate : c->content->rate;
}

/* Frames of ten thousand hours at 60 a second times 10^6 times 1001 are below 2^62. */
int64_t sim_channel_captured_us(const struct sim_channel *c, size_t rung, int64_t n)
{
    struct rational rate = sim_channel_rate(c, rung);
    return c->start_us + n * rate.den * second_us / rate.num;
}

static int64_t made_us(const struct sim_channel *c, size_t rung)
{
    return rung == VIRTUAL_SOUND ? c->content->sound.made_us : c->content->rungs[rung].made_us;
}

int64_t sim_channel_there_us(const struct sim_channel *c, size_t rung, int64_t n)
{
    return sim_channel_captured_us(c, rung, n) + made_us(c, rung);
}

int64_t sim_channel_newest(const struct sim_channel *c, size_t rung, int64_t now_us)
{
    int64_t since_us = now_us - c->start_us - made_us(c, rung);
    if (since_us < 0)
        return -1;
    /* captured_us rounds down, so that a frame may be there a fraction of a microsecond early */
    int64_t n = timebase_frame_at_us(since_us, sim_channel_rate(c, rung));
    return sim_channel_there_us(c, rung, n + 1) <= now_us ? n + 1 : n;
}

static struct rational segment_duration(const struct sim_channel *c)
{
    return (struct rational){c->content->segment_frames * c->content->rate.den,
                             c->content->rate.num};
}

int64_t sim_channel_segment_start(const struct sim_channel *c, size_t rung, int64_t segment)
{
    if (rung != VIRTUAL_SOUND)
        return segment * c->content->segment_frames;
    return timebase_segment_first_frame(segment, segment_duration(c), c->content->sound.rate);
}

int64_t sim_channel_segment_of(const struct sim_channel *c, size_t rung, int64_t n)
{
    if (rung != VIRTUAL_SOUND)
        return n / c->content->segment_frames;
    return timebase_segment_of_frame(n, segment_duration(c), c->content->sound.rate);
}

uint64_t sim_channel_bytes(const struct sim_channel *c, size_t rung, int64_t from, int64_t to)
{
    if (rung != VIRTUAL_SOUND)
        return content_bytes(c->content, rung, from, to);
    return (uint64_t)(to - from) * c->content->sound.frame_bytes;
}

uint32_t sim_channel_packet_bytes(const struct sim_channel *c, size_t rung, int64_t n)
{
    if (rung != VIRTUAL_SOUND)
        return content_packet_bytes(c->content, rung, n);
    return c->content->sound.packet_bytes;
}

int64_t sim_channel_whole_frames(const struct sim_channel *c, size_t rung, int64_t from,
                                 uint64_t bytes, int64_t most)
{
    if (rung != VIRTUAL_SOUND)
        return content_whole_frames(c->content, rung, from, bytes, most);
    int64_t frames = (int64_t)(bytes / c->content->sound.frame_bytes);
    return frames < most ? frames : most;
}

/* ---- its manifest ---- */

/* The model's texts are not const, and not written to. */
static char *text(const char *literal)
{
    return (char *)literal;
}

static struct hesp_value value_of(struct rational r)
{
    r = timebase_reduce(r);
    return (struct hesp_value){.given = true, .value = r.num, .scale = r.den};
}

struct rung_text {
    char base_url[BASE_URL_BYTES];
};

static void describe_rung(const struct sim_channel *c, size_t rung, struct rung_text *base,
                          struct hesp_track *out)
{
    const struct content_rung *r = &c->content->rungs[rung];
    snprintf(base->base_url, BASE_URL_BYTES, "%zu/", rung);
    *out = (struct hesp_track){
        .id = text(r->name),
        .media = {.codecs = text("avc1.64001f"), .base_url = base->base_url},
        .bandwidth = r->bandwidth_bps,
        .resolution = {.given = true,
                       .width = r->width ? r->width : 2,
                       .height = r->height ? r->height : 2},
        .segment_duration = value_of(segment_duration(c)),
    };
}

static struct hesp_media patterns(struct rational rate)
{
    return (struct hesp_media){
        .initialization_pattern = text("init-{initId}.mp4"),
        .continuation_pattern = text("{segmentId}.mp4"),
        .frame_rate = value_of(rate),
    };
}

static int write_manifest(const struct sim_channel *c, struct hesp_track *rungs,
                          struct rung_text *bases, struct bytes_writer *out)
{
    const struct content_sound *sound = &c->content->sound;
    for (size_t i = 0; i < c->content->rung_count; i++)
        describe_rung(c, i, &bases[i], &rungs[i]);
    struct hesp_track sound_track = {
        .id = text("sound"),
        .media = {.codecs = text("mp4a.40.2"), .base_url = text("sound/")},
        .bandwidth = sound->bandwidth_bps,
        .segment_duration = value_of(segment_duration(c)),
    };
    struct hesp_switching_set video = {.id = text("video"),
                                       .media = patterns(c->content->rate),
                                       .tracks = rungs,
                                       .track_count = c->content->rung_count};
    /* The draft counts a sound's frames by rate and samples: their quotient is what matters here.
     */
    struct hesp_switching_set audio = {.id = text("audio"),
                                       .language = text("und"),
                                       .media = patterns((struct rational){0, 1}),
                                       .tracks = &sound_track,
                                       .track_count = 1};
    audio.media.channels = 2;
    audio.media.sample_rate = sound->rate.num;
    audio.media.samples_per_frame = sound->rate.den;
    struct hesp_presentation presentation = {.id = text("p"),
                                             .bounds = {.has_start = true, .scale = 1},
                                             .video = &video,
                                             .video_count = 1,
                                             .audio = &audio,
                                             .audio_count = sound->rate.num ? 1 : 0};
    struct hesp_manifest manifest = {
        .availability_duration = {.given = true, .value = 60, .scale = 1},
        .creation_date = text("2026-01-01T00:00:00.000Z"),
        .fallback_poll_rate = 86400,
        .stream_type = HESP_LIVE,
        .active_presentation = text("p"),
        .current_time = {.given = true, .value = 0, .scale = 1},
        .presentations = &presentation,
        .presentation_count = 1,
    };
    return hesp_write(&manifest, out);
}

int sim_channel_manifest(const struct sim_channel *c, struct bytes_writer *out)
{
    struct hesp_track *rungs = calloc(c->content->rung_count, sizeof *rungs);
    struct rung_text *bases = calloc(c->content->rung_count, sizeof *bases);
    int status = rungs && bases ? write_manifest(c, rungs, bases, out) : ERR_NOMEM;
    free(rungs);
    free(bases);
    return status;
}
