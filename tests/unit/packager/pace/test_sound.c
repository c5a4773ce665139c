/* The sound's queue: what is steady comes out sample for sample, gaps are silence of their length,
 * and corrections are too small to be heard. A sample's value is its number, from 1. */
#include "packager/pace/sound.h"

#include <math.h>
#include <string.h>

#include "support/cmocka_all.h"

enum { CHUNK = 1024 };

static float values[CHUNK], left[CHUNK], right[CHUNK];
static float *const out[PACE_SOUND_CHANNELS] = {left, right};

static int64_t us_of(int64_t sample)
{
    return sample * 1000000 / PACE_SOUND_RATE;
}

/* Puts the samples from first on, stamped off_us beside their time. */
static void put(struct pace_sound *s, int64_t first, int64_t off_us)
{
    const float *planes[PACE_SOUND_CHANNELS] = {values, values};
    for (int i = 0; i < CHUNK; i++)
        values[i] = (float)(first + i + 1);
    pace_sound_put(s, planes, CHUNK, us_of(first) + off_us);
}

static void take(struct pace_sound *s, int64_t first, int64_t late_us)
{
    pace_sound_take(s, us_of(first) - late_us, CHUNK, out);
    assert_memory_equal(left, right, sizeof left);
}

static int open_sound(void **state)
{
    static struct pace_sound sound;
    *state = &sound;
    return pace_sound_init(&sound, 25000);
}

static int close_sound(void **state)
{
    pace_sound_finish(*state);
    return 0;
}

static void jitter_of_the_stamps_leaves_every_sample(void **state)
{
    struct pace_sound *s = *state;
    float last = 0;
    for (int64_t n = 0; n < 1000; n++) {
        put(s, n * CHUNK, (n + 3) % 7 * 6000 - 18000);
        if (n < 3)
            continue;
        take(s, (n - 2) * CHUNK, n % 5);
        for (int i = 0; i < CHUNK; i++) {
            assert_true(last == 0 || left[i] == last + 1);
            last = left[i];
        }
        assert_true(fabsf(last - (float)((n - 1) * CHUNK)) < 384);
    }
    assert_int_equal(s->silent_samples, 0);
    assert_int_equal(s->jumps, 0);
}

static void a_gap_is_silence_of_its_length(void **state)
{
    struct pace_sound *s = *state;
    for (int64_t n = 0; n < 20; n++)
        if (n < 5 || n >= 10)
            put(s, n * CHUNK, 0);
    for (int64_t n = 0; n < 20; n++) {
        take(s, n * CHUNK, 0);
        for (int i = 0; i < CHUNK; i++)
            assert_true(left[i] == (n < 5 || n >= 10 ? (float)(n * CHUNK + i + 1) : 0));
    }
}

static void what_comes_twice_is_heard_once(void **state)
{
    struct pace_sound *s = *state;
    for (int64_t n = 0; n < 10; n++)
        put(s, n * CHUNK, 0);
    for (int64_t n = 5; n < 15; n++)
        put(s, n * CHUNK, 0);
    for (int64_t n = 0; n < 15; n++) {
        take(s, n * CHUNK, 0);
        for (int i = 0; i < CHUNK; i++)
            assert_true(left[i] == (float)(n * CHUNK + i + 1));
    }
    take(s, 15 * CHUNK, 0);
    assert_int_equal(s->silent_samples, CHUNK);
}

/* From so many microseconds off, back in step without a jump, by at most 0.5 %. */
static void correct_from(struct pace_sound *s, int64_t off_us)
{
    float last = 0;
    for (int64_t n = 0; n < 200; n++)
        put(s, n * CHUNK, 0);
    for (int64_t n = 2; n < 190; n++) {
        take(s, n * CHUNK, n < 4 ? 0 : off_us);
        for (int i = 0; i < CHUNK; i++) {
            assert_true(last == 0 || fabsf(left[i] - last - 1) < 0.05f);
            last = left[i];
        }
    }
    double late = 190.0 * CHUNK - (double)last; /* of the sample that is next, in samples */
    assert_true(fabs(late - (double)off_us * 0.048) < 384);
    assert_int_equal(s->jumps, 0);
    assert_int_equal(s->silent_samples, 0);
}

static void early_sound_is_held_back_without_a_click(void **state)
{
    correct_from(*state, 20000);
}

static void late_sound_catches_up_without_a_click(void **state)
{
    correct_from(*state, -20000);
}

static void too_far_off_is_put_right_at_once(void **state)
{
    struct pace_sound *s = *state;
    for (int64_t n = 0; n < 30; n++)
        put(s, n * CHUNK, 0);
    take(s, 0, 0);
    take(s, 20 * CHUNK, 0);
    assert_true(left[0] == (float)(20 * CHUNK + 1));
    assert_int_equal(s->jumps, 1);
}

static void a_stretched_sine_stays_a_sine(void **state)
{
    struct pace_sound *s = *state;
    const float *planes[PACE_SOUND_CHANNELS] = {values, values};
    const double step = 2 * 3.14159265358979 * 1000 / PACE_SOUND_RATE;
    for (int64_t n = 0; n < 100; n++) {
        for (int i = 0; i < CHUNK; i++)
            values[i] = (float)sin(step * (double)(n * CHUNK + i));
        pace_sound_put(s, planes, CHUNK, us_of(n * CHUNK));
    }
    take(s, CHUNK, 0);
    for (int64_t n = 2; n < 50; n++) {
        int64_t from = s->at;
        take(s, n * CHUNK, 20000);
        for (int i = 0; i < CHUNK; i++) {
            double at = (double)from + (double)i * (double)(s->at - from) / CHUNK;
            assert_true(fabs(left[i] - sin(step * at)) < 1e-3);
        }
    }
    assert_int_equal(s->jumps, 0);
    assert_true(s->at < 50 * CHUNK - 200); /* it has been stretched */
}

static void more_than_it_holds_drops_the_oldest(void **state)
{
    struct pace_sound *s = *state;
    int64_t chunks = 2 * PACE_SOUND_CAPACITY / CHUNK;
    for (int64_t n = 0; n < chunks; n++)
        put(s, n * CHUNK, 0);
    assert_int_equal(s->tail - s->head, PACE_SOUND_CAPACITY);
    take(s, (chunks - 1) * CHUNK, 0);
    assert_true(left[CHUNK - 1] == (float)(chunks * CHUNK));
}

int main(void)
{
#define SOUND_TEST(test) cmocka_unit_test_setup_teardown(test, open_sound, close_sound)
    const struct CMUnitTest tests[] = {
        SOUND_TEST(jitter_of_the_stamps_leaves_every_sample),
        SOUND_TEST(a_gap_is_silence_of_its_length),
        SOUND_TEST(what_comes_twice_is_heard_once),
        SOUND_TEST(early_sound_is_held_back_without_a_click),
        SOUND_TEST(late_sound_catches_up_without_a_click),
        SOUND_TEST(too_far_off_is_put_right_at_once),
        SOUND_TEST(a_stretched_sine_stays_a_sine),
        SOUND_TEST(more_than_it_holds_drops_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
