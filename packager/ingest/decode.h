/* One stream of a feed, from packets to frames.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_INGEST_DECODE_H
#define PACKAGER_INGEST_DECODE_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decode {
    AVCodecContext *codec; /* NULL while closed */
    AVRational time_base;
    int stream;        /* its index in the container, -1 while closed */
    int quarter_turns; /* 0..3, clockwise: what the container wants pictures turned by */
    AVRational sar;    /* of samples, where the container knows better than the codec; or 0/1 */
};

void decode_init(struct decode *d);

/* live: frames come out as soon as they can, at the cost of threads. ERR_UNSUPPORTED where there is
 * no decoder, ERR_STATE where it does not open, ERR_NOMEM; d is closed then. */
int decode_open(struct decode *d, const AVStream *stream, bool live);
void decode_close(struct decode *d); /* closed is fine */

/* Puts one packet in (NULL: none will follow). Call decode_receive until it gives ERR_AGAIN before
 * and after. received_utc_us comes out as the frame's reordered_opaque. ERR_INVALID: the decoder
 * cannot make sense of it; go on with the next. */
int decode_send(struct decode *d, const AVPacket *packet, int64_t received_utc_us);

/* Moves the next frame into frame. ERR_AGAIN: more packets first. ERR_END after a NULL packet.
 * ERR_INVALID: a frame that could not be made; go on. */
int decode_receive(struct decode *d, AVFrame *frame);

/* Starts with a new first packet. */
void decode_flush(struct decode *d);

/* The frame's time stamp and duration in microseconds; INT64_MIN and 0 where unknown. */
int64_t decode_pts_us(const struct decode *d, const AVFrame *frame);
int64_t decode_duration_us(const struct decode *d, const AVFrame *frame);

/* Codec, size and rate for the log; "none" while closed. */
void decode_describe(const struct decode *d, char *text, size_t capacity);

#endif
