#include "support/slice_syntax.h"

#include <stdlib.h>

bool slice_syntax_open(struct slice_syntax_bits *b, const uint8_t *unit, size_t size)
{
    *b = (struct slice_syntax_bits){.bytes = malloc(size)};
    if (!b->bytes)
        return false;
    size_t kept = 0;
    for (size_t i = 1; i < size; i++) {
        bool escape = i >= 3 && unit[i] == 3 && !unit[i - 1] && !unit[i - 2];
        if (!escape)
            b->bytes[kept++] = unit[i];
    }
    b->count = 8 * kept;
    return true;
}

void slice_syntax_close(struct slice_syntax_bits *b)
{
    free(b->bytes);
    *b = (struct slice_syntax_bits){0};
}

static unsigned read_bit(struct slice_syntax_bits *b)
{
    if (b->at >= b->count) {
        b->broken = true;
        return 0;
    }
    unsigned bit = b->bytes[b->at / 8] >> (7 - b->at % 8) & 1;
    b->at++;
    return bit;
}

unsigned slice_syntax_u(struct slice_syntax_bits *b, unsigned count)
{
    unsigned value = 0;
    while (count--)
        value = value * 2 + read_bit(b);
    return value;
}

unsigned slice_syntax_ue(struct slice_syntax_bits *b)
{
    unsigned leading = 0;
    while (!b->broken && !read_bit(b))
        leading++;
    if (leading > 31)
        b->broken = true;
    if (b->broken)
        return 0;
    return (1u << leading) - 1 + slice_syntax_u(b, leading);
}

int slice_syntax_se(struct slice_syntax_bits *b)
{
    unsigned code = slice_syntax_ue(b);
    if (code > 1u << 20) { /* no header holds such a value; and sums must not overflow */
        b->broken = true;
        return 0;
    }
    int half = (int)(code / 2);
    return code % 2 ? half + 1 : -half;
}

static void skip_lists(struct slice_syntax_bits *b, unsigned lists)
{
    for (unsigned list = 0; list < lists && !b->broken; list++) {
        if (!read_bit(b))
            continue;
        int scale = 8;
        unsigned entries = list < 6 ? 16 : 64;
        while (entries-- && scale && !b->broken) {
            /* Only whether the next scale is 0 matters: it then repeats to the list's end. */
            scale = (scale + slice_syntax_se(b)) & 255;
        }
    }
}

static void read_chroma(struct slice_syntax_sps *s, struct slice_syntax_bits *b)
{
    s->chroma_format_idc = slice_syntax_ue(b);
    if (s->chroma_format_idc == 3)
        s->separate_planes = read_bit(b);
    s->bit_depth_luma = 8 + slice_syntax_ue(b);
    s->bit_depth_chroma = 8 + slice_syntax_ue(b);
    read_bit(b);
    if (read_bit(b))
        skip_lists(b, s->chroma_format_idc == 3 ? 12 : 8);
}

static void skip_hrd(struct slice_syntax_bits *b)
{
    unsigned schedules = slice_syntax_ue(b) + 1;
    slice_syntax_u(b, 8);
    while (schedules-- && !b->broken) {
        slice_syntax_ue(b);
        slice_syntax_ue(b);
        read_bit(b);
    }
    slice_syntax_u(b, 20);
}

/* E.1.1 up to bitstream_restriction_flag */
static void skip_vui_start(struct slice_syntax_bits *b)
{
    if (read_bit(b) && slice_syntax_u(b, 8) == 255)
        slice_syntax_u(b, 32);
    if (read_bit(b))
        read_bit(b);
    if (read_bit(b)) {
        slice_syntax_u(b, 4);
        if (read_bit(b))
            slice_syntax_u(b, 24);
    }
    if (read_bit(b)) {
        slice_syntax_ue(b);
        slice_syntax_ue(b);
    }
    if (read_bit(b)) {
        slice_syntax_u(b, 32);
        slice_syntax_u(b, 32);
        read_bit(b);
    }
    bool nal_hrd = read_bit(b);
    if (nal_hrd)
        skip_hrd(b);
    bool vcl_hrd = read_bit(b);
    if (vcl_hrd)
        skip_hrd(b);
    if (nal_hrd || vcl_hrd)
        read_bit(b);
    read_bit(b);
}

static void read_vui(struct slice_syntax_sps *s, struct slice_syntax_bits *b)
{
    skip_vui_start(b);
    s->has_restriction = read_bit(b);
    if (!s->has_restriction)
        return;
    read_bit(b);
    for (unsigned i = 0; i < 4; i++)
        slice_syntax_ue(b);
    s->reordered_frames = slice_syntax_ue(b);
    slice_syntax_ue(b);
}

static void read_picture(struct slice_syntax_sps *s, struct slice_syntax_bits *b)
{
    unsigned columns = slice_syntax_ue(b) + 1;
    unsigned rows = slice_syntax_ue(b) + 1;
    if (columns > 1100 || rows > 1100)
        b->broken = true;
    s->progressive = read_bit(b);
    if (!s->progressive)
        read_bit(b);
    s->mbs = columns * rows * (s->progressive ? 1 : 2);
    read_bit(b);
    if (read_bit(b)) {
        for (unsigned i = 0; i < 4; i++)
            slice_syntax_ue(b);
    }
}

bool slice_syntax_read_sps(struct slice_syntax_sps *s, struct slice_syntax_bits *b)
{
    *s = (struct slice_syntax_sps){
        .chroma_format_idc = 1, .bit_depth_luma = 8, .bit_depth_chroma = 8};
    s->profile_idc = slice_syntax_u(b, 8);
    slice_syntax_u(b, 16);
    s->id = slice_syntax_ue(b);
    if (s->profile_idc >= 100 || s->profile_idc == 44 || s->profile_idc == 83 ||
        s->profile_idc == 86)
        read_chroma(s, b);
    s->frame_num_bits = 4 + slice_syntax_ue(b);
    s->poc_type = slice_syntax_ue(b);
    if (s->poc_type != 2 || s->frame_num_bits > 16)
        return false;
    s->reference_frames = slice_syntax_ue(b);
    s->gaps_allowed = read_bit(b);
    read_picture(s, b);
    if (read_bit(b))
        read_vui(s, b);
    return !b->broken;
}

bool slice_syntax_read_pps(struct slice_syntax_pps *p, struct slice_syntax_bits *b)
{
    *p = (struct slice_syntax_pps){0};
    p->id = slice_syntax_ue(b);
    p->behind_id = b->at;
    p->sps_id = slice_syntax_ue(b);
    p->cabac = read_bit(b);
    read_bit(b);
    p->slice_groups = slice_syntax_ue(b) + 1;
    p->references_l0 = slice_syntax_ue(b) + 1;
    slice_syntax_ue(b);
    p->weighted = read_bit(b);
    slice_syntax_u(b, 2);
    p->init_qp = 26 + slice_syntax_se(b);
    slice_syntax_se(b);
    slice_syntax_se(b);
    p->deblocking_control = read_bit(b);
    read_bit(b);
    p->redundant_pictures = read_bit(b);
    return !b->broken;
}

static void read_marking(struct slice_syntax_slice *s, struct slice_syntax_bits *b)
{
    if (s->unit_type == 5) {
        s->no_output_of_prior = read_bit(b);
        s->long_term = read_bit(b);
        return;
    }
    s->adaptive = read_bit(b);
    while (s->adaptive && !b->broken) {
        unsigned operation = slice_syntax_ue(b);
        if (operation == 0)
            return;
        if (operation > 6 || s->operation_count == SLICE_SYNTAX_OPERATIONS) {
            b->broken = true;
            return;
        }
        s->operations[s->operation_count++] = operation;
        if (operation != 5)
            slice_syntax_ue(b); /* each of the others has one argument, 3 has two */
        if (operation == 3)
            slice_syntax_ue(b);
    }
}

static void read_filter(struct slice_syntax_slice *s, struct slice_syntax_bits *b)
{
    s->deblocking_idc = slice_syntax_ue(b);
    if (s->deblocking_idc == 1)
        return;
    s->alpha_offset = slice_syntax_se(b);
    s->beta_offset = slice_syntax_se(b);
}

bool slice_syntax_read_slice(struct slice_syntax_slice *s, struct slice_syntax_bits *b,
                             const struct slice_syntax_sps *sps, const struct slice_syntax_pps *pps)
{
    s->first_mb = slice_syntax_ue(b);
    s->type = slice_syntax_ue(b);
    s->pps_id = slice_syntax_ue(b);
    s->frame_num = slice_syntax_u(b, sps->frame_num_bits);
    if (s->unit_type == 5)
        s->idr_pic_id = slice_syntax_ue(b);
    bool intra = s->type % 5 == 2;
    s->references = pps->references_l0;
    if (!intra) {
        if (read_bit(b))
            s->references = slice_syntax_ue(b) + 1;
        s->lists_modified = read_bit(b);
        if (s->lists_modified)
            return !b->broken; /* one reference: nothing to reorder, the caller refuses it */
    }
    if (s->ref_idc)
        read_marking(s, b);
    if (pps->cabac && !intra)
        s->cabac_init_idc = slice_syntax_ue(b);
    s->qp = pps->init_qp + slice_syntax_se(b);
    if (pps->deblocking_control)
        read_filter(s, b);
    return !b->broken;
}
