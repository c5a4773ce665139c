#include "packager/track/audio_track.h"

#include "media/aac/asc.h"
#include "media/cmaf/chunk.h"
#include "media/cmaf/header.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/track/aac_encoder.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CHUNK_BYTES = CMAF_CHUNK_OVERHEAD_BYTES + 4, /* and a manifestupdate event each second */
    UNDER_WAY_MAX = 8,                           /* frames inside the encoder, which holds two */
};

/* What a chunk has to say of a frame that is still inside the encoder. */
struct under_way {
    int64_t capture_utc_us;
    bool manifest_update;
};

struct audio_track {
    struct aac_encoder *encoder;
    struct blob *header;
    struct store_track *store_track;
    int64_t next_frame;                        /* what push expects */
    int64_t next_chunk;                        /* what the encoder is to give */
    struct under_way under_way[UNDER_WAY_MAX]; /* of frame n at n mod UNDER_WAY_MAX */
    _Atomic int64_t cpu_us;
};

int64_t audio_track_bandwidth_bps(int64_t bitrate_bps, struct rational segment_duration)
{
    return aac_encoder_peak_bps(bitrate_bps, segment_duration) +
           timebase_muldiv_ceil(CHUNK_BYTES * 8, AUDIO_TRACK_RATE, AUDIO_TRACK_FRAME);
}

static int write_header(struct audio_track *t, const struct audio_track_config *c,
                        const struct aac_asc *asc, int64_t bandwidth_bps)
{
    struct bytes_writer asc_bytes, writer;
    bytes_writer_init(&asc_bytes);
    bytes_writer_init(&writer);
    int status = aac_asc_write(&asc_bytes, asc);
    struct cmaf_audio_header header = {
        .timescale = AUDIO_TRACK_RATE,
        .sample_rate = AUDIO_TRACK_RATE,
        .channels = AUDIO_TRACK_CHANNELS,
        .asc = asc_bytes.data,
        .asc_size = asc_bytes.size,
        .bandwidth = (uint32_t)bandwidth_bps,
    };
    snprintf(header.language, sizeof header.language, "%s", c->language);
    if (!status)
        status = cmaf_header_write_audio(&writer, &header);
    if (!status) {
        t->header = blob_from_writer(&writer);
        status = t->header ? ERR_OK : ERR_NOMEM;
    }
    bytes_writer_finish(&asc_bytes);
    bytes_writer_finish(&writer);
    return status;
}

static int describe_stream(struct audio_track *t, const struct audio_track_config *c)
{
    struct store_track_info info = {
        .kind = STORE_AUDIO,
        .mime = "audio/mp4",
        .frame_rate = timebase_reduce((struct rational){AUDIO_TRACK_RATE, AUDIO_TRACK_FRAME}),
        .timescale = AUDIO_TRACK_RATE,
        .ticks_per_frame = AUDIO_TRACK_FRAME,
        .segment_duration = c->segment_duration,
        .bandwidth_bps = audio_track_bandwidth_bps(c->bitrate_bps, c->segment_duration),
        .sample_rate = AUDIO_TRACK_RATE,
        .channels = AUDIO_TRACK_CHANNELS,
        .samples_per_frame = AUDIO_TRACK_FRAME,
    };
    struct aac_asc asc = {
        .audio_object_type = AAC_OBJECT_TYPE_LC,
        .sample_rate = AUDIO_TRACK_RATE,
        .channels = AUDIO_TRACK_CHANNELS,
        .samples_per_frame = AUDIO_TRACK_FRAME,
    };
    char codec[AAC_CODEC_NAME_BYTES];
    aac_codec_name(&asc, codec);
    snprintf(info.codecs, sizeof info.codecs, "%s", codec);
    snprintf(info.id, sizeof info.id, "%s", c->id);
    snprintf(info.language, sizeof info.language, "%s", c->language);
    int status = write_header(t, c, &asc, info.bandwidth_bps);
    if (status)
        return status;
    return store_add_track(c->store, &info, NULL, &t->store_track);
}

int audio_track_create(const struct audio_track_config *config, struct audio_track **out)
{
    struct rational d = config->segment_duration;
    if (d.num < 1 || d.den < 1 || d.num * AUDIO_TRACK_RATE < d.den * AUDIO_TRACK_FRAME) {
        log_error(config->id, "audio track: bad segment duration");
        return ERR_INVALID;
    }
    struct audio_track *t = calloc(1, sizeof *t);
    if (!t)
        return ERR_NOMEM;
    int status = aac_encoder_create(config->bitrate_bps, &t->encoder);
    if (!status)
        status = describe_stream(t, config);
    if (status) {
        log_error(config->id, "audio track: %s", err_text(status));
        audio_track_destroy(t);
        return status;
    }
    *out = t;
    return ERR_OK;
}

void audio_track_destroy(struct audio_track *t)
{
    if (!t)
        return;
    aac_encoder_destroy(t->encoder);
    blob_unref(t->header);
    free(t);
}

static int put_packet(struct audio_track *t, int64_t sequence, const struct store_place *next)
{
    struct cmaf_continuation continuation = {next->segment_id, next->offset};
    struct bytes_writer writer;
    bytes_writer_init(&writer);
    int status = cmaf_packet_write_audio(&writer, t->header, &continuation);
    struct blob *packet = status ? NULL : blob_from_writer(&writer);
    bytes_writer_finish(&writer);
    if (!packet)
        return status ? status : ERR_NOMEM;
    return store_put_packet(t->store_track, sequence, packet);
}

static int append(struct audio_track *t, const struct aac_frame *coded)
{
    const struct under_way *frame = &t->under_way[coded->sequence % UNDER_WAY_MAX];
    struct cmaf_sample sample = {
        .sequence = coded->sequence,
        .decode_time = coded->sequence * AUDIO_TRACK_FRAME,
        .duration = AUDIO_TRACK_FRAME,
        .sync = true,
        .capture_utc_us = frame->capture_utc_us,
        .data = coded->data,
        .size = coded->size,
    };
    struct store_place next;
    struct bytes_writer writer;
    bytes_writer_init(&writer);
    int status = cmaf_chunk_write(&writer, &sample, frame->manifest_update);
    struct blob *chunk = status ? NULL : blob_from_writer(&writer);
    bytes_writer_finish(&writer);
    if (!chunk)
        return status ? status : ERR_NOMEM;
    status = store_append(t->store_track, coded->sequence, chunk, &next);
    if (status)
        return status;
    int missing = put_packet(t, coded->sequence, &next);
    if (missing) /* nobody can join there; the sound goes on */
        log_warn(store_track_info(t->store_track)->id, "no packet %" PRId64 ": %s", coded->sequence,
                 err_text(missing));
    return ERR_OK;
}

/* Everything that the encoder has ready. */
static int drain(struct audio_track *t)
{
    struct aac_frame coded;
    int status;
    while (!(status = aac_encoder_take(t->encoder, &coded))) {
        if (coded.sequence != t->next_chunk)
            return ERR_STATE;
        status = append(t, &coded);
        if (status)
            return status;
        t->next_chunk++;
    }
    return status == ERR_AGAIN ? ERR_OK : status;
}

int audio_track_push(struct audio_track *t, const float *const planes[AUDIO_TRACK_CHANNELS],
                     int64_t sequence, int64_t capture_utc_us, bool manifest_update)
{
    if (sequence != t->next_frame)
        return ERR_INVALID;
    if (t->next_frame - t->next_chunk >= UNDER_WAY_MAX)
        return ERR_STATE;
    int64_t begun = clock_thread_cpu_us();
    t->under_way[sequence % UNDER_WAY_MAX] = (struct under_way){capture_utc_us, manifest_update};
    int status = aac_encoder_give(t->encoder, planes, sequence);
    if (!status) {
        t->next_frame++;
        status = drain(t);
    }
    atomic_fetch_add_explicit(&t->cpu_us, clock_thread_cpu_us() - begun, memory_order_relaxed);
    return status;
}

int64_t audio_track_cpu_us(const struct audio_track *t)
{
    return atomic_load_explicit(&t->cpu_us, memory_order_relaxed);
}
