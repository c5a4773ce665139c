/* The stamp: each picture of test: tells channel, frame and capture time to a program, also after
 * scaling to 256x144 and coding at 200 kbit/s; and a picture that can't be trusted tells nothing.
 */
#include "media/stamp/stamp.h"

#include "media/core/err.h"
#include "support/codec_trip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct stamp typical = {7, 123456, INT64_C(1795000000123400)};

/* The time is what changes most from frame to frame. */
static const int64_t frame_us = 33367;

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static struct stamp_plane make_plane(int width, int height)
{
    struct stamp_plane plane = {malloc((size_t)width * (size_t)height), width, width, height};
    assert_non_null(plane.data);
    memset(plane.data, 100, (size_t)width * (size_t)height);
    return plane;
}

static void assert_reads(const struct stamp_plane *plane, const struct stamp *expected)
{
    struct stamp got = {0};
    assert_int_equal(stamp_read(plane, &got), 0);
    assert_int_equal(got.channel, expected->channel);
    assert_int_equal(got.frame, expected->frame);
    assert_true(got.capture_utc_us == expected->capture_utc_us / 100 * 100);
}

static void assert_reads_nothing(const struct stamp_plane *plane)
{
    struct stamp got = {0xABCD, 0x12345678, 987654321};
    assert_int_equal(stamp_read(plane, &got), ERR_NOT_FOUND);
    assert_int_equal(got.channel, 0xABCD);
    assert_int_equal(got.frame, 0x12345678);
    assert_true(got.capture_utc_us == 987654321);
}

static void test_reads_back_at_every_size(void **state)
{
    (void)state;
    for (int width = 128; width <= 2000; width = width * 9 / 8 + 1) {
        for (int height = 72; height <= 1200; height = height * 9 / 8 + 1) {
            struct stamp_plane plane = make_plane(width, height);
            stamp_write(&plane, &typical);
            assert_reads(&plane, &typical);
            int top = stamp_top(height);
            for (int i = 0; i < width * top; i++)
                assert_int_equal(plane.data[i], 100);
            free(plane.data);
        }
    }
}

static void test_reads_back_extreme_values(void **state)
{
    (void)state;
    static const struct stamp stamps[] = {
        {0, 0, 0},
        {1, 1, 100},
        {UINT16_MAX, UINT32_MAX, ((INT64_C(1) << 48) - 1) * 100},
        {0x8001, 0x80000000, INT64_C(1) << 53},
        {1, 2, 199}, /* rounded down to 100 */
    };
    struct stamp_plane plane = make_plane(256, 144);
    for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
        stamp_write(&plane, &stamps[i]);
        assert_reads(&plane, &stamps[i]);
    }
    for (int bit = 0; bit < 32; bit++) {
        struct stamp stamp = {1, UINT32_C(1) << bit, INT64_C(100) << bit};
        stamp_write(&plane, &stamp);
        assert_reads(&plane, &stamp);
    }
    free(plane.data);
}

/* Made outside of this program from the table in stamp.h, '#' is white: channel 0x1234, time
 * 0x0123456789AB units, frame 0x00010003 (in Gray code 0x00018002), and the CRC-16/EN-13757 of
 * these twelve bytes, 0x8D47. */
static void test_layout_is_as_documented(void **state)
{
    (void)state;
    static const char *const rows[STAMP_ROWS] = {
        "#..........#.##.#.....#...#..###",
        ".#.###..#...#...#...............",
        "#....#.....#.##.#.........##.###",
        ".##....###.###.###...#..#..###..",
    };
    static const struct stamp stamp = {0x1234, 0x00010003, INT64_C(0x0123456789AB) * 100};
    struct stamp_plane plane = make_plane(256, 144);
    stamp_write(&plane, &stamp);
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 256; x++)
            assert_int_equal(plane.data[(112 + y) * 256 + x],
                             rows[y / 8][x / 8] == '#' ? STAMP_WHITE : STAMP_BLACK);
    free(plane.data);
}

static void test_full_range_and_faded_luma_read_the_same(void **state)
{
    (void)state;
    struct stamp_plane plane = make_plane(426, 240);
    struct stamp_plane changed = make_plane(426, 240);
    stamp_write(&plane, &typical);
    for (int i = 0; i < 426 * 240; i++)
        changed.data[i] = (uint8_t)((plane.data[i] - 16) * 255 / 219);
    assert_reads(&changed, &typical);
    for (int i = 0; i < 426 * 240; i++)
        changed.data[i] = (uint8_t)(70 + plane.data[i] / 3);
    assert_reads(&changed, &typical);
    for (int i = 0; i < 426 * 240; i++)
        changed.data[i] = (uint8_t)(70 + plane.data[i] / 5); /* less contrast than is asked for */
    assert_reads_nothing(&changed);
    free(changed.data);
    free(plane.data);
}

static void test_pictures_without_a_stamp_read_nothing(void **state)
{
    (void)state;
    uint32_t random = 1;
    struct stamp_plane plane = make_plane(256, 144);
    for (int value = 0; value < 256; value++) {
        memset(plane.data, value, 256 * 144);
        assert_reads_nothing(&plane);
    }
    for (int i = 0; i < 256 * 144; i++)
        plane.data[i] = (uint8_t)(i % 256);
    assert_reads_nothing(&plane);
    for (int i = 0; i < 500; i++) {
        for (int at = 0; at < 256 * 144; at++)
            plane.data[at] = (uint8_t)next_random(&random);
        assert_reads_nothing(&plane);
    }
    free(plane.data);
}

static void test_pictures_too_small_read_nothing_and_are_left_alone(void **state)
{
    (void)state;
    static const int sizes[][2] = {{127, 72}, {128, 71}, {1, 1000}, {1000, 1}, {0, 0}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct stamp_plane plane = make_plane(sizes[i][0] + 1, sizes[i][1] + 1);
        plane.width--;
        plane.height--;
        stamp_write(&plane, &typical);
        for (int at = 0; at < plane.stride * (plane.height + 1); at++)
            assert_int_equal(plane.data[at], 100);
        assert_reads_nothing(&plane);
        free(plane.data);
    }
}

static void test_a_turned_or_shifted_picture_reads_nothing(void **state)
{
    (void)state;
    struct stamp_plane plane = make_plane(256, 144);
    struct stamp_plane changed = make_plane(256, 144);
    stamp_write(&plane, &typical);
    for (int i = 0; i < 256 * 144; i++)
        changed.data[i] = plane.data[i / 256 * 256 + 255 - i % 256];
    assert_reads_nothing(&changed);
    for (int i = 0; i < 256 * 144; i++)
        changed.data[i] = (uint8_t)(255 - plane.data[i]);
    assert_reads_nothing(&changed);
    memcpy(changed.data, plane.data + 256 * 16, 256 * 128);
    assert_reads_nothing(&changed);
    free(changed.data);
    free(plane.data);
}

static void test_two_pictures_blended_read_nothing_or_the_stronger(void **state)
{
    (void)state;
    struct stamp next = {typical.channel, typical.frame + 1, typical.capture_utc_us + frame_us};
    struct stamp_plane a = make_plane(256, 144), b = make_plane(256, 144);
    struct stamp_plane blend = make_plane(256, 144);
    stamp_write(&a, &typical);
    stamp_write(&b, &next);
    for (int share = 0; share <= 16; share++) {
        for (int i = 0; i < 256 * 144; i++)
            blend.data[i] = (uint8_t)((a.data[i] * (16 - share) + b.data[i] * share) / 16);
        if (share < 6)
            assert_reads(&blend, &typical);
        else if (share > 10)
            assert_reads(&blend, &next);
        else
            assert_reads_nothing(&blend);
    }
    free(blend.data);
    free(b.data);
    free(a.data);
}

enum { CELLS = STAMP_COLUMNS * STAMP_ROWS };

/* Turns cell number index of a picture of 128x72 round; a cell is 4x4. */
static void flip_cell(struct stamp_plane *plane, int index)
{
    int x0 = index % STAMP_COLUMNS * 4;
    int y0 = 56 + index / STAMP_COLUMNS * 4;
    for (int i = 0; i < 16; i++) {
        uint8_t *sample = &plane->data[(y0 + i / 4) * 128 + x0 + i % 4];
        *sample = *sample == STAMP_BLACK ? STAMP_WHITE : STAMP_BLACK;
    }
}

static void test_few_wrong_cells_are_always_found(void **state)
{
    (void)state;
    struct stamp_plane plane = make_plane(128, 72);
    stamp_write(&plane, &typical);
    for (int a = 0; a < CELLS; a++) {
        flip_cell(&plane, a);
        assert_reads_nothing(&plane);
        for (int b = a + 1; b < CELLS; b++) {
            flip_cell(&plane, b);
            assert_reads_nothing(&plane);
            for (int c = b + 1; c < CELLS; c += 1 + c % 7) {
                flip_cell(&plane, c);
                assert_reads_nothing(&plane);
                flip_cell(&plane, c);
            }
            flip_cell(&plane, b);
        }
        flip_cell(&plane, a);
    }
    assert_reads(&plane, &typical);
    free(plane.data);
}

/* Turns count different cells of the content round, drawn at random. */
static void flip_random(struct stamp_plane *plane, int count, uint32_t *random)
{
    bool flipped[CELLS] = {false};
    while (count > 0) {
        int cell = (int)(next_random(random) % CELLS);
        int column = cell % STAMP_COLUMNS;
        if (flipped[cell] || column < 2 || column > 29)
            continue;
        flipped[cell] = true;
        flip_cell(plane, cell);
        count--;
    }
}

static void test_five_wrong_cells_are_found_and_more_nearly_always(void **state)
{
    (void)state;
    uint32_t random = 7;
    int misread = 0;
    struct stamp_plane plane = make_plane(128, 72);
    struct stamp got;
    for (int i = 0; i < 40000; i++) {
        int count = 1 + i % 40;
        stamp_write(&plane, &typical);
        flip_random(&plane, count, &random);
        if (count <= 5)
            assert_reads_nothing(&plane);
        else
            misread += stamp_read(&plane, &got) == 0;
    }
    print_message("misread with 6 to 40 wrong cells: %d of 35000\n", misread);
    assert_true(misread <= 3); /* 16 bits of CRC let one in 65,536 pass */
    free(plane.data);
}

/* Hard to code: coarse noise that moves, and another one every second. */
static void draw_noise(AVFrame *frame, int number)
{
    uint32_t seed = (uint32_t)(number / 30 + 1) * 0x9E3779B1u;
    for (int plane = 0; plane < 3; plane++) {
        int size = plane ? 6 : 12;
        int width = plane ? frame->width / 2 : frame->width;
        int height = plane ? frame->height / 2 : frame->height;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                uint32_t h = (uint32_t)((x + number * 3) / size) * 0x85EBCA77u ^
                             (uint32_t)((y + number * 2) / size) * 0xC2B2AE3Du ^ seed;
                h = (h ^ h >> 13) * 0x27D4EB2Fu;
                frame->data[plane][y * frame->linesize[plane] + x] = (uint8_t)(60 + (h >> 24) / 2);
            }
        }
    }
}

static int count_read(const struct codec_trip_config *config, int width, int height, int frames)
{
    struct codec_trip *trip = codec_trip_create(config);
    AVFrame *frame = av_frame_alloc();
    assert_non_null(trip);
    assert_non_null(frame);
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = width;
    frame->height = height;
    assert_int_equal(av_frame_get_buffer(frame, 0), 0);

    int right = 0;
    for (int i = 0; i < frames; i++) {
        struct stamp stamp = {3, (uint32_t)(4000 + i), typical.capture_utc_us + i * frame_us};
        struct stamp_plane plane = {frame->data[0], frame->linesize[0], width, height};
        draw_noise(frame, i);
        stamp_write(&plane, &stamp);
        const AVFrame *seen = codec_trip_pass(trip, frame);
        assert_non_null(seen);
        struct stamp_plane luma = {seen->data[0], seen->linesize[0], seen->width, seen->height};
        struct stamp got;
        if (stamp_read(&luma, &got))
            continue;
        assert_int_equal(got.channel, stamp.channel);
        assert_int_equal(got.frame, stamp.frame);
        assert_true(got.capture_utc_us == stamp.capture_utc_us / 100 * 100);
        right++;
    }
    print_message("%dx%d -> %dx%d %s: %d of %d stamps read, %d kbit/s\n", width, height,
                  config->width, config->height, config->preset, right, frames,
                  (int)(codec_trip_bytes(trip) * 8 * config->fps / frames / 1000));
    av_frame_free(&frame);
    codec_trip_destroy(trip);
    return right;
}

static void test_survives_scaling_and_coding_of_noise(void **state)
{
    (void)state;
    static const struct codec_trip_config trips[] = {
        {256, 144, 200000, "ultrafast", 30}, {256, 144, 200000, "superfast", 30},
        {426, 240, 400000, "ultrafast", 30}, {426, 240, 400000, "superfast", 30},
        {640, 360, 800000, "superfast", 30},
    };
    for (size_t i = 0; i < sizeof(trips) / sizeof(trips[0]); i++) {
        assert_int_equal(count_read(&trips[i], 1280, 720, 90), 90);
        assert_int_equal(count_read(&trips[i], 640, 360, 90), 90);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_back_at_every_size),
        cmocka_unit_test(test_reads_back_extreme_values),
        cmocka_unit_test(test_layout_is_as_documented),
        cmocka_unit_test(test_full_range_and_faded_luma_read_the_same),
        cmocka_unit_test(test_pictures_without_a_stamp_read_nothing),
        cmocka_unit_test(test_pictures_too_small_read_nothing_and_are_left_alone),
        cmocka_unit_test(test_a_turned_or_shifted_picture_reads_nothing),
        cmocka_unit_test(test_two_pictures_blended_read_nothing_or_the_stronger),
        cmocka_unit_test(test_few_wrong_cells_are_always_found),
        cmocka_unit_test(test_five_wrong_cells_are_found_and_more_nearly_always),
        cmocka_unit_test(test_survives_scaling_and_coding_of_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
