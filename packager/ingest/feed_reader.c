#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/decode.h"
#include "packager/ingest/feed.h"
#include "packager/ingest/feed_log.h"
#include "packager/ingest/picture_filter.h"
#include "packager/ingest/resample.h"
#include "packager/ingest/stream_watch.h"

#include <stdio.h>
#include <string.h>

static const int64_t first_wait_us = 100000;
static const int64_t longest_wait_us = 1000000;
static const int64_t nothing_us = 2000000; /* without picture or sound for so long, it is lost */
static const int64_t other_stream_us = 1000000;
static const int64_t hopeless_us = 15000000; /* key frames are not further apart */
static const int64_t wake_us = 100000;
static const int64_t tell_again_us = 60000000;
static const int64_t key_wait_us = 5000000; /* a stream without key frames is shown after that */
static const int64_t one_jump_us = 5000000; /* of both streams, which is told once */

/* The reader's own state of one feed. */
struct reader {
    struct feed *feed;
    struct decode decoders[PACE_STREAMS];
    int64_t packet_us[PACE_STREAMS]; /* when the last packet of each came, or was looked for */
    struct stream_watch watches[PACE_STREAMS];
    bool announced[PACE_STREAMS]; /* by the container; a cover is no picture that goes on */
    int streams_at_first;         /* that the container had when it was opened */
    struct picture_filter filter;
    struct resample resample;
    AVPacket *packet;
    AVFrame *frame;
    int64_t output_us; /* when something was last decoded */
    bool joined;       /* a picture was decoded since it was opened */
    bool keyed;        /* and so was a key frame, or the decoder needs none */
    int64_t begun_us;  /* when it was opened */
    bool told_interlaced;
    bool produced;   /* anything, since it was opened or rewound */
    bool paused;     /* standard input gave nothing for so long that it was lost */
    int64_t told_us; /* when the log was last told that it can't be opened; 0: not since up */
    int64_t jumps;   /* of its time stamps, that were seen */
    int64_t jump_told_us, damage_told_us; /* when the log was last told of either; 0: never */
};

static const char *const stream_names[PACE_STREAMS] = {"picture", "sound"};
static const enum AVMediaType media_types[PACE_STREAMS] = {AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO};

static bool stopped(const struct reader *r)
{
    return atomic_load(&r->feed->stop);
}

/* Waits on the feed's condition, with its lock held, for wake_us at most. */
static void wait_for_room(struct feed *f)
{
    int64_t until_us = clock_monotonic_us() + wake_us;
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
    pthread_cond_timedwait(&f->room, &f->lock, &until);
}

static void pause_for(struct reader *r, int64_t us)
{
    int64_t until_us = clock_monotonic_us() + us;
    pthread_mutex_lock(&r->feed->lock);
    while (!stopped(r) && clock_monotonic_us() < until_us)
        wait_for_room(r->feed);
    pthread_mutex_unlock(&r->feed->lock);
}

static void log_up(struct reader *r, int64_t lost_for_us, int64_t now_us)
{
    char picture[80], sound[80], after[40] = "";
    if (!feed_log_allows(&r->feed->limit, r->feed->channel, now_us))
        return;
    decode_describe(&r->decoders[PACE_PICTURES], picture, sizeof picture);
    decode_describe(&r->decoders[PACE_SOUND], sound, sizeof sound);
    if (lost_for_us)
        snprintf(after, sizeof after, " again after %.1f s", (double)lost_for_us / 1e6);
    log_info(r->feed->channel, "feed %s is up%s: picture %s; sound %s", r->feed->url.name, after,
             picture, sound);
}

/* Something was decoded. Called with the lock held; as feed_mark_up. */
static int64_t mark_up(struct reader *r, int64_t now_us)
{
    r->output_us = now_us;
    r->produced = true;
    r->told_us = 0;
    return feed_mark_up(r->feed, now_us);
}

/* Whether so long has passed since *told_us, which is then now. */
static bool is_time_to_tell(int64_t *told_us, int64_t pause_us, int64_t now_us)
{
    if (*told_us && now_us - *told_us < pause_us)
        return false;
    *told_us = now_us;
    return true;
}

static void log_jump(struct reader *r, enum pace_stream stream, int64_t now_us)
{
    if (is_time_to_tell(&r->jump_told_us, one_jump_us, now_us) &&
        feed_log_allows(&r->feed->limit, r->feed->channel, now_us))
        log_warn(r->feed->channel,
                 "the time stamps of the %s of feed %s jump; it goes on without a gap",
                 stream_names[stream], r->feed->url.name);
}

/* What precedes the first key frame of a feed that was joined on its way is no error. */
static void count_decode_error(struct reader *r, enum pace_stream stream)
{
    if (stream == PACE_PICTURES && !r->joined)
        return;
    pthread_mutex_lock(&r->feed->lock);
    r->feed->state.decode_errors++;
    pthread_mutex_unlock(&r->feed->lock);
    int64_t now_us = clock_monotonic_us();
    if (is_time_to_tell(&r->damage_told_us, tell_again_us, now_us) &&
        feed_log_allows(&r->feed->limit, r->feed->channel, now_us))
        log_warn(r->feed->channel,
                 "feed %s is damaged: some of its %s cannot be decoded; /metrics counts how much",
                 r->feed->url.name, stream_names[stream]);
}

static void count_open_failure(struct reader *r)
{
    pthread_mutex_lock(&r->feed->lock);
    r->feed->state.open_failures += !stopped(r);
    pthread_mutex_unlock(&r->feed->lock);
}

/* Locks, and waits while a paced source has been read far enough ahead. */
static void lock_for_put(struct reader *r)
{
    pthread_mutex_lock(&r->feed->lock);
    while (!stopped(r) && pace_full(r->feed->pace))
        wait_for_room(r->feed);
}

static void unlock_after_put(struct reader *r, enum pace_stream stream, int64_t now_us)
{
    struct pace_counts counts;
    r->feed->parts[stream].had |= r->feed->parts[stream].announced;
    int64_t lost_for_us = mark_up(r, now_us);
    pace_counts(r->feed->pace, &counts);
    pthread_mutex_unlock(&r->feed->lock);
    if (lost_for_us >= 0)
        log_up(r, lost_for_us, now_us);
    if (counts.discontinuities > r->jumps)
        log_jump(r, stream, now_us);
    r->jumps = counts.discontinuities;
}

static void put_filtered(void *context, AVFrame *picture, const struct picture_filter_time *time)
{
    struct reader *r = context;
    lock_for_put(r);
    int64_t now_us = clock_monotonic_us();
    pace_put_picture(r->feed->pace, picture, time->pts_us, time->duration_us,
                     picture->reordered_opaque, now_us);
    unlock_after_put(r, PACE_PICTURES, now_us);
}

/* Once, and not at each round of a file. */
static void log_filter(struct reader *r)
{
    bool now = picture_filter_deinterlaces(&r->filter);
    if (now == r->told_interlaced)
        return;
    r->told_interlaced = now;
    if (!feed_log_allows(&r->feed->limit, r->feed->channel, clock_monotonic_us()))
        return;
    log_info(r->feed->channel, "feed %s: %s", r->feed->url.name,
             !now               ? "pictures are progressive again"
             : r->filter.fields ? "pictures are interlaced: each field becomes one"
                                : "pictures are interlaced: each two fields become one");
}

static void put_picture(struct reader *r)
{
    const struct decode *d = &r->decoders[PACE_PICTURES];
    AVFrame *picture = av_frame_alloc();
    if (!picture)
        return;
    av_frame_move_ref(picture, r->frame);
    r->joined = true;
    stream_watch_output(&r->watches[PACE_PICTURES], clock_monotonic_us());
    struct picture_filter_time time = {.pts_us = decode_pts_us(d, picture),
                                       .duration_us = decode_duration_us(d, picture)};
    picture_filter_put(&r->filter, picture, time, d->quarter_turns);
    log_filter(r);
}

static void put_sound(struct reader *r)
{
    int64_t pts_us = decode_pts_us(&r->decoders[PACE_SOUND], r->frame);
    int count = 0;
    if (resample_frame(&r->resample, r->frame, &pts_us, &count)) {
        count_decode_error(r, PACE_SOUND);
        return;
    }
    if (count == 0)
        return;
    const float *planes[PACE_SOUND_CHANNELS] = {r->resample.planes[0], r->resample.planes[1]};
    lock_for_put(r);
    int64_t now_us = clock_monotonic_us();
    stream_watch_output(&r->watches[PACE_SOUND], now_us);
    pace_put_sound(r->feed->pace, planes, count, pts_us, now_us);
    unlock_after_put(r, PACE_SOUND, now_us);
}

/* Decoders other than H.264's, which waits for a key frame or a recovery point itself, also give
 * pictures that refer to what never came. */
static bool is_whole(struct reader *r)
{
    if (r->frame->key_frame || r->decoders[PACE_PICTURES].codec->codec_id == AV_CODEC_ID_H264 ||
        clock_monotonic_us() - r->begun_us > key_wait_us)
        r->keyed = true;
    return r->keyed;
}

/* Hands on what the decoder has. */
static void receive_all(struct reader *r, enum pace_stream stream)
{
    struct decode *d = &r->decoders[stream];
    int status;
    while (!stopped(r) && (status = decode_receive(d, r->frame)) != ERR_AGAIN &&
           status != ERR_END) {
        if (status || r->frame->decode_error_flags)
            count_decode_error(r, stream);
        if (status)
            continue;
        if (stream == PACE_SOUND)
            put_sound(r);
        else if (is_whole(r))
            put_picture(r);
        av_frame_unref(r->frame);
    }
}

static void decode_packet(struct reader *r, enum pace_stream stream, const AVPacket *packet)
{
    struct decode *d = &r->decoders[stream];
    if (!d->codec)
        return;
    if (decode_send(d, packet, clock_utc_us()))
        count_decode_error(r, stream);
    receive_all(r, stream);
}

/* A stream that came up later takes the place of one that is missing or has fallen silent. */
static bool take_over(struct reader *r, int kind, const AVStream *from, int64_t now_us)
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
static int stream_of(struct reader *r, const AVPacket *packet, int64_t now_us)
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
static int open_decoders(struct reader *r)
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

static void drain(struct reader *r)
{
    for (int i = 0; i < PACE_STREAMS; i++)
        decode_packet(r, (enum pace_stream)i, NULL);
    picture_filter_drain(&r->filter);
}

/* The end of a file that is repeated. */
static int start_again(struct reader *r)
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

static void begin(struct reader *r)
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
static bool is_undecodable(struct reader *r, int64_t now_us)
{
    struct demux *demux = &r->feed->demux;
    if (r->feed->url.kind == FEED_FILE)
        return false;
    for (int i = 0; i < PACE_STREAMS; i++) {
        if (!stream_watch_stuck(&r->watches[i], now_us))
            continue;
        snprintf(demux->reason, sizeof demux->reason, "its %s can no longer be decoded",
                 stream_names[i]);
        return true;
    }
    if (demux->paced || now_us - r->output_us < hopeless_us)
        return false;
    snprintf(demux->reason, sizeof demux->reason, "nothing that comes can be decoded");
    return true;
}

/* Reads until the feed ends (ERR_END), is lost (another status, demux.reason says why), or the
 * input is stopped (0). */
static int read_on(struct reader *r)
{
    struct feed *f = r->feed;
    while (!stopped(r)) {
        int status = demux_read(&f->demux, r->packet);
        if (status == ERR_END) {
            drain(r);
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
            decode_packet(r, (enum pace_stream)stream, r->packet);
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
static void play_out(struct reader *r)
{
    struct feed *f = r->feed;
    pthread_mutex_lock(&f->lock);
    pace_end(f->pace);
    while (!stopped(r) && !pace_empty(f->pace))
        wait_for_room(f);
    pthread_mutex_unlock(&f->lock);
    if (!feed_mark_lost(r->feed, "it has ended",
                        f->url.kind == FEED_FILE ? " (--loop repeats a file)" : ""))
        log_error(f->channel, "the feed %s ended without anything that can be decoded",
                  f->url.name);
}

static void log_unreadable(struct reader *r)
{
    struct feed *f = r->feed;
    int64_t now_us = clock_monotonic_us();
    if (stopped(r) || !is_time_to_tell(&r->told_us, tell_again_us, now_us))
        return;
    if (feed_log_allows(&r->feed->limit, f->channel, now_us))
        log_warn(f->channel, "cannot read the feed %s: %s; it is tried again and again",
                 f->url.name, f->demux.reason);
}

/* Standard input that falls silent is lost, but stays open: what comes later belongs to the same
 * stream. Its time is then found anew. */
static void pipe_waits(void *context)
{
    struct reader *r = context;
    if (r->produced && clock_monotonic_us() - r->output_us > nothing_us &&
        feed_mark_lost(r->feed, "nothing comes", ""))
        r->paused = true;
}

static void push_refused(void *context, const char *who, const char *why)
{
    struct reader *r = context;
    struct feed *f = r->feed;
    pthread_mutex_lock(&f->lock);
    f->state.refused_pushes++;
    pthread_mutex_unlock(&f->lock);
    if (feed_log_allows(&f->refusals, f->channel, clock_monotonic_us()))
        log_warn(f->channel, "a push to %s from %s was refused: %s", f->url.name, who, why);
}

/* Opens and reads the feed again and again. */
static void run(struct reader *r)
{
    struct feed *f = r->feed;
    int64_t wait_us = first_wait_us;
    while (!stopped(r)) {
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
    struct reader r = {.feed = feed, .packet = av_packet_alloc(), .frame = av_frame_alloc()};
    for (int i = 0; i < PACE_STREAMS; i++)
        decode_init(&r.decoders[i]);
    picture_filter_init(&r.filter, r.feed->output_rate);
    r.filter.give = put_filtered;
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
