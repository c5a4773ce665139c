#include "media/h264/pcm_picture.h"
#include "media/core/bits.h"
#include "media/core/err.h"
#include "media/h264/cabac_pcm.h"
#include "media/h264/nal.h"
#include "media/h264/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    SLICE_ALL_I = 7, /* slice_type, table 7-6: all slices of the picture are I */
    MB_I_PCM = 25,   /* mb_type, table 7-11 */
    MB_SIZE = 16,    /* luma samples, across and down */
    MB_CHROMA_SIZE = 8,
    MB_SAMPLES = MB_SIZE * MB_SIZE + 2 * MB_CHROMA_SIZE * MB_CHROMA_SIZE,
    MB_TYPE_MAX_BYTES = 3, /* mb_type and what aligns it, in both entropy codings */
};

static bool supports(const struct h264_sps *sps, const struct h264_pps *pps)
{
    return h264_slice_supports(sps, pps) && sps->chroma_format_idc == 1 &&
           sps->bit_depth_luma == 8 && sps->bit_depth_chroma == 8 && pps->pic_init_qp >= 0;
}

/* The NAL header byte and slice_header() (7.3.3). */
static void write_header(struct bits_writer *w, const struct h264_sps *sps,
                         const struct h264_pps *pps, uint16_t idr_pic_id)
{
    bits_write(w, 3 << 5 | H264_NAL_IDR, 8);
    bits_write_ue(w, 0); /* first_mb_in_slice */
    bits_write_ue(w, SLICE_ALL_I);
    bits_write_ue(w, pps->pic_parameter_set_id);
    bits_write(w, 0, sps->log2_max_frame_num); /* frame_num */
    bits_write_ue(w, idr_pic_id);
    bits_write(w, 0, 2); /* no_output_of_prior_pics_flag, long_term_reference_flag */
    bits_write_se(w, 0); /* slice_qp_delta */
    /* Without the flag the filter is on, and does nothing: I_PCM counts as QP 0 (8.7.2.2), and the
     * chroma QP that goes with it is 12 at most, where alpha is 0 still (table 8-16). */
    if (pps->deblocking_filter_control_present_flag)
        bits_write_ue(w, 1); /* disable_deblocking_filter_idc */
}

/* pcm_sample_luma and pcm_sample_chroma of the macroblock whose first luma sample is at x, y. out
 * has room for them. */
static void append_samples(struct bytes_writer *out, const struct h264_picture *p, ptrdiff_t x,
                           ptrdiff_t y)
{
    const uint8_t *luma = p->luma + y * p->luma_stride + x;
    const uint8_t *chroma = p->chroma + y / 2 * p->chroma_stride + x; /* Cb, Cr: x, not x / 2 */
    uint8_t *to = out->data + out->size;
    uint8_t *cb = to + MB_SIZE * MB_SIZE;
    uint8_t *cr = cb + MB_CHROMA_SIZE * MB_CHROMA_SIZE;

    for (unsigned row = 0; row < MB_SIZE; row++, luma += p->luma_stride)
        memcpy(to + row * MB_SIZE, luma, MB_SIZE);
    for (unsigned row = 0; row < MB_CHROMA_SIZE; row++, chroma += p->chroma_stride) {
        for (unsigned i = 0; i < MB_CHROMA_SIZE; i++) {
            *cb++ = chroma[2 * i];
            *cr++ = chroma[2 * i + 1];
        }
    }
    out->size += MB_SAMPLES;
}

/* slice_data() and rbsp_slice_trailing_bits() (7.3.4, 7.3.2.10). w->out has room for them. */
static void write_data(struct bits_writer *w, const struct h264_sps *sps,
                       const struct h264_pps *pps, const struct h264_picture *picture)
{
    struct h264_cabac_pcm cabac;
    bool with_cabac = pps->entropy_coding_mode_flag;
    uint32_t mbs = sps->width_in_mbs * sps->height_in_mbs;

    if (with_cabac)
        bits_align(w, true); /* cabac_alignment_one_bit */
    h264_cabac_pcm_init(&cabac, pps->pic_init_qp);
    for (uint32_t mb = 0; mb < mbs; mb++) {
        uint32_t x = mb % sps->width_in_mbs;
        uint32_t y = mb / sps->width_in_mbs;
        if (with_cabac) {
            h264_cabac_pcm_write_type(&cabac, w, (x > 0) + (y > 0));
        } else {
            bits_write_ue(w, MB_I_PCM);
            bits_align(w, false); /* pcm_alignment_zero_bit */
        }
        append_samples(w->out, picture, (ptrdiff_t)x * MB_SIZE, (ptrdiff_t)y * MB_SIZE);
    }
    if (with_cabac) {
        h264_cabac_pcm_write_end(w);
    } else {
        bits_write(w, 1, 1); /* rbsp_stop_one_bit */
        bits_align(w, false);
    }
}

/* Escapes the unit into out. */
static int append_unit(struct bytes_writer *out, const struct bytes_writer *unit)
{
    size_t before = out->size;
    bytes_writer_reserve(out, unit->size + unit->size / 64 + 8); /* noise gets few bytes more */
    bytes_write_u32(out, 0);
    h264_nal_escape(out, unit->data, unit->size);
    bytes_patch_u32(out, before, (uint32_t)(out->size - before - 4));
    if (out->status)
        out->size = before;
    return out->status;
}

int h264_pcm_picture_write(const struct h264_sps *sps, const struct h264_pps *pps,
                           const struct h264_picture *picture, uint16_t idr_pic_id,
                           struct bytes_writer *out)
{
    struct bytes_writer unit;
    struct bits_writer w;

    if (!supports(sps, pps))
        return ERR_UNSUPPORTED;
    size_t mbs = (size_t)sps->width_in_mbs * sps->height_in_mbs;
    bytes_writer_init(&unit);
    bytes_writer_reserve(&unit,
                         H264_SLICE_HEADER_MAX_BYTES + mbs * (MB_TYPE_MAX_BYTES + MB_SAMPLES));
    int status = unit.status;
    if (!status) {
        bits_writer_init(&w, &unit);
        write_header(&w, sps, pps, idr_pic_id);
        write_data(&w, sps, pps, picture);
        status = append_unit(out, &unit);
    }
    bytes_writer_finish(&unit);
    return status;
}
