#include "media/isobmff/movie.h"
#include "media/core/err.h"

#include <assert.h>

void isobmff_ftyp_write(struct bytes_writer *w, const char *const *brands, size_t count)
{
    assert(count > 0);
    size_t box = isobmff_box_begin(w, "ftyp");
    bytes_write(w, brands[0], 4);
    bytes_write_u32(w, 0); /* minor_version */
    for (size_t i = 0; i < count; i++)
        bytes_write(w, brands[i], 4);
    isobmff_box_end(w, box);
}

static void write_mvhd(struct bytes_writer *w, const struct isobmff_track *track)
{
    size_t box = isobmff_full_box_begin(w, "mvhd", 0, 0);
    bytes_write_u64(w, 0); /* creation and modification time */
    bytes_write_u32(w, track->timescale);
    bytes_write_u32(w, 0);          /* duration */
    bytes_write_u32(w, 0x00010000); /* rate */
    bytes_write_u16(w, 0x0100);     /* volume */
    bytes_write_u16(w, 0);
    bytes_write_u64(w, 0);
    isobmff_unity_matrix_write(w);
    for (unsigned i = 0; i < 6; i++)
        bytes_write_u32(w, 0); /* pre_defined */
    bytes_write_u32(w, track->track_id + 1);
    isobmff_box_end(w, box);
}

static void write_mvex(struct bytes_writer *w, const struct isobmff_track *track)
{
    size_t mvex = isobmff_box_begin(w, "mvex");
    size_t trex = isobmff_full_box_begin(w, "trex", 0, 0);
    bytes_write_u32(w, track->track_id);
    bytes_write_u32(w, 1); /* default_sample_description_index */
    bytes_write_u32(w, 0); /* default duration, size and flags */
    bytes_write_u32(w, 0);
    bytes_write_u32(w, 0);
    isobmff_box_end(w, trex);
    isobmff_box_end(w, mvex);
}

void isobmff_movie_write(struct bytes_writer *w, const struct isobmff_track *track)
{
    size_t moov = isobmff_box_begin(w, "moov");
    write_mvhd(w, track);
    isobmff_track_write(w, track);
    write_mvex(w, track);
    isobmff_box_end(w, moov);
}

int isobmff_movie_read_timescale(const struct isobmff_box *moov, uint32_t *timescale)
{
    struct isobmff_box trak;
    if (isobmff_box_child(moov, "trak", &trak))
        return ERR_INVALID;
    return isobmff_track_read_timescale(&trak, timescale);
}
