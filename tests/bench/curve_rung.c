#include "curve_rung.h"

#include "media/cmaf/chunk.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "packager/ladder/scaler.h"
#include "support/picture_decoder.h"
#include "support/picture_ssim.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEPT = CURVE_AFTER_MAX + 1, CHUNK_BYTES_MAX = 4 << 20, SEGMENT_S = 6 };

/* One frame of the continuation. */
struct kept {
    struct reconstruction r; /* r.frame: as every decoder has it */
    AVFrame *source;
    double source_psnr;
    uint8_t *bytes; /* its chunk */
    struct cmaf_chunk chunk;
};

struct curve_rung {
    struct store *store;
    struct scaler *scaler;
    struct video_track *track;
    struct video_track_format format;
    struct store_place next; /* where the next chunk will be */
    int64_t pushed;
    int64_t us_per_frame;
    struct reconstruction newest;
    struct kept kept[KEPT];
};

static void check(int status, const char *what)
{
    if (!status)
        return;
    fprintf(stderr, "init-curves: %s: %s\n", what, err_text(status));
    exit(1);
}

static void keep(void *context, struct reconstruction *r)
{
    struct curve_rung *rung = context;
    rung->newest = *r;
}

struct curve_rung *curve_rung_create(const struct curve_rung_config *config)
{
    struct curve_rung *r = calloc(1, sizeof *r);
    check(r ? ERR_OK : ERR_NOMEM, "the rung");
    struct store_limits limits = {.window_us = 2 * SEGMENT_S * 1000000, .max_bytes = 1 << 30};
    check(store_create(&limits, &r->store), "the store");
    check(scaler_create(config->width, config->height, &r->scaler), "the scaler");
    struct video_track_config track = {
        .encoder = &encoder_x264,
        .width = config->width,
        .height = config->height,
        .bitrate_bps = config->bitrate_bps,
        .frame_rate = config->frame_rate,
        .segment_duration = {SEGMENT_S, 1},
        .preset = config->preset,
        .id = "v",
        .store = r->store,
        .reconstructed = keep,
        .context = r,
    };
    check(video_track_create(&track, &r->track), "the track");
    video_track_format(r->track, &r->format);
    r->us_per_frame = timebase_frame_us(1, config->frame_rate);
    return r;
}

static void forget(struct kept *k)
{
    av_frame_free(&k->r.frame);
    av_frame_free(&k->source);
    free(k->bytes);
    k->bytes = NULL;
}

void curve_rung_destroy(struct curve_rung *r)
{
    if (!r)
        return;
    for (int i = 0; i < KEPT; i++)
        forget(&r->kept[i]);
    scaler_destroy(r->scaler);
    video_track_destroy(r->track);
    store_destroy(r->store);
    free(r);
}

/* The newest chunk, as a viewer would get it. */
static void read_chunk(struct curve_rung *r, struct kept *k)
{
    struct store_range range = {.first = r->next.offset, .last = INT64_MAX};
    struct store_reader *reader;
    check(store_open_reader(r->format.store_track, r->next.segment_id, range, &reader, NULL),
          "a chunk");
    k->bytes = malloc(CHUNK_BYTES_MAX);
    check(k->bytes ? ERR_OK : ERR_NOMEM, "a chunk");
    int64_t size = store_read(reader, k->bytes, CHUNK_BYTES_MAX);
    store_close_reader(reader);
    check(size > 0 ? ERR_OK : (int)size, "a chunk");
    k->bytes = realloc(k->bytes, (size_t)size);
    check(cmaf_chunk_read(k->bytes, (size_t)size, &k->chunk), "a chunk");
}

static AVFrame *copy_of(const AVFrame *picture)
{
    AVFrame *copy = av_frame_alloc();
    check(copy ? ERR_OK : ERR_NOMEM, "a picture");
    copy->format = picture->format;
    copy->width = picture->width;
    copy->height = picture->height;
    copy->colorspace = picture->colorspace;
    check(av_frame_get_buffer(copy, 0) < 0 ? ERR_NOMEM : ERR_OK, "a picture");
    check(av_frame_copy(copy, picture) < 0 ? ERR_STATE : ERR_OK, "a picture");
    return copy;
}

void curve_rung_push(struct curve_rung *r, const AVFrame *picture)
{
    const AVFrame *scaled;
    int64_t n = r->pushed++, at_us = n * r->us_per_frame;
    struct kept *k = &r->kept[n % KEPT];
    forget(k);
    check(scaler_scale(r->scaler, picture, &scaled), "scaling");
    check(video_track_push(r->track, scaled, n, at_us, false), "encoding");
    k->r = r->newest;
    k->source = copy_of(scaled);
    k->source_psnr = picture_psnr(k->r.frame, k->source);
    read_chunk(r, k);
    r->next = k->r.next;
}

static const struct kept *kept_at(const struct curve_rung *r, int64_t sequence)
{
    assert(sequence >= 0 && sequence < r->pushed && sequence >= r->pushed - KEPT);
    return &r->kept[sequence % KEPT];
}

int curve_rung_qp(const struct curve_rung *r, int64_t sequence)
{
    return kept_at(r, sequence)->r.qp_plus1 - 1;
}

bool curve_rung_begins_segment(const struct curve_rung *r, int64_t sequence)
{
    return kept_at(r, sequence)->chunk.sync;
}

struct packet_encoder *curve_rung_packets(const struct curve_rung *r)
{
    struct packet_encoder *packets;
    check(packet_encoder_create(&r->format, &packets), "the packets' encoder");
    return packets;
}

static const AVFrame *decode(struct picture_decoder *decoder, const struct cmaf_chunk *sample,
                             int64_t sequence)
{
    const char *reason;
    const AVFrame *picture =
        picture_decoder_decode(decoder, sample->data, sample->size, sequence, &reason);
    if (picture)
        return picture;
    fprintf(stderr, "init-curves: frame %" PRId64 " of a join: %s\n", sequence, reason);
    exit(1);
}

static void follow(struct curve_rung *r, struct picture_decoder *decoder, int after,
                   struct curve_join *join)
{
    for (int64_t n = join->sequence + 1; n <= join->sequence + after; n++) {
        const struct kept *k = kept_at(r, n);
        if (k->chunk.sync)
            break;
        const AVFrame *picture = decode(decoder, &k->chunk, n);
        join->psnr += picture_psnr(picture, k->r.frame);
        join->ssim += picture_ssim(picture, k->r.frame);
        join->source_loss += k->source_psnr - picture_psnr(picture, k->source);
        join->frames++;
    }
    if (!join->frames)
        return;
    join->psnr /= join->frames;
    join->ssim /= join->frames;
    join->source_loss /= join->frames;
}

void curve_rung_join(struct curve_rung *r, struct packet_encoder *packets, int64_t sequence,
                     int packet_qp, int after, struct curve_join *out)
{
    const struct kept *k = kept_at(r, sequence);
    struct reconstruction told = k->r;
    struct blob *bytes;
    struct cmaf_packet packet;
    told.qp_plus1 = packet_qp + 1;
    int64_t begun_us = clock_thread_cpu_us();
    check(packet_encoder_make(packets, &told, &bytes), "a packet");
    *out = (struct curve_join){
        .sequence = sequence,
        .qp = k->r.qp_plus1 - 1,
        .packet_qp = packet_qp,
        .bytes = bytes->size,
        .cpu_ms = (double)(clock_thread_cpu_us() - begun_us) / 1e3,
    };
    check(cmaf_packet_read(bytes->data, bytes->size, &packet), "a packet");

    struct picture_decoder *decoder = picture_decoder_create(r->format.avcc, r->format.avcc_size);
    check(decoder ? ERR_OK : ERR_STATE, "the decoder");
    const AVFrame *first = decode(decoder, &packet.sample, sequence);
    out->psnr_first = picture_psnr(first, k->r.frame);
    out->ssim_first = picture_ssim(first, k->r.frame);
    follow(r, decoder, after, out);
    picture_decoder_destroy(decoder);
    blob_unref(bytes);
}
