/* What a feed's time stamps say: any of them, in any order, at any time. Pictures come out once, in
 * the order that they went in, and sound stays as loud as it was. */
#include "media/core/bytes.h"
#include "packager/pace/pace.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SAMPLES = 1024, PICTURES = 4096 };

static const int64_t slot_us = 40000;

struct feed {
    struct pace *pace;
    struct bytes_reader in;
    int64_t now_us, slot, pts_us;
    intptr_t put, out; /* pictures are their own numbers, from 1 on */
};

static intptr_t released; /* of pictures, the last one that no slot had room for */
static intptr_t gone;     /* how many were */

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void release(void *picture)
{
    require((intptr_t)picture > released);
    released = (intptr_t)picture;
    gone++;
}

/* Mostly a step from the last one, now and then anything. */
static int64_t read_pts(struct feed *f)
{
    uint8_t how = bytes_read_u8(&f->in);
    if (how == 255)
        return (int64_t)bytes_read_u64(&f->in);
    if (how == 254)
        return PACE_NO_PTS;
    int64_t step_us = (how % 32) * (INT64_C(1) << how / 32 * 7);
    if (__builtin_add_overflow(f->pts_us, how % 2 ? step_us : -step_us / 3, &f->pts_us))
        f->pts_us = 0;
    return f->pts_us;
}

static void put_sound(struct feed *f)
{
    float samples[SAMPLES];
    const float *planes[PACE_SOUND_CHANNELS] = {samples, samples};
    int count = 1 + bytes_read_u8(&f->in) * 4;
    count = count < SAMPLES ? count : SAMPLES;
    for (int i = 0; i < count; i++)
        samples[i] = (float)(i % 64) / 64;
    pace_put_sound(f->pace, planes, count, read_pts(f), f->now_us);
}

static void begin(struct feed *f)
{
    uint8_t how = bytes_read_u8(&f->in);
    struct pace_source source = {.paced = how & 1,
                                 .pictures = how & 2 || !(how & 4),
                                 .sound = how & 4,
                                 .max_step_us = how & 8 ? 1000000 : INT64_C(3600000000)};
    pace_begin(f->pace, &source);
}

/* The output clock goes on by a slot. */
static void take(struct feed *f)
{
    float left[SAMPLES], right[SAMPLES];
    float *planes[PACE_SOUND_CHANNELS] = {left, right};
    struct pace_taken taken;
    int64_t at_us = f->slot++ * slot_us;
    f->now_us = f->now_us > at_us ? f->now_us : at_us;
    if (pace_take_picture(f->pace, at_us, &taken)) {
        require((intptr_t)taken.picture > f->out && (intptr_t)taken.picture > released);
        f->out = (intptr_t)taken.picture;
        gone++;
    }
    pace_take_sound(f->pace, at_us, SAMPLES, planes);
    for (int i = 0; i < SAMPLES; i++)
        require(fabsf(left[i]) <= 2 && fabsf(right[i]) <= 2); /* a curve through 0 to 1 */
}

static void step(struct feed *f, uint8_t what)
{
    f->now_us += (what >> 3) * INT64_C(700);
    switch (what & 7) {
    case 0:
        begin(f);
        break;
    case 1:
    case 2:
        if (pace_full(f->pace) || f->put == PICTURES)
            break;
        pace_put_picture(f->pace, (void *)++f->put, read_pts(f),
                         (int64_t)(int32_t)bytes_read_u32(&f->in), f->now_us, f->now_us);
        break;
    case 3:
    case 4:
        put_sound(f);
        break;
    case 5:
        if (bytes_read_u8(&f->in) & 1)
            pace_rewind(f->pace);
        else
            pace_end(f->pace);
        break;
    default:
        take(f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pace_config config = {.slot_rate = {25, 1}, .release = release};
    struct feed f = {0};
    struct pace_counts counts;
    released = gone = 0;
    if (pace_create(&config, &f.pace))
        return 0;
    bytes_reader_init(&f.in, data, size);
    begin(&f);
    while (bytes_reader_left(&f.in) && !f.in.status)
        step(&f, bytes_read_u8(&f.in));
    pace_counts(f.pace, &counts);
    require(counts.dropped_pictures >= 0 && counts.silent_samples >= 0);
    pace_destroy(f.pace);
    require(gone == f.put);
    return 0;
}
