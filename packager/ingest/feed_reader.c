#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/feed_reader.h"

#include <stdio.h>

static const int64_t first_wait_us = 100000;
static const int64_t longest_wait_us = 1000000;
static const int64_t nothing_us = 2000000; /* without picture or sound for so long, it is lost */
static const int64_t other_stream_us = 1000000;
static const int64_t hopeless_us = 15000000; /* key frames are not further apart */

static const enum AVMediaType media_types[PACE_STREAMS] = {AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO};

static void pause_for(struct feed_reader *r, int64_t us)
{
    int64_t until_us = clock_monotonic_us() + us;
    pthread_mutex_lock(&r->feed->lock);
    while (!feed_reader_stopped(r) && clock_monotonic_us() < until_us)
        feed_reader_wait_for_room(r->feed);
    pthread_mutex_unlock(&r->feed->lock);
}

static void count_open_failure(struct feed_reader *r)
{
    pthread_mutex_lock(&r->feed->lock);
    r->feed->state.open_failures += !feed_reader_stopped(r);
    pthread_mutex_unlock(&r->feed->lock);
}

/* A stream that came up later takes the place of one that is missing or has fallen silent. */
static bool take_over(struct feed_reader *r, int kind, const AVStream *from, int64_t now_us)
{
    if (from->index < r->streams_at_first || r->feed->demux.paced ||
        now_us - r->packet_us[kind] < other_stream_us)
        return false;
    r->packet_us[kind] = now_us;
    r->watches[kind] = (struct stream_watch){0};
    decode_close(&r->decoders[kind]);
    return decode_open(&r->decoders[kind], from, true) == 0;
}

/* Which of the two the packet is for, or -1. */
static int stream_of(struct feed_reader *r, const AVPacket *packet, int64_t now_us)
{
    const AVStream *from = r->feed->demux.format->streams[packet->stream_index];
    for (int i = 0; i < PACE_STREAMS; i++) {
        if (from->codecpar->codec_type != media_types[i])
            continue;
        if (r->decoders[i].stream != from->index && !take_over(r, i, from, now_us))
            return -1;
        r->packet_us[i] = now_us;
        return i;
    }
    return -1;
}

/* A decoder for the best stream of each kind; ERR_UNSUPPORTED where there is neither. */
static int open_decoders(struct feed_reader *r)
{
    struct demux *demux = &r->feed->demux;
    int found = -1, opened = 0;
    r->streams_at_first = (int)demux->format->nb_streams;
    for (int i = 0; i < PACE_STREAMS; i++) {
        decode_close(&r->decoders[i]);
        r->packet_us[i] = 0;
        r->announced[i] = false;
        r->watches[i] = (struct stream_watch){0};
        int best = av_find_best_stream(demux->format, media_types[i], -1, found, NULL, 0);
        if (best < 0)
            continue;
        found = best;
        r->announced[i] =
            !(demux->format->streams[best]->disposition & AV_DISPOSITION_ATTACHED_PIC);
        r->packet_us[i] = clock_monotonic_us();
        opened += decode_open(&r->decoders[i], demux->format->streams[best], !demux->paced) == 0;
    }
    int chosen[PACE_STREAMS];
    for (int i = 0; i < PACE_STREAMS; i++)
        chosen[i] = r->decoders[i].codec ? r->decoders[i].stream : -1;
    demux_keep(demux, chosen, PACE_STREAMS);
    if (opened)
        return 0;
    snprintf(demux->reason, sizeof demux->reason, "it has no picture or sound that FFmpeg decodes");
    return ERR_UNSUPPORTED;
}

/* The end of a file that is repeated. */
static int start_again(struct feed_reader *r)
{
    struct demux *demux = &r->feed->demux;
    if (!r->produced) {
        snprintf(demux->reason, sizeof demux->reason, "there is nothing in it to repeat");
        return ERR_IO;
    }
    const AVFormatContext *before = demux->format;
    int status = demux_rewind(demux);
    if (status)
        return status;
    for (int i = 0; i < PACE_STREAMS; i++)
        decode_flush(&r->decoders[i]);
    if (demux->format != before && (status = open_decoders(r)))
        return status;
    r->produced = false;
    pthread_mutex_lock(&r->feed->lock);
    pace_rewind(r->feed->pace);
    pthread_mutex_unlock(&r->feed->lock);
    return 0;
}

static void begin(struct feed_reader *r)
{
    struct feed *f = r->feed;
    struct pace_source source = {.paced = f->demux.paced,
                                 .pictures = r->decoders[PACE_PICTURES].codec != NULL,
                                 .sound = r->decoders[PACE_SOUND].codec != NULL,
                                 .max_step_us = f->demux.max_step_us};
    r->output_us = r->begun_us = clock_monotonic_us();
    r->joined = false;
    r->keyed = false;
    r->told_interlaced = false;
    r->produced = false;
    r->paused = false;
    picture_filter_reset(&r->filter);
    pthread_mutex_lock(&f->lock);
    pace_begin(f->pace, &source);
    for (int i = 0; i < PACE_STREAMS; i++)
        f->parts[i].announced = r->announced[i];
    f->paced = source.paced;
    f->state.reopened += f->was_up;
    pthread_mutex_unlock(&f->lock);
}

/* Whether it has to be opened again, as nothing comes of what comes. A file stays what it is. */
static bool is_undecodable(struct feed_reader *r, int64_t now_us)
{
    struct demux *demux = &r->feed->demux;
    if (r->feed->url.kind == FEED_FILE)
        return false;
    for (int i = 0; i < PACE_STREAMS; i++) {
        if (!stream_watch_stuck(&r->watches[i], now_us))
            continue;
        snprintf(demux->reason, sizeof demux->reason, "its %s can no longer be decoded",
                 feed_stream_names[i]);
        return true;
    }
    if (demux->paced || now_us - r->output_us < hopeless_us)
        return false;
    snprintf(demux->reason, sizeof demux->reason, "nothing that comes can be decoded");
    return true;
}

/* Reads until the feed ends (ERR_END), is lost (another status, demux.reason says why), or the
 * input is stopped (0). */
static int read_on(struct feed_reader *r)
{
    struct feed *f = r->feed;
    while (!feed_reader_stopped(r)) {
        int status = demux_read(&f->demux, r->packet);
        if (status == ERR_END) {
            feed_frames_drain(r);
            if (f->url.kind != FEED_FILE || !f->loop)
                return ERR_END;
            status = start_again(r);
            if (status)
                return status;
            continue;
        }
        if (status)
            return status;
        if (r->paused)
            begin(r);
        int64_t now_us = clock_monotonic_us();
        int stream = stream_of(r, r->packet, now_us);
        if (stream >= 0) {
            stream_watch_packet(&r->watches[stream]);
            feed_frames_decode(r, (enum pace_stream)stream, r->packet);
        }
        av_packet_unref(r->packet);
        feed_tell_parts(f, clock_monotonic_us());
        atomic_store(&f->cpu_us, clock_thread_cpu_us());
        if (!f->demux.paced && now_us - r->output_us > nothing_us)
            feed_mark_lost(r->feed, "nothing that comes can be decoded", "");
        if (is_undecodable(r, now_us))
            return ERR_IO;
    }
    return 0;
}

/* After the end of what does not come back. */
static void play_out(struct feed_reader *r)
{
    struct feed *f = r->feed;
    pthread_mutex_lock(&f->lock);
    pace_end(f->pace);
    while (!feed_reader_stopped(r) && !pace_empty(f->pace))
        feed_reader_wait_for_room(f);
    pthread_mutex_unlock(&f->lock);
    if (!feed_mark_lost(r->feed, "it has ended",
                        f->url.kind == FEED_FILE ? " (--loop repeats a file)" : ""))
        log_error(f->channel, "the feed %s ended without anything that can be decoded",
                  f->url.name);
}

static void log_unreadable(struct feed_reader *r)
{
    struct feed *f = r->feed;
    int64_t now_us = clock_monotonic_us();
    if (feed_reader_stopped(r) || !feed_reader_tells(&r->told_us, now_us))
        return;
    if (feed_log_allows(&r->feed->limit, f->channel, now_us))
        log_warn(f->channel, "cannot read the feed %s: %s; it is tried again and again",
                 f->url.name, f->demux.reason);
}

/* Standard input that falls silent is lost, but stays open: what comes later belongs to the same
 * stream. Its time is then found anew. */
static void pipe_waits(void *context)
{
    struct feed_reader *r = context;
    if (r->produced && clock_monotonic_us() - r->output_us > nothing_us &&
        feed_mark_lost(r->feed, "nothing comes", ""))
        r->paused = true;
}

static void push_refused(void *context, const char *who, const char *why)
{
    struct feed_reader *r = context;
    struct feed *f = r->feed;
    pthread_mutex_lock(&f->lock);
    f->state.refused_pushes++;
    pthread_mutex_unlock(&f->lock);
    if (feed_log_allows(&f->refusals, f->channel, clock_monotonic_us()))
        log_warn(f->channel, "a push to %s from %s was refused: %s", f->url.name, who, why);
}

/* Opens and reads the feed again and again. */
static void run(struct feed_reader *r)
{
    struct feed *f = r->feed;
    int64_t wait_us = first_wait_us;
    while (!feed_reader_stopped(r)) {
        int status = f->demux.format ? 0 : demux_open(&f->demux);
        status = status ? status : open_decoders(r);
        atomic_store(&f->cpu_us, clock_thread_cpu_us());
        if (status) {
            count_open_failure(r);
            log_unreadable(r);
        } else {
            begin(r);
            status = read_on(r);
            if (r->produced)
                wait_us = first_wait_us;
            if (status == ERR_END && f->url.kind != FEED_NETWORK) {
                play_out(r);
                return;
            }
            if (!feed_mark_lost(r->feed, f->demux.reason, ""))
                log_unreadable(r);
        }
        demux_close(&f->demux);
        pause_for(r, wait_us);
        wait_us = wait_us * 2 < longest_wait_us ? wait_us * 2 : longest_wait_us;
    }
}

void *feed_reader_run(void *feed)
{
    struct feed_reader r = {.feed = feed, .packet = av_packet_alloc(), .frame = av_frame_alloc()};
    for (int i = 0; i < PACE_STREAMS; i++)
        decode_init(&r.decoders[i]);
    picture_filter_init(&r.filter, r.feed->output_rate);
    r.filter.give = feed_frames_give;
    r.filter.context = &r;
    r.feed->demux.waiting = pipe_waits;
    r.feed->demux.refused = push_refused;
    r.feed->demux.waiting_context = &r;
    if (r.packet && r.frame)
        run(&r);
    else
        log_error(r.feed->channel, "cannot read the feed: %s", err_text(ERR_NOMEM));
    for (int i = 0; i < PACE_STREAMS; i++)
        decode_close(&r.decoders[i]);
    picture_filter_finish(&r.filter);
    resample_finish(&r.resample);
    demux_close(&r.feed->demux);
    av_packet_free(&r.packet);
    av_frame_free(&r.frame);
    pthread_mutex_lock(&r.feed->lock);
    r.feed->ended = true;
    pthread_cond_broadcast(&r.feed->room);
    pthread_mutex_unlock(&r.feed->lock);
    feed_release(r.feed);
    return NULL;
}
