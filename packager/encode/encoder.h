/* A picture in, a coded picture out, at once: no look-ahead, no reordering. The encoder is a
 * replaceable part behind a table of functions.
 * Thread-safety: an encoder belongs to one thread at a time. */
#ifndef PACKAGER_ENCODE_ENCODER_H
#define PACKAGER_ENCODE_ENCODER_H

#include "media/core/timebase.h"

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct encoder;

enum { ENCODER_REFRESH_MAX = 10000 };

enum encoder_role {
    ENCODER_CONTINUATION,   /* P pictures, bit rate held by VBV, gives its reconstruction */
    ENCODER_INITIALIZATION, /* an IDR picture each time, QP as told */
};

struct encoder_config {
    enum encoder_role role;
    int width, height;          /* even */
    struct rational frame_rate; /* frames per second */
    int64_t bitrate_bps;        /* VBV maxrate as well (H11) */
    int64_t vbv_buffer_bits;    /* at most 0.25 s of bitrate_bps by default */
    const char *preset;         /* x264's name, ultrafast to faster: the continuation's effort */
    /* Periodic intra refresh: every so many frames (2..ENCODER_REFRESH_MAX), counted from the last
     * IDR picture, a wave of intra macroblocks crosses the picture from left to right; when it is
     * over, nothing is left of what was before. (But x264 forgets that deblocking reaches three
     * samples beyond the wave: in pans of more than some 8 samples a frame, a trace may stay until
     * the next wave.) 0: none. Both roles need the same value, for SPS depend on it. */
    int refresh_frames;
};

struct encoder_output {
    /* NAL units with four-byte lengths, slices and SEI; the encoder's until the next call. */
    const uint8_t *units;
    size_t size;
    bool idr;     /* an IDR picture; no other is a sync sample, not even where a refresh begins */
    int qp_plus1; /* what the encoder chose, as x264 counts it; to be handed to the other role */
    /* The reconstruction, NV12, bit-identical to a decoder's output; whole macroblocks of it, also
     * what cropping takes away, since later pictures may refer to that. The encoder's until the
     * next call; NULL in ENCODER_INITIALIZATION. */
    const uint8_t *planes[2];
    int strides[2];
};

struct encoder_ops {
    const char *name;
    int (*create)(const struct encoder_config *config, struct encoder **out);
    void (*destroy)(struct encoder *e); /* NULL is fine */
    /* SPS and PPS as NAL units without start code or length; the encoder's. */
    int (*headers)(struct encoder *e, const uint8_t **sps, size_t *sps_size, const uint8_t **pps,
                   size_t *pps_size);
    /* picture: yuv420p or nv12 of the configured size, BT.709 of limited range. idr: ask for an IDR
     * picture. qp_plus1: the QP to use plus one, 0: the encoder's choice. */
    int (*encode)(struct encoder *e, const AVFrame *picture, bool idr, int qp_plus1,
                  struct encoder_output *out);
};

/* Each variant's struct starts with this. */
struct encoder {
    const struct encoder_ops *ops;
};

extern const struct encoder_ops encoder_x264;

#endif
