/* What is at hand for packets, and within which bounds. */
#include "support/cmocka_all.h"

#include "media/core/err.h"
#include "packager/init/picture_cache.h"

enum { BYTES = 1000 };

static struct picture_cache *cache(size_t pictures, int64_t window_frames)
{
    struct picture_cache_config config = {
        .max_bytes = pictures * BYTES, .picture_bytes = BYTES, .window_frames = window_frames};
    struct picture_cache *c = NULL;
    assert_int_equal(picture_cache_create(&config, &c), ERR_OK);
    return c;
}

static void put(struct picture_cache *c, int64_t n)
{
    struct reconstruction r = {
        .frame = av_frame_alloc(), .sequence = n, .qp_plus1 = (int)(n % 50) + 1};
    assert_non_null(r.frame);
    r.frame->width = r.frame->height = 16;
    r.frame->format = AV_PIX_FMT_NV12;
    r.frame->pts = n;
    assert_int_equal(av_frame_get_buffer(r.frame, 0), 0);
    picture_cache_put(c, &r);
    assert_null(r.frame);
}

static int64_t found(const struct picture_cache *c, int64_t first, int64_t n)
{
    struct reconstruction r;
    if (picture_cache_find(c, first, n, &r))
        return -1;
    assert_int_equal(r.frame->pts, r.sequence);
    assert_int_equal(r.qp_plus1, r.sequence % 50 + 1);
    av_frame_free(&r.frame);
    return r.sequence;
}

static void test_the_latest_are_all_there_and_older_ones_every_so_often(void **state)
{
    struct picture_cache *c = cache(40, 300);
    (void)state;
    assert_int_equal(picture_cache_oldest(c), INT64_MAX);
    assert_int_equal(found(c, 0, 10), -1);
    assert_int_equal(picture_cache_spacing(c), 30);
    for (int64_t n = 0; n < 1000; n++)
        put(c, n);
    assert_int_equal(picture_cache_oldest(c), 970);
    for (int64_t n = 970; n < 1000; n++)
        assert_int_equal(found(c, n, n), n);
    /* Over the whole window there is one at most a spacing away. */
    for (int64_t n = 700; n < 970; n++)
        assert_int_equal(found(c, 0, n), n / 30 * 30);
    assert_int_equal(found(c, 700, 705), -1); /* that would be 690 */
    assert_int_equal(picture_cache_bytes(c), 40 * BYTES);
    picture_cache_destroy(c);
}

static void test_a_window_that_fits_is_there_whole(void **state)
{
    struct picture_cache *c = cache(400, 300);
    (void)state;
    for (int64_t n = 0; n < 1000; n++)
        put(c, n);
    assert_int_equal(picture_cache_oldest(c), 699);
    assert_int_equal(picture_cache_spacing(c), 0);
    assert_int_equal(picture_cache_bytes(c), 301 * BYTES);
    picture_cache_destroy(c);
}

static void test_the_bound_holds_where_it_is_tight(void **state)
{
    (void)state;
    for (size_t pictures = 10; pictures < 40; pictures++) {
        struct picture_cache *c = cache(pictures, 300);
        for (int64_t n = 0; n < 700; n++)
            put(c, n);
        assert_int_equal(picture_cache_bytes(c), pictures * BYTES);
        picture_cache_destroy(c);
    }
}

static void test_little_memory_is_enough_to_go_on(void **state)
{
    struct picture_cache *c = cache(0, 3000);
    (void)state;
    for (int64_t n = 0; n < 5000; n++) {
        put(c, n);
        assert_true(picture_cache_bytes(c) <= 10 * BYTES);
    }
    assert_int_equal(found(c, 0, 4999), 4999);
    assert_true(found(c, 0, 2500) > 2500 - 3000 / 8 - 1);
    picture_cache_destroy(c);
    picture_cache_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_latest_are_all_there_and_older_ones_every_so_often),
        cmocka_unit_test(test_a_window_that_fits_is_there_whole),
        cmocka_unit_test(test_the_bound_holds_where_it_is_tight),
        cmocka_unit_test(test_little_memory_is_enough_to_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
