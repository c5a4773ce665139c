/* When a stream that packets come of counts as one that nothing can be made of any more. */
#include "packager/ingest/stream_watch.h"
#include "support/cmocka_all.h"

static const int64_t frame_us = 40000;

static void what_has_given_nothing_yet_is_not_judged(void **state)
{
    struct stream_watch w = {0};
    (void)state;
    for (int64_t n = 0; n < 1000; n++) {
        stream_watch_packet(&w);
        assert_false(stream_watch_stuck(&w, n * frame_us));
    }
}

static void a_codec_that_changes_shows_within_a_second(void **state)
{
    struct stream_watch w = {0};
    int64_t n = 0;
    (void)state;
    for (; n < 100; n++) {
        stream_watch_packet(&w);
        stream_watch_output(&w, n * frame_us);
    }
    for (; !stream_watch_stuck(&w, n * frame_us); n++)
        stream_watch_packet(&w);
    assert_in_range((n - 99) * frame_us, STREAM_WATCH_US, 1000000);
    w = (struct stream_watch){0}; /* opened again */
    assert_false(stream_watch_stuck(&w, n * frame_us));
}

static void silence_and_bursts_of_loss_are_neither(void **state)
{
    struct stream_watch w = {0};
    (void)state;
    stream_watch_output(&w, 0);
    assert_false(stream_watch_stuck(&w, 60000000)); /* nothing came */
    for (int64_t n = 0; n < 100; n++) {             /* one of ten is whole */
        stream_watch_packet(&w);
        if (n % 10 == 9)
            stream_watch_output(&w, n * frame_us);
        assert_false(stream_watch_stuck(&w, n * frame_us));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_given_nothing_yet_is_not_judged),
        cmocka_unit_test(a_codec_that_changes_shows_within_a_second),
        cmocka_unit_test(silence_and_bursts_of_loss_are_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
