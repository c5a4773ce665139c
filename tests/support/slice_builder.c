#include "support/slice_builder.h"
#include "media/core/bits.h"

#include <stdbool.h>
#include <string.h>

void slice_builder_set(struct slice_builder *b, size_t field, int value)
{
    memcpy((char *)b + field, &value, sizeof value);
}

static void write_lists(const struct slice_builder *b, struct bits_writer *w)
{
    bits_write(w, b->references_override != 0, 1);
    if (b->references_override)
        bits_write_ue(w, (uint32_t)(b->references_override - 1));
    bits_write(w, (uint32_t)b->list_modification, 1);
    if (b->list_modification) {
        bits_write_ue(w, 0); /* subtract */
        bits_write_ue(w, 0); /* one */
        bits_write_ue(w, 3); /* end */
    }
}

static void write_marking(const struct slice_builder *b, struct bits_writer *w)
{
    if (b->nal_unit_type == 5) {
        bits_write(w, (uint32_t)b->no_output_of_prior_pics, 1);
        bits_write(w, (uint32_t)b->long_term_reference, 1);
        return;
    }
    bits_write(w, (uint32_t)b->adaptive_marking, 1);
    if (!b->adaptive_marking)
        return;
    for (unsigned i = 0; i < SLICE_BUILDER_OPERATIONS && b->operations[i]; i++) {
        bits_write_ue(w, (uint32_t)b->operations[i]);
        if (b->operations[i] != 5)
            bits_write_ue(w, 0);
        if (b->operations[i] == 3)
            bits_write_ue(w, 0);
    }
    bits_write_ue(w, 0);
}

static void write_header(const struct slice_builder *b, struct bits_writer *w)
{
    bool intra = b->slice_type % 5 == 2;
    bits_write(w, (uint32_t)b->forbidden_zero_bit, 1);
    bits_write(w, (uint32_t)b->nal_ref_idc, 2);
    bits_write(w, (uint32_t)b->nal_unit_type, 5);
    bits_write_ue(w, (uint32_t)b->first_mb_in_slice);
    bits_write_ue(w, (uint32_t)b->slice_type);
    bits_write_ue(w, (uint32_t)b->pic_parameter_set_id);
    bits_write(w, (uint32_t)b->frame_num, (unsigned)b->frame_num_bits);
    if (b->nal_unit_type == 5)
        bits_write_ue(w, (uint32_t)b->idr_pic_id);
    if (!intra)
        write_lists(b, w);
    if (b->nal_ref_idc)
        write_marking(b, w);
    if (b->cabac && !intra)
        bits_write_ue(w, (uint32_t)b->cabac_init_idc);
    bits_write_se(w, b->slice_qp_delta);
    if (!b->deblocking_control)
        return;
    bits_write_ue(w, (uint32_t)b->disable_deblocking_filter_idc);
    if (b->disable_deblocking_filter_idc != 1) {
        bits_write_se(w, b->alpha_offset_div2);
        bits_write_se(w, b->beta_offset_div2);
    }
}

static void write_data(const struct slice_builder *b, struct bits_writer *w)
{
    if (b->cabac)
        bits_align(w, !b->alignment_zeros);
    for (int i = 0; i < b->data_bits; i++)
        bits_write(w, b->data[i / 8] >> (7 - i % 8) & 1, 1);
    if (!b->cabac) {
        bits_write(w, 1, 1); /* rbsp_stop_one_bit */
        bits_align(w, false);
    }
}

void slice_builder_escape(struct bytes_writer *out, const uint8_t *unit, size_t size)
{
    unsigned zeros = 0;
    for (size_t i = 0; i < size; i++) {
        if (zeros >= 2 && unit[i] <= 3) {
            bytes_write_u8(out, 3);
            zeros = 0;
        }
        bytes_write_u8(out, unit[i]);
        zeros = unit[i] ? 0 : zeros + 1;
    }
    if (size && !unit[size - 1])
        bytes_write_u8(out, 3);
}

void slice_builder_write(const struct slice_builder *b, struct bytes_writer *out)
{
    struct bytes_writer unit;
    struct bits_writer w;
    size_t length_at = out->size;

    bytes_writer_init(&unit);
    bits_writer_init(&w, &unit);
    write_header(b, &w);
    write_data(b, &w);
    bytes_write_u32(out, 0);
    slice_builder_escape(out, unit.data, unit.size);
    bytes_patch_u32(out, length_at, (uint32_t)(out->size - length_at - 4));
    bytes_writer_finish(&unit);
}
