#include "fixture.h"
#include "media/core/err.h"
#include "support/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* 1700000000 s + 2208988800 s since 1900; half a second is 0x80000000. */
#define PRFT_33 "00000020 'prft' 01000018 00000001 e8fe6f80 80000000 0000000000008109 "
#define MANIFEST_UPDATE                                                                            \
    "00000040 'emsg' 00000000 'urn:theo:hesp:2020' 00 'manifestupdate' 00 "                        \
    "00000001 00000000 00000000 00000000 '{}' "
#define MOOF_33                                                                                    \
    "00000064 'moof' 00000010 'mfhd' 00000000 00000022 0000004c 'traf' "                           \
    "00000010 'tfhd' 00020000 00000001 00000014 'tfdt' 01000000 0000000000008109 "                 \
    "00000020 'trun' 01000701 00000001 0000006c 000003e9 00000007 02000000 "
#define MDAT "0000000f 'mdat' 'picture'"

/* H25: one sample a chunk. H5: tfdt version 1. */
static void h5_h25_chunk_is_prft_moof_mdat(void **state)
{
    (void)state;
    struct cmaf_sample sample = fixture_sample();
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_chunk_write(&w, &sample, false), 0);
    hex_assert(w.data, w.size, PRFT_33 MOOF_33 MDAT);
    assert_int_equal(w.size, sample.size + CMAF_CHUNK_OVERHEAD_BYTES);
    bytes_writer_finish(&w);
}

static void h32_manifest_update_stands_between_prft_and_moof(void **state)
{
    (void)state;
    struct cmaf_sample sample = fixture_sample();
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_chunk_write(&w, &sample, true), 0);
    hex_assert(w.data, w.size, PRFT_33 MANIFEST_UPDATE MOOF_33 MDAT);
    bytes_writer_finish(&w);
}

static void chunks_are_read_one_after_the_other(void **state)
{
    (void)state;
    struct bytes_writer w;
    bytes_writer_init(&w);
    struct cmaf_sample sample = fixture_sample();
    for (int i = 0; i < 4; i++) {
        sample.sequence = ((int64_t)1 << 32) - 2 + i; /* mfhd wraps from 2^32-1 to 0 */
        sample.decode_time = sample.sequence * 1001;
        sample.sync = i == 0;
        sample.capture_utc_us = 1700000000000001 + i * 33367;
        assert_int_equal(cmaf_chunk_write(&w, &sample, i == 2), 0);
    }

    size_t at = 0;
    for (int i = 0; i < 4; i++) {
        struct cmaf_chunk chunk;
        assert_int_equal(cmaf_chunk_read(w.data + at, w.size - at, &chunk), 0);
        assert_int_equal(chunk.mfhd_sequence, (uint32_t)(UINT32_MAX + (uint32_t)i));
        assert_true(chunk.decode_time == (((int64_t)1 << 32) - 2 + i) * 1001);
        assert_int_equal(chunk.duration, 1001);
        assert_int_equal(chunk.sync, i == 0);
        assert_true(chunk.has_prft);
        assert_true(chunk.capture_utc_us == 1700000000000001 + i * 33367);
        assert_int_equal(chunk.manifest_update, i == 2);
        assert_int_equal(chunk.size, 7);
        assert_memory_equal(chunk.data, "picture", 7);
        at += chunk.total_bytes;
    }
    assert_int_equal(at, w.size);
    struct cmaf_chunk none;
    assert_int_equal(cmaf_chunk_read(w.data + at, 0, &none), ERR_TRUNCATED);
    bytes_writer_finish(&w);
}

static void expect_write(const struct cmaf_sample *sample, int status)
{
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_chunk_write(&w, sample, false), status);
    assert_int_equal(w.size == 0, status != 0);
    bytes_writer_finish(&w);
}

static void samples_out_of_range_are_invalid(void **state)
{
    (void)state;
    struct cmaf_sample sample = fixture_sample();
    sample.sequence = INT64_MAX;
    sample.decode_time = INT64_MAX;
    expect_write(&sample, 0);
    sample.sequence = -1;
    expect_write(&sample, ERR_INVALID);
    sample = fixture_sample();
    sample.decode_time = -1;
    expect_write(&sample, ERR_INVALID);
    sample = fixture_sample();
    sample.capture_utc_us = -1;
    expect_write(&sample, ERR_INVALID);
    sample = fixture_sample();
    sample.size = 0;
    expect_write(&sample, ERR_INVALID);
    sample.size = ((size_t)1 << 26) - 7;
    expect_write(&sample, ERR_INVALID);
}

static void short_of_memory_is_said(void **state)
{
    (void)state;
    struct cmaf_sample sample = fixture_sample();
    struct bytes_writer w;
    bytes_writer_init(&w);
    w.status = ERR_NOMEM;
    assert_int_equal(cmaf_chunk_write(&w, &sample, true), ERR_NOMEM);
    assert_int_equal(w.size, 0);
    bytes_writer_finish(&w);
}

static void boxes_that_are_not_known_are_passed_over(void **state)
{
    (void)state;
    static const uint8_t styp[] = "\0\0\0\x10stypmsdh\0\0\0\0";
    static const uint8_t other_event[] = "\0\0\0\x25"
                                         "emsg\0\0\0\0urn:x\0y\0\0\0\0\x01"
                                         "\0\0\0\0\0\0\0\0\0\0\0\0!";
    struct bytes_writer w;
    bytes_writer_init(&w);
    bytes_write(&w, styp, 16);
    bytes_write(&w, other_event, sizeof(other_event) - 1);
    struct cmaf_sample sample = fixture_sample();
    assert_int_equal(cmaf_chunk_write(&w, &sample, false), 0);
    struct cmaf_chunk chunk;
    assert_int_equal(cmaf_chunk_read(w.data, w.size, &chunk), 0);
    assert_false(chunk.manifest_update);
    assert_int_equal(chunk.total_bytes, w.size);
    assert_memory_equal(chunk.data, "picture", 7);
    bytes_writer_finish(&w);
}

static void a_chunk_without_prft_is_read(void **state)
{
    (void)state;
    struct cmaf_sample sample = fixture_sample();
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_chunk_write(&w, &sample, false), 0);
    struct cmaf_chunk chunk;
    assert_int_equal(cmaf_chunk_read(w.data + 32, w.size - 32, &chunk), 0);
    assert_false(chunk.has_prft);
    assert_memory_equal(chunk.data, "picture", 7);
    bytes_writer_finish(&w);
}

static void every_cut_is_truncated(void **state)
{
    (void)state;
    struct cmaf_sample sample = fixture_sample();
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_chunk_write(&w, &sample, true), 0);
    struct cmaf_chunk chunk = {.size = 99};
    for (size_t n = 0; n < w.size; n++) {
        uint8_t *cut = fixture_copy(w.data, n);
        assert_non_null(cut);
        assert_int_equal(cmaf_chunk_read(cut, n, &chunk), ERR_TRUNCATED);
        free(cut);
    }
    assert_int_equal(chunk.size, 99);
    bytes_writer_finish(&w);
}

/* Where things are in a chunk without an event. */
enum { AT_MOOF = 32, AT_MFHD = 40, AT_TRAF = 56, AT_TFDT = 80, AT_TRUN = 100, AT_MDAT = 132 };

static void expect_patched(size_t at, uint32_t value, int status)
{
    struct cmaf_sample sample = fixture_sample();
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_chunk_write(&w, &sample, false), 0);
    bytes_patch_u32(&w, at, value);
    uint8_t *copy = fixture_copy(w.data, w.size);
    assert_non_null(copy);
    struct cmaf_chunk chunk = {.size = 99};
    assert_int_equal(cmaf_chunk_read(copy, w.size, &chunk), status);
    assert_int_equal(chunk.size, status ? 99 : 7);
    free(copy);
    bytes_writer_finish(&w);
}

static void hostile_sizes_and_offsets_are_refused(void **state)
{
    (void)state;
    static const size_t boxes[] = {AT_MOOF, AT_MFHD, AT_TRAF, AT_TFDT, AT_TRUN, AT_MDAT};
    static const uint32_t sizes[] = {0, 2, 7, UINT32_MAX, 0x80000000, (1u << 26) + 1};
    for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++) {
        for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++)
            expect_patched(boxes[i], sizes[j], ERR_INVALID);
    }
    expect_patched(AT_MDAT, 16, ERR_TRUNCATED);
    expect_patched(AT_MDAT, 1u << 26, ERR_TRUNCATED);
    expect_patched(AT_MDAT, 14, ERR_INVALID); /* the sample sticks out of mdat */
    expect_patched(AT_TRUN + 16, 107, ERR_INVALID);
    expect_patched(AT_TRUN + 16, 109, ERR_INVALID);
    expect_patched(AT_TRUN + 16, 0x80000000, ERR_INVALID);
    expect_patched(AT_TRUN + 16, 0x7fffffff, ERR_INVALID);
    expect_patched(AT_TRUN + 24, 8, ERR_INVALID);
    expect_patched(AT_TRUN + 24, 0, ERR_INVALID);
    expect_patched(AT_TRUN + 24, UINT32_MAX, ERR_INVALID);
    expect_patched(AT_TFDT + 12, 0x80000000, ERR_INVALID); /* a time above 2^63-1 */
    expect_patched(AT_TFDT + 12, 0, 0);
}

static void order_is_checked(void **state)
{
    (void)state;
    struct cmaf_sample sample = fixture_sample();
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_chunk_write(&w, &sample, false), 0);
    struct cmaf_chunk chunk;
    /* mdat before moof */
    assert_int_equal(cmaf_chunk_read(w.data + AT_MDAT, w.size - AT_MDAT, &chunk), ERR_INVALID);
    /* two moofs */
    struct bytes_writer two;
    bytes_writer_init(&two);
    bytes_write(&two, w.data + AT_MOOF, AT_MDAT - AT_MOOF);
    bytes_write(&two, w.data + AT_MOOF, w.size - AT_MOOF);
    assert_int_equal(cmaf_chunk_read(two.data, two.size, &chunk), ERR_INVALID);
    bytes_writer_finish(&two);
    bytes_writer_finish(&w);
}

static void h25_two_samples_are_unsupported(void **state)
{
    (void)state;
    expect_patched(AT_TRUN + 12, 2, ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h5_h25_chunk_is_prft_moof_mdat),
        cmocka_unit_test(h32_manifest_update_stands_between_prft_and_moof),
        cmocka_unit_test(chunks_are_read_one_after_the_other),
        cmocka_unit_test(samples_out_of_range_are_invalid),
        cmocka_unit_test(short_of_memory_is_said),
        cmocka_unit_test(boxes_that_are_not_known_are_passed_over),
        cmocka_unit_test(a_chunk_without_prft_is_read),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(hostile_sizes_and_offsets_are_refused),
        cmocka_unit_test(order_is_checked),
        cmocka_unit_test(h25_two_samples_are_unsupported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
