#include "media/isobmff/fragment.h"
#include "media/core/err.h"

#include <assert.h>

/* 8.8.7.1 */
enum {
    TFHD_BASE_DATA_OFFSET = 0x1,
    TFHD_SAMPLE_DESCRIPTION_INDEX = 0x2,
    TFHD_DEFAULT_DURATION = 0x8,
    TFHD_DEFAULT_SIZE = 0x10,
    TFHD_DEFAULT_FLAGS = 0x20,
    TFHD_DURATION_IS_EMPTY = 0x10000,
    TFHD_DEFAULT_BASE_IS_MOOF = 0x20000
};

/* 8.8.8.1 */
enum {
    TRUN_DATA_OFFSET = 0x1,
    TRUN_FIRST_SAMPLE_FLAGS = 0x4,
    TRUN_DURATION = 0x100,
    TRUN_SIZE = 0x200,
    TRUN_FLAGS = 0x400,
    TRUN_COMPOSITION_OFFSET = 0x800
};

/* 8.8.3.1: sample_depends_on 2 (on none) for the one, 1 (on others) and sample_is_non_sync_sample
 * for the other. */
enum {
    SAMPLE_FLAGS_SYNC = 0x02000000,
    SAMPLE_FLAGS_NON_SYNC = 0x01010000,
    SAMPLE_IS_NON_SYNC = 0x00010000
};

/* Which of a sample's properties have been met. */
enum { HAS_DURATION = 1, HAS_SIZE = 2, HAS_FLAGS = 4, HAS_ALL = 7 };

struct properties {
    unsigned has;
    uint32_t duration;
    uint32_t size;
    uint32_t flags;
};

static void write_traf(struct bytes_writer *w, const struct isobmff_fragment *fragment)
{
    size_t traf = isobmff_box_begin(w, "traf");

    size_t tfhd = isobmff_full_box_begin(w, "tfhd", 0, TFHD_DEFAULT_BASE_IS_MOOF);
    bytes_write_u32(w, fragment->track_id);
    isobmff_box_end(w, tfhd);

    size_t tfdt = isobmff_full_box_begin(w, "tfdt", 1, 0);
    bytes_write_u64(w, fragment->base_decode_time);
    isobmff_box_end(w, tfdt);

    size_t trun = isobmff_full_box_begin(w, "trun", 1,
                                         TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS);
    bytes_write_u32(w, 1); /* sample_count */
    bytes_write_u32(w, ISOBMFF_MOOF_BYTES + ISOBMFF_MDAT_HEADER_BYTES);
    bytes_write_u32(w, fragment->duration);
    bytes_write_u32(w, fragment->size);
    bytes_write_u32(w, fragment->sync ? SAMPLE_FLAGS_SYNC : SAMPLE_FLAGS_NON_SYNC);
    isobmff_box_end(w, trun);

    isobmff_box_end(w, traf);
}

void isobmff_moof_write(struct bytes_writer *w, const struct isobmff_fragment *fragment)
{
    size_t moof = isobmff_box_begin(w, "moof");
    size_t mfhd = isobmff_full_box_begin(w, "mfhd", 0, 0);
    bytes_write_u32(w, fragment->sequence_number);
    isobmff_box_end(w, mfhd);
    write_traf(w, fragment);
    isobmff_box_end(w, moof);
    assert(w->status || w->size - moof == ISOBMFF_MOOF_BYTES);
}

void isobmff_mdat_write(struct bytes_writer *w, const void *data, size_t size)
{
    assert(size <= ISOBMFF_BOX_BYTES_MAX - ISOBMFF_MDAT_HEADER_BYTES);
    size_t mdat = isobmff_box_begin(w, "mdat");
    bytes_write(w, data, size);
    isobmff_box_end(w, mdat);
}

static int read_mfhd(const struct isobmff_box *moof, struct isobmff_fragment *fragment)
{
    struct isobmff_box box;
    int status = isobmff_box_child(moof, "mfhd", &box);
    if (status)
        return status;
    struct bytes_reader r;
    struct isobmff_full_box full;
    isobmff_full_box_open(&box, &r, &full);
    fragment->sequence_number = bytes_read_u32(&r);
    return isobmff_box_status(&r);
}

static int read_tfhd(const struct isobmff_box *traf, struct isobmff_fragment *fragment,
                     struct properties *found)
{
    struct isobmff_box box;
    int status = isobmff_box_child(traf, "tfhd", &box);
    if (status)
        return status;
    struct bytes_reader r;
    struct isobmff_full_box full;
    isobmff_full_box_open(&box, &r, &full);
    fragment->track_id = bytes_read_u32(&r);
    if (full.flags & (TFHD_BASE_DATA_OFFSET | TFHD_DURATION_IS_EMPTY))
        bytes_reader_fail(&r, ERR_UNSUPPORTED);
    if (full.flags & TFHD_SAMPLE_DESCRIPTION_INDEX)
        bytes_skip(&r, 4);
    if (full.flags & TFHD_DEFAULT_DURATION) {
        found->duration = bytes_read_u32(&r);
        found->has |= HAS_DURATION;
    }
    if (full.flags & TFHD_DEFAULT_SIZE) {
        found->size = bytes_read_u32(&r);
        found->has |= HAS_SIZE;
    }
    if (full.flags & TFHD_DEFAULT_FLAGS) {
        found->flags = bytes_read_u32(&r);
        found->has |= HAS_FLAGS;
    }
    return isobmff_box_status(&r);
}

static int read_tfdt(const struct isobmff_box *traf, struct isobmff_fragment *fragment)
{
    struct isobmff_box box;
    int status = isobmff_box_child(traf, "tfdt", &box);
    if (status)
        return status;
    struct bytes_reader r;
    struct isobmff_full_box full;
    isobmff_full_box_open(&box, &r, &full);
    fragment->base_decode_time = full.version ? bytes_read_u64(&r) : bytes_read_u32(&r);
    if (full.version > 1)
        bytes_reader_fail(&r, ERR_INVALID);
    return isobmff_box_status(&r);
}

static void read_run_sample(struct bytes_reader *r, uint32_t flags, struct properties *found)
{
    if (flags & TRUN_DURATION) {
        found->duration = bytes_read_u32(r);
        found->has |= HAS_DURATION;
    }
    if (flags & TRUN_SIZE) {
        found->size = bytes_read_u32(r);
        found->has |= HAS_SIZE;
    }
    if (flags & TRUN_FLAGS) {
        found->flags = bytes_read_u32(r);
        found->has |= HAS_FLAGS;
    }
    if (flags & TRUN_COMPOSITION_OFFSET && bytes_read_u32(r))
        bytes_reader_fail(r, ERR_UNSUPPORTED);
}

static int read_trun(const struct isobmff_box *box, struct isobmff_fragment *fragment,
                     struct properties *found)
{
    struct bytes_reader r;
    struct isobmff_full_box full;
    isobmff_full_box_open(box, &r, &full);
    uint32_t sample_count = bytes_read_u32(&r);
    if (full.flags & TRUN_DATA_OFFSET)
        fragment->data_offset = (int32_t)bytes_read_u32(&r);
    if (full.flags & TRUN_FIRST_SAMPLE_FLAGS) {
        found->flags = bytes_read_u32(&r);
        found->has |= HAS_FLAGS;
    }
    if (!r.status && sample_count != 1)
        return sample_count ? ERR_UNSUPPORTED : ERR_INVALID;
    read_run_sample(&r, full.flags, found);
    return isobmff_box_status(&r);
}

int isobmff_moof_read(const struct isobmff_box *moof, struct isobmff_fragment *fragment)
{
    struct isobmff_fragment read = {0};
    struct properties found = {0};
    struct isobmff_box traf, trun;
    int status = read_mfhd(moof, &read);
    if (!status)
        status = isobmff_box_child(moof, "traf", &traf);
    if (!status)
        status = read_tfhd(&traf, &read, &found);
    if (!status)
        status = read_tfdt(&traf, &read);
    if (!status)
        status = isobmff_box_child(&traf, "trun", &trun);
    if (!status)
        status = read_trun(&trun, &read, &found);
    if (status)
        return status;
    if (found.has != HAS_ALL)
        return ERR_UNSUPPORTED;
    read.duration = found.duration;
    read.size = found.size;
    read.sync = !(found.flags & SAMPLE_IS_NON_SYNC);
    *fragment = read;
    return 0;
}
