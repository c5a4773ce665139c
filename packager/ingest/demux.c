#include "packager/ingest/demux.h"
#include "media/core/clock.h"
#include "media/core/err.h"

#include <errno.h>
#include <libavutil/opt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { IO_BUFFER_BYTES = 32768, PIPE_POLL_MS = 100 };

static const int64_t open_us = 5000000;
static const int64_t live_silence_us = 2000000;
static const int64_t least_hls_silence_us = 3000000;
static const int64_t segmented_silence_us = 15000000;
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

static bool wait_is_over(void *context)
{
    return interrupted(context);
}

static void tell_refused(void *context, const char *who, const char *why)
{
    const struct demux *d = context;
    if (d->refused)
        d->refused(d->waiting_context, who, why);
}

static int accept_push(struct demux *d)
{
    const struct push_wait wait = {wait_is_over, tell_refused, d};
    int status = push_accept(d->push, &wait, d->reason);
    if (status == 0 || status == ERR_AGAIN)
        return status ? AVERROR_EXIT : 0;
    d->reason_given = true;
    return AVERROR(EIO);
}

static int read_push(void *context, uint8_t *buffer, int size)
{
    struct demux *d = context;
    const struct push_wait wait = {wait_is_over, tell_refused, d};
    int got = push_read(d->push, &wait, buffer, size, d->reason);
    if (got > 0)
        return got;
    if (got == ERR_AGAIN)
        return AVERROR_EXIT;
    d->reason_given = true;
    return AVERROR_EOF;
}

static int open_io(struct demux *d, int (*read_from)(void *, uint8_t *, int))
{
    uint8_t *buffer = av_malloc(IO_BUFFER_BYTES);
    if (!buffer)
        return AVERROR(ENOMEM);
    d->io = avio_alloc_context(buffer, IO_BUFFER_BYTES, 0, d, read_from, NULL, NULL);
    if (!d->io) {
        av_free(buffer);
        return AVERROR(ENOMEM);
    }
    d->format->pb = d->io;
    return 0;
}

static bool is_udp(const struct feed_url *url)
{
    return url->open && strncmp(url->open, "udp:", 4) == 0;
}

static bool is_http(const struct feed_url *url)
{
    return url->open && strncmp(url->open, "http", 4) == 0;
}

/* Whether senders connect to us; who has done so has to send. (RTP's and RTSP's demuxers open the
 * network themselves.) */
static bool is_called(const struct demux *d)
{
    static const char *const others[] = {"udp:", "rtp:", "rtsp:", "sap:"};
    if (!d->url->waits || d->push)
        return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(d->url->open, others[i], strlen(others[i])) == 0)
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
    if (url->protocols)
        av_dict_set(&chosen, "protocol_whitelist", url->protocols, 0);
    if (is_udp(url)) {
        av_dict_set(&chosen, "overrun_nonfatal", "1", 0);
        av_dict_set(&chosen, "buffer_size", "2000000", 0);
    }
    return chosen;
}

/* UDP carries transport streams, and is joined anywhere: to guess it from what happens to come
 * first takes long where that is little or broken. */
static const AVInputFormat *container_of(const struct demux *d)
{
    if (d->push)
        return av_find_input_format(d->push->ops->container);
    return is_udp(d->url) ? av_find_input_format("mpegts") : NULL;
}

static void describe(struct demux *d, int av_status)
{
    bool late = clock_monotonic_us() > atomic_load(&d->deadline_us);
    if (d->reason_given)
        return;
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

static bool is_hls(const AVFormatContext *format)
{
    return strcmp(format->iformat->name, "hls") == 0;
}

/* Segments, or a file on a server, can be read when it suits us, like a file of our own. A server
 * that gives a size gives a file, whether it gives parts of it or not. */
static bool can_be_held_back(const struct demux *d)
{
    static const char *const segmented[] = {"hls", "dash", NULL};
    AVIOContext *io = d->format->pb;
    return is_one_of(d->format->iformat->name, segmented) ||
           (io && io->seekable & AVIO_SEEKABLE_NORMAL && d->format->duration > 0) ||
           (io && is_http(d->url) && avio_size(io) > 0);
}

/* A segment is waited for as long as the one before lasts, and half of that more until the playlist
 * is read again: what takes longer is not under way. */
static int64_t hls_silence_us(struct demux *d)
{
    int64_t target_us = 1000000 * (int64_t)hls_watch_target_s(
                                      &d->hls, &d->format->interrupt_callback, d->url->protocols);
    int64_t silence_us = target_us ? target_us * 3 / 2 : segmented_silence_us;
    return silence_us > least_hls_silence_us ? silence_us : least_hls_silence_us;
}

/* What the container says about the feed. */
static void characterize(struct demux *d)
{
    const AVInputFormat *container = d->format->iformat;
    bool network = d->url->kind == FEED_NETWORK;
    d->paced = !network || can_be_held_back(d);
    d->hls.is_hls = network && is_hls(d->format);
    if (!network)
        d->silence_us = INT64_MAX;
    else if (!d->paced)
        d->silence_us = live_silence_us;
    else
        d->silence_us = d->hls.is_hls ? hls_silence_us(d) : segmented_silence_us;
    if (!d->paced)
        d->max_step_us = live_step_us;
    else
        d->max_step_us = container->flags & AVFMT_TS_DISCONT ? splice_step_us : trusted_step_us;
}

/* An HLS feed is opened again only for what is new in it. */
static int watch_segments(struct demux *d, AVDictionary **chosen)
{
    const char *why = NULL;
    int status = hls_watch_ask(&d->hls, &d->format->interrupt_callback, chosen, &why);
    if (why)
        snprintf(d->reason, sizeof d->reason, "%s", why);
    d->reason_given = why != NULL;
    if (status >= 0)
        hls_watch_begin(&d->hls, d->format, chosen);
    return status;
}

int demux_open(struct demux *d)
{
    AVDictionary *chosen = options(d->url);
    int status = AVERROR(ENOMEM);

    d->format = avformat_alloc_context();
    if (!d->format)
        goto fail;
    d->format->interrupt_callback = (AVIOInterruptCB){.callback = interrupted, .opaque = d};
    bool patient = d->url->waits || d->url->kind != FEED_NETWORK;
    d->reason_given = false;
    give_up_after(d, INT64_MAX);
    if (d->push && (status = accept_push(d)) < 0)
        goto fail;
    if (d->push && (status = open_io(d, read_push)) < 0)
        goto fail;
    if (d->url->kind == FEED_PIPE && (status = open_io(d, read_pipe)) < 0)
        goto fail;
    give_up_after(d, patient && !d->push ? INT64_MAX : open_us);
    if (is_called(d)) {
        if ((status = open_connection(d, &chosen)) < 0)
            goto fail;
        give_up_after(d, live_silence_us);
    } else if (is_http(d->url) && (status = watch_segments(d, &chosen)) < 0) {
        goto fail;
    }
    status =
        avformat_open_input(&d->format, d->push ? NULL : d->url->open, container_of(d), &chosen);
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
    if (d->io) {
        av_freep(&d->io->buffer);
        avio_context_free(&d->io);
    }
    if (d->push)
        push_drop(d->push);
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

/* A transport stream has no index: what is sought by time begins somewhere after its first key
 * frame, which may be its only one. */
static bool rewinds_by_bytes(const AVFormatContext *format)
{
    int flags = format->iformat->flags;
    return flags & AVFMT_TS_DISCONT && !(flags & AVFMT_NO_BYTE_SEEK);
}

void demux_keep(struct demux *d, const int *streams, int count)
{
    if (!is_hls(d->format))
        return; /* elsewhere a stream that is not wanted costs nothing, and may come to be */
    for (unsigned i = 0; i < d->format->nb_streams; i++) {
        bool kept = false;
        for (int k = 0; k < count; k++)
            kept |= streams[k] == (int)i;
        d->format->streams[i]->discard = kept ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
}

int demux_rewind(struct demux *d)
{
    if (rewinds_by_bytes(d->format) &&
        avformat_seek_file(d->format, -1, INT64_MIN, 0, 0, AVSEEK_FLAG_BYTE) >= 0)
        return 0;
    int64_t start = d->format->start_time;
    if (start == AV_NOPTS_VALUE)
        start = 0;
    if (avformat_seek_file(d->format, -1, INT64_MIN, start, start, 0) >= 0)
        return 0;
    demux_close(d);
    return demux_open(d);
}
