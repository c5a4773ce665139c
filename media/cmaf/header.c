#include "media/cmaf/header.h"
#include "media/core/err.h"
#include "media/isobmff/movie.h"

#include <stdbool.h>
#include <string.h>

enum { AVCC_BYTES_MAX = 1 << 20 };

/* cmf2 and cmfc are the two structural brands of CMAF (ISO/IEC 23000-19 7.2 and 7.7): cmf2 promises
 * what cmfc leaves open, no edit list and fragments that need no defaults of the header. iso6 has
 * every box that is used, among them tfdt and default-base-is-moof. */
static const char *const brands[] = {"cmf2", "cmfc", "iso6"};

static int write_header(struct bytes_writer *out, const struct isobmff_track *track)
{
    isobmff_ftyp_write(out, brands, sizeof(brands) / sizeof(brands[0]));
    isobmff_movie_write(out, track);
    return out->status;
}

static bool valid_video(const struct cmaf_video_header *h)
{
    return h->timescale && h->width && h->height && h->sar_width && h->sar_height && h->avcc &&
           h->avcc_size && h->avcc_size <= AVCC_BYTES_MAX;
}

int cmaf_header_write_video(struct bytes_writer *out, const struct cmaf_video_header *h)
{
    if (!valid_video(h))
        return ERR_INVALID;
    struct isobmff_avc1 avc1 = {.width = h->width,
                                .height = h->height,
                                .sar_width = h->sar_width,
                                .sar_height = h->sar_height,
                                .avcc = h->avcc,
                                .avcc_size = h->avcc_size,
                                .bandwidth = h->bandwidth};
    if (!isobmff_track_shown_width(&avc1))
        return ERR_INVALID;
    struct isobmff_track track = {
        .track_id = CMAF_TRACK_ID, .timescale = h->timescale, .language = "und", .video = &avc1};
    return write_header(out, &track);
}

static bool valid_language(const char language[4])
{
    for (unsigned i = 0; i < 3; i++) {
        if (language[i] < 'a' || language[i] > 'z')
            return false;
    }
    return language[3] == '\0';
}

static bool valid_audio(const struct cmaf_audio_header *h)
{
    return h->timescale && h->sample_rate && h->sample_rate < 65536 && h->channels && h->asc &&
           h->asc_size && h->asc_size <= ISOBMFF_ASC_BYTES_MAX && valid_language(h->language);
}

int cmaf_header_write_audio(struct bytes_writer *out, const struct cmaf_audio_header *h)
{
    if (!valid_audio(h))
        return ERR_INVALID;
    struct isobmff_mp4a mp4a = {.sample_rate = h->sample_rate,
                                .channels = h->channels,
                                .asc = h->asc,
                                .asc_size = h->asc_size,
                                .bandwidth = h->bandwidth};
    struct isobmff_track track = {
        .track_id = CMAF_TRACK_ID, .timescale = h->timescale, .audio = &mp4a};
    memcpy(track.language, h->language, sizeof(track.language));
    return write_header(out, &track);
}
