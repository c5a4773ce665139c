#include "e2e/strict_decode.h"
#include "media/stamp/stamp.h"
#include "support/picture_decoder.h"
#include "support/slice_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { CAPTURE_TOLERANCE_US = 1000 };

struct run {
    const struct strict_stream *in;
    struct strict_pictures *out;
    struct picture_decoder *decoder;
    struct slice_check *check;
    struct stamp stamp; /* of the picture before */
    char *error;
};

static bool fail(struct run *r, int64_t sequence, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct run *r, int64_t sequence, const char *format, ...)
{
    int used = snprintf(r->error, STRICT_ERROR_BYTES, "%s: frame %" PRId64 ": ",
                        r->in->track->place.track->id, sequence);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->error + used, STRICT_ERROR_BYTES - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

/* H5, C.1: the times that follow from the number, and an IDR picture where a segment starts. */
static bool check_place(struct run *r, const struct cmaf_chunk *chunk, bool packet,
                        int64_t sequence)
{
    const struct viewer_track *track = r->in->track;
    int64_t segment = timebase_segment_of_frame(sequence, track->segment_duration, track->rate);
    bool starts =
        timebase_segment_first_frame(segment, track->segment_duration, track->rate) == sequence;
    if (chunk->decode_time != sequence * track->rate.den || chunk->duration != track->rate.den)
        return fail(r, sequence, "decode time %" PRId64 ", duration %" PRIu32, chunk->decode_time,
                    chunk->duration);
    if (chunk->sync != (packet || starts))
        return fail(r, sequence, "is %smarked as independent", chunk->sync ? "" : "not ");
    if (!chunk->has_prft)
        return fail(r, sequence, "has no prft");
    return true;
}

static bool check_stamp(struct run *r, const AVFrame *picture, const struct cmaf_chunk *chunk,
                        int64_t sequence)
{
    struct stamp_plane plane = {.data = picture->data[0],
                                .stride = picture->linesize[0],
                                .width = picture->width,
                                .height = picture->height};
    struct stamp stamp;
    bool first = r->out->count == 0;
    if (stamp_read(&plane, &stamp))
        return fail(r, sequence, "no stamp can be read");
    bool repeat = (int64_t)stamp.frame < sequence && (first || stamp.frame == r->stamp.frame);
    r->stamp = stamp;
    if (stamp.channel != r->in->channel)
        return fail(r, sequence, "stamped by channel %d", stamp.channel);
    if (repeat && r->in->may_repeat) {
        r->out->repeats++;
        return true;
    }
    if ((int64_t)stamp.frame != sequence)
        return fail(r, sequence, "stamped as frame %" PRIu32, stamp.frame);
    if (llabs(stamp.capture_utc_us - chunk->capture_utc_us) > CAPTURE_TOLERANCE_US)
        return fail(r, sequence, "stamped %" PRId64 " us away from its prft",
                    stamp.capture_utc_us - chunk->capture_utc_us);
    return true;
}

static bool keep(struct run *r, const AVFrame *picture, int64_t sequence)
{
    const struct hesp_resolution *size = &r->in->track->place.track->resolution;
    if (picture->width != size->width || picture->height != size->height)
        return fail(r, sequence, "is %dx%d", picture->width, picture->height);
    AVFrame *own = av_frame_clone(picture);
    if (!own)
        return fail(r, sequence, "no memory");
    r->out->list[r->out->count++] = own;
    return true;
}

static bool take(struct run *r, const struct cmaf_chunk *chunk, bool packet, int64_t sequence)
{
    const char *reason;
    int status = packet ? slice_check_packet_sample(r->check, chunk->data, chunk->size, sequence)
                        : slice_check_sample(r->check, chunk->data, chunk->size, sequence);
    if (status)
        return fail(r, sequence, "illegal: %s", slice_check_error(r->check));
    const AVFrame *picture =
        picture_decoder_decode(r->decoder, chunk->data, chunk->size, chunk->decode_time, &reason);
    if (!picture)
        return fail(r, sequence, "no picture: %s", reason);
    return check_place(r, chunk, packet, sequence) && check_stamp(r, picture, chunk, sequence) &&
           keep(r, picture, sequence);
}

static bool take_all(struct run *r)
{
    const struct strict_stream *in = r->in;
    int64_t next = r->out->first;
    if (in->joined && !take(r, &in->header->packet.sample, true, next++))
        return false;
    for (size_t i = 0; i < in->count; i++, next++) {
        if (in->samples[i].sequence != next)
            return fail(r, next, "sample %" PRId64 " stands there", in->samples[i].sequence);
        if (!take(r, &in->samples[i].chunk, false, next))
            return false;
    }
    return true;
}

bool strict_decode(const struct strict_stream *in, struct strict_pictures *out,
                   char error[STRICT_ERROR_BYTES])
{
    struct run r = {.in = in, .out = out, .error = error};
    *out = (struct strict_pictures){.first = in->joined  ? in->header->sequence
                                             : in->count ? in->samples[0].sequence
                                                         : 0};
    out->list = calloc(in->count + 1, sizeof *out->list);
    r.decoder = picture_decoder_create(in->header->avcc, in->header->avcc_size);
    r.check = slice_check_create(in->header->avcc, in->header->avcc_size);
    bool good =
        out->list && r.decoder && r.check ? take_all(&r) : fail(&r, out->first, "no decoder");
    picture_decoder_destroy(r.decoder);
    slice_check_destroy(r.check);
    return good;
}

void strict_pictures_finish(struct strict_pictures *p)
{
    for (size_t i = 0; i < p->count; i++)
        av_frame_free(&p->list[i]);
    free(p->list);
    *p = (struct strict_pictures){0};
}

const AVFrame *strict_picture(const struct strict_pictures *p, int64_t sequence)
{
    int64_t at = sequence - p->first;
    return at >= 0 && at < (int64_t)p->count ? p->list[at] : NULL;
}
