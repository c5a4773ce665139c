/* A small moving clip through two x264 encoders set up as a rung's: the continuation, and an IDR
 * picture of every one of its reconstructions. It calls x264 itself, so that the packager's own
 * encoder is no part of what is tested with it. Failures end the process with a text. */
#ifndef TESTS_SUPPORT_X264_PAIR_H
#define TESTS_SUPPORT_X264_PAIR_H

#include <stddef.h>
#include <stdint.h>

enum { X264_PAIR_WIDTH = 176, X264_PAIR_HEIGHT = 144 };

struct x264_pair_config {
    const char *preset; /* ultrafast: CAVLC; superfast: CABAC */
    int slices;         /* 1..9 */
    int frames;         /* >= 1 */
    int idr_at;         /* a frame besides 0 that is an IDR picture of the continuation; 0: none */
    int qp_delta;       /* of the packets against the continuation */
};

/* NAL units with four-byte lengths, as x264 gives them. */
struct x264_pair_unit {
    uint8_t *data;
    size_t size;
};

struct x264_pair {
    int frames;
    struct x264_pair_unit sps, pps; /* without length; asserted to be the same of both encoders */
    struct x264_pair_unit *continuation, *packets;
};

void x264_pair_init(struct x264_pair *pair, const struct x264_pair_config *config);
void x264_pair_finish(struct x264_pair *pair);

#endif
