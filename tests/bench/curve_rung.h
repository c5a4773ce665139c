/* A rung as the packager has it, fed picture by picture, and viewers who join it: the packet of a
 * frame and then the continuation, decoded and compared with what those see who have watched all
 * along. These need no decoder: the encoder's reconstruction is what theirs would give.
 * Failures end the process with a text.
 * Thread-safety: belongs to one thread. */
#ifndef TESTS_BENCH_CURVE_RUNG_H
#define TESTS_BENCH_CURVE_RUNG_H

#include "packager/init/packet_encoder.h"

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

enum { CURVE_AFTER_MAX = 60 }; /* so many frames behind a packet can be looked at */

struct curve_rung_config {
    int width, height;
    int64_t bitrate_bps;
    struct rational frame_rate;
    const char *preset;
};

struct curve_rung;

struct curve_rung *curve_rung_create(const struct curve_rung_config *config);
void curve_rung_destroy(struct curve_rung *r); /* NULL is fine */

/* Encodes the next frame; picture of any size. */
void curve_rung_push(struct curve_rung *r, const AVFrame *picture);

/* Of the continuation's frame `sequence`, one of the last CURVE_AFTER_MAX + 1. */
int curve_rung_qp(const struct curve_rung *r, int64_t sequence);

/* Whether that frame begins a segment. */
bool curve_rung_begins_segment(const struct curve_rung *r, int64_t sequence);

/* An encoder of packets of its own, which takes the QP as it is told. */
struct packet_encoder *curve_rung_packets(const struct curve_rung *r);

struct curve_join {
    int64_t sequence;
    int qp, packet_qp; /* the continuation's frame's, the packet's */
    size_t bytes;      /* of the packet, header and event included */
    double cpu_ms;     /* of making it */
    int frames;        /* of the continuation; the next segment's keyframe ends them: it heals */
    double psnr_first,
        psnr; /* luma, dB: the packet's picture; mean over frames. Not joined is 99 */
    double ssim_first, ssim;
    double source_loss; /* dB: PSNR against the source, not joined less joined, mean over frames */
};

/* Frame `sequence` joined by a packet of packet_qp, and up to `after` frames behind it, all of
 * which were pushed and are among the last CURVE_AFTER_MAX + 1. */
void curve_rung_join(struct curve_rung *r, struct packet_encoder *packets, int64_t sequence,
                     int packet_qp, int after, struct curve_join *out);

#endif
