#include "media/core/err.h"
#include "media/isobmff/emsg.h"
#include "support/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void version_0_is_written_and_read(void **state)
{
    (void)state;
    struct isobmff_emsg emsg = {.scheme_id_uri = "urn:x",
                                .value = "v",
                                .timescale = 30,
                                .presentation_time = 2,
                                .event_duration = 3,
                                .id = 4,
                                .message_data = (const uint8_t *)"{}",
                                .message_data_size = 2};
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_emsg_write(&w, &emsg);
    hex_assert(w.data, w.size,
               "00000026 'emsg' 00000000 'urn:x' 00 'v' 00 0000001e 00000002 00000003 00000004 "
               "'{}'");

    struct bytes_reader r;
    struct isobmff_box box;
    struct isobmff_emsg got;
    bytes_reader_init(&r, w.data, w.size);
    assert_int_equal(isobmff_box_read(&r, &box), 0);
    assert_int_equal(isobmff_emsg_read(&box, &got), 0);
    assert_int_equal(got.version, 0);
    assert_string_equal(got.scheme_id_uri, "urn:x");
    assert_string_equal(got.value, "v");
    assert_int_equal(got.timescale, 30);
    assert_int_equal(got.presentation_time, 2);
    assert_int_equal(got.event_duration, 3);
    assert_int_equal(got.id, 4);
    assert_int_equal(got.message_data_size, 2);
    assert_memory_equal(got.message_data, "{}", 2);
    bytes_writer_finish(&w);
}

static int read_payload(const void *payload, size_t size, struct isobmff_emsg *emsg)
{
    struct isobmff_box box = {.payload = payload, .payload_size = size};
    return isobmff_emsg_read(&box, emsg);
}

static void version_1_is_read(void **state)
{
    (void)state;
    static const char payload[] = "\x01\0\0\0"
                                  "\0\0\0\x1e"
                                  "\0\0\0\x01\0\0\0\x02"
                                  "\0\0\0\x03"
                                  "\0\0\0\x04"
                                  "urn:y\0w\0data";
    struct isobmff_emsg got;
    assert_int_equal(read_payload(payload, sizeof(payload) - 1, &got), 0);
    assert_int_equal(got.version, 1);
    assert_string_equal(got.scheme_id_uri, "urn:y");
    assert_string_equal(got.value, "w");
    assert_int_equal(got.timescale, 30);
    assert_true(got.presentation_time == ((uint64_t)1 << 32) + 2);
    assert_int_equal(got.event_duration, 3);
    assert_int_equal(got.id, 4);
    assert_int_equal(got.message_data_size, 4);
    assert_memory_equal(got.message_data, "data", 4);
}

static void every_cut_before_the_message_is_invalid(void **state)
{
    (void)state;
    static const char version_0[] = "\0\0\0\0u\0v\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0";
    static const char version_1[] = "\x01\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0u\0v\0";
    struct isobmff_emsg got = {.timescale = 99};
    for (size_t n = 0; n < sizeof(version_0) - 1; n++) {
        uint8_t *copy = malloc(n + 1);
        assert_non_null(copy);
        memcpy(copy, version_0, n);
        assert_int_equal(read_payload(copy, n, &got), ERR_INVALID);
        free(copy);
    }
    for (size_t n = 0; n < sizeof(version_1) - 1; n++)
        assert_int_equal(read_payload(version_1, n, &got), ERR_INVALID);
    assert_int_equal(got.timescale, 99);
    assert_int_equal(read_payload(version_0, sizeof(version_0) - 1, &got), 0);
    assert_int_equal(got.message_data_size, 0);
    assert_int_equal(read_payload(version_1, sizeof(version_1) - 1, &got), 0);
}

static void another_version_is_unsupported(void **state)
{
    (void)state;
    struct isobmff_emsg got;
    assert_int_equal(read_payload("\x02\0\0\0", 4, &got), ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_0_is_written_and_read),
        cmocka_unit_test(version_1_is_read),
        cmocka_unit_test(every_cut_before_the_message_is_invalid),
        cmocka_unit_test(another_version_is_unsupported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
