/* Pictures of a rung made again out of its Continuation Stream, bit-identical to the encoder's
 * reconstruction: decoded from a segment's start, or from a reconstruction that is nearer.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_INIT_REPLAY_H
#define PACKAGER_INIT_REPLAY_H

#include "media/core/blob.h"
#include "packager/track/video_track.h"

#include <libavutil/frame.h>

struct replay;

/* format is borrowed for the object's life. ERR_NOMEM; ERR_STATE: there is no decoder. */
int replay_create(const struct video_track_format *format, struct replay **out);
void replay_destroy(struct replay *r); /* NULL is fine */

/* What follows is predicted from this picture, which is handed to the decoder sample by sample
 * (I_PCM). Its planes hold whole macroblocks. */
int replay_begin(struct replay *r, const struct reconstruction *picture);

/* The picture of the next chunk, the first of a segment or the one after the last given here, or
 * after the picture begun with: yuv420p, the replay's until the next call. capture_utc_us is the
 * chunk's. ERR_STATE: the decoder gave none. */
int replay_next(struct replay *r, const struct blob *chunk, const AVFrame **picture,
                int64_t *capture_utc_us);

#endif
