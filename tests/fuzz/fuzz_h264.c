/* Arbitrary bytes as parameter sets and access unit: the production entries of media/h264.
 * Input: two bytes of sequence, SPS and PPS behind two-byte lengths, then NAL units behind
 * four-byte lengths. */
#include "media/core/bytes.h"
#include "media/h264/avcc.h"
#include "media/h264/splice.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void write_record(const uint8_t *sps, size_t sps_size, const uint8_t *pps, size_t pps_size)
{
    struct bytes_writer record;
    char name[H264_CODEC_NAME_BYTES];
    bytes_writer_init(&record);
    int status = h264_avcc_write(&record, sps, sps_size, pps, pps_size);
    require(status == 0 || record.size == 0);
    (void)h264_codec_name(sps, sps_size, name);
    bytes_writer_finish(&record);
}

/* An IDR picture that is spliced already comes out as it is. */
static void require_unchanged(const struct h264_splice *splice, const struct bytes_writer *sample,
                              int64_t sequence)
{
    struct bytes_writer again;
    bool idr = false;
    bytes_writer_init(&again);
    require(h264_splice_access_unit(splice, sample->data, sample->size, sequence, &again, &idr) ==
            0);
    require(idr && again.size == sample->size);
    require(memcmp(again.data, sample->data, again.size) == 0);
    bytes_writer_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes_reader r;
    struct h264_splice splice;
    struct bytes_writer out;
    bool idr = false;

    bytes_reader_init(&r, data, size);
    int64_t sequence = bytes_read_u16(&r);
    size_t sps_size = bytes_read_u16(&r);
    const uint8_t *sps = bytes_read(&r, sps_size);
    size_t pps_size = bytes_read_u16(&r);
    const uint8_t *pps = bytes_read(&r, pps_size);
    size_t units_size = bytes_reader_left(&r);
    const uint8_t *units = bytes_read(&r, units_size);
    if (r.status)
        return 0;
    write_record(sps, sps_size, pps, pps_size);
    if (h264_splice_init(&splice, sps, sps_size, pps, pps_size))
        return 0;
    bytes_writer_init(&out);
    int status = h264_splice_access_unit(&splice, units, units_size, sequence, &out, &idr);
    require(status == 0 ? out.size > 4 : out.size == 0);
    if (status == 0 && idr)
        require_unchanged(&splice, &out, sequence);
    bytes_writer_finish(&out);
    return 0;
}
