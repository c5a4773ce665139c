/* One rung: scale, encode, splice, chunk, store; and the reconstruction on its way to becoming an
 * Initialization Packet. No thread of its own and no clock: the pipeline drives it in real time, a
 * test in virtual time.
 * Thread-safety: belongs to one thread at a time. */
#ifndef PACKAGER_TRACK_VIDEO_TRACK_H
#define PACKAGER_TRACK_VIDEO_TRACK_H

#include "media/h264/splice.h"
#include "packager/encode/encoder.h"
#include "packager/store/store.h"

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

struct video_track;

/* What an Initialization Packet is made of. frame is NV12, reference-counted, the receiver's; its
 * planes hold whole macroblocks, its width and height are those of what is seen. */
struct reconstruction {
    AVFrame *frame;
    int qp_plus1;
    int64_t sequence;
    int64_t capture_utc_us;
    struct store_place next; /* where sample sequence + 1 is */
};

struct video_track_config {
    const struct encoder_ops *encoder;
    int width, height;
    int64_t bitrate_bps;
    struct rational frame_rate;
    struct rational segment_duration; /* seconds; whole frames */
    const char *preset;
    int refresh_frames; /* as in encoder_config */
    const char *id;     /* the track's id, as in store_track_info */
    struct store *store;
    const struct store_packet_maker *maker; /* for the store, which copies it; may be NULL */
    /* Gets the reconstructions, on the calling thread, each right after its chunk is in the store;
     * not those that memory was too short to copy. */
    void (*reconstructed)(void *context, struct reconstruction *r);
    void *context;
};

/* Creates the encoder and the store's track. Failures leave a line in the log. The config's strings
 * and maker are not used after the call, store and context for as long as the track lives. */
int video_track_create(const struct video_track_config *config, struct video_track **out);
void video_track_destroy(struct video_track *t); /* NULL is fine */

/* What every packet of the track shares: the CMAF header, and the encoder's configuration. */
struct video_track_format {
    struct blob *header; /* borrowed */
    const uint8_t *avcc; /* borrowed: both parameter sets as the header has them */
    size_t avcc_size;
    uint32_t timescale, ticks_per_frame;
    const struct h264_splice *splice; /* borrowed */
    struct encoder_config encoder;    /* with role ENCODER_INITIALIZATION */
    const struct encoder_ops *ops;
    struct store_track *store_track;
};
void video_track_format(const struct video_track *t, struct video_track_format *format);

/* Frame `sequence` (consecutive from 0). picture NULL: the last one again (counted as repeated by
 * the caller), which costs next to nothing but at a segment's start: the encoder isn't asked. An
 * IDR is asked for at a segment's start (H24). */
int video_track_push(struct video_track *t, const AVFrame *picture, int64_t sequence,
                     int64_t capture_utc_us, bool manifest_update);

/* After a push that failed: a new encoder, whose first picture, that of the same frame, is an IDR
 * picture. The stream goes on as if nothing had been. Statuses as of video_track_create; the track
 * has then no encoder, and pushing is ERR_STATE until this has worked. */
int video_track_restart(struct video_track *t);

/* CPU microseconds so far. */
struct video_track_cpu {
    int64_t scale_us, encode_us, package_us;
};
void video_track_cpu(const struct video_track *t, struct video_track_cpu *cpu); /* any thread */

/* HESP 3.2.13 bandwidth: VBV maxrate + buffer / segment duration + frame rate x box overhead. */
int64_t video_track_bandwidth_bps(int64_t bitrate_bps, int64_t vbv_buffer_bits,
                                  struct rational segment_duration, struct rational frame_rate);

#endif
