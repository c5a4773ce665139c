/* NAL units one by one, and emulation prevention (ISO/IEC 14496-10 7.4.1). Part of H21: what is
 * spliced must stay a bitstream. */
#include "media/core/err.h"
#include "media/h264/nal.h"
#include "support/slice_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_known_escapes(void **state)
{
    static const struct {
        size_t plain_size, escaped_size;
        uint8_t plain[8], escaped[12];
    } cases[] = {
        {3, 3, {1, 2, 3}, {1, 2, 3}},
        {5, 6, {9, 0, 0, 0, 5}, {9, 0, 0, 3, 0, 5}},
        {4, 5, {9, 0, 0, 1}, {9, 0, 0, 3, 1}},
        {4, 5, {9, 0, 0, 3}, {9, 0, 0, 3, 3}},
        {4, 4, {9, 0, 0, 4}, {9, 0, 0, 4}},
        {4, 4, {9, 0, 1, 0x80}, {9, 0, 1, 0x80}},
        {6, 8, {9, 0, 0, 0, 0, 1}, {9, 0, 0, 3, 0, 0, 3, 1}},
        {3, 4, {9, 0, 0}, {9, 0, 0, 3}}, /* cabac_zero_word: never a zero byte at the end */
        {5, 7, {9, 0, 0, 0, 0}, {9, 0, 0, 3, 0, 0, 3}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes_writer out;
        uint8_t back[16];
        bytes_writer_init(&out);
        h264_nal_escape(&out, cases[i].plain, cases[i].plain_size);
        assert_int_equal(out.size, cases[i].escaped_size);
        assert_memory_equal(out.data, cases[i].escaped, out.size);
        size_t size = h264_nal_unescape(back, sizeof back, out.data, out.size);
        assert_int_equal(size, cases[i].plain_size);
        assert_memory_equal(back, cases[i].plain, size);
        bytes_writer_finish(&out);
    }
}

/* Random units of few different bytes, so that runs of zeros are everywhere. */
static void test_escape_round_trip(void **state)
{
    static const uint8_t alphabet[] = {0, 0, 0, 1, 2, 3, 4, 255};
    uint8_t plain[64], back[64];
    struct bytes_writer fast, slow;

    (void)state;
    srand(1);
    bytes_writer_init(&fast);
    bytes_writer_init(&slow);
    for (int round = 0; round < 20000; round++) {
        size_t size = 1 + (size_t)rand() % (sizeof plain - 1);
        for (size_t i = 0; i < size; i++)
            plain[i] = alphabet[rand() % 8];
        plain[size - 1] = 0x80;
        bytes_writer_clear(&fast);
        bytes_writer_clear(&slow);
        h264_nal_escape(&fast, plain, size);
        slice_builder_escape(&slow, plain, size);
        assert_int_equal(fast.size, slow.size);
        assert_memory_equal(fast.data, slow.data, slow.size);
        assert_int_equal(h264_nal_unescape(back, sizeof back, fast.data, fast.size), size);
        assert_memory_equal(back, plain, size);
        size_t part = (size_t)rand() % size;
        assert_int_equal(h264_nal_unescape(back, part, fast.data, fast.size), part);
        assert_memory_equal(back, plain, part);
    }
    bytes_writer_finish(&fast);
    bytes_writer_finish(&slow);
}

static void test_units_one_by_one(void **state)
{
    static const uint8_t units[] = {0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x41};
    struct bytes_reader r;
    struct h264_nal nal;
    (void)state;
    bytes_reader_init(&r, units, sizeof units);
    assert_int_equal(h264_nal_next(&r, &nal), 0);
    assert_int_equal(nal.nal_unit_type, H264_NAL_IDR);
    assert_int_equal(nal.nal_ref_idc, 3);
    assert_int_equal(nal.size, 2);
    assert_ptr_equal(nal.data, units + 4);
    assert_int_equal(h264_nal_next(&r, &nal), 0);
    assert_int_equal(nal.nal_unit_type, H264_NAL_SLICE);
    assert_int_equal(nal.nal_ref_idc, 2);
    assert_int_equal(h264_nal_next(&r, &nal), ERR_END);
}

static void test_broken_units(void **state)
{
    static const struct {
        size_t size;
        uint8_t units[8];
        int status;
    } cases[] = {
        {3, {0, 0, 0}, ERR_TRUNCATED},
        {5, {0, 0, 0, 2, 0x65}, ERR_TRUNCATED},
        {5, {0xff, 0xff, 0xff, 0xff, 0x65}, ERR_TRUNCATED},
        {4, {0, 0, 0, 0}, ERR_TRUNCATED},
        {5, {0, 0, 0, 1, 0x80}, ERR_INVALID},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes_reader r;
        struct h264_nal nal;
        bytes_reader_init(&r, cases[i].units, cases[i].size);
        assert_int_equal(h264_nal_next(&r, &nal), cases[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_escapes),
        cmocka_unit_test(test_escape_round_trip),
        cmocka_unit_test(test_units_one_by_one),
        cmocka_unit_test(test_broken_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
