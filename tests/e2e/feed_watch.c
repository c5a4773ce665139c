#include "e2e/feed_watch.h"
#include "e2e/feed_clip.h"
#include "support/cmocka_all.h"
#include "support/picture_decoder.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOUND_RATE = 48000, SOUND_FRAME = 1024, PREROLL = 2, QUIET_SAMPLES = 12000 };

static const double sync_limit_s = 0.045; /* what viewers notice */
static const double edge_s = 0.5;         /* nearer to the ends a beep's flash may lie outside */

static double mean_luma(const AVFrame *f)
{
    int64_t sum = 0;
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            sum += f->data[0][y * f->linesize[0] + x];
    return (double)sum / (f->width * f->height);
}

/* Decodes one sample; *before is the picture before, and becomes this one. */
static void take_picture(struct feed_watch *w, struct picture_decoder *decoder,
                         const struct cmaf_chunk *chunk, AVFrame **before)
{
    const char *reason;
    int64_t n = w->first + (int64_t)w->count;
    const AVFrame *f =
        picture_decoder_decode(decoder, chunk->data, chunk->size, chunk->decode_time, &reason);
    if (!f)
        fail_msg("%s: frame %" PRId64 " gives no picture: %s", w->channel, n, reason);
    assert_int_equal(chunk->decode_time, n * w->rate.den);
    assert_true(chunk->has_prft);
    w->pictures[w->count++] =
        (struct feed_picture){.number = feed_clip_number(f),
                              .bar = w->clip_width ? feed_clip_bar(f, w->clip_width) : -1,
                              .flash = feed_clip_is_flash(f),
                              .mean = mean_luma(f),
                              .like_before = *before ? picture_psnr(*before, f) : 99,
                              .capture_utc_us = chunk->capture_utc_us};
    av_frame_free(before);
    *before = av_frame_clone(f);
    assert_non_null(*before);
}

static void get_pictures(struct feed_watch *w, struct viewer *v, int64_t end)
{
    struct viewer_track track;
    struct viewer_packet packet;
    struct viewer_samples samples = {0};
    AVFrame *before = NULL;
    size_t follow = (size_t)(end - w->first) - 1;
    if (!viewer_video(v, 0, &track) || !viewer_get_packet(v, &track, w->first, &packet) ||
        !viewer_get_samples(v, &track, &packet.packet.continuation, follow, &samples))
        fail_msg("%s: %s", w->channel, v->error);
    struct picture_decoder *decoder = picture_decoder_create(packet.avcc, packet.avcc_size);
    w->rate = track.rate;
    w->pictures = calloc(follow + 1, sizeof *w->pictures);
    assert_non_null(w->pictures);
    assert_non_null(decoder);
    assert_int_equal(packet.sequence, w->first);
    take_picture(w, decoder, &packet.packet.sample, &before);
    for (size_t i = 0; i < samples.count; i++) {
        assert_int_equal(samples.list[i].sequence, w->first + (int64_t)w->count);
        take_picture(w, decoder, &samples.list[i].chunk, &before);
    }
    av_frame_free(&before);
    picture_decoder_destroy(decoder);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
}

/* The time in samples at which a frame is shown. */
static int64_t sample_of(const struct feed_watch *w, int64_t frame)
{
    return timebase_muldiv_floor(frame * w->rate.den, SOUND_RATE, w->rate.num);
}

static void get_sound(struct feed_watch *w, struct viewer *v, int64_t end)
{
    struct viewer_track track;
    struct viewer_packet packet;
    struct viewer_samples samples = {0};
    char error[VIEWER_ERROR_BYTES];
    int64_t at = sample_of(w, w->first) / SOUND_FRAME - PREROLL;
    at = at > 0 ? at : 0;
    size_t frames = (size_t)(sample_of(w, end) / SOUND_FRAME - at);
    if (!viewer_audio(v, &track) || !viewer_get_packet(v, &track, at, &packet) ||
        !viewer_get_samples(v, &track, &packet.packet.continuation, frames, &samples))
        fail_msg("%s: %s", w->channel, v->error);
    for (size_t i = 0; i < samples.count; i++)
        assert_int_equal(samples.list[i].sequence, at + 1 + (int64_t)i);
    if (!sound_decode(&packet, &samples, &w->sound, error))
        fail_msg("%s: sound from %" PRId64 ": %s", w->channel, at, error);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
}

void feed_watch_get(struct feed_watch *w, struct packager *p, const char *channel, int64_t first,
                    int64_t end)
{
    char url[256];
    struct viewer v;
    *w = (struct feed_watch){.first = first, .clip_width = w->clip_width};
    snprintf(w->channel, sizeof w->channel, "%s", channel);
    snprintf(url, sizeof url, "%s/%s/manifest.json", p->url, channel);
    assert_true(end > first);
    if (!viewer_open(&v, url))
        fail_msg("%s: %s", channel, v.error);
    get_pictures(w, &v, end);
    get_sound(w, &v, end);
    viewer_close(&v);
}

void feed_watch_finish(struct feed_watch *w)
{
    free(w->pictures);
    sound_finish(&w->sound);
    *w = (struct feed_watch){0};
}

static const struct feed_picture *picture_at(const struct feed_watch *w, int64_t frame)
{
    assert_in_range(frame, w->first, w->first + (int64_t)w->count - 1);
    return &w->pictures[frame - w->first];
}

struct feed_motion feed_watch_motion(const struct feed_watch *w, int64_t from, int64_t to,
                                     double ratio, int clip_frames)
{
    struct feed_motion m = {.nameless = picture_at(w, from)->number < 0, .longest = 1};
    int64_t run = 1;
    for (int64_t n = from + 1; n < to; n++) {
        int64_t number = picture_at(w, n)->number, before = picture_at(w, n - 1)->number;
        m.nameless += number < 0;
        if (number < 0 || before < 0)
            continue;
        int64_t step = number < before ? number + clip_frames - before : number - before;
        m.advance += step;
        m.wraps += number < before;
        m.repeats += step == 0;
        m.uneven += (double)step < floor(ratio) || (double)step > ceil(ratio);
        run = number == before ? run + 1 : 1;
        m.longest = run > m.longest ? run : m.longest;
    }
    return m;
}

/* The time of the first loud sample from index *at on that follows quiet; -1: there is none. */
static double next_beep(const struct feed_watch *w, size_t *at)
{
    size_t quiet = 0;
    for (; *at < w->sound.count; (*at)++) {
        bool loud = fabsf(w->sound.left[*at]) > feed_clip_beep_level();
        if (loud && quiet >= QUIET_SAMPLES)
            return (double)(w->sound.first + (int64_t)(*at)++) / SOUND_RATE;
        quiet = loud ? 0 : quiet + 1;
    }
    return -1;
}

static double nearest_beep(const struct feed_watch *w, double time_s)
{
    double nearest = -INFINITY, beep;
    for (size_t at = 0; (beep = next_beep(w, &at)) >= 0;) {
        if (fabs(beep - time_s) < fabs(nearest - time_s))
            nearest = beep;
    }
    return nearest;
}

static double time_of(const struct feed_watch *w, int64_t frame)
{
    return (double)frame * (double)w->rate.den / (double)w->rate.num;
}

static bool flash_begins(const struct feed_watch *w, int64_t frame)
{
    return frame > w->first && picture_at(w, frame)->flash && !picture_at(w, frame - 1)->flash;
}

static bool has_flash_near(const struct feed_watch *w, double time_s)
{
    for (int64_t n = w->first + 1; n < w->first + (int64_t)w->count; n++) {
        if (flash_begins(w, n) && fabs(time_of(w, n) - time_s) <= sync_limit_s)
            return true;
    }
    return false;
}

int feed_watch_sync(const struct feed_watch *w, int64_t from, int64_t to)
{
    int flashes = 0;
    double least = INFINITY, most = -INFINITY, beep;
    for (int64_t n = from; n < to; n++) {
        if (!flash_begins(w, n))
            continue;
        double apart = time_of(w, n) - nearest_beep(w, time_of(w, n));
        if (fabs(apart) > sync_limit_s)
            fail_msg("%s: the flash of frame %" PRId64 " is %+.1f ms apart from the nearest beep",
                     w->channel, n, apart * 1000);
        least = fmin(least, apart);
        most = fmax(most, apart);
        flashes++;
    }
    for (size_t at = 0; (beep = next_beep(w, &at)) >= 0;) {
        if (beep > time_of(w, from) + edge_s && beep < time_of(w, to) - edge_s &&
            !has_flash_near(w, beep))
            fail_msg("%s: no flash with the beep at %.3f s", w->channel, beep);
    }
    print_message("%s: %d flashes, %+.1f to %+.1f ms from their beeps\n", w->channel, flashes,
                  least * 1000, most * 1000);
    return flashes;
}

int feed_watch_in_step(const struct feed_watch *w, int64_t from, int64_t to, int *flashes)
{
    int in_step = 0;
    *flashes = 0;
    print_message("%s: flashes are apart from their beeps by", w->channel);
    for (int64_t n = from; n < to; n++) {
        if (!flash_begins(w, n))
            continue;
        double apart = time_of(w, n) - nearest_beep(w, time_of(w, n));
        print_message(" %+.1f", apart * 1000);
        in_step += fabs(apart) <= sync_limit_s;
        *flashes += fabs(apart) <= edge_s;
    }
    print_message(" ms\n");
    return in_step;
}

int feed_watch_beeps(const struct feed_watch *w, int64_t from, int64_t to, double beat_s)
{
    int beeps = 0;
    double beep, before = -1;
    for (size_t at = 0; (beep = next_beep(w, &at)) >= 0;) {
        if (beep < time_of(w, from) || beep >= time_of(w, to))
            continue;
        if (beeps++ && fabs(beep - before - beat_s) > sync_limit_s)
            fail_msg("%s: %.1f ms between the beeps at %.3f s and %.3f s", w->channel,
                     (beep - before) * 1000, before, beep);
        before = beep;
    }
    return beeps;
}

double feed_watch_peak(const struct feed_watch *w, int64_t from, int64_t to)
{
    double peak = 0;
    for (size_t i = 0; i < w->sound.count; i++) {
        int64_t at = w->sound.first + (int64_t)i;
        if (at >= sample_of(w, from) && at < sample_of(w, to))
            peak = fmax(peak, fabs(w->sound.left[i]));
    }
    return peak;
}
