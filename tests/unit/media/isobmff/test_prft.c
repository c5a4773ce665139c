#include "media/core/err.h"
#include "media/isobmff/prft.h"
#include "support/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void version_1_is_written_and_read(void **state)
{
    (void)state;
    struct isobmff_prft prft = {.flags = ISOBMFF_PRFT_CAPTURED,
                                .reference_track_id = 1,
                                .ntp_timestamp = 0x0123456789abcdef,
                                .media_time = 0x1122334455667788};
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_prft_write(&w, &prft);
    hex_assert(w.data, w.size,
               "00000020 'prft' 01 000018 00000001 0123456789abcdef 1122334455667788");

    struct isobmff_box box = {.payload = w.data + 8, .payload_size = w.size - 8};
    struct isobmff_prft got;
    assert_int_equal(isobmff_prft_read(&box, &got), 0);
    assert_int_equal(got.flags, 24);
    assert_int_equal(got.reference_track_id, 1);
    assert_true(got.ntp_timestamp == prft.ntp_timestamp);
    assert_true(got.media_time == prft.media_time);
    bytes_writer_finish(&w);
}

static void version_0_is_read(void **state)
{
    (void)state;
    static const uint8_t payload[20] = {0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9};
    struct isobmff_box box = {.payload = payload, .payload_size = sizeof(payload)};
    struct isobmff_prft got;
    assert_int_equal(isobmff_prft_read(&box, &got), 0);
    assert_int_equal(got.reference_track_id, 7);
    assert_true(got.ntp_timestamp == ((uint64_t)1 << 32) + 2);
    assert_true(got.media_time == 9);
}

static void cuts_and_other_versions_are_invalid(void **state)
{
    (void)state;
    uint8_t payload[24] = {1};
    struct isobmff_prft got = {.flags = 99};
    for (size_t n = 0; n < sizeof(payload); n++) {
        struct isobmff_box box = {.payload = payload, .payload_size = n};
        assert_int_equal(isobmff_prft_read(&box, &got), ERR_INVALID);
    }
    payload[0] = 2;
    struct isobmff_box box = {.payload = payload, .payload_size = sizeof(payload)};
    assert_int_equal(isobmff_prft_read(&box, &got), ERR_INVALID);
    assert_int_equal(got.flags, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_is_written_and_read),
        cmocka_unit_test(version_0_is_read),
        cmocka_unit_test(cuts_and_other_versions_are_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
