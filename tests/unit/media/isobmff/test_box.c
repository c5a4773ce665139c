#include "media/core/err.h"
#include "media/isobmff/box.h"
#include "support/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void sizes_of_nested_boxes_are_patched(void **state)
{
    (void)state;
    struct bytes_writer w;
    bytes_writer_init(&w);
    size_t outer = isobmff_box_begin(&w, "moof");
    size_t inner = isobmff_full_box_begin(&w, "mfhd", 1, 0x020304);
    bytes_write_u32(&w, 7);
    isobmff_box_end(&w, inner);
    isobmff_box_end(&w, outer);
    assert_int_equal(w.status, 0);
    hex_assert(w.data, w.size, "00000018 'moof' 00000010 'mfhd' 01 020304 00000007");
    bytes_writer_finish(&w);
}

static void boxes_are_read_one_after_the_other(void **state)
{
    (void)state;
    static const uint8_t data[] = "\0\0\0\x0a"
                                  "freeab"
                                  "\0\0\0\x08"
                                  "skip";
    struct bytes_reader r;
    bytes_reader_init(&r, data, sizeof(data) - 1);
    struct isobmff_box box;
    assert_int_equal(isobmff_box_read(&r, &box), 0);
    assert_true(isobmff_box_is(&box, "free"));
    assert_ptr_equal(box.start, data);
    assert_int_equal(box.size, 10);
    assert_int_equal(box.payload_size, 2);
    assert_memory_equal(box.payload, "ab", 2);
    assert_int_equal(isobmff_box_read(&r, &box), 0);
    assert_true(isobmff_box_is(&box, "skip"));
    assert_int_equal(box.payload_size, 0);
    assert_int_equal(isobmff_box_read(&r, &box), ERR_END);
    assert_int_equal(isobmff_box_read(&r, &box), ERR_END);
}

static void a_large_size_is_read(void **state)
{
    (void)state;
    static const uint8_t data[] = "\0\0\0\x01"
                                  "mdat"
                                  "\0\0\0\0\0\0\0\x13"
                                  "abc";
    struct bytes_reader r;
    bytes_reader_init(&r, data, sizeof(data) - 1);
    struct isobmff_box box;
    assert_int_equal(isobmff_box_read(&r, &box), 0);
    assert_int_equal(box.size, 19);
    assert_int_equal(box.payload_size, 3);
    assert_memory_equal(box.payload, "abc", 3);
}

static int read_status(const char *bytes, size_t size)
{
    uint8_t *copy = malloc(size); /* exactly as long, so that a sanitizer sees a read beyond it */
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    struct bytes_reader r;
    bytes_reader_init(&r, copy, size);
    struct isobmff_box box = {.size = 99};
    int status = isobmff_box_read(&r, &box);
    assert_int_equal(status ? box.size : 99, 99);
    if (status)
        assert_int_equal(isobmff_box_read(&r, &box), status);
    free(copy);
    return status;
}

static void sizes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    assert_int_equal(read_status("\0\0\0\0free", 8), ERR_INVALID);
    assert_int_equal(read_status("\0\0\0\x07"
                                 "free",
                                 8),
                     ERR_INVALID);
    assert_int_equal(read_status("\xff\xff\xff\xff"
                                 "free",
                                 8),
                     ERR_INVALID);
    assert_int_equal(read_status("\x04\0\0\x01"
                                 "free",
                                 8),
                     ERR_INVALID);
    assert_int_equal(read_status("\x04\0\0\0"
                                 "free",
                                 8),
                     ERR_TRUNCATED);
    assert_int_equal(read_status("\0\0\0\x01"
                                 "free\0\0\0\0\0\0\0\x0f",
                                 16),
                     ERR_INVALID);
    assert_int_equal(read_status("\0\0\0\x01"
                                 "free\xff\xff\xff\xff\xff\xff\xff\xff",
                                 16),
                     ERR_INVALID);
    assert_int_equal(read_status("\0\0\0\x01"
                                 "free\0\0\0\0\0\0\0\x10",
                                 16),
                     0);
}

static void every_cut_is_truncated(void **state)
{
    (void)state;
    static const char small[] = "\0\0\0\x0c"
                                "freeabcd";
    for (size_t n = 1; n < 12; n++)
        assert_int_equal(read_status(small, n), ERR_TRUNCATED);
    static const char large[] = "\0\0\0\x01"
                                "free\0\0\0\0\0\0\0\x12"
                                "ab";
    for (size_t n = 1; n < 18; n++)
        assert_int_equal(read_status(large, n), ERR_TRUNCATED);
}

static void a_child_is_found_only_where_it_is_single(void **state)
{
    (void)state;
    static const uint8_t payload[] = "\0\0\0\x08"
                                     "aaaa"
                                     "\0\0\0\x09"
                                     "bbbb!"
                                     "\0\0\0\x08"
                                     "aaaa"
                                     "\0\0\0\x09"
                                     "cccc";
    struct isobmff_box parent = {.payload = payload, .payload_size = 25};
    struct isobmff_box child;
    assert_int_equal(isobmff_box_child(&parent, "bbbb", &child), 0);
    assert_int_equal(child.payload_size, 1);
    assert_int_equal(isobmff_box_child(&parent, "aaaa", &child), ERR_UNSUPPORTED);
    assert_int_equal(isobmff_box_child(&parent, "dddd", &child), ERR_INVALID);
    parent.payload_size = sizeof(payload) - 1; /* the last child is cut */
    assert_int_equal(isobmff_box_child(&parent, "bbbb", &child), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_of_nested_boxes_are_patched),
        cmocka_unit_test(boxes_are_read_one_after_the_other),
        cmocka_unit_test(a_large_size_is_read),
        cmocka_unit_test(sizes_that_cannot_be_are_refused),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(a_child_is_found_only_where_it_is_single),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
