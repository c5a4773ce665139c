/* Levels: ISO/IEC 14496-10 table A-1, looked up by hand for each line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packager/encode/level.h"

static int level_of(int width, int height, int64_t num, int64_t den, int64_t bitrate_bps,
                    int64_t buffer_bits, bool high_profile)
{
    struct encoder_level_needs needs = {
        .width = width,
        .height = height,
        .frame_rate = {num, den},
        .bitrate_bps = bitrate_bps,
        .buffer_bits = buffer_bits,
        .high_profile = high_profile,
    };
    return encoder_level_idc(&needs);
}

static void the_usual_rungs(void **state)
{
    (void)state;
    assert_int_equal(level_of(256, 144, 30, 1, 200000, 50000, false), 12); /* 4320 MB/s */
    assert_int_equal(level_of(426, 240, 30, 1, 300000, 75000, false), 21); /* 405 MB a frame */
    assert_int_equal(level_of(640, 360, 30, 1, 800000, 200000, true), 30); /* 27600 MB/s */
    assert_int_equal(level_of(1280, 720, 30, 1, 2500000, 625000, true), 31);
    assert_int_equal(level_of(1280, 720, 60, 1, 2500000, 625000, true), 32);
    assert_int_equal(level_of(1920, 1080, 30, 1, 5000000, 1250000, true), 40);
    assert_int_equal(level_of(1920, 1080, 60, 1, 5000000, 1250000, true), 42);
    assert_int_equal(level_of(3840, 2160, 30, 1, 15000000, 3750000, true), 51);
}

static void limits_are_inclusive(void **state)
{
    (void)state;
    /* 720p at 30: exactly 108000 MB/s and 3600 MB a frame. A little faster is too much for 3.1. */
    assert_int_equal(level_of(1280, 720, 30000, 1001, 14000000, 14000000, false), 31);
    assert_int_equal(level_of(1280, 720, 30001, 1000, 14000000, 14000000, false), 32);
    assert_int_equal(level_of(1280, 720, 30, 1, 14000001, 1, false), 32);
    assert_int_equal(level_of(1280, 720, 30, 1, 1, 14000001, false), 32);
}

static void high_profile_has_a_quarter_more(void **state)
{
    (void)state;
    assert_int_equal(level_of(1280, 720, 30, 1, 17500000, 17500000, true), 31);
    assert_int_equal(level_of(1280, 720, 30, 1, 17500001, 1, true), 32);
}

static void a_long_side_needs_a_level_of_its_own(void **state)
{
    (void)state;
    /* 4096x16: 256 MB, but 256 columns need sqrt(8 MaxFS) >= 256, so MaxFS 8192. */
    assert_int_equal(level_of(4096, 16, 1, 1, 1000, 1000, false), 40);
    assert_int_equal(level_of(16, 4096, 1, 1, 1000, 1000, false), 40);
}

static void beyond_the_table(void **state)
{
    (void)state;
    assert_int_equal(level_of(16384, 16384, 30, 1, 1000000, 1000000, true), 0);
    assert_int_equal(level_of(1280, 720, 30, 1, 1000000001, 1, true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_rungs),
        cmocka_unit_test(limits_are_inclusive),
        cmocka_unit_test(high_profile_has_a_quarter_more),
        cmocka_unit_test(a_long_side_needs_a_level_of_its_own),
        cmocka_unit_test(beyond_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
