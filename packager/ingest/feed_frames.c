#include "packager/ingest/feed_reader.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"

#include <stdio.h>

static const int64_t wake_us = 100000;
static const int64_t tell_again_us = 60000000;
static const int64_t key_wait_us = 5000000; /* a stream without key frames is shown after that */
static const int64_t one_jump_us = 5000000; /* of both streams, which is told once */

const char *const feed_stream_names[PACE_STREAMS] = {"picture", "sound"};

bool feed_reader_stopped(const struct feed_reader *r)
{
    return atomic_load(&r->feed->stop);
}

void feed_reader_wait_for_room(struct feed *f)
{
    int64_t until_us = clock_monotonic_us() + wake_us;
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
    pthread_cond_timedwait(&f->room, &f->lock, &until);
}

/* Whether so long has passed since *told_us, which is then now. */
static bool is_time_to_tell(int64_t *told_us, int64_t pause_us, int64_t now_us)
{
    if (*told_us && now_us - *told_us < pause_us)
        return false;
    *told_us = now_us;
    return true;
}

bool feed_reader_tells(int64_t *told_us, int64_t now_us)
{
    return is_time_to_tell(told_us, tell_again_us, now_us);
}

static void log_up(struct feed_reader *r, int64_t lost_for_us, int64_t now_us)
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
static int64_t mark_up(struct feed_reader *r, int64_t now_us)
{
    r->output_us = now_us;
    r->produced = true;
    r->told_us = 0;
    return feed_mark_up(r->feed, now_us);
}

static void log_jump(struct feed_reader *r, enum pace_stream stream, int64_t now_us)
{
    if (is_time_to_tell(&r->jump_told_us, one_jump_us, now_us) &&
        feed_log_allows(&r->feed->limit, r->feed->channel, now_us))
        log_warn(r->feed->channel,
                 "the time stamps of the %s of feed %s jump; it goes on without a gap",
                 feed_stream_names[stream], r->feed->url.name);
}

/* What precedes the first key frame of a feed that was joined on its way is no error. */
static void count_decode_error(struct feed_reader *r, enum pace_stream stream)
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
                 r->feed->url.name, feed_stream_names[stream]);
}

/* Locks, and waits while a paced source has been read far enough ahead. */
static void lock_for_put(struct feed_reader *r)
{
    pthread_mutex_lock(&r->feed->lock);
    while (!feed_reader_stopped(r) && pace_full(r->feed->pace))
        feed_reader_wait_for_room(r->feed);
}

static void unlock_after_put(struct feed_reader *r, enum pace_stream stream, int64_t now_us)
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

void feed_frames_give(void *context, AVFrame *picture, const struct picture_filter_time *time)
{
    struct feed_reader *r = context;
    lock_for_put(r);
    int64_t now_us = clock_monotonic_us();
    pace_put_picture(r->feed->pace, picture, time->pts_us, time->duration_us,
                     picture->reordered_opaque, now_us);
    unlock_after_put(r, PACE_PICTURES, now_us);
}

/* Once, and not at each round of a file. */
static void log_filter(struct feed_reader *r)
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

static void put_picture(struct feed_reader *r)
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

static void put_sound(struct feed_reader *r)
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
static bool is_whole(struct feed_reader *r)
{
    if (r->frame->key_frame || r->decoders[PACE_PICTURES].codec->codec_id == AV_CODEC_ID_H264 ||
        clock_monotonic_us() - r->begun_us > key_wait_us)
        r->keyed = true;
    return r->keyed;
}

/* Hands on what the decoder has. */
static void receive_all(struct feed_reader *r, enum pace_stream stream)
{
    struct decode *d = &r->decoders[stream];
    int status;
    while (!feed_reader_stopped(r) && (status = decode_receive(d, r->frame)) != ERR_AGAIN &&
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

void feed_frames_decode(struct feed_reader *r, enum pace_stream stream, const AVPacket *packet)
{
    struct decode *d = &r->decoders[stream];
    if (!d->codec)
        return;
    if (decode_send(d, packet, clock_utc_us()))
        count_decode_error(r, stream);
    receive_all(r, stream);
}

void feed_frames_drain(struct feed_reader *r)
{
    for (int i = 0; i < PACE_STREAMS; i++)
        feed_frames_decode(r, (enum pace_stream)i, NULL);
    picture_filter_drain(&r->filter);
}
