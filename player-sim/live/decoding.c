#include "player-sim/live/decoding.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "player-sim/decode/decoder.h"

#include <assert.h>
#include <stdlib.h>

enum { EXPECTED_MAX = 2 * DECODER_QUEUE_MAX };

/* What was pushed and has not come back, in order: the decoder tells neither channel nor capture.
 */
struct expected {
    uint32_t stream;
    int64_t sequence;
    size_t channel;
    int64_t capture_us;
};

struct open_stream {
    uint32_t stream; /* 0: free */
    struct stamp_check_stream stamps;
};

struct decoding {
    struct http_loop *loop;
    struct stamp_check *stamps;
    decoding_handler *handler;
    void *context;
    struct decoder *decoder;
    struct open_stream open[DECODER_STREAMS_MAX];
    struct expected expected[EXPECTED_MAX]; /* a ring: more than the decoder ever holds */
    size_t first, count;
};

/* Decoding is in order: what was expected before this result was dropped with its stream. */
static bool take_expected(struct decoding *d, const struct decoder_result *r, struct expected *out)
{
    while (d->count > 0) {
        *out = d->expected[d->first];
        d->first = (d->first + 1) % EXPECTED_MAX;
        d->count--;
        if (out->stream == r->stream && out->sequence == r->sequence)
            return true;
    }
    return false;
}

static void expect(struct decoding *d, const struct session_action *a)
{
    if (d->count == EXPECTED_MAX) { /* the oldest are of streams long closed */
        d->first = (d->first + 1) % EXPECTED_MAX;
        d->count--;
    }
    d->expected[(d->first + d->count++) % EXPECTED_MAX] =
        (struct expected){a->stream, a->sequence, a->channel, a->capture_us};
}

static struct stamp_check_stream *stamps_of(struct decoding *d, uint32_t stream)
{
    struct open_stream *unused = NULL;
    for (size_t i = 0; i < DECODER_STREAMS_MAX; i++) {
        if (d->open[i].stream == stream)
            return &d->open[i].stamps;
        if (!d->open[i].stream)
            unused = &d->open[i];
    }
    assert(unused); /* the decoder has no more streams than these */
    *unused = (struct open_stream){.stream = stream};
    return &unused->stamps;
}

static void hand_out(struct decoding *d, int64_t now_us, const struct decoder_result *r)
{
    char text[STAMP_CHECK_TEXT_BYTES];
    struct expected e;
    if (!take_expected(d, r, &e))
        return;
    struct decoding_outcome o = {.stream = r->stream,
                                 .sequence = r->sequence,
                                 .decoded_us = r->decoded_us,
                                 .ok = r->ok,
                                 .text = r->text,
                                 .channel = e.channel};
    if (r->ok && r->video &&
        !stamp_check_picture(d->stamps, stamps_of(d, r->stream), e.channel, r->sequence,
                             e.capture_us, r->has_stamp ? &r->stamp : NULL, &o.repeated, text))
        o.wrong_stamp = text;
    d->handler(d->context, now_us, &o);
}

static void on_ready(void *context)
{
    struct decoding *d = context;
    struct decoder_result result;
    while (decoder_next(d->decoder, &result))
        hand_out(d, clock_monotonic_us(), &result);
}

int decoding_create(struct http_loop *loop, struct stamp_check *stamps, decoding_handler *handler,
                    void *context, struct decoding **out)
{
    struct decoding *d = calloc(1, sizeof *d);
    if (!d)
        return ERR_NOMEM;
    d->stamps = stamps;
    d->handler = handler;
    d->context = context;
    int status = decoder_create(&d->decoder);
    if (!status)
        status = http_loop_watch(loop, decoder_fd(d->decoder), on_ready, d);
    if (status) {
        decoding_destroy(d);
        return status;
    }
    d->loop = loop;
    *out = d;
    return 0;
}

void decoding_destroy(struct decoding *d)
{
    if (!d)
        return;
    if (d->loop)
        http_loop_unwatch(d->loop, decoder_fd(d->decoder));
    decoder_destroy(d->decoder);
    free(d);
}

void decoding_push(struct decoding *d, int64_t now_us, const struct session_action *a)
{
    int status = decoder_push(d->decoder, a->stream, a->video, a->opens, a->sequence, a->payload);
    if (!status)
        expect(d, a);
    if (!status || status == ERR_NOT_FOUND) /* of a stream that could not be opened, as was told */
        return;
    struct decoding_outcome o = {.stream = a->stream,
                                 .sequence = a->sequence,
                                 .decoded_us = now_us,
                                 .text = status == ERR_FULL ? "the decoder is too far behind"
                                                            : err_text(status),
                                 .channel = a->channel};
    d->handler(d->context, now_us, &o);
}

void decoding_close(struct decoding *d, uint32_t stream)
{
    decoder_close(d->decoder, stream);
    for (size_t i = 0; i < DECODER_STREAMS_MAX; i++)
        if (d->open[i].stream == stream)
            d->open[i].stream = 0;
}
