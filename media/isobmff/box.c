#include "media/isobmff/box.h"
#include "media/core/err.h"

#include <assert.h>
#include <string.h>

enum { BOX_HEADER_BYTES = 8, LARGE_BOX_HEADER_BYTES = 16 };

size_t isobmff_box_begin(struct bytes_writer *w, const char *type)
{
    assert(strlen(type) == 4);
    size_t begin = w->size;
    bytes_write_u32(w, 0);
    bytes_write_text(w, type);
    return begin;
}

size_t isobmff_full_box_begin(struct bytes_writer *w, const char *type, uint8_t version,
                              uint32_t flags)
{
    assert(flags < 1u << 24);
    size_t begin = isobmff_box_begin(w, type);
    bytes_write_u8(w, version);
    bytes_write_u24(w, flags);
    return begin;
}

void isobmff_box_end(struct bytes_writer *w, size_t begin)
{
    if (w->status)
        return;
    size_t size = w->size - begin;
    assert(size <= ISOBMFF_BOX_BYTES_MAX);
    bytes_patch_u32(w, begin, (uint32_t)size);
}

int isobmff_box_read(struct bytes_reader *r, struct isobmff_box *box)
{
    if (r->status)
        return r->status;
    if (!bytes_reader_left(r))
        return ERR_END;

    size_t begin = r->at;
    size_t header_size = BOX_HEADER_BYTES;
    uint64_t size = bytes_read_u32(r);
    const uint8_t *type = bytes_read(r, 4);
    if (size == 1) {
        header_size = LARGE_BOX_HEADER_BYTES;
        size = bytes_read_u64(r);
    }
    if (r->status)
        return r->status;
    if (size < header_size || size > ISOBMFF_BOX_BYTES_MAX) {
        bytes_reader_fail(r, ERR_INVALID);
        return r->status;
    }
    size_t payload_size = (size_t)size - header_size;
    const uint8_t *payload = bytes_read(r, payload_size);
    if (r->status)
        return r->status;
    *box = (struct isobmff_box){.start = r->data + begin,
                                .size = (size_t)size,
                                .type = type,
                                .payload = payload,
                                .payload_size = payload_size};
    return 0;
}

bool isobmff_box_is(const struct isobmff_box *box, const char *type)
{
    return memcmp(box->type, type, 4) == 0;
}

int isobmff_box_child(const struct isobmff_box *parent, const char *type, struct isobmff_box *child)
{
    struct bytes_reader r;
    bytes_reader_init(&r, parent->payload, parent->payload_size);
    struct isobmff_box box = {0};
    struct isobmff_box found = {0};
    int status;
    while (!(status = isobmff_box_read(&r, &box))) {
        if (!isobmff_box_is(&box, type))
            continue;
        if (found.start)
            return ERR_UNSUPPORTED;
        found = box;
    }
    if (status != ERR_END || !found.start)
        return ERR_INVALID;
    *child = found;
    return 0;
}

void isobmff_full_box_open(const struct isobmff_box *box, struct bytes_reader *r,
                           struct isobmff_full_box *full)
{
    bytes_reader_init(r, box->payload, box->payload_size);
    full->version = bytes_read_u8(r);
    full->flags = bytes_read_u24(r);
}

int isobmff_box_status(const struct bytes_reader *r)
{
    return r->status == ERR_TRUNCATED ? ERR_INVALID : r->status;
}
