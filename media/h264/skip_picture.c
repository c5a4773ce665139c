#include "media/h264/skip_picture.h"
#include "media/core/bits.h"
#include "media/core/err.h"
#include "media/h264/nal.h"
#include "media/h264/slice.h"

#include <assert.h>
#include <stdbool.h>

enum {
    NAL_REF_IDC = 2,
    SLICE_ALL_P = 5,     /* slice_type, table 7-6 */
    MMCO_FORGET_ALL = 5, /* table 7-9, as in the splice */
    MMCO_END = 0,
    LAST_STATE = 62,
};

/* Table 9-44, rangeTabLPS */
static const uint8_t lps_ranges[LAST_STATE + 1][4] = {
    {128, 176, 208, 240}, {128, 167, 197, 227}, {128, 158, 187, 216}, {123, 150, 178, 205},
    {116, 142, 169, 195}, {111, 135, 160, 185}, {105, 128, 152, 175}, {100, 122, 144, 166},
    {95, 116, 137, 158},  {90, 110, 130, 150},  {85, 104, 123, 142},  {81, 99, 117, 135},
    {77, 94, 111, 128},   {73, 89, 105, 122},   {69, 85, 100, 116},   {66, 80, 95, 110},
    {62, 76, 90, 104},    {59, 72, 86, 99},     {56, 69, 81, 94},     {53, 65, 77, 89},
    {51, 62, 73, 85},     {48, 59, 69, 80},     {46, 56, 66, 76},     {43, 53, 63, 72},
    {41, 50, 59, 69},     {39, 48, 56, 65},     {37, 45, 54, 62},     {35, 43, 51, 59},
    {33, 41, 48, 56},     {32, 39, 46, 53},     {30, 37, 43, 50},     {29, 35, 41, 48},
    {27, 33, 39, 45},     {26, 31, 37, 43},     {24, 30, 35, 41},     {23, 28, 33, 39},
    {22, 27, 32, 37},     {21, 26, 30, 35},     {20, 24, 29, 33},     {19, 23, 27, 31},
    {18, 22, 26, 30},     {17, 21, 25, 28},     {16, 20, 23, 27},     {15, 19, 22, 25},
    {14, 18, 21, 24},     {14, 17, 20, 23},     {13, 16, 19, 22},     {12, 15, 18, 21},
    {12, 14, 17, 20},     {11, 14, 16, 19},     {11, 13, 15, 18},     {10, 12, 15, 17},
    {10, 12, 14, 16},     {9, 11, 13, 15},      {9, 11, 12, 14},      {8, 10, 12, 14},
    {8, 9, 11, 13},       {7, 9, 11, 12},       {7, 9, 10, 12},       {7, 8, 10, 11},
    {6, 8, 9, 11},        {6, 7, 9, 10},        {6, 7, 8, 9},
};

/* Table 9-45, transIdxLPS */
static const uint8_t lps_states[LAST_STATE + 1] = {
    0,  0,  1,  2,  2,  4,  4,  5,  6,  7,  8,  9,  9,  11, 11, 12, 13, 13, 15, 15, 16,
    16, 18, 18, 19, 19, 21, 21, 22, 22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30,
    30, 30, 31, 32, 32, 33, 33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38,
};

/* The arithmetic engine of 9.3.4, and the one context variable that is needed: of mb_skip_flag
 * where the macroblocks to the left and above are skipped too, or not there (9.3.3.1.1.1). */
struct cabac {
    struct bits_writer *out;
    uint32_t low, range, outstanding;
    bool begun;
    uint8_t state;
    bool mps;
};

static void cabac_init(struct cabac *c, struct bits_writer *out, int slice_qp)
{
    int before = 23 * slice_qp / 16 + 33; /* table 9-13, ctxIdx 11, cabac_init_idc 0 */
    *c = (struct cabac){.out = out,
                        .range = 510,
                        .state = (uint8_t)(before <= 63 ? 63 - before : before - 64),
                        .mps = before > 63};
}

static void put_bit(struct cabac *c, uint32_t bit)
{
    if (c->begun)
        bits_write(c->out, bit, 1);
    c->begun = true;
    for (; c->outstanding; c->outstanding--)
        bits_write(c->out, 1 - bit, 1);
}

static void renormalize(struct cabac *c)
{
    while (c->range < 256) {
        if (c->low < 256) {
            put_bit(c, 0);
        } else if (c->low >= 512) {
            c->low -= 512;
            put_bit(c, 1);
        } else {
            c->low -= 256;
            c->outstanding++;
        }
        c->range <<= 1;
        c->low <<= 1;
    }
}

/* mb_skip_flag 1 */
static void code_skip(struct cabac *c)
{
    uint32_t lps_range = lps_ranges[c->state][c->range >> 6 & 3];
    c->range -= lps_range;
    if (c->mps) {
        c->state += c->state < LAST_STATE;
    } else {
        c->low += c->range;
        c->range = lps_range;
        c->mps = c->state == 0;
        c->state = lps_states[c->state];
    }
    renormalize(c);
}

/* end_of_slice_flag; the last bit that is flushed is rbsp_stop_one_bit (9.3.4.5). */
static void code_end(struct cabac *c, bool end)
{
    c->range -= 2;
    if (end) {
        c->low += c->range;
        c->range = 2;
    }
    renormalize(c);
    if (!end)
        return;
    put_bit(c, c->low >> 9 & 1);
    bits_write(c->out, (c->low >> 7 & 3) | 1, 2);
}

/* The NAL header byte and slice_header() (7.3.3), with what the splice has P pictures say. */
static void write_header(struct bits_writer *w, const struct h264_splice *splice, int64_t sequence)
{
    const struct h264_pps *pps = &splice->pps;
    bits_write(w, NAL_REF_IDC << 5 | H264_NAL_SLICE, 8);
    bits_write_ue(w, 0); /* first_mb_in_slice */
    bits_write_ue(w, SLICE_ALL_P);
    bits_write_ue(w, (uint32_t)(sequence & 1)); /* pic_parameter_set_id */
    bits_write(w, 1, splice->sps.log2_max_frame_num);
    if (pps->redundant_pic_cnt_present_flag)
        bits_write_ue(w, 0);
    bits_write(w, pps->num_ref_idx_l0_default_active > 1, 1); /* ..._active_override_flag */
    if (pps->num_ref_idx_l0_default_active > 1)
        bits_write_ue(w, 0); /* num_ref_idx_l0_active_minus1 */
    bits_write(w, 0, 1);     /* ref_pic_list_modification_flag_l0 */
    bits_write(w, 1, 1);     /* adaptive_ref_pic_marking_mode_flag */
    bits_write_ue(w, MMCO_FORGET_ALL);
    bits_write_ue(w, MMCO_END);
    if (pps->entropy_coding_mode_flag)
        bits_write_ue(w, 0); /* cabac_init_idc */
    bits_write_se(w, 0);     /* slice_qp_delta */
    /* Where the filter cannot be turned off it does nothing: neighbours with the same motion and no
     * coefficients have a strength of 0 (8.7.2.1). */
    if (pps->deblocking_filter_control_present_flag)
        bits_write_ue(w, 1); /* disable_deblocking_filter_idc */
}

/* slice_data() and rbsp_slice_trailing_bits() (7.3.4, 7.3.2.10) */
static void write_data(struct bits_writer *w, const struct h264_splice *splice)
{
    uint32_t mbs = splice->sps.width_in_mbs * splice->sps.height_in_mbs;
    struct cabac cabac;
    if (!splice->pps.entropy_coding_mode_flag) {
        bits_write_ue(w, mbs); /* mb_skip_run */
        bits_write(w, 1, 1);   /* rbsp_stop_one_bit */
        bits_align(w, false);
        return;
    }
    bits_align(w, true); /* cabac_alignment_one_bit */
    cabac_init(&cabac, w, splice->pps.pic_init_qp);
    for (uint32_t mb = 0; mb < mbs; mb++) {
        code_skip(&cabac);
        code_end(&cabac, mb + 1 == mbs);
    }
    bits_align(w, false);
}

int h264_skip_picture_write(const struct h264_splice *splice, int64_t sequence,
                            struct bytes_writer *out)
{
    struct bytes_writer unit;
    struct bits_writer w;
    size_t before = out->size;

    assert(sequence >= 0);
    bytes_writer_init(&unit);
    bytes_writer_reserve(&unit, H264_SLICE_HEADER_MAX_BYTES);
    bits_writer_init(&w, &unit);
    write_header(&w, splice, sequence);
    write_data(&w, splice);
    int status = unit.status;
    if (!status) {
        bytes_write_u32(out, 0);
        h264_nal_escape(out, unit.data, unit.size);
        bytes_patch_u32(out, before, (uint32_t)(out->size - before - 4));
        status = out->status;
    }
    if (status)
        out->size = before;
    bytes_writer_finish(&unit);
    return status;
}
