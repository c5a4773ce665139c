#include "media/isobmff/prft.h"
#include "media/core/err.h"

void isobmff_prft_write(struct bytes_writer *w, const struct isobmff_prft *prft)
{
    size_t box = isobmff_full_box_begin(w, "prft", 1, prft->flags);
    bytes_write_u32(w, prft->reference_track_id);
    bytes_write_u64(w, prft->ntp_timestamp);
    bytes_write_u64(w, prft->media_time);
    isobmff_box_end(w, box);
}

int isobmff_prft_read(const struct isobmff_box *box, struct isobmff_prft *prft)
{
    struct bytes_reader r;
    struct isobmff_full_box full;
    isobmff_full_box_open(box, &r, &full);
    if (full.version > 1)
        return ERR_INVALID;
    struct isobmff_prft read = {.flags = full.flags};
    read.reference_track_id = bytes_read_u32(&r);
    read.ntp_timestamp = bytes_read_u64(&r);
    read.media_time = full.version ? bytes_read_u64(&r) : bytes_read_u32(&r);
    if (r.status)
        return isobmff_box_status(&r);
    *prft = read;
    return 0;
}
