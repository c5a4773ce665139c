/* The rewrite of slice headers, field by field and bit by bit, against units that are built as they
 * should come out (H21, H25; ISO/IEC 14496-10 7.3.3). */
#include "media/core/err.h"
#include "media/h264/splice.h"
#include "support/slice_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { DATA_MAX = 400, SLICES_MAX = 3 };

static struct h264_splice make_splice(bool cabac, bool deblocking_control, unsigned frame_num_bits)
{
    return (struct h264_splice){
        .sps = {.frame_mbs_only_flag = true,
                .pic_order_cnt_type = 2,
                .max_num_ref_frames = 1,
                .log2_max_frame_num = (uint8_t)frame_num_bits,
                .width_in_mbs = 20,
                .height_in_mbs = 11},
        .pps = {.entropy_coding_mode_flag = cabac,
                .deblocking_filter_control_present_flag = deblocking_control,
                .num_ref_idx_l0_default_active = 1},
    };
}

static const uint8_t some_data[] = {0x11, 0x22, 0x33, 0x80};

/* A slice as x264 writes it. */
static struct slice_builder make_slice(const struct h264_splice *splice, bool idr)
{
    return (struct slice_builder){
        .frame_num_bits = splice->sps.log2_max_frame_num,
        .cabac = splice->pps.entropy_coding_mode_flag,
        .deblocking_control = splice->pps.deblocking_filter_control_present_flag,
        .nal_ref_idc = idr ? 3 : 2,
        .nal_unit_type = idr ? 5 : 1,
        .slice_type = idr ? 7 : 5,
        .frame_num = idr ? 0 : 9,
        .idr_pic_id = idr,
        .data = some_data,
        .data_bits = 32,
    };
}

/* What the rewrite should make of it. */
static struct slice_builder expect(struct slice_builder b, int64_t sequence)
{
    if (b.nal_unit_type == 5) {
        b.idr_pic_id = (int)(sequence % 65536);
        return b;
    }
    b.frame_num = 1;
    b.pic_parameter_set_id = (int)(sequence & 1);
    b.adaptive_marking = 1;
    b.operations[0] = 5;
    return b;
}

/* Few different bytes or many, so that emulation prevention is at work on both sides of a header's
 * end. */
static int fill(uint8_t data[DATA_MAX], bool cabac)
{
    static const uint8_t alphabet[] = {0, 0, 0, 1, 2, 3, 4, 255};
    unsigned size = 1 + (unsigned)rand() % (rand() % 4 ? 12 : DATA_MAX - 1);
    bool few = rand() % 4 != 0;
    for (unsigned i = 0; i < size; i++)
        data[i] = few ? alphabet[rand() % 8] : (uint8_t)rand();
    if (!cabac)
        return (int)size * 8 - rand() % 8;
    data[size - 1] = 0x80;
    if (size + 2 <= DATA_MAX && rand() % 4 == 0) { /* a cabac_zero_word */
        data[size++] = 0;
        data[size++] = 0;
    }
    return (int)size * 8;
}

static struct slice_builder random_slice(const struct h264_splice *splice, bool idr, int slice,
                                         uint8_t data[DATA_MAX])
{
    struct slice_builder b = make_slice(splice, idr);
    b.nal_ref_idc = 1 + rand() % 3;
    b.first_mb_in_slice = slice * (60 + rand() % 4);
    b.slice_type = (idr ? 2 : 0) + (rand() % 2 ? 5 : 0);
    b.frame_num = idr ? 0 : rand() % (1 << b.frame_num_bits);
    b.idr_pic_id = idr ? rand() % 3 : 0;
    b.references_override = rand() % 4 == 0;
    b.list_modification = rand() % 4 == 0;
    b.no_output_of_prior_pics = rand() % 2;
    b.cabac_init_idc = rand() % 3;
    b.slice_qp_delta = rand() % 52 - 26;
    b.disable_deblocking_filter_idc = rand() % 3;
    b.alpha_offset_div2 = rand() % 13 - 6;
    b.beta_offset_div2 = rand() % 13 - 6;
    b.data = data;
    b.data_bits = fill(data, b.cabac);
    return b;
}

/* H21: every field copied but those that the rewrite is for; slice data to the last bit. */
static void test_random_slices(void **state)
{
    struct bytes_writer in, expected, out;
    uint8_t data[DATA_MAX];

    (void)state;
    srand(2);
    bytes_writer_init(&in);
    bytes_writer_init(&expected);
    bytes_writer_init(&out);
    for (int round = 0; round < 40000; round++) {
        struct h264_splice splice = make_splice(rand() % 2, rand() % 2, 4 + (unsigned)rand() % 13);
        bool idr = rand() % 2;
        bool was_idr = !idr;
        int64_t sequence = rand() % 2 ? rand() % 300 : rand();
        int slices = 1 + rand() % SLICES_MAX;
        bytes_writer_clear(&in);
        bytes_writer_clear(&expected);
        bytes_writer_clear(&out);
        for (int i = 0; i < slices; i++) {
            struct slice_builder b = random_slice(&splice, idr, i, data);
            slice_builder_write(&b, &in);
            b = expect(b, sequence);
            slice_builder_write(&b, &expected);
        }
        assert_int_equal(
            h264_splice_access_unit(&splice, in.data, in.size, sequence, &out, &was_idr), 0);
        assert_int_equal(was_idr, idr);
        assert_int_equal(out.size, expected.size);
        assert_memory_equal(out.data, expected.data, expected.size);
    }
    bytes_writer_finish(&in);
    bytes_writer_finish(&expected);
    bytes_writer_finish(&out);
}

/* As large as an IDR picture of a high rung; all shifts of a CAVLC slice. */
static void test_large_slices(void **state)
{
    enum { BYTES = 150001 };
    struct bytes_writer in, expected, out;
    uint8_t *data = malloc(BYTES);

    (void)state;
    assert_non_null(data);
    srand(3);
    for (size_t i = 0; i < BYTES; i++)
        data[i] = rand() % 8 ? (uint8_t)rand() : 0;
    data[BYTES - 1] = 0x80;
    bytes_writer_init(&in);
    bytes_writer_init(&expected);
    bytes_writer_init(&out);
    for (int64_t sequence = 0; sequence < 300; sequence += 37) {
        struct h264_splice splice = make_splice(sequence % 3 == 0, true, 4);
        struct slice_builder b = make_slice(&splice, true);
        bool idr;
        b.data = data;
        b.data_bits = 8 * BYTES;
        bytes_writer_clear(&in);
        bytes_writer_clear(&expected);
        bytes_writer_clear(&out);
        slice_builder_write(&b, &in);
        b = expect(b, sequence);
        slice_builder_write(&b, &expected);
        assert_int_equal(h264_splice_access_unit(&splice, in.data, in.size, sequence, &out, &idr),
                         0);
        assert_int_equal(out.size, expected.size);
        assert_memory_equal(out.data, expected.data, expected.size);
    }
    bytes_writer_finish(&in);
    bytes_writer_finish(&expected);
    bytes_writer_finish(&out);
    free(data);
}

struct attempt {
    struct h264_splice splice;
    struct bytes_writer in, out;
};

static void attempt_init(struct attempt *a, bool cabac)
{
    a->splice = make_splice(cabac, true, 4);
    bytes_writer_init(&a->in);
    bytes_writer_init(&a->out);
    bytes_write_u8(&a->out, 0x5a);
}

/* Splices what was collected, and drops it. */
static int attempt_splice(struct attempt *a, bool *idr)
{
    size_t before = a->out.size;
    int status = h264_splice_access_unit(&a->splice, a->in.data, a->in.size, 7, &a->out, idr);
    if (status)
        assert_int_equal(a->out.size, before); /* nothing is left of a failure */
    assert_int_equal(a->out.data[0], 0x5a);
    assert_int_equal(a->out.status, 0);
    bytes_writer_clear(&a->in);
    return status;
}

static int attempt_slice(struct attempt *a, const struct slice_builder *b)
{
    bool idr;
    slice_builder_write(b, &a->in);
    return attempt_splice(a, &idr);
}

static void attempt_finish(struct attempt *a)
{
    bytes_writer_finish(&a->in);
    bytes_writer_finish(&a->out);
}

struct refusal {
    bool idr;
    size_t field; /* of slice_builder */
    int value, status;
};

static const struct refusal refusals[] = {
    {false, offsetof(struct slice_builder, slice_type), 6, ERR_UNSUPPORTED}, /* B */
    {false, offsetof(struct slice_builder, slice_type), 7, ERR_UNSUPPORTED}, /* I */
    {false, offsetof(struct slice_builder, slice_type), 3, ERR_UNSUPPORTED}, /* SP */
    {false, offsetof(struct slice_builder, slice_type), 10, ERR_INVALID},
    {true, offsetof(struct slice_builder, slice_type), 5, ERR_INVALID}, /* P in an IDR picture */
    {false, offsetof(struct slice_builder, nal_ref_idc), 0, ERR_UNSUPPORTED},
    {true, offsetof(struct slice_builder, nal_ref_idc), 0, ERR_INVALID},
    {false, offsetof(struct slice_builder, adaptive_marking), 1, ERR_UNSUPPORTED},
    {true, offsetof(struct slice_builder, long_term_reference), 1, ERR_UNSUPPORTED},
    {true, offsetof(struct slice_builder, frame_num), 1, ERR_INVALID},
    {true, offsetof(struct slice_builder, idr_pic_id), 65536, ERR_INVALID},
    {false, offsetof(struct slice_builder, pic_parameter_set_id), 1, ERR_INVALID},
    {false, offsetof(struct slice_builder, first_mb_in_slice), 220,
     ERR_INVALID}, /* past the picture */
    {false, offsetof(struct slice_builder, first_mb_in_slice), 20,
     ERR_INVALID}, /* its first slice is missing */
    {false, offsetof(struct slice_builder, references_override), 33, ERR_INVALID},
    {false, offsetof(struct slice_builder, cabac_init_idc), 3, ERR_INVALID},
    {false, offsetof(struct slice_builder, disable_deblocking_filter_idc), 3, ERR_INVALID},
    {false, offsetof(struct slice_builder, alpha_offset_div2), 7, ERR_INVALID},
    {true, offsetof(struct slice_builder, alignment_zeros), 1, ERR_INVALID},
    {true, offsetof(struct slice_builder, data_bits), 0, ERR_TRUNCATED},
    {true, offsetof(struct slice_builder, nal_unit_type), 2,
     ERR_UNSUPPORTED}, /* data partition A */
    {true, offsetof(struct slice_builder, nal_unit_type), 20, ERR_UNSUPPORTED},
    {true, offsetof(struct slice_builder, forbidden_zero_bit), 1, ERR_INVALID},
};

/* H25: one IDR or P picture a sample, of the kind that the rewrite makes legal. */
static void test_refused_slices(void **state)
{
    struct attempt a;
    (void)state;
    attempt_init(&a, true);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct slice_builder b = make_slice(&a.splice, refusals[i].idr);
        assert_int_equal(attempt_slice(&a, &b), 0);
        slice_builder_set(&b, refusals[i].field, refusals[i].value);
        int status = attempt_slice(&a, &b);
        if (status != refusals[i].status)
            print_message("refusal %zu\n", i);
        assert_int_equal(status, refusals[i].status);
    }
    attempt_finish(&a);
}

static void test_refused_access_units(void **state)
{
    struct attempt a;
    bool idr;
    (void)state;
    attempt_init(&a, false);
    struct slice_builder p = make_slice(&a.splice, false);
    struct slice_builder intra = make_slice(&a.splice, true);

    assert_int_equal(attempt_splice(&a, &idr), ERR_INVALID); /* no slice at all */

    slice_builder_write(&p, &a.in); /* two pictures */
    slice_builder_write(&p, &a.in);
    assert_int_equal(attempt_splice(&a, &idr), ERR_UNSUPPORTED);

    slice_builder_write(&intra, &a.in); /* a mixture */
    p.first_mb_in_slice = 20;
    slice_builder_write(&p, &a.in);
    assert_int_equal(attempt_splice(&a, &idr), ERR_UNSUPPORTED);
    attempt_finish(&a);
}

/* Parameter sets belong to the sample entry; delimiters, SEI and filler to nobody. */
static void test_other_units_are_dropped(void **state)
{
    static const uint8_t types[] = {0x09, 0x67, 0x68, 0x06, 0x0c};
    struct attempt a;
    struct bytes_writer expected;
    bool idr = false;
    (void)state;
    attempt_init(&a, true);
    struct slice_builder b = make_slice(&a.splice, true);
    for (size_t i = 0; i < sizeof types; i++) {
        bytes_write_u32(&a.in, 2);
        bytes_write_u8(&a.in, types[i]);
        bytes_write_u8(&a.in, 0x80);
    }
    slice_builder_write(&b, &a.in);
    bytes_write_u32(&a.in, 1);
    bytes_write_u8(&a.in, 0x06);
    assert_int_equal(attempt_splice(&a, &idr), 0);
    assert_true(idr);

    bytes_writer_init(&expected);
    bytes_write_u8(&expected, 0x5a);
    b = expect(b, 7);
    slice_builder_write(&b, &expected);
    assert_int_equal(a.out.size, expected.size);
    assert_memory_equal(a.out.data, expected.data, expected.size);
    bytes_writer_finish(&expected);
    attempt_finish(&a);
}

/* Whatever is cut off or turned over: a status, or a sample, and nothing read out of bounds. */
static void test_cut_and_garbled_units(void **state)
{
    struct attempt a;
    bool idr;
    (void)state;
    srand(4);
    attempt_init(&a, false);
    for (int round = 0; round < 4000; round++) {
        struct slice_builder b = make_slice(&a.splice, round % 2);
        struct bytes_writer whole;
        a.splice = make_splice(round % 4 < 2, true, 4);
        b.cabac = round % 4 < 2;
        bytes_writer_init(&whole);
        slice_builder_write(&b, &whole);
        size_t size = (size_t)rand() % (whole.size + 1);
        uint8_t *cut = malloc(size + !size); /* exact, so that a sanitizer sees what is past it */
        memcpy(cut, whole.data, size);
        if (round % 3 && size > 4) {
            cut[3] = (uint8_t)(size - 4);
            cut[4 + (size_t)rand() % (size - 4)] ^= (uint8_t)(1 << rand() % 8);
        }
        size_t before = a.out.size;
        int status = h264_splice_access_unit(&a.splice, cut, size, round, &a.out, &idr);
        assert_true(status == 0 ? a.out.size > before : a.out.size == before);
        if (size < whole.size && round % 3 == 0)
            assert_int_equal(status, size ? ERR_TRUNCATED : ERR_INVALID);
        free(cut);
        bytes_writer_finish(&whole);
    }
    attempt_finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_slices),
        cmocka_unit_test(test_large_slices),
        cmocka_unit_test(test_refused_slices),
        cmocka_unit_test(test_refused_access_units),
        cmocka_unit_test(test_other_units_are_dropped),
        cmocka_unit_test(test_cut_and_garbled_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
