#include "curve_pictures.h"

#include "media/core/err.h"
#include "packager/ingest/decode.h"
#include "packager/ingest/demux.h"
#include "packager/ingest/feed_url.h"
#include "packager/ingest/input.h"

#include <stdio.h>
#include <stdlib.h>

static const int64_t first_utc_us = 1764000000000000;

struct curve_pictures {
    struct input *test; /* NULL: a clip */
    struct rational frame_rate;
    int64_t sequence;
    struct feed_url url;
    atomic_bool stop;
    struct demux demux;
    struct decode decode;
    AVPacket *packet;
    AVFrame *frame;
};

static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "init-curves: %s: %s\n", what, why);
    exit(1);
}

static void open_decoder(struct curve_pictures *p)
{
    int index = av_find_best_stream(p->demux.format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (index < 0 || decode_open(&p->decode, p->demux.format->streams[index], false))
        give_up(p->url.name, "no picture that can be decoded");
}

static void open_clip(struct curve_pictures *p, const char *source)
{
    if (feed_url_parse("init-curves", source, &p->url))
        exit(1);
    demux_init(&p->demux, &p->url, &p->stop);
    if (demux_open(&p->demux))
        give_up(p->url.name, p->demux.reason);
    decode_init(&p->decode);
    open_decoder(p);
    p->packet = av_packet_alloc();
    p->frame = av_frame_alloc();
    if (!p->packet || !p->frame)
        give_up(p->url.name, "out of memory");
}

struct curve_pictures *curve_pictures_create(const char *source, int width, int height,
                                             struct rational frame_rate)
{
    struct curve_pictures *p = calloc(1, sizeof *p);
    if (!p)
        give_up(source, "out of memory");
    p->frame_rate = frame_rate;
    if (!input_test.matches(source)) {
        open_clip(p, source);
        return p;
    }
    struct input_config config = {
        .channel = "init-curves",
        .url = source,
        .frame_rate = frame_rate,
        .width = width,
        .height = height,
        .channel_number = 1,
    };
    if (input_create(&config, &p->test))
        exit(1);
    return p;
}

void curve_pictures_destroy(struct curve_pictures *p)
{
    if (!p)
        return;
    if (!p->test) {
        decode_close(&p->decode);
        demux_close(&p->demux);
        feed_url_finish(&p->url);
        av_packet_free(&p->packet);
        av_frame_free(&p->frame);
    }
    input_destroy(p->test);
    free(p);
}

/* One packet further; at the clip's end what the decoder still holds comes out, then its start. */
static void feed_decoder(struct curve_pictures *p)
{
    int status = demux_read(&p->demux, p->packet);
    if (status && status != ERR_END)
        give_up(p->url.name, p->demux.reason);
    if (status)
        status = decode_send(&p->decode, NULL, 0);
    else if (p->packet->stream_index == p->decode.stream)
        status = decode_send(&p->decode, p->packet, 0);
    av_packet_unref(p->packet);
    if (status)
        give_up(p->url.name, err_text(status));
}

static void begin_again(struct curve_pictures *p)
{
    decode_close(&p->decode);
    if (demux_rewind(&p->demux))
        give_up(p->url.name, p->demux.reason);
    open_decoder(p);
}

static const AVFrame *next_of_clip(struct curve_pictures *p)
{
    for (;;) {
        int status = decode_receive(&p->decode, p->frame);
        if (!status)
            return p->frame;
        if (status == ERR_AGAIN)
            feed_decoder(p);
        else if (status == ERR_END && p->sequence)
            begin_again(p);
        else
            give_up(p->url.name, err_text(status));
    }
}

const AVFrame *curve_pictures_next(struct curve_pictures *p)
{
    const AVFrame *picture;
    if (p->test) {
        struct input_picture made;
        int64_t at_us = timebase_frame_us(p->sequence, p->frame_rate);
        input_picture(p->test, p->sequence, at_us, first_utc_us + at_us, &made);
        picture = made.frame;
    } else {
        picture = next_of_clip(p);
    }
    p->sequence++;
    return picture;
}
