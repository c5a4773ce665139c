#include "media/cmaf/chunk.h"
#include "media/cmaf/event.h"
#include "media/cmaf/header.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/isobmff/emsg.h"
#include "media/isobmff/fragment.h"
#include "media/isobmff/prft.h"

enum { SAMPLE_BYTES_MAX = ISOBMFF_BOX_BYTES_MAX - ISOBMFF_MDAT_HEADER_BYTES };

bool cmaf_sample_valid(const struct cmaf_sample *sample)
{
    return sample->sequence >= 0 && sample->decode_time >= 0 && sample->capture_utc_us >= 0 &&
           sample->data && sample->size && sample->size <= SAMPLE_BYTES_MAX;
}

int cmaf_chunk_write(struct bytes_writer *out, const struct cmaf_sample *sample,
                     bool manifest_update)
{
    if (!cmaf_sample_valid(sample))
        return ERR_INVALID;
    bytes_writer_reserve(out, CMAF_CHUNK_OVERHEAD_BYTES + sample->size);

    struct isobmff_prft prft = {.flags = ISOBMFF_PRFT_CAPTURED,
                                .reference_track_id = CMAF_TRACK_ID,
                                .ntp_timestamp = clock_ntp_from_utc(sample->capture_utc_us),
                                .media_time = (uint64_t)sample->decode_time};
    isobmff_prft_write(out, &prft);
    if (manifest_update)
        cmaf_event_write_manifest_update(out);

    struct isobmff_fragment fragment = {.sequence_number =
                                            (uint32_t)((uint64_t)sample->sequence + 1),
                                        .track_id = CMAF_TRACK_ID,
                                        .base_decode_time = (uint64_t)sample->decode_time,
                                        .duration = sample->duration,
                                        .size = (uint32_t)sample->size,
                                        .sync = sample->sync};
    isobmff_moof_write(out, &fragment);
    isobmff_mdat_write(out, sample->data, sample->size);
    return out->status;
}

/* What has been met on the way to an mdat. */
struct progress {
    const uint8_t *moof; /* its first byte, NULL before */
    struct isobmff_fragment fragment;
    struct cmaf_chunk chunk;
};

static int take_prft(struct progress *p, const struct isobmff_box *box)
{
    struct isobmff_prft prft;
    int status = isobmff_prft_read(box, &prft);
    if (status)
        return status;
    p->chunk.has_prft = true;
    p->chunk.capture_utc_us = clock_utc_from_ntp(prft.ntp_timestamp);
    return 0;
}

static int take_emsg(struct progress *p, const struct isobmff_box *box)
{
    enum cmaf_event_kind kind;
    struct cmaf_continuation ignored;
    int status = cmaf_event_read(box, &kind, &ignored);
    struct isobmff_emsg emsg;
    if (status || kind != CMAF_EVENT_MANIFEST_UPDATE)
        return status;
    status = isobmff_emsg_read(box, &emsg);
    p->chunk.manifest_update = true;
    p->chunk.update = status ? NULL : emsg.message_data;
    p->chunk.update_size = status ? 0 : emsg.message_data_size;
    return status;
}

static int take_moof(struct progress *p, const struct isobmff_box *box)
{
    if (p->moof)
        return ERR_INVALID;
    int status = isobmff_moof_read(box, &p->fragment);
    if (status)
        return status;
    if (p->fragment.base_decode_time > INT64_MAX)
        return ERR_INVALID;
    p->moof = box->start;
    p->chunk.mfhd_sequence = p->fragment.sequence_number;
    p->chunk.decode_time = (int64_t)p->fragment.base_decode_time;
    p->chunk.duration = p->fragment.duration;
    p->chunk.sync = p->fragment.sync;
    return 0;
}

/* The sample has to lie inside of mdat's payload. */
static int take_mdat(struct progress *p, const struct isobmff_box *box)
{
    if (!p->moof)
        return ERR_INVALID;
    int64_t begin = p->fragment.data_offset - (int64_t)(box->payload - p->moof);
    int64_t size = p->fragment.size;
    int64_t payload_size = (int64_t)box->payload_size;
    if (begin < 0 || !size || size > payload_size || begin > payload_size - size)
        return ERR_INVALID;
    p->chunk.data = box->payload + begin;
    p->chunk.size = (size_t)size;
    return 0;
}

static int take_box(struct progress *p, const struct isobmff_box *box)
{
    if (isobmff_box_is(box, "mdat"))
        return take_mdat(p, box);
    if (isobmff_box_is(box, "moof"))
        return take_moof(p, box);
    if (!p->moof && isobmff_box_is(box, "prft"))
        return take_prft(p, box);
    if (!p->moof && isobmff_box_is(box, "emsg"))
        return take_emsg(p, box);
    return 0;
}

int cmaf_chunk_read(const uint8_t *data, size_t size, struct cmaf_chunk *chunk)
{
    struct bytes_reader r;
    bytes_reader_init(&r, data, size);
    struct progress p = {0};
    while (!p.chunk.data) {
        struct isobmff_box box;
        int status = isobmff_box_read(&r, &box);
        if (!status)
            status = take_box(&p, &box);
        if (status)
            return status == ERR_END ? ERR_TRUNCATED : status;
    }
    p.chunk.total_bytes = r.at;
    *chunk = p.chunk;
    return 0;
}
