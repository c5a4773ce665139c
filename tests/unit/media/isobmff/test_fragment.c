#include "media/core/err.h"
#include "media/isobmff/fragment.h"
#include "support/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct isobmff_fragment example = {.sequence_number = 0x11223344,
                                                .track_id = 1,
                                                .base_decode_time = 0x0102030405060708,
                                                .duration = 1001,
                                                .size = 0x4321,
                                                .sync = true};

/* H5: tfdt version 1. H25: one sample. */
static void h5_h25_moof_of_a_sync_sample(void **state)
{
    (void)state;
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_moof_write(&w, &example);
    hex_assert(w.data, w.size,
               "00000064 'moof' 00000010 'mfhd' 00000000 11223344 "
               "0000004c 'traf' 00000010 'tfhd' 00020000 00000001 "
               "00000014 'tfdt' 01000000 0102030405060708 "
               "00000020 'trun' 01000701 00000001 0000006c 000003e9 00004321 02000000");
    bytes_writer_finish(&w);
}

static void a_sample_that_is_not_sync(void **state)
{
    (void)state;
    struct isobmff_fragment fragment = example;
    fragment.sync = false;
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_moof_write(&w, &fragment);
    assert_int_equal(w.size, ISOBMFF_MOOF_BYTES);
    hex_assert(w.data + w.size - 4, 4, "01010000");
    bytes_writer_finish(&w);
}

static void mdat_has_a_header_of_eight_bytes(void **state)
{
    (void)state;
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_mdat_write(&w, "abc", 3);
    hex_assert(w.data, w.size, "0000000b 'mdat' 'abc'");
    bytes_writer_finish(&w);
}

static int read(const struct bytes_writer *w, struct isobmff_fragment *fragment)
{
    assert_int_equal(w->status, 0);
    struct bytes_reader r;
    bytes_reader_init(&r, w->data, w->size);
    struct isobmff_box box;
    assert_int_equal(isobmff_box_read(&r, &box), 0);
    return isobmff_moof_read(&box, fragment);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    for (int sync = 0; sync < 2; sync++) {
        struct isobmff_fragment fragment = example;
        fragment.sync = sync;
        struct bytes_writer w;
        bytes_writer_init(&w);
        isobmff_moof_write(&w, &fragment);
        struct isobmff_fragment got;
        assert_int_equal(read(&w, &got), 0);
        assert_int_equal(got.sequence_number, fragment.sequence_number);
        assert_int_equal(got.track_id, 1);
        assert_true(got.base_decode_time == fragment.base_decode_time);
        assert_int_equal(got.duration, 1001);
        assert_int_equal(got.size, 0x4321);
        assert_int_equal(got.sync, sync);
        assert_int_equal(got.data_offset, ISOBMFF_MOOF_BYTES + ISOBMFF_MDAT_HEADER_BYTES);
        bytes_writer_finish(&w);
    }
}

/* A moof built box by box, so that it can have what the writer never writes: flags and the 32 bit
 * fields that follow them. */
struct parts {
    uint32_t tfhd_flags;
    uint32_t tfhd_fields[6];
    unsigned tfhd_count;
    uint8_t tfdt_version;
    uint32_t trun_flags;
    uint32_t trun_fields[12];
    unsigned trun_count;
    unsigned trafs, truns;
};

static void write_fields(struct bytes_writer *w, const char *type, uint32_t flags,
                         const uint32_t *fields, unsigned count)
{
    size_t box = isobmff_full_box_begin(w, type, 0, flags);
    for (unsigned i = 0; i < count; i++)
        bytes_write_u32(w, fields[i]);
    isobmff_box_end(w, box);
}

static void write_traf(struct bytes_writer *w, const struct parts *p)
{
    size_t traf = isobmff_box_begin(w, "traf");
    write_fields(w, "tfhd", p->tfhd_flags, p->tfhd_fields, p->tfhd_count);
    size_t tfdt = isobmff_full_box_begin(w, "tfdt", p->tfdt_version, 0);
    bytes_write_u32(w, 77);
    isobmff_box_end(w, tfdt);
    for (unsigned i = 0; i < p->truns; i++)
        write_fields(w, "trun", p->trun_flags, p->trun_fields, p->trun_count);
    isobmff_box_end(w, traf);
}

static int read_parts(const struct parts *p, struct isobmff_fragment *fragment)
{
    struct bytes_writer w;
    bytes_writer_init(&w);
    size_t moof = isobmff_box_begin(&w, "moof");
    static const uint32_t sequence = 5;
    write_fields(&w, "mfhd", 0, &sequence, 1);
    for (unsigned i = 0; i < p->trafs; i++)
        write_traf(&w, p);
    isobmff_box_end(&w, moof);
    int status = read(&w, fragment);
    bytes_writer_finish(&w);
    return status;
}

/* tfhd with default duration 40, size 50, flags non-sync; trun with one sample and an offset. */
static const struct parts defaults = {.tfhd_flags = 0x20038,
                                      .tfhd_fields = {1, 40, 50, 0x01010000},
                                      .tfhd_count = 4,
                                      .trun_flags = 0x1,
                                      .trun_fields = {1, 100},
                                      .trun_count = 2,
                                      .trafs = 1,
                                      .truns = 1};

static void defaults_of_tfhd_and_version_0_of_tfdt_are_read(void **state)
{
    (void)state;
    struct isobmff_fragment got;
    assert_int_equal(read_parts(&defaults, &got), 0);
    assert_int_equal(got.duration, 40);
    assert_int_equal(got.size, 50);
    assert_false(got.sync);
    assert_int_equal(got.data_offset, 100);
    assert_true(got.base_decode_time == 77);
}

static void trun_overrides_the_defaults(void **state)
{
    (void)state;
    struct parts p = defaults;
    p.trun_flags = 0xb05; /* offset, first sample's flags, duration, size, composition offset */
    p.trun_fields[2] = 0x02000000;
    p.trun_fields[3] = 41;
    p.trun_fields[4] = 51;
    p.trun_fields[5] = 0;
    p.trun_count = 6;
    struct isobmff_fragment got;
    assert_int_equal(read_parts(&p, &got), 0);
    assert_int_equal(got.duration, 41);
    assert_int_equal(got.size, 51);
    assert_true(got.sync);
}

static void expect_status(struct parts p, int status)
{
    struct isobmff_fragment got = {.size = 99};
    assert_int_equal(read_parts(&p, &got), status);
    assert_int_equal(got.size, 99);
}

static void h25_what_is_no_chunk_of_one_sample_is_told_apart(void **state)
{
    (void)state;
    struct parts p = defaults;
    p.trun_fields[0] = 2;
    expect_status(p, ERR_UNSUPPORTED);
    p = defaults;
    p.trafs = 2;
    expect_status(p, ERR_UNSUPPORTED);
    p = defaults;
    p.truns = 2;
    expect_status(p, ERR_UNSUPPORTED);
    p = defaults;
    p.tfhd_flags = 0x20030; /* no duration but in trex */
    expect_status(p, ERR_UNSUPPORTED);
    p = defaults;
    p.tfhd_flags = 0x39; /* an absolute offset */
    p.tfhd_count = 6;
    expect_status(p, ERR_UNSUPPORTED);
    p = defaults;
    p.trun_flags = 0x801;
    p.trun_fields[2] = 1; /* a composition offset */
    p.trun_count = 3;
    expect_status(p, ERR_UNSUPPORTED);
}

static void broken_fragments_are_invalid(void **state)
{
    (void)state;
    struct parts p = defaults;
    p.trun_fields[0] = 0;
    expect_status(p, ERR_INVALID);
    p = defaults;
    p.trafs = 0;
    expect_status(p, ERR_INVALID);
    p = defaults;
    p.truns = 0;
    expect_status(p, ERR_INVALID);
    p = defaults;
    p.tfdt_version = 1; /* with four bytes too few */
    expect_status(p, ERR_INVALID);
    p = defaults;
    p.tfdt_version = 2;
    expect_status(p, ERR_INVALID);
    p = defaults;
    p.tfhd_count = 3;
    expect_status(p, ERR_INVALID);
    p = defaults;
    p.trun_flags = 0x701;
    expect_status(p, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h5_h25_moof_of_a_sync_sample),
        cmocka_unit_test(a_sample_that_is_not_sync),
        cmocka_unit_test(mdat_has_a_header_of_eight_bytes),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(defaults_of_tfhd_and_version_0_of_tfdt_are_read),
        cmocka_unit_test(trun_overrides_the_defaults),
        cmocka_unit_test(h25_what_is_no_chunk_of_one_sample_is_told_apart),
        cmocka_unit_test(broken_fragments_are_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
