/* Boxes of the ISO base media file format (ISO/IEC 14496-12 4.2): a writer that patches sizes in
 * afterwards, and a bounded reader that goes through the boxes of one level. There is no recursion:
 * whoever reads names the path, so that no input decides how deep a reader goes.
 * Thread-safety: pure functions on objects that belong to one thread at a time. */
#ifndef MEDIA_ISOBMFF_BOX_H
#define MEDIA_ISOBMFF_BOX_H

#include "media/core/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest box that is written or read, 64 MiB: far above any coded picture. A reader that waits
 * for the rest of a box waits for no more than that. */
enum { ISOBMFF_BOX_BYTES_MAX = 1 << 26 };

/* Starts a box of a four character type, or a FullBox; gives what isobmff_box_end wants, which sets
 * the size and asserts that it is at most ISOBMFF_BOX_BYTES_MAX. flags < 2^24. */
size_t isobmff_box_begin(struct bytes_writer *w, const char *type);
size_t isobmff_full_box_begin(struct bytes_writer *w, const char *type, uint8_t version,
                              uint32_t flags);
void isobmff_box_end(struct bytes_writer *w, size_t begin);

/* A box inside an input. Pointers are into the input. */
struct isobmff_box {
    const uint8_t *start; /* its size field */
    size_t size;          /* with its header */
    const uint8_t *type;  /* four characters */
    const uint8_t *payload;
    size_t payload_size;
};

/* Reads the next box and moves behind it. ERR_END where nothing is left; ERR_TRUNCATED where the
 * input ends inside the box; ERR_INVALID for a size below the header's, above
 * ISOBMFF_BOX_BYTES_MAX, or 0 ("to the end of the file", which a stream does not have). Errors
 * other than ERR_END stick. box is untouched on failure. */
int isobmff_box_read(struct bytes_reader *r, struct isobmff_box *box);

bool isobmff_box_is(const struct isobmff_box *box, const char *type);

/* The only child of that type. ERR_INVALID where there is none or where parent's payload is not a
 * clean sequence of boxes; ERR_UNSUPPORTED where there are several. child is untouched on failure.
 */
int isobmff_box_child(const struct isobmff_box *parent, const char *type,
                      struct isobmff_box *child);

/* What a FullBox starts with. */
struct isobmff_full_box {
    uint8_t version;
    uint32_t flags; /* < 2^24 */
};

/* Sets r on box's payload and reads version and flags. */
void isobmff_full_box_open(const struct isobmff_box *box, struct bytes_reader *r,
                           struct isobmff_full_box *full);

/* The status of reading a whole box: what ends too early inside of it is ERR_INVALID, since more
 * input would not help. */
int isobmff_box_status(const struct bytes_reader *r);

#endif
