#include "support/parameter_set_builder.h"
#include "media/core/bits.h"
#include "support/slice_builder.h"

#include <stdbool.h>
#include <string.h>

struct parameter_set_builder parameter_set_builder_default(void)
{
    return (struct parameter_set_builder){
        .profile_idc = 77,
        .level_idc = 30,
        .frame_num_bits = 4,
        .poc_type = 2,
        .reference_frames = 1,
        .width_in_mbs = 20,
        .height_in_mbs = 11,
        .vui = true,
        .slice_groups = 1,
        .references_l0 = 1,
        .cabac = true,
        .deblocking_control = true,
        .init_qp = 23,
    };
}

void parameter_set_builder_set(struct parameter_set_builder *b, size_t field, int value)
{
    memcpy((char *)b + field, &value, sizeof value);
}

static void finish_unit(struct bits_writer *w, struct bytes_writer *out)
{
    bits_write(w, 1, 1); /* rbsp_stop_one_bit */
    bits_align(w, false);
    slice_builder_escape(out, w->out->data, w->out->size);
    bytes_writer_finish(w->out);
}

static void write_hrd(struct bits_writer *w)
{
    bits_write_ue(w, 0); /* one schedule */
    bits_write(w, 0, 8);
    bits_write_ue(w, 1000);
    bits_write_ue(w, 500);
    bits_write(w, 1, 1);
    bits_write(w, 0x5a5a5, 20);
}

static void write_vui(const struct parameter_set_builder *b, struct bits_writer *w)
{
    bits_write(w, 1, 1);
    bits_write(w, 255, 8); /* Extended_SAR */
    bits_write(w, 4, 16);
    bits_write(w, 3, 16);
    bits_write(w, 0, 1); /* overscan */
    bits_write(w, 1, 1);
    bits_write(w, 10, 4);
    bits_write(w, 1, 1);
    bits_write(w, 0x010101, 24);
    bits_write(w, 1, 1);
    bits_write_ue(w, 1);
    bits_write_ue(w, 1);
    bits_write(w, 1, 1);
    bits_write(w, 1, 32);
    bits_write(w, 60, 32);
    bits_write(w, 1, 1);
    bits_write(w, 1, 1);
    write_hrd(w);
    bits_write(w, 0, 1); /* no VCL HRD */
    bits_write(w, 0, 1); /* low_delay_hrd_flag */
    bits_write(w, 0, 1); /* pic_struct_present_flag */
    bits_write(w, 1, 1); /* bitstream_restriction_flag */
    bits_write(w, 1, 1);
    bits_write_ue(w, 0);
    bits_write_ue(w, 0);
    bits_write_ue(w, 10);
    bits_write_ue(w, 10);
    bits_write_ue(w, (uint32_t)b->reorder_frames);
    bits_write_ue(w, 1);
}

static void write_picture_size(const struct parameter_set_builder *b, struct bits_writer *w)
{
    bool cropped = b->crop_right || b->crop_bottom;
    bits_write_ue(w, (uint32_t)(b->width_in_mbs - 1));
    bits_write_ue(w, (uint32_t)(b->height_in_mbs - 1));
    bits_write(w, !b->interlaced, 1);
    if (b->interlaced)
        bits_write(w, 0, 1);
    bits_write(w, 1, 1);
    bits_write(w, cropped, 1);
    if (cropped) {
        bits_write_ue(w, 0);
        bits_write_ue(w, (uint32_t)b->crop_right);
        bits_write_ue(w, 0);
        bits_write_ue(w, (uint32_t)b->crop_bottom);
    }
}

void parameter_set_builder_sps(const struct parameter_set_builder *b, struct bytes_writer *out)
{
    struct bytes_writer unit;
    struct bits_writer w;
    bytes_writer_init(&unit);
    bits_writer_init(&w, &unit);
    bits_write(&w, 0x67, 8);
    bits_write(&w, (uint32_t)b->profile_idc, 8);
    bits_write(&w, (uint32_t)b->constraint_flags, 8);
    bits_write(&w, (uint32_t)b->level_idc, 8);
    bits_write_ue(&w, (uint32_t)b->sps_id);
    if (b->profile_idc >= 100) {
        bits_write_ue(&w, 1);
        bits_write_ue(&w, 0);
        bits_write_ue(&w, 0);
        bits_write(&w, 0, 2);
    }
    bits_write_ue(&w, (uint32_t)(b->frame_num_bits - 4));
    bits_write_ue(&w, (uint32_t)b->poc_type);
    if (b->poc_type == 0)
        bits_write_ue(&w, 0);
    bits_write_ue(&w, (uint32_t)b->reference_frames);
    bits_write(&w, (uint32_t)b->gaps_allowed, 1);
    write_picture_size(b, &w);
    bits_write(&w, (uint32_t)b->vui, 1);
    if (b->vui)
        write_vui(b, &w);
    finish_unit(&w, out);
}

void parameter_set_builder_pps(const struct parameter_set_builder *b, struct bytes_writer *out)
{
    struct bytes_writer unit;
    struct bits_writer w;
    bytes_writer_init(&unit);
    bits_writer_init(&w, &unit);
    bits_write(&w, 0x68, 8);
    bits_write_ue(&w, (uint32_t)b->pps_id);
    bits_write_ue(&w, (uint32_t)b->sps_id);
    bits_write(&w, (uint32_t)b->cabac, 1);
    bits_write(&w, 0, 1);
    bits_write_ue(&w, (uint32_t)(b->slice_groups - 1));
    if (b->slice_groups > 1)
        bits_write_ue(&w, 3); /* a box that grows: whatever follows is not read by anybody */
    bits_write_ue(&w, (uint32_t)(b->references_l0 - 1));
    bits_write_ue(&w, 0);
    bits_write(&w, (uint32_t)b->weighted_pred, 1);
    bits_write(&w, 0, 2);
    bits_write_se(&w, b->init_qp - 26);
    bits_write_se(&w, 0);
    bits_write_se(&w, b->chroma_qp_offset);
    bits_write(&w, (uint32_t)b->deblocking_control, 1);
    bits_write(&w, 0, 1);
    bits_write(&w, (uint32_t)b->redundant_pictures, 1);
    if (b->transform_8x8) {
        bits_write(&w, 1, 1);
        bits_write(&w, 0, 1);
        bits_write_se(&w, b->chroma_qp_offset);
    }
    finish_unit(&w, out);
}

static void write_with_length(struct bytes_writer *unit, struct bytes_writer *out)
{
    bytes_write_u16(out, (uint16_t)unit->size);
    bytes_write(out, unit->data, unit->size);
    bytes_writer_clear(unit);
}

void parameter_set_builder_record(const struct parameter_set_builder *first,
                                  const struct parameter_set_builder *second,
                                  struct bytes_writer *out)
{
    struct bytes_writer unit;
    bytes_writer_init(&unit);
    bytes_write_u8(out, 1);
    bytes_write_u8(out, (uint8_t)first->profile_idc);
    bytes_write_u8(out, (uint8_t)first->constraint_flags);
    bytes_write_u8(out, (uint8_t)first->level_idc);
    bytes_write_u16(out, 0xffe1);
    parameter_set_builder_sps(first, &unit);
    write_with_length(&unit, out);
    bytes_write_u8(out, 2);
    parameter_set_builder_pps(first, &unit);
    write_with_length(&unit, out);
    parameter_set_builder_pps(second, &unit);
    write_with_length(&unit, out);
    if (first->profile_idc >= 100)
        bytes_write_u32(out, 0xfdf8f800);
    bytes_writer_finish(&unit);
}
