/* The checker of slice headers can fail: a stream that it passes, with one field changed, must be
 * caught for that very reason (H21, H25). */
#include "support/parameter_set_builder.h"
#include "support/slice_builder.h"
#include "support/slice_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { FIRST = 65533 }; /* the sequence of the first sample: idr_pic_id wraps on the way */
enum { SAMPLES = 8, SLICES = 3, SECOND_IDR = 4 };

static const uint8_t some_data[] = {0x11, 0x22, 0x33, 0x80};

/* IDR P P P IDR P P P, each of three slices, as the rewrite should make them. */
struct stream {
    struct slice_builder slices[SAMPLES][SLICES];
};

static void stream_init(struct stream *s, bool cabac)
{
    for (int n = 0; n < SAMPLES; n++) {
        bool idr = n % SECOND_IDR == 0;
        for (int i = 0; i < SLICES; i++)
            s->slices[n][i] = (struct slice_builder){
                .frame_num_bits = 4,
                .cabac = cabac,
                .deblocking_control = 1,
                .nal_ref_idc = 2,
                .nal_unit_type = idr ? 5 : 1,
                .first_mb_in_slice = 60 * i,
                .slice_type = idr ? 7 : 5,
                .pic_parameter_set_id = idr ? 0 : (FIRST + n) % 2,
                .frame_num = !idr,
                .idr_pic_id = (FIRST + n) % 65536,
                .adaptive_marking = 1,
                .operations = {5},
                .data = some_data,
                .data_bits = 32,
            };
    }
}

static void write_record(const struct parameter_set_builder *second, struct bytes_writer *out)
{
    struct parameter_set_builder first = parameter_set_builder_default();
    first.cabac = second->cabac;
    parameter_set_builder_record(&first, second, out);
}

static struct slice_check *open_check(bool cabac)
{
    struct parameter_set_builder second = parameter_set_builder_default();
    struct bytes_writer record;
    bytes_writer_init(&record);
    second.cabac = cabac;
    second.pps_id = 1;
    write_record(&second, &record);
    struct slice_check *c = slice_check_create(record.data, record.size);
    assert_non_null(c);
    bytes_writer_finish(&record);
    return c;
}

/* Feeds samples first to last, numbered as they are plus `shift`. */
static int feed(struct slice_check *c, const struct stream *s, int first, int last, int64_t shift)
{
    struct bytes_writer sample;
    int status = 0;
    bytes_writer_init(&sample);
    for (int n = first; n <= last; n++) {
        bytes_writer_clear(&sample);
        for (int i = 0; i < SLICES; i++)
            slice_builder_write(&s->slices[n][i], &sample);
        status = slice_check_sample(c, sample.data, sample.size, FIRST + n + shift);
        assert_int_equal(status != 0, slice_check_error(c)[0] != 0);
    }
    bytes_writer_finish(&sample);
    return status;
}

static void assert_breach(struct slice_check *c, const char *reason)
{
    if (!strstr(slice_check_error(c), reason))
        fail_msg("\"%s\" should be about \"%s\"", slice_check_error(c), reason);
}

static void test_legal_stream_passes(void **state)
{
    (void)state;
    for (int cabac = 0; cabac < 2; cabac++) {
        struct stream s;
        struct slice_check *c = open_check(cabac);
        stream_init(&s, cabac);
        feed(c, &s, 0, SAMPLES - 1, 0);
        assert_string_equal(slice_check_error(c), "");
        slice_check_destroy(c);
    }
}

struct mutation {
    int sample;
    int slice; /* SLICES: all of them */
    size_t field;
    int value;
    const char *reason;
};

static const struct mutation mutations[] = {
    /* H21: frame_num after an IDR picture or operation 5 (7.4.3). */
    {1, SLICES, offsetof(struct slice_builder, frame_num), 2, "frame_num 2 where 1"},
    {3, SLICES, offsetof(struct slice_builder, frame_num), 3, "frame_num 3 where 1"},
    {3, SLICES, offsetof(struct slice_builder, frame_num), 0, "frame_num 0 where 1"},
    {4, SLICES, offsetof(struct slice_builder, frame_num), 1, "frame_num 1 in an IDR"},
    /* H21: memory_management_control_operation 5, alone, in every P picture. */
    {1, SLICES, offsetof(struct slice_builder, adaptive_marking), 0, "operation 5"},
    {2, SLICES, offsetof(struct slice_builder, operations), 1, "operation 5"},
    {2, SLICES, offsetof(struct slice_builder, operations), 0, "operation 5"},
    {2, SLICES, offsetof(struct slice_builder, operations[1]), 4, "operation 5"},
    {2, 1, offsetof(struct slice_builder, operations), 2, "marking differs"},
    {2, 2, offsetof(struct slice_builder, adaptive_marking), 0, "marking differs"},
    {0, 1, offsetof(struct slice_builder, long_term_reference), 1, "marking differs"},
    /* H21: two P pictures in a row that 7.4.1.2.4 tells apart. */
    {2, SLICES, offsetof(struct slice_builder, pic_parameter_set_id), 0, "told from"},
    {3, SLICES, offsetof(struct slice_builder, pic_parameter_set_id), 1, "told from"},
    {1, SLICES, offsetof(struct slice_builder, pic_parameter_set_id), 1, "pic_parameter_set_id 1"},
    {2, SLICES, offsetof(struct slice_builder, pic_parameter_set_id), 2, "pic_parameter_set_id 2"},
    {2, 1, offsetof(struct slice_builder, pic_parameter_set_id), 0, "different pictures"},
    {4, SLICES, offsetof(struct slice_builder, pic_parameter_set_id), 1, "in an IDR"},
    /* H21: idr_pic_id. */
    {0, SLICES, offsetof(struct slice_builder, idr_pic_id), 7, "idr_pic_id 7"},
    {4, SLICES, offsetof(struct slice_builder, idr_pic_id), 0, "idr_pic_id 0"},
    {4, SLICES, offsetof(struct slice_builder, idr_pic_id), 65537, "idr_pic_id 65537"},
    {4, 2, offsetof(struct slice_builder, idr_pic_id), 2, "different pictures"},
    {4, SLICES, offsetof(struct slice_builder, long_term_reference), 1, "long-term 1"},
    {4, SLICES, offsetof(struct slice_builder, no_output_of_prior_pics), 1, "no_output"},
    /* H25: IDR and P pictures, all of them references. */
    {1, SLICES, offsetof(struct slice_builder, nal_ref_idc), 0, "nal_ref_idc"},
    {1, 2, offsetof(struct slice_builder, nal_ref_idc), 0, "nal_ref_idc"},
    {1, SLICES, offsetof(struct slice_builder, slice_type), 6, "slice_type 6"},
    {1, 1, offsetof(struct slice_builder, slice_type), 7, "slice_type 7"},
    {4, 1, offsetof(struct slice_builder, slice_type), 5, "slice_type 5"},
    {0, SLICES, offsetof(struct slice_builder, nal_unit_type), 1, "slice_type 7"},
    {1, 0, offsetof(struct slice_builder, nal_unit_type), 6, "type 6"},
    {1, 1, offsetof(struct slice_builder, nal_unit_type), 7, "type 7"},
    {1, 1, offsetof(struct slice_builder, nal_unit_type), 9, "type 9"},
    {1, 1, offsetof(struct slice_builder, forbidden_zero_bit), 1, "forbidden"},
    {1, SLICES, offsetof(struct slice_builder, references_override), 2, "2 references"},
    {1, SLICES, offsetof(struct slice_builder, list_modification), 1, "list modification"},
    /* A whole picture, its slices in order. */
    {1, 0, offsetof(struct slice_builder, first_mb_in_slice), 1, "starts with"},
    {1, 1, offsetof(struct slice_builder, first_mb_in_slice), 0, "0 after 0"},
    {1, 1, offsetof(struct slice_builder, first_mb_in_slice), 121, "120 after 121"},
    {1, 2, offsetof(struct slice_builder, first_mb_in_slice), 220, "220 of 220"},
    /* What every decoder relies on. */
    {1, 0, offsetof(struct slice_builder, cabac_init_idc), 3, "cabac_init_idc 3"},
    {1, 0, offsetof(struct slice_builder, slice_qp_delta), 30, "QP 53"},
    {1, 0, offsetof(struct slice_builder, slice_qp_delta), -24, "QP -1"},
    {1, 0, offsetof(struct slice_builder, disable_deblocking_filter_idc), 3, "filter_idc 3"},
    {1, 0, offsetof(struct slice_builder, alpha_offset_div2), 7, "offsets 7"},
    {1, 0, offsetof(struct slice_builder, beta_offset_div2), -7, "and -7"},
    {1, 0, offsetof(struct slice_builder, alignment_zeros), 1, "alignment"},
    {1, 0, offsetof(struct slice_builder, data_bits), 0, "without data"},
};

static void test_single_fields_are_caught(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
        const struct mutation *m = &mutations[i];
        struct stream s;
        struct slice_check *c = open_check(true);
        stream_init(&s, true);
        for (int slice = 0; slice < SLICES; slice++) {
            if (m->slice == slice || m->slice == SLICES)
                slice_builder_set(&s.slices[m->sample][slice], m->field, m->value);
        }
        if (m->sample)
            assert_int_equal(feed(c, &s, 0, m->sample - 1, 0), 0);
        assert_int_equal(feed(c, &s, m->sample, m->sample, 0), -1);
        assert_breach(c, m->reason);
        slice_check_destroy(c);
    }
}

/* H21: two IDR pictures in a row differ in idr_pic_id, also where each is right for its number. */
static void test_same_idr_twice(void **state)
{
    struct stream s;
    struct slice_check *c = open_check(true);
    (void)state;
    stream_init(&s, true);
    assert_int_equal(feed(c, &s, 0, 0, 0), 0);
    assert_int_equal(feed(c, &s, 0, 0, 65536), -1);
    assert_breach(c, "twice in a row");
    slice_check_destroy(c);
}

/* H3, H4: a P picture follows the sample just before it, and nothing else. */
static void test_order_of_samples(void **state)
{
    struct stream s;
    struct slice_check *c = open_check(true);
    (void)state;
    stream_init(&s, true);
    assert_int_equal(feed(c, &s, 1, 1, 0), -1);
    assert_breach(c, "starts with a P picture");
    slice_check_destroy(c);

    c = open_check(true);
    assert_int_equal(feed(c, &s, 0, 1, 0), 0);
    assert_int_equal(feed(c, &s, 3, 3, 0), -1);
    assert_breach(c, "behind sample 65534");
    assert_int_equal(feed(c, &s, 4, 4, 0), -1); /* the first breach sticks */
    assert_breach(c, "behind sample 65534");
    slice_check_destroy(c);
}

/* H18: what an Initialization Packet holds is independent. */
static void test_packet_samples(void **state)
{
    struct stream s;
    struct bytes_writer sample;
    struct slice_check *c = open_check(true);
    (void)state;
    stream_init(&s, true);
    bytes_writer_init(&sample);
    slice_builder_write(&s.slices[0][0], &sample);
    assert_int_equal(slice_check_packet_sample(c, sample.data, sample.size, FIRST), 0);
    bytes_writer_clear(&sample);
    slice_builder_write(&s.slices[1][0], &sample);
    assert_int_equal(slice_check_packet_sample(c, sample.data, sample.size, FIRST + 1), -1);
    assert_breach(c, "no IDR picture");
    slice_check_destroy(c);
    bytes_writer_finish(&sample);
}

static void test_broken_bytes(void **state)
{
    static const struct {
        size_t size;
        uint8_t sample[16];
        const char *reason;
    } cases[] = {
        {0, {0}, "no slice"},
        {3, {0, 0, 1}, "past the sample's end"},
        {4, {0, 0, 0, 0}, "or is empty"},
        {6, {0, 0, 0, 3, 0x65, 0x80}, "past the sample's end"},
        {9, {0, 0, 0, 5, 0x65, 0, 0, 1, 0x80}, "start code"},
        {9, {0, 0, 0, 5, 0x65, 0, 0, 0, 0x80}, "start code"},
        {9, {0, 0, 0, 5, 0x65, 0, 0, 3, 0x80}, "emulation prevention"},
        {7, {0, 0, 0, 3, 0x65, 0x80, 0}, "ends with a zero"},
        {6, {0, 0, 0, 2, 0x65, 0x80}, "header cut off"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice_check *c = open_check(true);
        assert_int_equal(slice_check_sample(c, cases[i].sample, cases[i].size, 3), -1);
        assert_breach(c, cases[i].reason);
        slice_check_destroy(c);
    }
}

/* H21: one SPS, and two PPS that are the same but for their id. */
static void test_records(void **state)
{
    static const struct {
        bool in_first; /* else in the second PPS only */
        size_t field;
        int value;
        const char *reason;
    } cases[] = {
        {false, offsetof(struct parameter_set_builder, pps_id), 0, "ids 0 and 0"},
        {false, offsetof(struct parameter_set_builder, pps_id), 2, "ids 0 and 2"},
        {false, offsetof(struct parameter_set_builder, chroma_qp_offset), -2, "more than their id"},
        {false, offsetof(struct parameter_set_builder, transform_8x8), 1, "more than their id"},
        {false, offsetof(struct parameter_set_builder, cabac), 0, "more than their id"},
        {true, offsetof(struct parameter_set_builder, poc_type), 0, "pic_order_cnt_type 0"},
        {true, offsetof(struct parameter_set_builder, reference_frames), 2, "2 reference frames"},
        {true, offsetof(struct parameter_set_builder, gaps_allowed), 1, "gaps allowed 1"},
        {true, offsetof(struct parameter_set_builder, interlaced), 1, "interlaced"},
        {true, offsetof(struct parameter_set_builder, vui), 0, "max_num_reorder_frames"},
        {true, offsetof(struct parameter_set_builder, reorder_frames), 1, "max_num_reorder_frames"},
        {true, offsetof(struct parameter_set_builder, weighted_pred), 1, "weights"},
        {true, offsetof(struct parameter_set_builder, redundant_pictures), 1, "redundant"},
        {true, offsetof(struct parameter_set_builder, sps_id), 3, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parameter_set_builder first = parameter_set_builder_default();
        struct bytes_writer record;
        bytes_writer_init(&record);
        if (cases[i].in_first)
            parameter_set_builder_set(&first, cases[i].field, cases[i].value);
        struct parameter_set_builder second = first;
        second.pps_id = 1;
        if (!cases[i].in_first)
            parameter_set_builder_set(&second, cases[i].field, cases[i].value);
        parameter_set_builder_record(&first, &second, &record);
        struct slice_check *c = slice_check_create(record.data, record.size);
        assert_breach(c, cases[i].reason);
        assert_int_equal(slice_check_error(c)[0] != 0, cases[i].reason[0] != 0);
        slice_check_destroy(c);
        bytes_writer_finish(&record);
    }
}

static void test_record_bytes(void **state)
{
    struct parameter_set_builder second = parameter_set_builder_default();
    struct bytes_writer record;
    (void)state;
    second.pps_id = 1;
    bytes_writer_init(&record);
    write_record(&second, &record);
    struct slice_check *c = slice_check_create(record.data, record.size);
    assert_int_equal(slice_check_avcc(c, record.data, record.size), 0);
    assert_int_equal(slice_check_avcc(c, record.data, record.size - 1), -1);
    assert_breach(c, "another avcC");
    slice_check_destroy(c);

    for (size_t size = 0; size < record.size; size++) { /* cut off anywhere */
        c = slice_check_create(record.data, size);
        assert_int_not_equal(slice_check_error(c)[0], 0);
        slice_check_destroy(c);
    }
    record.data[3]++; /* a level that is not the SPS's */
    c = slice_check_create(record.data, record.size);
    assert_breach(c, "profile and level");
    slice_check_destroy(c);
    bytes_writer_finish(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legal_stream_passes),
        cmocka_unit_test(test_single_fields_are_caught),
        cmocka_unit_test(test_same_idr_twice),
        cmocka_unit_test(test_order_of_samples),
        cmocka_unit_test(test_packet_samples),
        cmocka_unit_test(test_broken_bytes),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_record_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
