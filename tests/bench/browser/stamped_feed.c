/* Pictures and sound of `test:N` as raw media in real time, for encoders other than the packager's:
 * each picture is stamped with the moment at which it is written, exactly as the packager does it
 * with its own.
 *
 * stamped-feed CHANNEL WIDTHxHEIGHT FPS: NUT (yuv420p, and two channels of s16 at 48 kHz) on
 * standard output, until nobody reads it. By tests/bench/browser.sh only. */
#include "media/core/clock.h"
#include "media/core/log.h"
#include "media/core/timebase.h"
#include "packager/ingest/input.h"

#include <fcntl.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20 };

struct feed {
    struct input *input;
    struct rational frame_rate;
    AVFormatContext *out;
    AVStream *video, *audio;
    int64_t samples; /* written so far */
};

static void give_up(const char *what)
{
    fprintf(stderr, "stamped-feed: %s\n", what);
    exit(1);
}

static void open_output(struct feed *f, int width, int height)
{
    if (avformat_alloc_output_context2(&f->out, NULL, "nut", "pipe:1") < 0)
        give_up("no NUT writer in this libavformat");
    f->video = avformat_new_stream(f->out, NULL);
    f->audio = avformat_new_stream(f->out, NULL);
    if (!f->video || !f->audio)
        give_up("out of memory");
    f->video->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
    f->video->codecpar->codec_id = AV_CODEC_ID_RAWVIDEO;
    f->video->codecpar->codec_tag = MKTAG('I', '4', '2', '0');
    f->video->codecpar->format = AV_PIX_FMT_YUV420P;
    f->video->codecpar->width = width;
    f->video->codecpar->height = height;
    f->video->time_base = (AVRational){(int)f->frame_rate.den, (int)f->frame_rate.num};
    f->video->avg_frame_rate = (AVRational){(int)f->frame_rate.num, (int)f->frame_rate.den};
    f->audio->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
    f->audio->codecpar->codec_id = AV_CODEC_ID_PCM_S16LE;
    f->audio->codecpar->sample_rate = INPUT_SAMPLE_RATE;
    av_channel_layout_default(&f->audio->codecpar->ch_layout, INPUT_CHANNELS);
    f->audio->time_base = (AVRational){1, INPUT_SAMPLE_RATE};
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
    if (avio_open(&f->out->pb, "pipe:1", AVIO_FLAG_WRITE) < 0 ||
        avformat_write_header(f->out, NULL) < 0)
        give_up("standard output can't be written to");
}

static void write_packet(struct feed *f, AVPacket *packet, const AVStream *stream, int64_t time,
                         AVRational unit)
{
    packet->stream_index = stream->index;
    packet->pts = packet->dts = av_rescale_q(time, unit, stream->time_base);
    packet->flags |= AV_PKT_FLAG_KEY;
    if (av_write_frame(f->out, packet) < 0 || f->out->pb->error)
        exit(0); /* nobody reads any more */
}

static void write_picture(struct feed *f, AVPacket *packet, int64_t number, int64_t slot_us,
                          int64_t slot_utc_us)
{
    struct input_picture picture;
    input_picture(f->input, number, slot_us, slot_utc_us, &picture);
    const AVFrame *frame = picture.frame;
    uint8_t *to;
    if (av_new_packet(packet, frame->width * frame->height * 3 / 2) < 0)
        give_up("out of memory");
    to = packet->data;
    for (int plane = 0; plane < 3; plane++) {
        int width = plane ? frame->width / 2 : frame->width;
        int height = plane ? frame->height / 2 : frame->height;
        for (int y = 0; y < height; y++, to += width)
            memcpy(to, frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane], (size_t)width);
    }
    write_packet(f, packet, f->video, number,
                 (AVRational){(int)f->frame_rate.den, (int)f->frame_rate.num});
    av_packet_unref(packet);
}

/* The sound up to the end of picture `number`. */
static void write_sound(struct feed *f, AVPacket *packet, int64_t number, int64_t slot_us)
{
    int64_t end = (number + 1) * INPUT_SAMPLE_RATE * f->frame_rate.den / f->frame_rate.num;
    int count = (int)(end - f->samples);
    float *planes[INPUT_CHANNELS];
    for (int c = 0; c < INPUT_CHANNELS; c++) {
        planes[c] = malloc((size_t)count * sizeof *planes[c]);
        if (!planes[c])
            give_up("out of memory");
    }
    input_audio(f->input, f->samples, count, slot_us, planes);
    if (av_new_packet(packet, count * INPUT_CHANNELS * (int)sizeof(int16_t)) < 0)
        give_up("out of memory");
    int16_t *to = (int16_t *)packet->data;
    for (int i = 0; i < count; i++)
        for (int c = 0; c < INPUT_CHANNELS; c++)
            *to++ = (int16_t)lrintf(planes[c][i] * 32767);
    write_packet(f, packet, f->audio, f->samples, (AVRational){1, INPUT_SAMPLE_RATE});
    av_packet_unref(packet);
    f->samples = end;
    for (int c = 0; c < INPUT_CHANNELS; c++)
        free(planes[c]);
}

int main(int count, char **values)
{
    int width, height, fps;
    char url[32];
    if (count != 4 || sscanf(values[2], "%dx%d", &width, &height) != 2 ||
        sscanf(values[3], "%d", &fps) != 1 || fps < 1) {
        fputs("usage: stamped-feed CHANNEL WIDTHxHEIGHT FPS\n", stderr);
        return 2;
    }
    snprintf(url, sizeof url, "test:%s", values[1]);
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_WARN);
    struct feed f = {.frame_rate = {fps, 1}};
    struct input_config config = {
        .channel = "stamped-feed",
        .url = url,
        .frame_rate = f.frame_rate,
        .width = width,
        .height = height,
        .channel_number = 1,
    };
    if (input_create(&config, &f.input))
        return 1;
    open_output(&f, width, height);
    AVPacket *packet = av_packet_alloc();
    if (!packet)
        give_up("out of memory");
    int64_t start_us = clock_monotonic_us();
    int64_t utc_us = clock_utc_us() - start_us;
    for (int64_t number = 0;; number++) {
        int64_t slot_us = start_us + timebase_frame_us(number, f.frame_rate);
        clock_sleep_until_us(slot_us);
        write_picture(&f, packet, number, slot_us, slot_us + utc_us);
        write_sound(&f, packet, number, slot_us);
    }
}
