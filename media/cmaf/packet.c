/* Initialization Packets: the part of chunk.h that HESP 4.2 defines. */
#include "media/cmaf/chunk.h"
#include "media/cmaf/event.h"
#include "media/core/err.h"
#include "media/isobmff/movie.h"

static bool valid_continuation(const struct cmaf_continuation *continuation)
{
    return continuation->segment_id >= 0 && continuation->offset >= 0;
}

int cmaf_packet_write_video(struct bytes_writer *out, const struct blob *header, uint32_t timescale,
                            const struct cmaf_sample *sample,
                            const struct cmaf_continuation *continuation)
{
    if (!timescale || !cmaf_sample_valid(sample) || !sample->sync ||
        !valid_continuation(continuation))
        return ERR_INVALID;
    bytes_write(out, header->data, header->size);
    cmaf_event_write_initdata(out, timescale, sample->duration, continuation);
    return cmaf_chunk_write(out, sample, false);
}

int cmaf_packet_write_audio(struct bytes_writer *out, const struct blob *header,
                            const struct cmaf_continuation *continuation)
{
    if (!valid_continuation(continuation))
        return ERR_INVALID;
    bytes_write(out, header->data, header->size);
    cmaf_event_write_initdata(out, 1, 0, continuation);
    return out->status;
}

/* ftyp comes first; the header ends with moov. */
static int read_header(struct bytes_reader *r, struct cmaf_packet *packet)
{
    struct isobmff_box box;
    int status = isobmff_box_read(r, &box);
    if (!status && !isobmff_box_is(&box, "ftyp"))
        return ERR_INVALID;
    while (!status && !isobmff_box_is(&box, "moov"))
        status = isobmff_box_read(r, &box);
    if (!status)
        status = isobmff_movie_read_timescale(&box, &packet->timescale);
    if (status)
        return status;
    packet->header = r->data;
    packet->header_size = r->at;
    return 0;
}

static bool starts_fragment(const struct isobmff_box *box)
{
    return isobmff_box_is(box, "prft") || isobmff_box_is(box, "moof") ||
           isobmff_box_is(box, "mdat");
}

/* Goes on to the initdata event, and says whether a fragment follows it. */
static int read_events(struct bytes_reader *r, struct cmaf_packet *packet)
{
    bool has_initdata = false;
    struct isobmff_box box;
    int status;
    while (!(status = isobmff_box_read(r, &box)) && !starts_fragment(&box)) {
        enum cmaf_event_kind kind = CMAF_EVENT_OTHER;
        struct cmaf_continuation continuation;
        if (isobmff_box_is(&box, "emsg"))
            status = cmaf_event_read(&box, &kind, &continuation);
        if (status)
            return status;
        if (kind != CMAF_EVENT_INITDATA)
            continue;
        if (has_initdata)
            return ERR_INVALID;
        has_initdata = true;
        packet->continuation = continuation;
    }
    if (status && status != ERR_END)
        return status;
    packet->has_sample = !status;
    if (!has_initdata)
        return packet->has_sample ? ERR_INVALID : ERR_TRUNCATED;
    return 0;
}

int cmaf_packet_read(const uint8_t *data, size_t size, struct cmaf_packet *packet)
{
    struct cmaf_packet read = {0};
    struct bytes_reader r;
    bytes_reader_init(&r, data, size);
    int status = read_header(&r, &read);
    if (!status)
        status = read_events(&r, &read);
    if (status)
        return status == ERR_END ? ERR_TRUNCATED : status;
    if (read.has_sample) {
        status = cmaf_chunk_read(data + read.header_size, size - read.header_size, &read.sample);
        read.sample.total_bytes += read.header_size;
    }
    if (status)
        return status;
    if (read.has_sample && (!read.sample.sync || read.sample.total_bytes != size))
        return ERR_INVALID;
    *packet = read;
    return 0;
}
