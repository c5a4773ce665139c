/* ftyp and moov of a file with one fragmented track (ISO/IEC 14496-12 4.3, 8.2, 8.8.1 to 8.8.3).
 * There is no mehd: the length of what follows is not known. trex gives no defaults, since every
 * fragment tells its samples' properties itself (media/isobmff/fragment.h).
 * Thread-safety: pure functions on the caller's data. */
#ifndef MEDIA_ISOBMFF_MOVIE_H
#define MEDIA_ISOBMFF_MOVIE_H

#include "media/core/bytes.h"
#include "media/isobmff/box.h"
#include "media/isobmff/track.h"

#include <stddef.h>
#include <stdint.h>

/* brands: count four character codes, the first of them the major brand; all of them are listed
 * as compatible. */
void isobmff_ftyp_write(struct bytes_writer *w, const char *const *brands, size_t count);

/* moov. */
void isobmff_movie_write(struct bytes_writer *w, const struct isobmff_track *track);

/* The timescale of the one track in a moov. ERR_INVALID where there is not exactly one. */
int isobmff_movie_read_timescale(const struct isobmff_box *moov, uint32_t *timescale);

#endif
