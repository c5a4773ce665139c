/* NV12 pictures in all samples of their coded size, those that cropping takes away included.
 * Failures end the process with a text. */
#ifndef TESTS_SUPPORT_WHOLE_PICTURE_H
#define TESTS_SUPPORT_WHOLE_PICTURE_H

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

struct whole_picture {
    int width, height;      /* coded size in luma samples */
    int stride;             /* of both planes, in bytes */
    uint8_t *luma, *chroma; /* owned */
};

/* margin: bytes behind each row that are no part of the picture. */
void whole_picture_init(struct whole_picture *p, int width, int height, int margin);
void whole_picture_finish(struct whole_picture *p);

/* The picture that libavcodec's H.264 decoder gave as frame, yuv420p: what is cropped lies to the
 * right of it and below, where it was decoded to. */
void whole_picture_of(struct whole_picture *p, const AVFrame *frame, int width, int height);

/* Whether they are the same in every sample. */
bool whole_picture_same(const struct whole_picture *a, const struct whole_picture *b);

/* Whether frame, as above, is the picture in every sample. */
bool whole_picture_shown(const struct whole_picture *p, const AVFrame *frame);

#endif
