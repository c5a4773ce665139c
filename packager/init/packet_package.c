#include "packager/init/packet_package.h"
#include "media/core/err.h"

enum { BOX_BYTES = 512 }; /* around the sample and the header; room to begin with */

int packet_package(const struct video_track_format *format, const struct cmaf_sample *sample,
                   struct store_place next, struct blob **out)
{
    struct cmaf_continuation continuation = {.segment_id = next.segment_id, .offset = next.offset};
    struct bytes_writer writer;
    bytes_writer_init(&writer);
    bytes_writer_reserve(&writer, format->header->size + sample->size + BOX_BYTES);
    int status =
        cmaf_packet_write_video(&writer, format->header, format->timescale, sample, &continuation);
    struct blob *made = status ? NULL : blob_from_writer(&writer);
    bytes_writer_finish(&writer);
    if (!made)
        return status ? status : ERR_NOMEM;
    *out = made;
    return ERR_OK;
}

int packet_package_chunk(const struct video_track_format *format, const struct blob *chunk,
                         int64_t sequence, struct store_place next, struct blob **out)
{
    struct cmaf_chunk read;
    int status = cmaf_chunk_read(chunk->data, chunk->size, &read);
    if (status)
        return status;
    if (!read.sync || read.decode_time != sequence * format->ticks_per_frame)
        return ERR_INVALID;
    struct cmaf_sample sample = {
        .sequence = sequence,
        .decode_time = read.decode_time,
        .duration = read.duration,
        .sync = true,
        .capture_utc_us = read.capture_utc_us,
        .data = read.data,
        .size = read.size,
    };
    return packet_package(format, &sample, next, out);
}
