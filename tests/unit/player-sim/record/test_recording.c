/* What was seen of a track, and what it comes to. */
#include "player-sim/record/recording.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

static void add(struct recording *r, size_t frames)
{
    for (size_t n = 0; n < frames; n++)
        assert_int_equal(recording_frame(r, 100 + (uint32_t)n, RECORDING_NO_WAIT), ERR_OK);
}

/* Straight lines between fetched packets, flat before the first and after the last; keyframes
 * apart: frame 4's was not fetched and is its 104 bytes and the 300 that frame 0's packet has
 * besides. */
static void test_packets_between_are_interpolated(void **state)
{
    (void)state;
    struct recording r = {0};
    static const uint32_t expected[] = {400, 1000, 1000, 1100, 404, 1300, 1400, 1400};
    uint32_t out[8];
    add(&r, 9);
    recording_packet(&r, 0, 400);
    recording_packet(&r, 2, 1000);
    recording_packet(&r, 6, 1400);
    assert_int_equal(r.packets, 3);
    assert_true(recording_packets(&r, 8, 4, out));
    for (size_t n = 0; n < 8; n++)
        assert_int_equal(out[n], expected[n]);
    recording_finish(&r);
}

static void test_every_packet_fetched_is_kept(void **state)
{
    (void)state;
    struct recording r = {0};
    uint32_t out[6];
    add(&r, 6);
    for (uint32_t n = 0; n < 6; n++)
        recording_packet(&r, n, 5000 + n * n);
    assert_true(recording_packets(&r, 6, 3, out));
    for (uint32_t n = 0; n < 6; n++)
        assert_int_equal(out[n], 5000 + n * n);
    recording_finish(&r);
}

/* Keyframes alone say nothing of the others. */
static void test_keyframes_alone_are_too_few(void **state)
{
    (void)state;
    struct recording r = {0};
    uint32_t out[4] = {7, 7, 7, 7};
    add(&r, 4);
    assert_false(recording_packets(&r, 4, 2, out));
    recording_packet(&r, 0, 500);
    recording_packet(&r, 2, 500);
    assert_false(recording_packets(&r, 4, 2, out));
    assert_int_equal(out[0], 7);
    recording_finish(&r);
}

/* Of 20 waits the highest and lowest two don't count; half of the round trip is the way. */
static void test_time_until_made(void **state)
{
    (void)state;
    struct recording r = {0};
    assert_int_equal(recording_made_us(&r, -1), 0);
    add(&r, 3); /* what stood ready tells nothing */
    assert_int_equal(recording_made_us(&r, -1), 0);
    for (int64_t i = 0; i < 16; i++)
        assert_int_equal(recording_frame(&r, 1, 20000 + i % 2 * 2000), ERR_OK);
    for (int64_t i = 0; i < 2; i++) {
        assert_int_equal(recording_frame(&r, 1, 900000), ERR_OK);
        assert_int_equal(recording_frame(&r, 1, -900000), ERR_OK);
    }
    assert_int_equal(recording_made_us(&r, -1), 21000);
    assert_int_equal(recording_made_us(&r, 3000), 19500);
    assert_int_equal(recording_made_us(&r, 80000), 0);
    recording_finish(&r);
}

static void test_mean(void **state)
{
    (void)state;
    struct recording r = {0};
    assert_int_equal(recording_mean_bytes(&r), 0);
    add(&r, 2);
    assert_int_equal(recording_mean_bytes(&r), 101); /* 100.5, rounded */
    add(&r, 5000);
    assert_int_equal(r.frames, 5002);
    assert_int_equal(r.frame_bytes[5001], 5099);
    recording_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets_between_are_interpolated),
        cmocka_unit_test(test_every_packet_fetched_is_kept),
        cmocka_unit_test(test_keyframes_alone_are_too_few),
        cmocka_unit_test(test_time_until_made),
        cmocka_unit_test(test_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
