/* Where pictures of other shapes go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packager/ladder/fit.h"

static void check(int width, int height, AVRational sar, int outer_width, int outer_height,
                  struct ladder_rect expected)
{
    struct ladder_rect r = ladder_fit(width, height, sar, outer_width, outer_height);
    assert_int_equal(r.x, expected.x);
    assert_int_equal(r.y, expected.y);
    assert_int_equal(r.width, expected.width);
    assert_int_equal(r.height, expected.height);
}

static const AVRational square = {1, 1};

static void the_same_shape_fills_all(void **state)
{
    (void)state;
    check(1280, 720, square, 640, 360, (struct ladder_rect){0, 0, 640, 360});
    check(640, 360, square, 1920, 1080, (struct ladder_rect){0, 0, 1920, 1080});
    /* Rungs whose sides were rounded to even numbers. */
    check(1280, 720, square, 426, 240, (struct ladder_rect){0, 0, 426, 240});
    check(1280, 720, square, 854, 480, (struct ladder_rect){0, 0, 854, 480});
    /* 1088 coded lines are a decoder's business; 1080 of 1920 are a shape. */
    check(1920, 1080, square, 256, 144, (struct ladder_rect){0, 0, 256, 144});
}

static void bars_are_even_and_on_both_sides(void **state)
{
    (void)state;
    check(640, 480, square, 1280, 720, (struct ladder_rect){160, 0, 960, 720});
    check(640, 480, square, 426, 240, (struct ladder_rect){52, 0, 320, 240});
    check(2350, 1000, square, 1280, 720, (struct ladder_rect){0, 88, 1280, 544});
    check(1080, 1920, square, 640, 360, (struct ladder_rect){218, 0, 202, 360});
}

static void the_sample_aspect_ratio_counts(void **state)
{
    (void)state;
    /* PAL: 720x576 is 4:3 with 16:15 and 16:9 with 64:45. */
    check(720, 576, (AVRational){16, 15}, 640, 360, (struct ladder_rect){80, 0, 480, 360});
    check(720, 576, (AVRational){64, 45}, 640, 360, (struct ladder_rect){0, 0, 640, 360});
    /* 1440x1080 HDV. */
    check(1440, 1080, (AVRational){4, 3}, 1280, 720, (struct ladder_rect){0, 0, 1280, 720});
    /* Unknown or nonsense is square. */
    check(1280, 720, (AVRational){0, 1}, 640, 360, (struct ladder_rect){0, 0, 640, 360});
    check(1280, 720, (AVRational){-4, 3}, 640, 360, (struct ladder_rect){0, 0, 640, 360});
    check(1280, 720, (AVRational){4, 0}, 640, 360, (struct ladder_rect){0, 0, 640, 360});
}

static void extremes_stay_inside(void **state)
{
    (void)state;
    AVRational wide = {INT32_MAX, 1};
    AVRational narrow = {1, INT32_MAX};
    check(16384, 1, wide, 640, 360, (struct ladder_rect){0, 178, 640, 2});
    check(1, 16384, narrow, 640, 360, (struct ladder_rect){318, 0, 2, 360});
    check(16384, 16384, wide, 16384, 16384, (struct ladder_rect){0, 8190, 16384, 2});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_shape_fills_all),
        cmocka_unit_test(bars_are_even_and_on_both_sides),
        cmocka_unit_test(the_sample_aspect_ratio_counts),
        cmocka_unit_test(extremes_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
