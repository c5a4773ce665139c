/* One input for Presentations that follow each other: its sound shared, itself exchanged. */
#include "media/core/err.h"
#include "packager/ingest/input_tone.h"
#include "packager/pipeline/recent_sound.h"
#include "packager/pipeline/source.h"
#include "support/cmocka_all.h"

#include <string.h>

static const int64_t start_us = 7000000;

static struct source *create(const char *url)
{
    struct input_config config = {.channel = "one",
                                  .url = url,
                                  .frame_rate = {30, 1},
                                  .width = 128,
                                  .height = 72,
                                  .channel_number = 4};
    struct source *s;
    assert_int_equal(source_create(&config, &s), 0);
    return s;
}

/* Takes samples and demands that they are the tone's. */
static void take(struct source *s, int64_t first, int count)
{
    static float left[4096], right[4096];
    float *const planes[INPUT_CHANNELS] = {left, right};
    source_sound(s, first, count, start_us + first * 1000000 / 48000, planes);
    for (int i = 0; i < count; i++) {
        assert_true(left[i] == input_tone_sample(4, first + i));
        assert_true(right[i] == left[i]);
    }
}

/* The one that ends goes on beyond the change, as its encoder wants some more; the one that begins
 * starts before that, in the middle of a frame of the other. */
static void two_presentations_get_the_same_samples(void **state)
{
    struct source *s = create("test:");
    (void)state;
    for (int64_t frame = 0; frame < 300; frame++)
        take(s, frame * 1024, 1024);
    int64_t change = 298 * 1024 + 333;
    take(s, change, 1024);
    for (int64_t frame = 1; frame < 5; frame++) {
        take(s, (299 + frame) * 1024, 1024);
        take(s, change + frame * 1024, 1024);
    }
    for (int64_t frame = 5; frame < 50; frame++)
        take(s, change + frame * 1024, 1024);
    /* Nobody asked for a while. */
    take(s, change + 500 * 1024, 1024);
    source_destroy(s);
}

static void what_is_too_old_is_silence(void **state)
{
    static struct recent_sound r;
    float value = 0.5f, got[2];
    const float *const put[] = {&value, &value};
    float *const planes[] = {&got[0], &got[1]};
    (void)state;
    for (int i = 0; i < RECENT_SOUND_SAMPLES + 10; i++)
        recent_sound_put(&r, put, 1);
    static const struct {
        int64_t sample;
        bool there;
    } cases[] = {{-1, false},
                 {9, false},
                 {10, true},
                 {RECENT_SOUND_SAMPLES + 9, true},
                 {RECENT_SOUND_SAMPLES + 10, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        recent_sound_copy(&r, cases[i].sample, 1, planes);
        assert_true(got[0] == (cases[i].there ? value : 0));
    }
}

static const AVFrame *show(struct source *s, int64_t n, struct input_picture *p)
{
    int64_t at_us = n * 1000000 / 30;
    source_picture(s, n, start_us + at_us, at_us, p);
    source_picture_done(s);
    return p->frame;
}

/* The last picture stays, with silence, until the next input is up. */
static void an_input_is_exchanged(void **state)
{
    struct source *s = create("test:");
    struct input_picture p;
    struct input_state before;
    float left[1024], right[1024];
    float *const planes[INPUT_CHANNELS] = {left, right};
    (void)state;
    show(s, 0, &p);
    uint8_t shown[64 * 64];
    for (int y = 0; y < 64; y++)
        memcpy(shown + y * 64, p.frame->data[0] + y * p.frame->linesize[0], 64);
    /* Nobody sends there: it never comes up. */
    assert_int_equal(source_replace(s, "udp://127.0.0.1:9", false), 0);
    for (int64_t n = 1; n < 10; n++) {
        show(s, n, &p);
        assert_true(p.repeated);
        for (int y = 0; y < 64; y++)
            assert_memory_equal(shown + y * 64, p.frame->data[0] + y * p.frame->linesize[0], 64);
    }
    source_state(s, &before);
    assert_int_equal(before.feed, INPUT_STARTING);
    source_sound(s, 0, 1024, start_us, planes);
    for (int i = 0; i < 1024; i++)
        assert_true(left[i] == 0);
    /* What can't be had leaves everything as it is. */
    assert_int_equal(source_replace(s, "/nowhere/at/all.mp4", false), ERR_INVALID);
    source_state(s, &before);
    assert_int_equal(before.feed, INPUT_STARTING);
    /* And back. */
    assert_int_equal(source_replace(s, "test:9", false), 0);
    show(s, 10, &p);
    assert_false(p.repeated);
    source_sound(s, 1024, 1024, start_us, planes);
    for (int i = 0; i < 1024; i++)
        assert_true(left[i] == input_tone_sample(9, 1024 + i));
    source_destroy(s);
}

/* Where both want the same port the old one is closed first; one that can't be had then leaves
 * none, and the last picture. */
static void an_input_on_the_same_port_is_closed_first(void **state)
{
    struct source *s = create("udp://127.0.0.1:9");
    struct input_picture p;
    struct input_state now;
    float left[1024], right[1024];
    float *const planes[INPUT_CHANNELS] = {left, right};
    (void)state;
    show(s, 0, &p);
    assert_int_equal(source_replace(s, "udp://127.0.0.1:9?fifo_size=100", false), 0);
    assert_non_null(show(s, 1, &p));
    source_state(s, &now);
    assert_int_equal(now.feed, INPUT_STARTING);
    assert_int_equal(source_replace(s, "nothing-like-it://127.0.0.1:9", false), ERR_INVALID);
    source_state(s, &now);
    assert_int_equal(now.feed, INPUT_LOST);
    assert_non_null(show(s, 2, &p));
    assert_true(p.repeated);
    source_sound(s, 0, 1024, start_us, planes);
    assert_true(left[0] == 0 && right[1023] == 0);
    assert_int_equal(source_replace(s, "test:", false), 0);
    show(s, 3, &p);
    assert_false(p.repeated);
    source_destroy(s);
}

/* There may be no picture yet that could stay. */
static void there_may_be_no_picture_at_all(void **state)
{
    struct source *s = create("udp://127.0.0.1:9");
    struct input_picture p;
    (void)state;
    assert_int_equal(source_replace(s, "nothing-like-it://127.0.0.1:9", false), ERR_INVALID);
    assert_null(show(s, 0, &p));
    source_destroy(s);
}

/* An input that comes before or after a change of the output follows it. */
static void an_exchanged_input_is_tuned_like_the_one_before(void **state)
{
    struct source *s = create("test:");
    struct input_picture p;
    struct input_tuning tuning = {
        .frame_rate = {25, 1}, .width = 256, .height = 144, .start_us = 1000000};
    (void)state;
    tuning.slot_us = start_us + 1000000;
    assert_int_equal(source_retune(s, &tuning), 0);
    assert_int_equal(source_replace(s, "test:2", false), 0);
    assert_int_equal(show(s, 29, &p)->width, 128);
    source_picture(s, 0, tuning.slot_us, 0, &p);
    assert_int_equal(p.frame->width, 256);
    source_picture_done(s);
    assert_int_equal(source_replace(s, "test:3", false), 0);
    source_picture(s, 1, tuning.slot_us + 40000, 0, &p);
    assert_int_equal(p.frame->width, 256);
    source_picture_done(s);
    source_destroy(s);
}

static void ports_are_compared(void **state)
{
    (void)state;
    assert_true(input_share_port("udp://127.0.0.1:5000", "udp://0.0.0.0:5000?timeout=1"));
    assert_true(input_share_port("srt://0.0.0.0:9000?mode=listener", "udp://@:9000/x"));
    assert_false(input_share_port("udp://127.0.0.1:5000", "udp://127.0.0.1:50001"));
    assert_false(input_share_port("udp://127.0.0.1:5000", "test:"));
    assert_false(input_share_port("film.mp4", "film.mp4"));
    assert_true(input_share_port("rtmp://[::]:1935/live/a", "rtmp://0.0.0.0:1935/live/b"));
    /* Whose port is the scheme's own may be the same. */
    assert_true(input_share_port("rtmp://0.0.0.0/live/a", "rtmp://0.0.0.0:1936/live/a"));
    assert_false(input_share_port("rtmp://[::1]/live/a", "http://example.com/a:5"));
    assert_false(input_share_port("srt://user:9@host:9000", "udp://127.0.0.1:9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_presentations_get_the_same_samples),
        cmocka_unit_test(what_is_too_old_is_silence),
        cmocka_unit_test(an_input_is_exchanged),
        cmocka_unit_test(an_input_on_the_same_port_is_closed_first),
        cmocka_unit_test(there_may_be_no_picture_at_all),
        cmocka_unit_test(an_exchanged_input_is_tuned_like_the_one_before),
        cmocka_unit_test(ports_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
