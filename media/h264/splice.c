#include "media/h264/splice.h"
#include "media/core/err.h"
#include "media/h264/slice.h"
#include "media/h264/slice_data.h"

#include <assert.h>

enum { MMCO_END = 0, MMCO_FORGET_ALL = 5 }; /* table 7-9 */

/* An access unit on its way. */
struct unit_job {
    const struct h264_splice *splice;
    int64_t sequence;
    struct bytes_writer *out;
    struct bytes_writer header; /* of the slice at hand */
    unsigned slices;
    bool idr;
    uint32_t last_first_mb;
};

int h264_splice_init(struct h264_splice *splice, const uint8_t *sps, size_t sps_size,
                     const uint8_t *pps, size_t pps_size)
{
    struct h264_splice read;
    int status = h264_sps_parse(&read.sps, sps, sps_size);
    if (!status)
        status = h264_pps_parse(&read.pps, &read.sps, pps, pps_size);
    if (status)
        return status;
    if (!h264_slice_supports(&read.sps, &read.pps) || read.sps.max_num_ref_frames != 1 ||
        read.sps.gaps_in_frame_num_value_allowed_flag || read.pps.pic_parameter_set_id != 0)
        return ERR_UNSUPPORTED;
    *splice = read;
    return 0;
}

/* What must hold between a slice and the others of its access unit. */
static int check_slice(struct unit_job *job, const struct h264_slice *slice)
{
    bool intra = slice->slice_type % 5 == 2;
    if (slice->pic_parameter_set_id != 0)
        return ERR_INVALID;
    if (intra && !slice->idr)
        return ERR_UNSUPPORTED;
    if (!job->slices && slice->first_mb_in_slice != 0)
        return ERR_INVALID;
    if (job->slices && slice->idr != job->idr)
        return ERR_UNSUPPORTED;
    if (job->slices && slice->first_mb_in_slice <= job->last_first_mb)
        return ERR_UNSUPPORTED; /* arbitrary slice order, or a second picture */
    job->slices++;
    job->idr = slice->idr;
    job->last_first_mb = slice->first_mb_in_slice;
    return 0;
}

/* Copies the bits between two places of the old header. */
static void copy_between(struct bits_writer *w, struct bits_reader *r, size_t from, size_t to)
{
    r->at = from;
    bits_copy(w, r, to - from);
}

/* The new NAL header byte and slice header. */
static void write_header(struct bits_writer *w, struct bits_reader *old, const struct unit_job *job,
                         const struct h264_slice *slice)
{
    copy_between(w, old, 0, 8);
    bits_write_ue(w, slice->first_mb_in_slice);
    bits_write_ue(w, slice->slice_type);
    if (slice->idr) {
        bits_write_ue(w, 0); /* pic_parameter_set_id */
        bits_write(w, 0, job->splice->sps.log2_max_frame_num);
        bits_write_ue(w, (uint32_t)(job->sequence & 0xffff)); /* idr_pic_id */
        copy_between(w, old, slice->lists_at, slice->data_at);
        return;
    }
    bits_write_ue(w, (uint32_t)(job->sequence & 1));
    bits_write(w, 1, job->splice->sps.log2_max_frame_num);
    copy_between(w, old, slice->lists_at, slice->marking_at);
    bits_write(w, 1, 1); /* adaptive_ref_pic_marking_mode_flag */
    bits_write_ue(w, MMCO_FORGET_ALL);
    bits_write_ue(w, MMCO_END);
    copy_between(w, old, slice->quality_at, slice->data_at);
}

static int splice_slice(struct unit_job *job, const struct h264_nal *nal)
{
    uint8_t start[H264_SLICE_HEADER_MAX_BYTES];
    struct bits_reader r;
    struct bits_writer w;
    struct h264_slice slice;
    const struct h264_splice *splice = job->splice;

    bits_reader_init(&r, start, h264_nal_unescape(start, sizeof start, nal->data, nal->size));
    bits_skip(&r, 8);
    int status = h264_slice_read(&slice, &r, nal, &splice->sps, &splice->pps);
    if (!status)
        status = check_slice(job, &slice);
    if (status)
        return status;

    size_t length_at = job->out->size;
    bytes_write_u32(job->out, 0);
    bytes_writer_clear(&job->header);
    bits_writer_init(&w, &job->header);
    write_header(&w, &r, job, &slice);
    status = h264_slice_data_append(job->out, &w, &r, nal, splice->pps.entropy_coding_mode_flag);
    if (!status)
        bytes_patch_u32(job->out, length_at, (uint32_t)(job->out->size - length_at - 4));
    return status;
}

static int splice_nal(struct unit_job *job, const struct h264_nal *nal)
{
    switch (nal->nal_unit_type) {
    case H264_NAL_SLICE:
    case H264_NAL_IDR:
        return splice_slice(job, nal);
    case H264_NAL_SEI:
    case H264_NAL_SPS:
    case H264_NAL_PPS:
    case H264_NAL_AUD:
    case H264_NAL_FILLER:
        return 0;
    default:
        return ERR_UNSUPPORTED;
    }
}

int h264_splice_access_unit(const struct h264_splice *splice, const uint8_t *units, size_t size,
                            int64_t sequence, struct bytes_writer *out, bool *idr)
{
    struct unit_job job = {.splice = splice, .sequence = sequence, .out = out};
    struct bytes_reader r;
    struct h264_nal nal;
    size_t before = out->size;

    assert(sequence >= 0);
    bytes_reader_init(&r, units, size);
    bytes_writer_init(&job.header);
    bytes_writer_reserve(out, size + 64); /* a header grows by less than a byte */
    int status = out->status;
    while (!status) {
        status = h264_nal_next(&r, &nal);
        if (!status)
            status = splice_nal(&job, &nal);
    }
    bytes_writer_finish(&job.header);
    if (status == ERR_END && job.slices) {
        *idr = job.idr;
        return 0;
    }
    out->size = before;
    return status == ERR_END ? ERR_INVALID : status;
}
