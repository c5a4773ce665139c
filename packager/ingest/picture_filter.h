/* What is done to decoded pictures before anybody scales them: interlaced ones become progressive
 * (bwdif of libavfilter), and what the container calls turned is turned upright.
 *
 * Only pictures that say they are interlaced are touched. Each of their fields becomes a picture
 * where the output shows more pictures a second than the feed has frames, otherwise each frame
 * becomes one. Interlaced pictures come out one frame later than they went in: the next one is
 * looked at. So do the progressive ones among them, until PICTURE_FILTER_QUIET in a row were; from
 * then on nothing is held back.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_INGEST_PICTURE_FILTER_H
#define PACKAGER_INGEST_PICTURE_FILTER_H

#include "media/core/timebase.h"

#include <libavfilter/avfilter.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

enum { PICTURE_FILTER_QUIET = 50, PICTURE_FILTER_HELD = 4 };

struct picture_filter_time {
    int64_t pts_us;      /* INT64_MIN: unknown */
    int64_t duration_us; /* 0: unknown */
};

/* What a graph is made for. */
struct picture_filter_shape {
    int width, height, format;
    AVRational sar;
    int quarter_turns;
    bool deinterlace;
};

struct picture_filter {
    struct rational output_rate;
    /* What comes out; the callee owns picture. */
    void (*give)(void *context, AVFrame *picture, const struct picture_filter_time *time);
    void *context;

    AVFilterGraph *graph; /* NULL: pictures pass as they are */
    AVFilterContext *in, *out;
    struct picture_filter_shape shape; /* of the graph, or of what no graph could be made for */
    bool failed;                       /* no graph for shape: what cannot be filtered passes */
    bool fields;                       /* the graph makes two pictures of a frame */
    int quiet;                         /* progressive pictures in a row while it deinterlaces */
    int64_t count;                     /* of pictures that went in */
    struct picture_filter_time held[PICTURE_FILTER_HELD]; /* of the last ones, by count */
};

/* Memory of zeros becomes a filter; the caller sets give and context. */
void picture_filter_init(struct picture_filter *f, struct rational output_rate);
void picture_filter_finish(struct picture_filter *f);

/* Takes picture over, and gives what is ready, in order. quarter_turns: clockwise ones to be made,
 * modulo 4. Where no filter takes such pictures, they are given as they are; where memory is
 * short, they go. */
void picture_filter_put(struct picture_filter *f, AVFrame *picture, struct picture_filter_time time,
                        int quarter_turns);

/* Gives what is held back. */
void picture_filter_drain(struct picture_filter *f);

/* Forgets what is held back. */
void picture_filter_reset(struct picture_filter *f);

/* Does it deinterlace just now? */
bool picture_filter_deinterlaces(const struct picture_filter *f);

#endif
