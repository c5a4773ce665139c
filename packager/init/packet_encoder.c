#include "packager/init/packet_encoder.h"

#include "media/cmaf/chunk.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "media/h264/avcc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    QP_PLUS1_MAX = 52,
    QP_DELTA_MIN = -12,
    BOX_BYTES = 512, /* around the sample and the header; room to begin with */
};

struct packet_encoder {
    const struct encoder_ops *ops;
    struct encoder *encoder;
    struct h264_splice splice;
    struct blob *header;
    uint32_t timescale, ticks_per_frame;
    int qp_delta;
    struct bytes_writer sample;
};

/* A viewer decodes the packet and what follows it with one set of parameters: the header's. */
static int check_parameter_sets(const struct packet_encoder *e,
                                const struct video_track_format *format)
{
    const uint8_t *sps, *pps;
    size_t sps_size, pps_size;
    struct bytes_writer avcc;
    bytes_writer_init(&avcc);
    int status = e->ops->headers(e->encoder, &sps, &sps_size, &pps, &pps_size);
    if (!status)
        status = h264_avcc_write(&avcc, sps, sps_size, pps, pps_size);
    if (!status &&
        (avcc.size != format->avcc_size || memcmp(avcc.data, format->avcc, avcc.size) != 0)) {
        log_error("packets", "%s writes other SPS and PPS for packets than for the continuation",
                  e->ops->name);
        status = ERR_UNSUPPORTED;
    }
    bytes_writer_finish(&avcc);
    return status;
}

int packet_encoder_create(const struct video_track_format *format, int qp_delta,
                          struct packet_encoder **out)
{
    assert(qp_delta >= QP_DELTA_MIN && qp_delta <= 0);
    struct packet_encoder *e = calloc(1, sizeof *e);
    if (!e)
        return ERR_NOMEM;
    e->ops = format->ops;
    e->splice = *format->splice;
    e->header = blob_ref(format->header);
    e->timescale = format->timescale;
    e->ticks_per_frame = format->ticks_per_frame;
    e->qp_delta = qp_delta;
    bytes_writer_init(&e->sample);
    int status = e->ops->create(&format->encoder, &e->encoder);
    if (!status)
        status = check_parameter_sets(e, format);
    if (status) {
        packet_encoder_destroy(e);
        return status;
    }
    *out = e;
    return ERR_OK;
}

void packet_encoder_destroy(struct packet_encoder *e)
{
    if (!e)
        return;
    if (e->encoder)
        e->ops->destroy(e->encoder);
    blob_unref(e->header);
    bytes_writer_finish(&e->sample);
    free(e);
}

/* The QP + 1 to ask for; 0, "the encoder's choice", stays what it is. */
static int packet_qp_plus1(int continuation_qp_plus1, int delta)
{
    if (continuation_qp_plus1 <= 0)
        return 0;
    int wanted = continuation_qp_plus1 + delta;
    if (wanted < 1)
        return 1;
    return wanted > QP_PLUS1_MAX ? QP_PLUS1_MAX : wanted;
}

static int encode(struct packet_encoder *e, const struct reconstruction *r)
{
    struct encoder_output coded;
    bool idr;
    int status = e->ops->encode(e->encoder, r->frame, true,
                                packet_qp_plus1(r->qp_plus1, e->qp_delta), &coded);
    bytes_writer_clear(&e->sample);
    if (!status)
        status = h264_splice_access_unit(&e->splice, coded.units, coded.size, r->sequence,
                                         &e->sample, &idr);
    return !status && !idr ? ERR_STATE : status;
}

int packet_encoder_make(struct packet_encoder *e, const struct reconstruction *r,
                        struct blob **packet)
{
    int status = encode(e, r);
    if (status)
        return status;
    struct cmaf_sample sample = {
        .sequence = r->sequence,
        .decode_time = r->sequence * e->ticks_per_frame,
        .duration = e->ticks_per_frame,
        .sync = true,
        .capture_utc_us = r->capture_utc_us,
        .data = e->sample.data,
        .size = e->sample.size,
    };
    struct cmaf_continuation next = {.segment_id = r->next.segment_id, .offset = r->next.offset};
    struct bytes_writer writer;
    bytes_writer_init(&writer);
    bytes_writer_reserve(&writer, e->header->size + e->sample.size + BOX_BYTES);
    status = cmaf_packet_write_video(&writer, e->header, e->timescale, &sample, &next);
    struct blob *made = status ? NULL : blob_from_writer(&writer);
    bytes_writer_finish(&writer);
    if (!made)
        return status ? status : ERR_NOMEM;
    *packet = made;
    return ERR_OK;
}
