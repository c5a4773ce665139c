#include "packager/rtmp/flv.h"

#include <assert.h>
#include <string.h>

enum { DATA_TAG = 18, TAG_HEADER_BYTES = 11, FILE_HEADER_BYTES = 9 };

void flv_write_header(struct bytes_writer *w)
{
    bytes_write_text(w, "FLV");
    bytes_write_u8(w, 1);
    bytes_write_u8(w, 0);
    bytes_write_u32(w, FILE_HEADER_BYTES);
    bytes_write_u32(w, 0);
}

void flv_write_tag(struct bytes_writer *w, uint8_t type, uint32_t timestamp_ms, const uint8_t *data,
                   size_t size)
{
    static const char for_servers[] = "\x02\x00\x0d@setDataFrame";
    const size_t prefix = sizeof for_servers - 1;
    if (type == DATA_TAG && size >= prefix && memcmp(data, for_servers, prefix) == 0) {
        data += prefix;
        size -= prefix;
    }
    assert(size < 1 << 24);
    bytes_write_u8(w, type);
    bytes_write_u24(w, (uint32_t)size);
    bytes_write_u24(w, timestamp_ms & 0xffffff);
    bytes_write_u8(w, (uint8_t)(timestamp_ms >> 24));
    bytes_write_u24(w, 0);
    bytes_write(w, data, size);
    bytes_write_u32(w, TAG_HEADER_BYTES + (uint32_t)size);
}
