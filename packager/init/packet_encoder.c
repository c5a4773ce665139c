#include "packager/init/packet_encoder.h"

#include "media/core/err.h"
#include "media/core/log.h"
#include "media/h264/avcc.h"
#include "packager/init/packet_package.h"

#include <stdlib.h>
#include <string.h>

struct packet_encoder {
    struct encoder *encoder;
    struct video_track_format format;
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
    int status = e->format.ops->headers(e->encoder, &sps, &sps_size, &pps, &pps_size);
    if (!status)
        status = h264_avcc_write(&avcc, sps, sps_size, pps, pps_size);
    if (!status &&
        (avcc.size != format->avcc_size || memcmp(avcc.data, format->avcc, avcc.size) != 0)) {
        log_error("packets", "%s writes other SPS and PPS for packets than for the continuation",
                  e->format.ops->name);
        status = ERR_UNSUPPORTED;
    }
    bytes_writer_finish(&avcc);
    return status;
}

int packet_encoder_create(const struct video_track_format *format, struct packet_encoder **out)
{
    struct packet_encoder *e = calloc(1, sizeof *e);
    if (!e)
        return ERR_NOMEM;
    e->format = *format;
    bytes_writer_init(&e->sample);
    int status = e->format.ops->create(&format->encoder, &e->encoder);
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
        e->format.ops->destroy(e->encoder);
    bytes_writer_finish(&e->sample);
    free(e);
}

static int encode(struct packet_encoder *e, const struct reconstruction *r)
{
    struct encoder_output coded;
    bool idr;
    int status = e->format.ops->encode(e->encoder, r->frame, true, r->qp_plus1, &coded);
    bytes_writer_clear(&e->sample);
    if (!status)
        status = h264_splice_access_unit(e->format.splice, coded.units, coded.size, r->sequence,
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
        .decode_time = r->sequence * e->format.ticks_per_frame,
        .duration = e->format.ticks_per_frame,
        .sync = true,
        .capture_utc_us = r->capture_utc_us,
        .data = e->sample.data,
        .size = e->sample.size,
    };
    return packet_package(&e->format, &sample, r->next, packet);
}
