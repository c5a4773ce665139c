/* Decoded sound of any rate, format and layout as 48 kHz stereo float. Mono is as loud on both
 * sides. More channels are mixed as ITU-R BS.775 has it (centre and surround 3 dB less, no low
 * frequencies), and all of that as much less as it takes never to clip: 7.7 dB for 5.1.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_INGEST_RESAMPLE_H
#define PACKAGER_INGEST_RESAMPLE_H

#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libswresample/swresample.h>
#include <stdint.h>

enum { RESAMPLE_CHANNELS = 2, RESAMPLE_RATE = 48000 };

/* Memory of zeros is one that nothing has gone through. Frames may change as they like. */
struct resample {
    SwrContext *swr;
    int rate, format;
    AVChannelLayout layout;
    float *planes[RESAMPLE_CHANNELS]; /* owned */
    int capacity;                     /* samples */
};

/* Gives in r->planes what comes out for frame, and its count; *pts_us goes in as the frame's and
 * comes out as the first sample's. ERR_INVALID, ERR_NOMEM. */
int resample_frame(struct resample *r, const AVFrame *frame, int64_t *pts_us, int *count);
void resample_finish(struct resample *r);

#endif
