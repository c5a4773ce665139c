#include "packager/track/video_track.h"

#include "media/cmaf/chunk.h"
#include "media/cmaf/header.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "media/h264/avcc.h"
#include "media/h264/skip_picture.h"
#include "packager/ladder/scaler.h"
#include "packager/track/reconstruction_pool.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VBV_PART_OF_A_SECOND = 4,
    /* Also for what the splice adds, and for a manifestupdate event each second. */
    CHUNK_BYTES = CMAF_CHUNK_OVERHEAD_BYTES + 20,
};

struct video_track {
    struct video_track_config config;
    char preset[16]; /* a copy, for those who are given the format later */
    struct encoder_config encoding;
    struct encoder *encoder;
    struct scaler *scaler;
    struct h264_splice splice;
    struct bytes_writer avcc;
    struct blob *header;
    struct store_track *store_track;
    struct reconstruction_pool *pool;
    AVFrame *last;  /* in the rung's size and format; black at first */
    AVFrame *shown; /* the newest reconstruction, where anybody wants them */
    int shown_qp_plus1;
    bool passing_over;       /* pictures that cannot be scaled: said once */
    int64_t next_sequence;   /* what push expects */
    bool idr_wanted;         /* of the frame that comes next */
    int64_t next_segment;    /* the one that starts next ... */
    int64_t next_segment_at; /* ... and its first frame */
    struct bytes_writer sample;
    _Atomic int64_t scale_us, encode_us, package_us;
};

int64_t video_track_bandwidth_bps(int64_t bitrate_bps, int64_t vbv_buffer_bits,
                                  struct rational segment_duration, struct rational frame_rate)
{
    return bitrate_bps +
           timebase_muldiv_ceil(vbv_buffer_bits, segment_duration.den, segment_duration.num) +
           timebase_muldiv_ceil(CHUNK_BYTES * 8, frame_rate.num, frame_rate.den);
}

static const char *fault_of(const struct video_track_config *c)
{
    if (c->frame_rate.num < 1 || c->frame_rate.den < 1 || c->frame_rate.num > UINT32_MAX ||
        c->frame_rate.den > UINT32_MAX)
        return "frame rate";
    if (c->segment_duration.num < 1 || c->segment_duration.den < 1 ||
        timebase_segment_first_frame(1, c->segment_duration, c->frame_rate) < 1)
        return "segment duration";
    if (c->bitrate_bps < 1)
        return "bit rate";
    return NULL;
}

/* A quarter of a second, but never less than one frame's share. */
static int64_t vbv_bits(const struct video_track_config *c)
{
    int64_t quarter = c->bitrate_bps / VBV_PART_OF_A_SECOND;
    int64_t frame = timebase_muldiv_ceil(c->bitrate_bps, c->frame_rate.den, c->frame_rate.num);
    return quarter > frame ? quarter : frame;
}

static int create_encoder(struct video_track *t)
{
    const struct video_track_config *c = &t->config;
    t->encoding = (struct encoder_config){
        .role = ENCODER_CONTINUATION,
        .width = c->width,
        .height = c->height,
        .frame_rate = c->frame_rate,
        .bitrate_bps = c->bitrate_bps,
        .vbv_buffer_bits = vbv_bits(c),
        .preset = t->preset,
        .refresh_frames = c->refresh_frames,
    };
    return c->encoder->create(&t->encoding, &t->encoder);
}

/* The splice and the avcC follow from SPS and PPS. */
static int read_parameter_sets(struct video_track *t, char codec[H264_CODEC_NAME_BYTES])
{
    const uint8_t *sps, *pps;
    size_t sps_size, pps_size;
    int status = t->config.encoder->headers(t->encoder, &sps, &sps_size, &pps, &pps_size);
    if (!status)
        status = h264_splice_init(&t->splice, sps, sps_size, pps, pps_size);
    if (!status)
        status = h264_avcc_write(&t->avcc, sps, sps_size, pps, pps_size);
    if (!status)
        status = h264_codec_name(sps, sps_size, codec);
    return status;
}

static int write_header(struct video_track *t, int64_t bandwidth_bps)
{
    struct cmaf_video_header header = {
        .timescale = (uint32_t)t->config.frame_rate.num,
        .width = (uint16_t)t->config.width,
        .height = (uint16_t)t->config.height,
        .sar_width = 1,
        .sar_height = 1,
        .avcc = t->avcc.data,
        .avcc_size = t->avcc.size,
        .bandwidth = bandwidth_bps > UINT32_MAX ? UINT32_MAX : (uint32_t)bandwidth_bps,
    };
    struct bytes_writer writer;
    bytes_writer_init(&writer);
    int status = cmaf_header_write_video(&writer, &header);
    if (!status) {
        t->header = blob_from_writer(&writer);
        status = t->header ? ERR_OK : ERR_NOMEM;
    }
    bytes_writer_finish(&writer);
    return status;
}

static int describe_stream(struct video_track *t)
{
    const struct video_track_config *c = &t->config;
    struct store_track_info info = {
        .kind = STORE_VIDEO,
        .mime = "video/mp4",
        .frame_rate = c->frame_rate,
        .timescale = c->frame_rate.num,
        .ticks_per_frame = c->frame_rate.den,
        .segment_duration = c->segment_duration,
        .bandwidth_bps = video_track_bandwidth_bps(c->bitrate_bps, t->encoding.vbv_buffer_bits,
                                                   c->segment_duration, c->frame_rate),
        .width = c->width,
        .height = c->height,
        .sar_width = 1,
        .sar_height = 1,
    };
    char codec[H264_CODEC_NAME_BYTES];
    int status = read_parameter_sets(t, codec);
    if (status)
        return status;
    snprintf(info.id, sizeof info.id, "%s", c->id);
    snprintf(info.codecs, sizeof info.codecs, "%s", codec);
    status = write_header(t, info.bandwidth_bps);
    if (status)
        return status;
    return store_add_track(c->store, &info, c->maker, &t->store_track);
}

static int create_pictures(struct video_track *t)
{
    const struct video_track_config *c = &t->config;
    int status = scaler_create(c->width, c->height, &t->scaler);
    if (!status)
        status = reconstruction_pool_create(c->width, c->height, &t->pool);
    if (status)
        return status;
    t->last = av_frame_alloc();
    if (!t->last)
        return ERR_NOMEM;
    t->last->format = AV_PIX_FMT_YUV420P;
    t->last->width = c->width;
    t->last->height = c->height;
    if (av_frame_get_buffer(t->last, 0) < 0)
        return ERR_NOMEM;
    memset(t->last->data[0], 16, (size_t)t->last->linesize[0] * (size_t)c->height);
    for (int plane = 1; plane < 3; plane++)
        memset(t->last->data[plane], 128, (size_t)t->last->linesize[plane] * (size_t)c->height / 2);
    return ERR_OK;
}

int video_track_create(const struct video_track_config *config, struct video_track **out)
{
    const char *fault = fault_of(config);
    if (fault) {
        log_error(config->id, "video track: bad %s", fault);
        return ERR_INVALID;
    }
    struct video_track *t = calloc(1, sizeof *t);
    if (!t)
        return ERR_NOMEM;
    t->config = *config;
    t->config.frame_rate = timebase_reduce(config->frame_rate);
    snprintf(t->preset, sizeof t->preset, "%s", config->preset ? config->preset : "");
    bytes_writer_init(&t->avcc);
    bytes_writer_init(&t->sample);
    int status = create_pictures(t);
    if (!status)
        status = create_encoder(t);
    if (!status)
        status = describe_stream(t);
    if (status) {
        log_error(config->id, "video track: %s", err_text(status));
        video_track_destroy(t);
        return status;
    }
    *out = t;
    return ERR_OK;
}

void video_track_destroy(struct video_track *t)
{
    if (!t)
        return;
    if (t->encoder)
        t->config.encoder->destroy(t->encoder);
    scaler_destroy(t->scaler);
    reconstruction_pool_destroy(t->pool);
    av_frame_free(&t->last);
    av_frame_free(&t->shown);
    blob_unref(t->header);
    bytes_writer_finish(&t->avcc);
    bytes_writer_finish(&t->sample);
    free(t);
}

void video_track_format(const struct video_track *t, struct video_track_format *format)
{
    *format = (struct video_track_format){
        .header = t->header,
        .avcc = t->avcc.data,
        .avcc_size = t->avcc.size,
        .timescale = (uint32_t)t->config.frame_rate.num,
        .ticks_per_frame = (uint32_t)t->config.frame_rate.den,
        .splice = &t->splice,
        .encoder = t->encoding,
        .ops = t->config.encoder,
        .store_track = t->store_track,
    };
    format->encoder.role = ENCODER_INITIALIZATION;
}

/* Whether frame `sequence` starts a segment (HESP 5.2). */
static bool starts_segment(struct video_track *t, int64_t sequence)
{
    if (sequence != t->next_segment_at)
        return false;
    t->next_segment++;
    t->next_segment_at = timebase_segment_first_frame(t->next_segment, t->config.segment_duration,
                                                      t->config.frame_rate);
    return true;
}

/* Makes t->last what is to be encoded. A picture that cannot be scaled is passed over: the rung
 * goes on with the one before, as where memory is short. */
static void take_picture(struct video_track *t, const AVFrame *picture, int64_t sequence)
{
    const AVFrame *scaled;
    if (!picture)
        return;
    int status = scaler_scale(t->scaler, picture, &scaled);
    if (status && !t->passing_over)
        log_warn(store_track_info(t->store_track)->id, "pictures from %" PRId64 " on: %s", sequence,
                 err_text(status));
    t->passing_over = status != ERR_OK;
    AVFrame *next = status ? NULL : av_frame_clone(scaled);
    if (!next)
        return;
    av_frame_free(&t->last);
    t->last = next;
}

static int encode(struct video_track *t, bool idr, struct encoder_output *coded)
{
    if (!t->encoder)
        return ERR_STATE;
    int status = t->config.encoder->encode(t->encoder, t->last, idr, 0, coded);
    if (!status && coded->idr != idr)
        status = ERR_STATE;
    return status;
}

/* Makes the sample: of what was coded, or where coded is NULL, of the picture before once more. */
static int make_sample(struct video_track *t, const struct encoder_output *coded, int64_t sequence,
                       bool *idr)
{
    bytes_writer_clear(&t->sample);
    *idr = false;
    if (!coded)
        return h264_skip_picture_write(&t->splice, sequence, &t->sample);
    return h264_splice_access_unit(&t->splice, coded->units, coded->size, sequence, &t->sample,
                                   idr);
}

static int package(struct video_track *t, const struct encoder_output *coded, int64_t sequence,
                   int64_t capture_utc_us, bool manifest_update, struct blob **out)
{
    bool idr;
    int status = make_sample(t, coded, sequence, &idr);
    if (status)
        return status;
    struct cmaf_sample sample = {
        .sequence = sequence,
        .decode_time = sequence * t->config.frame_rate.den,
        .duration = (uint32_t)t->config.frame_rate.den,
        .sync = idr,
        .capture_utc_us = capture_utc_us,
        .data = t->sample.data,
        .size = t->sample.size,
    };
    struct bytes_writer chunk;
    bytes_writer_init(&chunk);
    bytes_writer_reserve(&chunk, t->sample.size + 2 * CHUNK_BYTES);
    status = cmaf_chunk_write(&chunk, &sample, manifest_update);
    if (!status) {
        *out = blob_from_writer(&chunk);
        status = *out ? ERR_OK : ERR_NOMEM;
    }
    bytes_writer_finish(&chunk);
    return status;
}

static int append(struct video_track *t, const struct encoder_output *coded, int64_t sequence,
                  int64_t capture_utc_us, bool manifest_update, struct reconstruction *r)
{
    struct blob *chunk;
    int status = package(t, coded, sequence, capture_utc_us, manifest_update, &chunk);
    if (!status)
        status = store_append(t->store_track, sequence, chunk, &r->next);
    if (status || !t->config.reconstructed)
        return status;
    if (coded) {
        av_frame_free(&t->shown);
        t->shown = reconstruction_pool_copy(t->pool, coded);
        t->shown_qp_plus1 = coded->qp_plus1;
    }
    r->frame = t->shown ? av_frame_clone(t->shown) : NULL;
    r->qp_plus1 = t->shown_qp_plus1;
    r->sequence = sequence;
    r->capture_utc_us = capture_utc_us;
    return ERR_OK; /* without it, packets are made of the stream itself */
}

static void count(_Atomic int64_t *total, int64_t from_us, int64_t to_us)
{
    atomic_fetch_add_explicit(total, to_us - from_us, memory_order_relaxed);
}

int video_track_push(struct video_track *t, const AVFrame *picture, int64_t sequence,
                     int64_t capture_utc_us, bool manifest_update)
{
    if (sequence != t->next_sequence)
        return ERR_INVALID;
    int64_t begun = clock_thread_cpu_us();
    take_picture(t, picture, sequence);
    int64_t scaled = picture ? clock_thread_cpu_us() : begun;
    count(&t->scale_us, begun, scaled);

    struct encoder_output coded;
    t->idr_wanted |= starts_segment(t, sequence);
    bool repeat = !picture && !t->idr_wanted;
    int status = repeat ? ERR_OK : encode(t, t->idr_wanted, &coded);
    if (status)
        return status;
    int64_t encoded = clock_thread_cpu_us();
    count(&t->encode_us, scaled, encoded);

    struct reconstruction r = {0};
    status = append(t, repeat ? NULL : &coded, sequence, capture_utc_us, manifest_update, &r);
    if (status)
        return status;
    t->next_sequence++;
    t->idr_wanted = false;
    count(&t->package_us, encoded, clock_thread_cpu_us());
    if (r.frame)
        t->config.reconstructed(t->config.context, &r);
    return ERR_OK;
}

int video_track_restart(struct video_track *t)
{
    const uint8_t *sps, *pps;
    size_t sps_size, pps_size;
    struct bytes_writer avcc;
    t->config.encoder->destroy(t->encoder);
    t->encoder = NULL;
    t->idr_wanted = true;
    int status = create_encoder(t);
    if (status)
        return status;
    bytes_writer_init(&avcc);
    status = t->config.encoder->headers(t->encoder, &sps, &sps_size, &pps, &pps_size);
    if (!status)
        status = h264_avcc_write(&avcc, sps, sps_size, pps, pps_size);
    /* Viewers have the parameter sets already. */
    if (!status && (avcc.size != t->avcc.size || memcmp(avcc.data, t->avcc.data, avcc.size)))
        status = ERR_STATE;
    bytes_writer_finish(&avcc);
    return status;
}

void video_track_cpu(const struct video_track *t, struct video_track_cpu *cpu)
{
    cpu->scale_us = atomic_load_explicit(&t->scale_us, memory_order_relaxed);
    cpu->encode_us = atomic_load_explicit(&t->encode_us, memory_order_relaxed);
    cpu->package_us = atomic_load_explicit(&t->package_us, memory_order_relaxed);
}
