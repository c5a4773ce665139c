#include "media/core/blob.h"
#include "media/core/bytes.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static void integers_are_big_endian_and_come_back(void **state)
{
    static const uint8_t expected[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,
                                       10, 11, 12, 13, 14, 15, 16, 17, 18};
    struct bytes_writer w;
    struct bytes_reader r;
    (void)state;
    bytes_writer_init(&w);
    bytes_write_u8(&w, 1);
    bytes_write_u16(&w, 0x0203);
    bytes_write_u24(&w, 0x040506);
    bytes_write_u32(&w, 0);
    bytes_write_u64(&w, UINT64_C(0x0b0c0d0e0f101112));
    bytes_patch_u32(&w, 6, 0x0708090a);
    assert_int_equal(w.status, 0);
    assert_int_equal(w.size, sizeof expected);
    assert_memory_equal(w.data, expected, sizeof expected);
    bytes_reader_init(&r, w.data, w.size);
    assert_int_equal(bytes_read_u8(&r), 1);
    assert_int_equal(bytes_read_u16(&r), 0x0203);
    assert_int_equal(bytes_read_u24(&r), 0x040506);
    assert_int_equal(bytes_read_u32(&r), 0x0708090a);
    assert_true(bytes_read_u64(&r) == UINT64_C(0x0b0c0d0e0f101112));
    assert_int_equal(bytes_reader_left(&r), 0);
    assert_int_equal(r.status, 0);
    bytes_writer_finish(&w);
}

static void reading_past_the_end_sticks(void **state)
{
    static const uint8_t data[] = {'a', 'b', 0, 'c'};
    struct bytes_reader r;
    (void)state;
    bytes_reader_init(&r, data, sizeof data);
    assert_string_equal(bytes_read_text(&r), "ab");
    assert_null(bytes_read_text(&r)); /* no NUL behind the c */
    assert_int_equal(r.status, ERR_TRUNCATED);
    assert_int_equal(bytes_read_u8(&r), 0);
    assert_int_equal(bytes_reader_left(&r), 0);
    bytes_reader_fail(&r, ERR_INVALID);
    assert_int_equal(r.status, ERR_TRUNCATED);
}

static void text_grows_as_needed(void **state)
{
    struct bytes_writer w;
    (void)state;
    bytes_writer_init(&w);
    for (int i = 0; i < 1000; i++)
        bytes_printf(&w, "%d,", i);
    assert_int_equal(w.status, 0);
    assert_int_equal(w.size, 10 * 2 + 90 * 3 + 900 * 4);
    assert_memory_equal(w.data + w.size - 8, "998,999,", 8);
    bytes_writer_clear(&w);
    assert_int_equal(w.size, 0);
    bytes_writer_finish(&w);
}

static void a_blob_lives_until_its_last_reference(void **state)
{
    struct bytes_writer w;
    (void)state;
    bytes_writer_init(&w);
    bytes_write_text(&w, "frame");
    struct blob *b = blob_from_writer(&w);
    assert_non_null(b);
    assert_int_equal(w.size, 0);
    struct blob *second = blob_ref(b);
    assert_ptr_equal(second, b);
    blob_unref(b);
    assert_int_equal(second->size, 5);
    assert_memory_equal(second->data, "frame", 5);
    blob_unref(second); /* a leak here is the address sanitizer's to find */
    blob_unref(NULL);
    b = blob_create("x", 1);
    assert_non_null(b);
    blob_unref(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_big_endian_and_come_back),
        cmocka_unit_test(reading_past_the_end_sticks),
        cmocka_unit_test(text_grows_as_needed),
        cmocka_unit_test(a_blob_lives_until_its_last_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
