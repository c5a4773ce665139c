/* "test:" and "test:N": pictures and sound made in the process, a pure function of the frame's
 * number, its time and the channel. A picture is the scene, a running time code, a flash on the
 * frame in whose time a second of channel time begins and on the next one, and the stamp; the sound
 * a tone, and a beep from the same instant on. N (1..65535) is the channel id that is stamped,
 * without it the channel's own number.
 *
 * The channel's time goes on where a retuning has the frames' numbers start again at 0.
 *
 * Thread-safety: picture uses only the look, and takes the next one over under the lock; audio uses
 * only constants; what both count for state is atomic. */
#include "packager/ingest/input.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "media/stamp/stamp.h"
#include "packager/ingest/input_glyphs.h"
#include "packager/ingest/input_scene.h"
#include "packager/ingest/input_tone.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LUMA = 225, NEUTRAL = 128, US_PER_S = 1000000 };

static const char scheme[] = "test:";

/* What pictures are made with; all of it changes at once. */
struct look {
    struct rational frame_rate;
    int64_t start_us; /* channel time of frame 0 */
    int64_t slot_us;  /* from which slot on */
    struct input_scene *scene;
    AVFrame *frame; /* what the last picture was drawn into; another one where that is still held */
};

struct test_input {
    struct input base;
    uint16_t channel;
    struct look *look;                 /* the picture's thread's */
    pthread_mutex_t lock;              /* guards next */
    struct look *next;                 /* NULL: none */
    atomic_int_fast64_t first_slot_us; /* 0 before the first picture */
    atomic_int_fast64_t repeated;      /* where memory for a picture could not be had */
    atomic_int_fast64_t cpu_us;
};

static bool test_matches(const char *url)
{
    return strncmp(url, scheme, sizeof(scheme) - 1) == 0;
}

/* The channel id that the URL tells, or fallback where it tells none; 0 where it is wrong. */
static uint16_t channel_of(const char *url, uint16_t fallback)
{
    const char *text = url + sizeof(scheme) - 1;
    uint32_t id = 0;
    if (!*text)
        return fallback;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return 0;
        id = id * 10 + (uint32_t)(*text - '0');
        if (id > UINT16_MAX)
            return 0;
    }
    return (uint16_t)id;
}

/* A picture to draw into, NULL where memory is short. */
static AVFrame *allocate_frame(int width, int height)
{
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        return NULL;
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = width;
    frame->height = height;
    frame->sample_aspect_ratio = (AVRational){1, 1};
    frame->color_range = AVCOL_RANGE_MPEG;
    frame->colorspace = AVCOL_SPC_BT709;
    if (av_frame_get_buffer(frame, 0) < 0)
        av_frame_free(&frame);
    return frame;
}

/* Everything that no drawing reaches is black. */
static void blacken(AVFrame *frame)
{
    for (int plane = 0; plane < 3; plane++) {
        int rows = plane ? (frame->height + 1) / 2 : frame->height;
        memset(frame->data[plane], plane ? NEUTRAL : 16,
               (size_t)rows * (size_t)frame->linesize[plane]);
    }
}

static void look_destroy(struct look *l)
{
    if (!l)
        return;
    input_scene_destroy(l->scene);
    av_frame_free(&l->frame);
    free(l);
}

static struct look *look_create(const struct input_tuning *tuning, uint16_t channel)
{
    struct look *l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    l->frame_rate = tuning->frame_rate;
    l->start_us = tuning->start_us;
    l->slot_us = tuning->slot_us;
    l->frame = allocate_frame(tuning->width, tuning->height);
    if (!l->frame || input_scene_create(tuning->width, tuning->height, channel, &l->scene)) {
        look_destroy(l);
        return NULL;
    }
    blacken(l->frame);
    return l;
}

static void test_destroy(struct input *in)
{
    struct test_input *t = (struct test_input *)in;
    look_destroy(t->look);
    look_destroy(t->next);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static int test_create(const struct input_config *config, struct input **out)
{
    uint16_t channel = channel_of(config->url, config->channel_number);
    if (!channel) {
        log_error(config->channel, "%s: after test: only a number from 1 to 65535 may follow",
                  config->url);
        return ERR_INVALID;
    }
    if (config->width < STAMP_WIDTH_MIN || config->height < STAMP_HEIGHT_MIN)
        log_warn(config->channel,
                 "pictures of %dx%d are too small for the stamp of test:", config->width,
                 config->height);

    struct test_input *t = calloc(1, sizeof(*t));
    if (!t)
        return ERR_NOMEM;
    t->base.ops = &input_test;
    t->channel = channel;
    pthread_mutex_init(&t->lock, NULL);
    t->look = look_create(&(struct input_tuning){.frame_rate = config->frame_rate,
                                                 .width = config->width,
                                                 .height = config->height,
                                                 .start_us = config->start_us},
                          channel);
    if (!t->look) {
        test_destroy(&t->base);
        return ERR_NOMEM;
    }
    *out = &t->base;
    return 0;
}

static int test_retune(struct input *in, const struct input_tuning *tuning)
{
    struct test_input *t = (struct test_input *)in;
    struct look *next = look_create(tuning, t->channel);
    if (!next)
        return ERR_NOMEM;
    pthread_mutex_lock(&t->lock);
    struct look *replaced = t->next;
    t->next = next;
    pthread_mutex_unlock(&t->lock);
    look_destroy(replaced);
    return 0;
}

/* Takes the next look where its slot has come. */
static void take_look(struct test_input *t, int64_t slot_us)
{
    struct look *replaced = NULL;
    pthread_mutex_lock(&t->lock);
    if (t->next && slot_us >= t->next->slot_us) {
        replaced = t->look;
        t->look = t->next;
        t->next = NULL;
    }
    pthread_mutex_unlock(&t->lock);
    look_destroy(replaced);
}

/* The channel time at which a frame begins. */
static int64_t time_us(const struct look *l, int64_t sequence)
{
    return l->start_us + timebase_frame_us(sequence, l->frame_rate);
}

/* Whether a whole second of channel time lies within the time of a frame. */
static bool begins_second(const struct look *l, int64_t sequence)
{
    int64_t from_us = time_us(l, sequence);
    if (from_us < 0)
        return false;
    return (from_us + US_PER_S - 1) / US_PER_S * US_PER_S < time_us(l, sequence + 1);
}

/* HH:MM:SS:FF: the whole seconds of channel time at the frame's start, and the frame's number among
 * those that start within that second. */
static void draw_time_code(const struct look *l, int64_t sequence, int dot, int bar)
{
    int64_t second = time_us(l, sequence) / US_PER_S;
    int64_t first = timebase_muldiv_ceil(second * US_PER_S - l->start_us, l->frame_rate.num,
                                         l->frame_rate.den * US_PER_S);
    char text[48];
    snprintf(text, sizeof(text), "%02" PRId64 ":%02d:%02d:%02" PRId64, second / 3600,
             (int)(second / 60 % 60), (int)(second % 60), sequence - first);
    input_glyphs_draw(l->frame, text, 2 * dot, (bar - INPUT_GLYPHS_HEIGHT * dot) / 2, dot,
                      TEXT_LUMA);
}

static void draw_right_aligned(AVFrame *frame, const char *text, int y, int dot)
{
    int width = (int)strlen(text) * INPUT_GLYPHS_ADVANCE * dot;
    input_glyphs_draw(frame, text, frame->width - width - 3 * dot, y, dot, TEXT_LUMA);
}

static void draw_text(const struct test_input *t, int64_t sequence, int64_t slot_utc_us)
{
    AVFrame *frame = t->look->frame;
    int bar = input_scene_bar_height(frame->height);
    int large = frame->width / 128 < bar / 11 ? frame->width / 128 : bar / 11;
    int small = large / 2 ? large / 2 : 1;
    int gap = (bar - 2 * INPUT_GLYPHS_HEIGHT * small) / 3;
    draw_time_code(t->look, sequence, large ? large : 1, bar);

    char channel[16];
    snprintf(channel, sizeof(channel), "CHANNEL %d", t->channel);
    draw_right_aligned(frame, channel, gap, small);
    char iso[CLOCK_ISO8601_BYTES];
    clock_iso8601(slot_utc_us, iso);
    char utc[24];
    snprintf(utc, sizeof(utc), "UTC %.12s", strchr(iso, 'T') + 1);
    draw_right_aligned(frame, utc, 2 * gap + INPUT_GLYPHS_HEIGHT * small, small);
}

static void draw(struct test_input *t, int64_t sequence, int64_t slot_utc_us)
{
    const struct look *l = t->look;
    bool flash = begins_second(l, sequence) || begins_second(l, sequence - 1);
    input_scene_draw(l->scene, time_us(l, sequence), flash, l->frame);
    draw_text(t, sequence, slot_utc_us);
    struct stamp stamp = {t->channel, (uint32_t)sequence, slot_utc_us};
    struct stamp_plane luma = {l->frame->data[0], l->frame->linesize[0], l->frame->width,
                               l->frame->height};
    stamp_write(&luma, &stamp);
}

/* Who was given the last picture may hold on to it by a reference of their own. */
static bool make_writable(struct look *l)
{
    if (av_frame_is_writable(l->frame))
        return true;
    AVFrame *fresh = allocate_frame(l->frame->width, l->frame->height);
    if (!fresh)
        return false;
    blacken(fresh);
    av_frame_free(&l->frame);
    l->frame = fresh;
    return true;
}

static void test_picture(struct input *in, int64_t sequence, int64_t slot_us, int64_t slot_utc_us,
                         struct input_picture *out)
{
    struct test_input *t = (struct test_input *)in;
    assert(sequence >= 0);
    int64_t start_us = clock_thread_cpu_us();
    take_look(t, slot_us);
    bool writable = make_writable(t->look);
    if (writable)
        draw(t, sequence, slot_utc_us);
    else
        atomic_fetch_add(&t->repeated, 1);
    if (!atomic_load(&t->first_slot_us))
        atomic_store(&t->first_slot_us, slot_us);
    atomic_fetch_add(&t->cpu_us, clock_thread_cpu_us() - start_us);
    *out = (struct input_picture){t->look->frame, slot_utc_us, !writable};
}

static void test_audio(struct input *in, int64_t first_sample, int count, int64_t slot_us,
                       float *const planes[INPUT_CHANNELS])
{
    struct test_input *t = (struct test_input *)in;
    (void)slot_us;
    assert(first_sample >= 0);
    int64_t start_us = clock_thread_cpu_us();
    for (int i = 0; i < count; i++)
        planes[0][i] = planes[1][i] = input_tone_sample(t->channel, first_sample + i);
    atomic_fetch_add(&t->cpu_us, clock_thread_cpu_us() - start_us);
}

static void test_state(struct input *in, struct input_state *state)
{
    struct test_input *t = (struct test_input *)in;
    *state = (struct input_state){
        .feed = INPUT_UP,
        .picture = INPUT_PART_UP,
        .sound = INPUT_PART_UP,
        .since_us = atomic_load(&t->first_slot_us),
        .repeated_pictures = atomic_load(&t->repeated),
        .cpu_us = atomic_load(&t->cpu_us),
    };
}

const struct input_ops input_test = {
    .name = "test",
    .matches = test_matches,
    .create = test_create,
    .destroy = test_destroy,
    .retune = test_retune,
    .picture = test_picture,
    .audio = test_audio,
    .state = test_state,
};
