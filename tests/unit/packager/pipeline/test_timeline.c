#include "packager/pipeline/event_repeat.h"
#include "packager/pipeline/timeline.h"
#include "support/cmocka_all.h"

static struct timeline timeline_of(struct rational rate, double segment_s)
{
    return (struct timeline){.start_us = 5000000,
                             .start = {0, 1},
                             .video_rate = rate,
                             .audio_rate = {375, 8},
                             .segment_duration = timeline_whole_frames(segment_s, rate)};
}

/* H27: segments are whole frames, so that their boundaries are exact for ever. */
static void h27_segment_durations_are_whole_frames(void **state)
{
    (void)state;
    struct rational d = timeline_whole_frames(6, (struct rational){30000, 1001});
    assert_int_equal(d.num * 30000 % (d.den * 1001), 0);
    assert_int_equal(d.num * 30000 / (d.den * 1001), 180);
    d = timeline_whole_frames(6, (struct rational){30, 1});
    assert_int_equal(d.num, 6);
    assert_int_equal(d.den, 1);
    d = timeline_whole_frames(0.001, (struct rational){25, 1});
    assert_int_equal(d.num * 25, d.den);
}

/* H9: at least 2 s ahead; and no last segment under a second. */
static void h9_an_end_is_far_enough_away_and_leaves_no_short_segment(void **state)
{
    static const struct rational rates[] = {
        {24000, 1001}, {25, 1}, {30000, 1001}, {30, 1}, {60, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct timeline t = timeline_of(rates[i], 6);
        for (int64_t now = t.start_us - 1000000; now < t.start_us + 20000000; now += 9973) {
            int64_t end = timeline_end_frame(&t, now, 2000000);
            int64_t end_us = timeline_video_us(&t, end);
            assert_true(end_us >= now + 2000000);
            assert_true(end_us <= now + 2000000 + 3100000);
            int64_t segment = timebase_segment_of_frame(end - 1, t.segment_duration, t.video_rate);
            int64_t first = timebase_segment_first_frame(segment, t.segment_duration, t.video_rate);
            assert_true((end - first) * rates[i].den >= rates[i].num);
            int64_t sound = timeline_audio_frames(&t, end);
            segment = timebase_segment_of_frame(sound - 1, t.segment_duration, t.audio_rate);
            first = timebase_segment_first_frame(segment, t.segment_duration, t.audio_rate);
            assert_true((sound - first) * t.audio_rate.den >= t.audio_rate.num);
        }
    }
}

/* H27: where segments hardly last a second themselves, the last one is as long as the others. */
static void h27_the_last_of_short_segments_is_whole(void **state)
{
    struct rational rate = {30, 1};
    struct timeline t = timeline_of(rate, 1);
    (void)state;
    for (int64_t now = t.start_us; now < t.start_us + 5000000; now += 9973)
        assert_int_equal(timeline_end_frame(&t, now, 2000000) % 30, 0);
}

/* H9: all tracks have media for the whole Presentation. */
static void h9_sound_covers_the_picture_to_its_end(void **state)
{
    (void)state;
    struct timeline t = timeline_of((struct rational){30000, 1001}, 6);
    for (int64_t frames = 1; frames < 5000000; frames += 7919) {
        int64_t audio = timeline_audio_frames(&t, frames);
        int64_t samples_needed = timebase_muldiv_ceil(frames * 1001, 48000, 30000);
        assert_true(audio * 1024 >= samples_needed);
        assert_true((audio - 1) * 1024 < samples_needed);
    }
}

/* H6: whatever follows what, and however often, no error adds up between clock and manifest time.
 */
static void h6_presentations_follow_without_a_gap(void **state)
{
    static const struct rational rates[] = {{24000, 1001}, {25, 1},       {30000, 1001},
                                            {30, 1},       {60000, 1001}, {50, 1}};
    enum { RATES = sizeof rates / sizeof *rates };
    (void)state;
    struct timeline t = timeline_of(rates[0], 6);
    struct rational at = {0, 120000}; /* in a scale that fits them all */
    for (int64_t i = 1; i < 5000; i++) {
        int64_t frames = 150 + i * 7919 % 100000;
        struct timeline next = timeline_following(&t, frames, rates[i % RATES], 6);
        at.num += frames * t.video_rate.den * (120000 / t.video_rate.num);
        assert_int_equal(next.start.num * (120000 / next.start.den), at.num);
        assert_int_equal(next.start_us, 5000000 + timebase_muldiv_floor(at.num, 1000000, 120000));
        int64_t old_end_us = timeline_video_us(&t, frames);
        assert_true(next.start_us - old_end_us >= 0 && next.start_us - old_end_us <= 1);
        /* The first sample is the one at the start, not a sample off. */
        int64_t sample = timeline_first_sample(&next);
        assert_true(sample * 120000 <= at.num * 48000);
        assert_true((sample + 1) * 120000 > at.num * 48000);
        t = next;
    }
    assert_int_equal(t.segment_duration.num * t.video_rate.num % t.segment_duration.den, 0);
}

/* Rates that have no common scale don't break anything: a microsecond is lost once in a while. */
static void odd_rates_are_followed_to_a_microsecond(void **state)
{
    static const struct rational rates[] = {{99991, 3989}, {99989, 3571}, {99971, 2003}};
    (void)state;
    struct timeline t = timeline_of(rates[0], 6);
    for (int64_t i = 1; i < 1000; i++) {
        struct timeline next = timeline_following(&t, 150 + i, rates[i % 3], 6);
        int64_t off_us = next.start_us - timeline_video_us(&t, 150 + i);
        assert_true(off_us >= -1 && off_us <= 1);
        assert_true(next.start.den > 0 && next.start.den <= 100000000);
        t = next;
    }
}

/* H32: once in the first frame, then each second. */
static void h32_the_event_is_repeated_each_second(void **state)
{
    struct event_repeat e;
    struct rational rate = {30000, 1001};
    int64_t carried[8];
    size_t count = 0;
    (void)state;
    event_repeat_init(&e);
    for (int64_t n = 0; n < 200; n++) {
        if (event_repeat_due(&e, n >= 100, n, rate))
            carried[count++] = n;
    }
    assert_int_equal(count, 4);
    assert_int_equal(carried[0], 100);
    for (size_t i = 1; i < count; i++)
        assert_int_equal(carried[i] - carried[i - 1], 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h27_segment_durations_are_whole_frames),
        cmocka_unit_test(h9_an_end_is_far_enough_away_and_leaves_no_short_segment),
        cmocka_unit_test(h27_the_last_of_short_segments_is_whole),
        cmocka_unit_test(h9_sound_covers_the_picture_to_its_end),
        cmocka_unit_test(h6_presentations_follow_without_a_gap),
        cmocka_unit_test(odd_rates_are_followed_to_a_microsecond),
        cmocka_unit_test(h32_the_event_is_repeated_each_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
