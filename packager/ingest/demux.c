#include "packager/ingest/demux.h"
#include "media/core/clock.h"
#include "media/core/err.h"

#include <errno.h>
#include <libavutil/opt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIPE_BUFFER_BYTES = 32768, PIPE_POLL_MS = 100 };

static const int64_t open_us = 5000000;
static const int64_t live_silence_us = 2000000;
static const int64_t segmented_silence_us = 15000000; /* HLS: a segment, and its playlist's turn */
static const int64_t live_step_us = 2000000;
static const int64_t splice_step_us = 10000000;  /* a recording of a transport stream */
static const int64_t trusted_step_us = 60000000; /* a container with one clock */
static const int64_t retry_us = 5000;

void demux_init(struct demux *d, const struct feed_url *url, const atomic_bool *stop)
{
    memset(d, 0, sizeof *d);
    d->url = url;
    d->stop = stop;
    atomic_init(&d->deadline_us, INT64_MAX);
}

static void give_up_after(struct demux *d, int64_t us)
{
    atomic_store(&d->deadline_us, us == INT64_MAX ? us : clock_monotonic_us() + us);
}

static int interrupted(void *context)
{
    struct demux *d = context;
    return atomic_load(d->stop) || clock_monotonic_us() > atomic_load(&d->deadline_us);
}

static int read_pipe(void *context, uint8_t *buffer, int size)
{
    const struct demux *d = context;
    struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!interrupted(context)) {
        if (poll(&wait, 1, PIPE_POLL_MS) <= 0) {
            if (d->waiting)
                d->waiting(d->waiting_context);
            continue;
        }
        ssize_t got = read(STDIN_FILENO, buffer, (size_t)size);
        if (got > 0)
            return (int)got;
        if (got == 0)
            return AVERROR_EOF;
        if (errno != EINTR && errno != EAGAIN)
            return AVERROR(errno);
    }
    return AVERROR_EXIT;
}

static int open_pipe(struct demux *d)
{
    uint8_t *buffer = av_malloc(PIPE_BUFFER_BYTES);
    if (!buffer)
        return AVERROR(ENOMEM);
    d->pipe = avio_alloc_context(buffer, PIPE_BUFFER_BYTES, 0, d, read_pipe, NULL, NULL);
    if (!d->pipe) {
        av_free(buffer);
        return AVERROR(ENOMEM);
    }
    d->format->pb = d->pipe;
    return 0;
}

static bool is_udp(const struct feed_url *url)
{
    return url->open && strncmp(url->open, "udp:", 4) == 0;
}

/* Whether senders connect to us; who has done so has to send. (RTP's and RTSP's demuxers open the
 * network themselves.) */
static bool is_called(const struct feed_url *url)
{
    static const char *const others[] = {"udp:", "rtp:", "rtsp:", "sap:"};
    if (!url->waits)
        return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(url->open, others[i], strlen(others[i])) == 0)
            return false;
    return true;
}

/* Waits for a call. */
static int open_connection(struct demux *d, AVDictionary **chosen)
{
    int status = avio_open2(&d->connection, d->url->open, AVIO_FLAG_READ,
                            &d->format->interrupt_callback, chosen);
    d->format->pb = d->connection;
    return status;
}

/* Short looks at what comes live. What is read meanwhile is kept, not thrown away as "nobuffer"
 * would: it may hold the only key frame for seconds, and the pace passes over what is too old. */
static AVDictionary *options(const struct feed_url *url)
{
    AVDictionary *chosen = NULL;
    if (url->kind == FEED_FILE)
        return NULL;
    av_dict_set(&chosen, "probesize", "1000000", 0);
    av_dict_set(&chosen, "analyzeduration", url->kind == FEED_PIPE ? "1000000" : "500000", 0);
    av_dict_set(&chosen, "fpsprobesize", "0", 0);
    if (is_udp(url)) {
        av_dict_set(&chosen, "overrun_nonfatal", "1", 0);
        av_dict_set(&chosen, "buffer_size", "2000000", 0);
    }
    return chosen;
}

/* UDP carries transport streams, and is joined anywhere: to guess it from what happens to come
 * first takes long where that is little or broken. */
static const AVInputFormat *container_of(const struct feed_url *url)
{
    return is_udp(url) ? av_find_input_format("mpegts") : NULL;
}

static void describe(struct demux *d, int av_status)
{
    bool late = clock_monotonic_us() > atomic_load(&d->deadline_us);
    if (av_status == AVERROR_EXIT && late)
        snprintf(d->reason, sizeof d->reason, "nothing came from it in time");
    else if (av_status == AVERROR_EOF)
        snprintf(d->reason, sizeof d->reason, "the sender ended it");
    else if (av_status == AVERROR(EIO) && d->url->kind == FEED_NETWORK)
        snprintf(d->reason, sizeof d->reason, "the connection ended or was not made");
    else
        av_strerror(av_status, d->reason, sizeof d->reason);
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Segments, or a file on a server, can be read when it suits us, like a file of our own. */
static bool can_be_held_back(const AVFormatContext *format)
{
    static const char *const segmented[] = {"hls", "dash", NULL};
    const AVIOContext *io = format->pb;
    return is_one_of(format->iformat->name, segmented) ||
           (io && io->seekable & AVIO_SEEKABLE_NORMAL && format->duration > 0);
}

/* What the container says about the feed. */
static void characterize(struct demux *d)
{
    const AVInputFormat *container = d->format->iformat;
    bool network = d->url->kind == FEED_NETWORK;
    d->paced = !network || can_be_held_back(d->format);
    d->silence_us = !network ? INT64_MAX : d->paced ? segmented_silence_us : live_silence_us;
    if (!d->paced)
        d->max_step_us = live_step_us;
    else
        d->max_step_us = container->flags & AVFMT_TS_DISCONT ? splice_step_us : trusted_step_us;
}

int demux_open(struct demux *d)
{
    AVDictionary *chosen = options(d->url);
    int status = AVERROR(ENOMEM);

    d->format = avformat_alloc_context();
    if (!d->format)
        goto fail;
    d->format->interrupt_callback = (AVIOInterruptCB){.callback = interrupted, .opaque = d};
    if (d->url->kind == FEED_PIPE && (status = open_pipe(d)) < 0)
        goto fail;
    bool patient = d->url->waits || d->url->kind != FEED_NETWORK;
    give_up_after(d, patient ? INT64_MAX : open_us);
    if (is_called(d->url)) {
        if ((status = open_connection(d, &chosen)) < 0)
            goto fail;
        give_up_after(d, live_silence_us);
    }
    status = avformat_open_input(&d->format, d->url->open, container_of(d->url), &chosen);
    if (status < 0)
        goto fail;
    give_up_after(d, d->url->kind == FEED_NETWORK ? open_us : INT64_MAX);
    status = avformat_find_stream_info(d->format, NULL);
    if (status < 0)
        goto fail;
    characterize(d);
    av_dict_free(&chosen);
    return 0;
fail:
    describe(d, status);
    av_dict_free(&chosen);
    demux_close(d);
    return ERR_IO;
}

void demux_close(struct demux *d)
{
    if (d->format && !d->format->iformat)
        avformat_free_context(d->format); /* never got as far as a container */
    else
        avformat_close_input(&d->format);
    d->format = NULL;
    avio_closep(&d->connection);
    if (d->pipe) {
        av_freep(&d->pipe->buffer);
        avio_context_free(&d->pipe);
    }
}

int demux_read(struct demux *d, AVPacket *packet)
{
    int status;
    give_up_after(d, d->silence_us);
    while ((status = av_read_frame(d->format, packet)) == AVERROR(EAGAIN)) {
        if (interrupted(d)) {
            status = AVERROR_EXIT;
            break;
        }
        clock_sleep_until_us(clock_monotonic_us() + retry_us);
    }
    if (status >= 0 && interrupted(d)) {
        av_packet_unref(packet); /* what the demuxer still held when it gave up: too old to show */
        status = AVERROR_EXIT;
    }
    if (status >= 0)
        return 0;
    describe(d, status);
    if (status == AVERROR_EXIT && d->silence_us != INT64_MAX)
        snprintf(d->reason, sizeof d->reason, "no packet for %lld s",
                 (long long)(d->silence_us / 1000000));
    return status == AVERROR_EOF ? ERR_END : ERR_IO;
}

int demux_rewind(struct demux *d)
{
    int64_t start = d->format->start_time;
    if (start == AV_NOPTS_VALUE)
        start = 0;
    if (avformat_seek_file(d->format, -1, INT64_MIN, start, start, 0) >= 0)
        return 0;
    demux_close(d);
    return demux_open(d);
}
