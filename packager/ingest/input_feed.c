#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/feed.h"
#include "packager/ingest/feed_log.h"
#include "packager/ingest/input.h"

#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>

static const int64_t end_us = 900000; /* for the reader to notice that it is to stop */

static void release_frame(void *picture)
{
    AVFrame *frame = picture;
    av_frame_free(&frame);
}

static AVFrame *black_frame(int width, int height)
{
    AVFrame *black = av_frame_alloc();
    if (!black)
        return NULL;
    black->format = AV_PIX_FMT_YUV420P;
    black->width = width;
    black->height = height;
    black->color_range = AVCOL_RANGE_MPEG;
    black->colorspace = AVCOL_SPC_BT709;
    if (av_frame_get_buffer(black, 0) < 0) {
        av_frame_free(&black);
        return NULL;
    }
    for (int plane = 0; plane < 3; plane++) {
        int rows = plane ? (height + 1) / 2 : height;
        memset(black->data[plane], plane ? 128 : 16, (size_t)black->linesize[plane] * (size_t)rows);
    }
    return black;
}

static void free_feed(struct feed *f)
{
    demux_close(&f->demux);
    push_destroy(f->demux.push);
    feed_url_finish(&f->url);
    pace_destroy(f->pace);
    av_frame_free(&f->shown);
    free(f->channel);
    free(f);
}

void feed_release(struct feed *f)
{
    if (atomic_fetch_sub(&f->holders, 1) > 1)
        return;
    pthread_cond_destroy(&f->room);
    pthread_mutex_destroy(&f->lock);
    free_feed(f);
}

static int start_reader(struct feed *f)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->room, &monotonic);
    pthread_condattr_destroy(&monotonic);
    atomic_init(&f->holders, 2);
    if (pthread_create(&f->thread, NULL, feed_reader_run, f) == 0)
        return 0;
    pthread_cond_destroy(&f->room);
    pthread_mutex_destroy(&f->lock);
    return ERR_STATE;
}

/* A file that FFmpeg cannot read is as hopeless as one that isn't there. */
static int open_file(struct feed *f)
{
    int status = demux_open(&f->demux);
    if (status == 0)
        return 0;
    log_error(f->channel,
              "cannot read the input file %s: %s; give a file of media that FFmpeg "
              "reads",
              f->url.name, f->demux.reason);
    return ERR_INVALID;
}

static int create(const struct input_config *config, struct input **out)
{
    struct pace_config pace = {.slot_rate = config->frame_rate, .release = release_frame};
    struct feed *f = calloc(1, sizeof *f);
    int status = ERR_NOMEM;

    if (!f)
        return ERR_NOMEM;
    feed_log_capture_libav();
    avformat_network_init();
    f->base.ops = &input_feed;
    f->loop = config->loop;
    f->output_rate = config->frame_rate;
    f->refusals.about = "pushes are refused again and again";
    f->state.since_us = clock_monotonic_us();
    atomic_init(&f->stop, false);
    atomic_init(&f->cpu_us, 0);
    demux_init(&f->demux, &f->url, &f->stop);
    f->channel = strdup(config->channel);
    f->shown = black_frame(config->width, config->height);
    if (!f->channel || !f->shown)
        goto fail;
    status = pace_create(&pace, &f->pace);
    if (status)
        goto fail;
    status = feed_url_parse(config->channel, config->url, &f->url);
    if (status)
        goto fail;
    if (f->url.kind == FEED_NETWORK &&
        (status = push_create(config->channel, f->url.open, &f->demux.push)))
        goto fail;
    if (f->url.kind == FEED_FILE && (status = open_file(f)))
        goto fail;
    status = start_reader(f);
    if (status)
        goto fail;
    *out = &f->base;
    return 0;
fail:
    free_feed(f);
    return status;
}

/* Gives whether it has ended in time. */
static bool stop_reader(struct feed *f)
{
    int64_t until_us = clock_monotonic_us() + end_us;
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
    int status = 0;

    pthread_mutex_lock(&f->lock);
    atomic_store(&f->stop, true);
    pthread_cond_broadcast(&f->room);
    while (!f->ended && status == 0)
        status = pthread_cond_timedwait(&f->room, &f->lock, &until);
    bool ended = f->ended;
    pthread_mutex_unlock(&f->lock);
    return ended;
}

/* A reader that hangs where no interrupt reaches it (a name server that does not answer) is left
 * behind, and frees the feed itself when it comes back. */
static void destroy(struct input *in)
{
    struct feed *f = (struct feed *)in;
    if (!in)
        return;
    if (stop_reader(f)) {
        pthread_join(f->thread, NULL);
    } else {
        log_warn(f->channel, "the feed %s does not let go; it is left behind", f->url.name);
        pthread_detach(f->thread);
    }
    feed_release(f);
}

/* What is decoded is scaled to the output's sizes later on: only the length of a slot matters. */
static int retune(struct input *in, const struct input_tuning *tuning)
{
    struct feed *f = (struct feed *)in;

    pthread_mutex_lock(&f->lock);
    f->next = *tuning;
    pthread_mutex_unlock(&f->lock);
    return 0;
}

static void picture(struct input *in, int64_t sequence, int64_t slot_us, int64_t slot_utc_us,
                    struct input_picture *out)
{
    struct feed *f = (struct feed *)in;
    struct pace_taken taken = {0};
    AVFrame *last = f->shown;
    (void)sequence; /* slots come in order: their times say it all */

    pthread_mutex_lock(&f->lock);
    if (f->next.frame_rate.num && slot_us >= f->next.slot_us) {
        pace_set_slot_rate(f->pace, f->next.frame_rate);
        f->next = (struct input_tuning){0};
    }
    bool fresh = pace_take_picture(f->pace, slot_us, &taken);
    bool paced = f->paced;
    f->state.repeated_pictures += !fresh && f->was_up;
    pthread_cond_signal(&f->room);
    pthread_mutex_unlock(&f->lock);

    if (fresh) {
        f->shown = taken.picture;
        av_frame_free(&last);
    }
    *out = (struct input_picture){
        .frame = f->shown,
        .capture_utc_us = fresh && !paced ? taken.capture_utc_us : slot_utc_us,
        .repeated = !fresh && f->asked,
    };
    f->asked = true;
}

static void audio(struct input *in, int64_t first_sample, int count, int64_t slot_us,
                  float *const planes[INPUT_CHANNELS])
{
    struct feed *f = (struct feed *)in;
    (void)first_sample;

    pthread_mutex_lock(&f->lock);
    pace_take_sound(f->pace, slot_us, count, planes);
    pthread_cond_signal(&f->room);
    pthread_mutex_unlock(&f->lock);
}

static void state(struct input *in, struct input_state *out)
{
    struct feed *f = (struct feed *)in;
    struct pace_counts counts;

    pthread_mutex_lock(&f->lock);
    pace_counts(f->pace, &counts);
    *out = f->state;
    out->picture = feed_part_now(f, PACE_PICTURES);
    out->sound = feed_part_now(f, PACE_SOUND);
    out->dropped_pictures = counts.dropped_pictures;
    out->discontinuities = counts.discontinuities;
    out->sound_jumps = counts.sound_jumps;
    out->silent_samples = f->was_up ? counts.silent_samples - f->silent_before : 0;
    pthread_mutex_unlock(&f->lock);
    out->cpu_us = atomic_load(&f->cpu_us);
}

const struct input_ops input_feed = {
    .name = "feed",
    .matches = feed_url_is_feed,
    .create = create,
    .destroy = destroy,
    .retune = retune,
    .picture = picture,
    .audio = audio,
    .state = state,
};
