#include "media/isobmff/track.h"
#include "media/core/err.h"

#include <assert.h>

enum { TKHD_ENABLED_IN_MOVIE = 3, URL_SELF_CONTAINED = 1 };

static void write_zeros_u32(struct bytes_writer *w, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        bytes_write_u32(w, 0);
}

void isobmff_unity_matrix_write(struct bytes_writer *w)
{
    static const uint32_t matrix[9] = {0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000};
    for (unsigned i = 0; i < 9; i++)
        bytes_write_u32(w, matrix[i]);
}

uint32_t isobmff_track_shown_width(const struct isobmff_avc1 *video)
{
    uint64_t width = ((uint64_t)video->width << 16) * video->sar_width / video->sar_height;
    return width <= (uint64_t)65535 << 16 ? (uint32_t)width : 0;
}

static void write_tkhd(struct bytes_writer *w, const struct isobmff_track *track)
{
    size_t box = isobmff_full_box_begin(w, "tkhd", 0, TKHD_ENABLED_IN_MOVIE);
    write_zeros_u32(w, 2); /* creation and modification time */
    bytes_write_u32(w, track->track_id);
    write_zeros_u32(w, 2);                         /* reserved, duration */
    write_zeros_u32(w, 2);                         /* reserved */
    write_zeros_u32(w, 1);                         /* layer, alternate_group */
    bytes_write_u16(w, track->audio ? 0x0100 : 0); /* volume */
    bytes_write_u16(w, 0);
    isobmff_unity_matrix_write(w);
    bytes_write_u32(w, track->video ? isobmff_track_shown_width(track->video) : 0);
    bytes_write_u32(w, track->video ? (uint32_t)track->video->height << 16 : 0);
    isobmff_box_end(w, box);
}

static void write_mdhd(struct bytes_writer *w, const struct isobmff_track *track)
{
    size_t box = isobmff_full_box_begin(w, "mdhd", 0, 0);
    write_zeros_u32(w, 2);
    bytes_write_u32(w, track->timescale);
    bytes_write_u32(w, 0); /* duration */
    uint16_t language = 0;
    for (unsigned i = 0; i < 3; i++)
        language = (uint16_t)(language << 5 | ((track->language[i] - 0x60) & 31));
    bytes_write_u16(w, language);
    bytes_write_u16(w, 0);
    isobmff_box_end(w, box);
}

static void write_hdlr(struct bytes_writer *w, const char *handler)
{
    size_t box = isobmff_full_box_begin(w, "hdlr", 0, 0);
    bytes_write_u32(w, 0);
    bytes_write_text(w, handler);
    write_zeros_u32(w, 3);
    bytes_write_u8(w, 0); /* an empty name */
    isobmff_box_end(w, box);
}

static void write_media_header(struct bytes_writer *w, const struct isobmff_track *track)
{
    size_t box = track->video ? isobmff_full_box_begin(w, "vmhd", 0, 1)
                              : isobmff_full_box_begin(w, "smhd", 0, 0);
    write_zeros_u32(w, track->video ? 2 : 1);
    isobmff_box_end(w, box);
}

static void write_dinf(struct bytes_writer *w)
{
    size_t dinf = isobmff_box_begin(w, "dinf");
    size_t dref = isobmff_full_box_begin(w, "dref", 0, 0);
    bytes_write_u32(w, 1);
    size_t url = isobmff_full_box_begin(w, "url ", 0, URL_SELF_CONTAINED);
    isobmff_box_end(w, url);
    isobmff_box_end(w, dref);
    isobmff_box_end(w, dinf);
}

/* The four sample tables of a fragmented track hold nothing but their counts (8.6.1.2, 8.7). */
static void write_empty_table(struct bytes_writer *w, const char *type, unsigned counts)
{
    size_t box = isobmff_full_box_begin(w, type, 0, 0);
    write_zeros_u32(w, counts);
    isobmff_box_end(w, box);
}

static void write_stbl(struct bytes_writer *w, const struct isobmff_track *track)
{
    size_t stbl = isobmff_box_begin(w, "stbl");
    size_t stsd = isobmff_full_box_begin(w, "stsd", 0, 0);
    bytes_write_u32(w, 1);
    if (track->video)
        isobmff_avc1_write(w, track->video);
    else
        isobmff_mp4a_write(w, track->audio);
    isobmff_box_end(w, stsd);
    write_empty_table(w, "stts", 1);
    write_empty_table(w, "stsc", 1);
    write_empty_table(w, "stsz", 2);
    write_empty_table(w, "stco", 1);
    isobmff_box_end(w, stbl);
}

void isobmff_track_write(struct bytes_writer *w, const struct isobmff_track *track)
{
    assert(!track->video != !track->audio);
    size_t trak = isobmff_box_begin(w, "trak");
    write_tkhd(w, track);
    size_t mdia = isobmff_box_begin(w, "mdia");
    write_mdhd(w, track);
    write_hdlr(w, track->video ? "vide" : "soun");
    size_t minf = isobmff_box_begin(w, "minf");
    write_media_header(w, track);
    write_dinf(w);
    write_stbl(w, track);
    isobmff_box_end(w, minf);
    isobmff_box_end(w, mdia);
    isobmff_box_end(w, trak);
}

int isobmff_track_read_timescale(const struct isobmff_box *trak, uint32_t *timescale)
{
    struct isobmff_box mdia, mdhd;
    if (isobmff_box_child(trak, "mdia", &mdia) || isobmff_box_child(&mdia, "mdhd", &mdhd))
        return ERR_INVALID;
    struct bytes_reader r;
    struct isobmff_full_box full;
    isobmff_full_box_open(&mdhd, &r, &full);
    bytes_skip(&r, full.version == 1 ? 16 : 8);
    uint32_t read = bytes_read_u32(&r);
    if (r.status || full.version > 1 || !read)
        return ERR_INVALID;
    *timescale = read;
    return 0;
}
