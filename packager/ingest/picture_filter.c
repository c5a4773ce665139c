#include "packager/ingest/picture_filter.h"
#include "media/core/err.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/mathematics.h>
#include <stdio.h>
#include <string.h>

enum { DESCRIPTION_BYTES = 128 };

/* No interlaced format has more frames a second than 30: a duration below this is a field's. */
static const int64_t shortest_frame_us = 30000;
static const int64_t longest_frame_us = 200000;

static const char *const turns[] = {"null", "transpose=clock", "hflip,vflip", "transpose=cclock"};

void picture_filter_init(struct picture_filter *f, struct rational output_rate)
{
    memset(f, 0, sizeof *f);
    f->output_rate = output_rate;
}

static void free_graph(struct picture_filter *f)
{
    avfilter_graph_free(&f->graph);
    f->in = f->out = NULL;
}

void picture_filter_reset(struct picture_filter *f)
{
    free_graph(f);
    f->failed = false;
}

void picture_filter_finish(struct picture_filter *f)
{
    free_graph(f);
}

bool picture_filter_deinterlaces(const struct picture_filter *f)
{
    return f->graph && f->shape.deinterlace;
}

/* Does the output show more pictures a second than the feed has frames? */
static bool wants_fields(const struct picture_filter *f, int64_t duration_us)
{
    if (duration_us <= 0)
        return true;
    if (duration_us < shortest_frame_us)
        duration_us *= 2;
    return f->output_rate.num * duration_us * 99 > f->output_rate.den * 1000000 * 100;
}

static int add(struct picture_filter *f, const char *filter, const char *name, const char *options,
               AVFilterContext **made)
{
    return avfilter_graph_create_filter(made, avfilter_get_by_name(filter), name, options, NULL,
                                        f->graph);
}

/* The chain between the graph's two ends. */
static int link_chain(struct picture_filter *f, const char *chain)
{
    AVFilterInOut *from = avfilter_inout_alloc(), *to = avfilter_inout_alloc();
    int status = AVERROR(ENOMEM);
    if (from && to) {
        *from = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = f->in};
        *to = (AVFilterInOut){.name = av_strdup("out"), .filter_ctx = f->out};
        status = avfilter_graph_parse_ptr(f->graph, chain, &to, &from, NULL);
    }
    avfilter_inout_free(&from);
    avfilter_inout_free(&to);
    return status;
}

static const char *deinterlacer_of(const struct picture_filter *f)
{
    if (!f->shape.deinterlace)
        return "";
    return f->fields ? "bwdif=deint=interlaced:mode=send_field,"
                     : "bwdif=deint=interlaced:mode=send_frame,";
}

/* Time stamps within the graph are the pictures' count, in halves where fields come out: a jump of
 * the feed's own would be averaged into something that never was. */
static int build(struct picture_filter *f)
{
    const struct picture_filter_shape *s = &f->shape;
    char source[DESCRIPTION_BYTES], chain[DESCRIPTION_BYTES];
    f->graph = avfilter_graph_alloc();
    if (!f->graph)
        return ERR_NOMEM;
    f->graph->nb_threads = 1;
    snprintf(source, sizeof source, "video_size=%dx%d:pix_fmt=%d:time_base=1/1:pixel_aspect=%d/%d",
             s->width, s->height, s->format, s->sar.num > 0 ? s->sar.num : 0,
             s->sar.den > 0 ? s->sar.den : 1);
    snprintf(chain, sizeof chain, "%s%s", deinterlacer_of(f), turns[s->quarter_turns]);
    if (add(f, "buffer", "in", source, &f->in) < 0 ||
        add(f, "buffersink", "out", NULL, &f->out) < 0 || link_chain(f, chain) < 0 ||
        avfilter_graph_config(f->graph, NULL) < 0) {
        free_graph(f);
        return ERR_UNSUPPORTED;
    }
    return 0;
}

/* From one frame to the next, where its time stamps tell that, or its duration. */
static int64_t frame_us(const struct picture_filter *f, int64_t n)
{
    const struct picture_filter_time *this = &f->held[n % PICTURE_FILTER_HELD];
    const struct picture_filter_time *next = &f->held[(n + 1) % PICTURE_FILTER_HELD];
    bool known = n + 1 < f->count && this->pts_us != INT64_MIN && next->pts_us != INT64_MIN;
    if (known && next->pts_us > this->pts_us && next->pts_us - this->pts_us <= longest_frame_us)
        return next->pts_us - this->pts_us;
    return this->duration_us;
}

/* The time of what left the graph with this stamp, in halves of a frame. */
static struct picture_filter_time time_of(const struct picture_filter *f, int64_t halves)
{
    int64_t n = halves / 2;
    struct picture_filter_time time = f->held[n % PICTURE_FILTER_HELD];
    if (!f->fields)
        return time;
    int64_t half_us = frame_us(f, n) / 2;
    if (halves % 2 && (half_us == 0 || time.pts_us == INT64_MIN))
        time.pts_us = INT64_MIN;
    else if (halves % 2)
        time.pts_us += half_us;
    time.duration_us = half_us;
    return time;
}

/* Gives what the graph has ready. */
static void pull(struct picture_filter *f)
{
    for (;;) {
        AVFrame *picture = av_frame_alloc();
        if (!picture || av_buffersink_get_frame(f->out, picture) < 0) {
            av_frame_free(&picture);
            return;
        }
        AVRational halves = {1, 2};
        struct picture_filter_time time =
            time_of(f, av_rescale_q(picture->pts, av_buffersink_get_time_base(f->out), halves));
        f->give(f->context, picture, &time);
    }
}

void picture_filter_drain(struct picture_filter *f)
{
    if (!f->graph)
        return;
    if (av_buffersrc_add_frame_flags(f->in, NULL, AV_BUFFERSRC_FLAG_PUSH) >= 0)
        pull(f);
    free_graph(f);
}

static bool same_shape(const struct picture_filter_shape *a, const struct picture_filter_shape *b)
{
    return a->width == b->width && a->height == b->height && a->format == b->format &&
           a->sar.num == b->sar.num && a->sar.den == b->sar.den &&
           a->quarter_turns == b->quarter_turns && a->deinterlace == b->deinterlace;
}

/* Once there were interlaced pictures, progressive ones go the same way for a while. */
static bool has_to_deinterlace(struct picture_filter *f, const AVFrame *picture)
{
    f->quiet = picture->interlaced_frame ? 0 : f->quiet + 1;
    return picture->interlaced_frame ||
           (picture_filter_deinterlaces(f) && f->quiet < PICTURE_FILTER_QUIET);
}

/* Makes the graph that picture needs; none where it needs none. */
static void prepare(struct picture_filter *f, const AVFrame *picture, int64_t duration_us,
                    int quarter_turns)
{
    struct picture_filter_shape shape = {.width = picture->width,
                                         .height = picture->height,
                                         .format = picture->format,
                                         .sar = picture->sample_aspect_ratio,
                                         .quarter_turns = quarter_turns & 3,
                                         .deinterlace = has_to_deinterlace(f, picture)};
    bool needed = shape.deinterlace || shape.quarter_turns;
    if (same_shape(&shape, &f->shape) && (f->failed || (f->graph != NULL) == needed))
        return;
    picture_filter_drain(f);
    f->shape = shape;
    f->fields = shape.deinterlace && wants_fields(f, duration_us);
    f->failed = needed && build(f) != 0;
}

void picture_filter_put(struct picture_filter *f, AVFrame *picture, struct picture_filter_time time,
                        int quarter_turns)
{
    prepare(f, picture, time.duration_us, quarter_turns);
    if (!f->graph) {
        f->give(f->context, picture, &time);
        return;
    }
    f->held[f->count % PICTURE_FILTER_HELD] = time;
    picture->pts = f->count++;
    if (av_buffersrc_add_frame_flags(f->in, picture, AV_BUFFERSRC_FLAG_PUSH) >= 0)
        pull(f);
    av_frame_free(&picture);
}
