/* A picture's way to a viewer: scaled with libswscale, coded with libx264 as a live rung is (no
 * look-ahead, one reference, VBV of a quarter second), decoded with libavcodec. */
#ifndef TESTS_SUPPORT_CODEC_TRIP_H
#define TESTS_SUPPORT_CODEC_TRIP_H

#include <libavutil/frame.h>
#include <stdint.h>

struct codec_trip;

struct codec_trip_config {
    int width, height; /* of the rung, even */
    int64_t bitrate_bps;
    const char *preset; /* x264's name */
    int fps;
};

/* NULL on failure. */
struct codec_trip *codec_trip_create(const struct codec_trip_config *config);
void codec_trip_destroy(struct codec_trip *t); /* NULL is fine */

/* What is seen of a yuv420p picture of any size (the trip's until the next call); NULL where some
 * step failed or gave no picture at once. */
const AVFrame *codec_trip_pass(struct codec_trip *t, const AVFrame *picture);

/* Bytes that the encoder has put out. */
int64_t codec_trip_bytes(const struct codec_trip *t);

#endif
