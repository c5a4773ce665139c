#include "media/h264/avcc.h"
#include "media/core/err.h"
#include "media/h264/nal.h"
#include "media/h264/pps.h"
#include "media/h264/sps.h"

#include <stdbool.h>
#include <stdio.h>

enum { UNIT_MAX_BYTES = 65535 };

static void write_unit(struct bytes_writer *out, const uint8_t *data, size_t size)
{
    bytes_write_u16(out, (uint16_t)size);
    bytes_write(out, data, size);
}

/* PPS 1 behind its length. */
static int write_second_pps(struct bytes_writer *out, const uint8_t *pps, size_t size)
{
    struct bytes_writer second;
    bytes_writer_init(&second);
    int status = h264_pps_write_with_id(&second, pps, size, 1);
    if (!status && second.size > UNIT_MAX_BYTES)
        status = ERR_UNSUPPORTED;
    if (!status)
        write_unit(out, second.data, second.size);
    bytes_writer_finish(&second);
    return status;
}

/* Whether the record ends with the chroma format and the bit depths. */
static bool is_high_profile(unsigned profile_idc)
{
    return profile_idc != 66 && profile_idc != 77 && profile_idc != 88;
}

int h264_avcc_write(struct bytes_writer *out, const uint8_t *sps, size_t sps_size,
                    const uint8_t *pps, size_t pps_size)
{
    struct h264_sps set;
    struct h264_pps first;
    size_t before = out->size;

    int status = h264_sps_parse(&set, sps, sps_size);
    if (!status)
        status = h264_pps_parse(&first, &set, pps, pps_size);
    if (!status && first.pic_parameter_set_id != 0)
        status = ERR_UNSUPPORTED;
    if (status)
        return status;

    bytes_write_u8(out, 1); /* configurationVersion */
    bytes_write_u8(out, set.profile_idc);
    bytes_write_u8(out, set.constraint_flags);
    bytes_write_u8(out, set.level_idc);
    bytes_write_u8(out, 0xfc | 3); /* lengthSizeMinusOne */
    bytes_write_u8(out, 0xe0 | 1); /* numOfSequenceParameterSets */
    write_unit(out, sps, sps_size);
    bytes_write_u8(out, 2); /* numOfPictureParameterSets */
    write_unit(out, pps, pps_size);
    status = write_second_pps(out, pps, pps_size);
    if (is_high_profile(set.profile_idc)) {
        bytes_write_u8(out, 0xfc | set.chroma_format_idc);
        bytes_write_u8(out, (uint8_t)(0xf8 | (set.bit_depth_luma - 8)));
        bytes_write_u8(out, (uint8_t)(0xf8 | (set.bit_depth_chroma - 8)));
        bytes_write_u8(out, 0); /* numOfSequenceParameterSetExt */
    }
    if (!status)
        status = out->status;
    if (status)
        out->size = before;
    return status;
}

int h264_codec_name(const uint8_t *sps, size_t sps_size, char out[H264_CODEC_NAME_BYTES])
{
    struct h264_nal nal;
    int status = h264_nal_init(&nal, sps, sps_size);
    if (status)
        return status;
    if (nal.nal_unit_type != H264_NAL_SPS)
        return ERR_INVALID;
    if (sps_size < 4)
        return ERR_TRUNCATED;
    snprintf(out, H264_CODEC_NAME_BYTES, "avc1.%02X%02X%02X", sps[1], sps[2], sps[3]);
    return 0;
}
