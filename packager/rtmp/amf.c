#include "packager/rtmp/amf.h"
#include "media/core/err.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum marker {
    AMF_NUMBER = 0,
    AMF_BOOLEAN = 1,
    AMF_STRING = 2,
    AMF_OBJECT = 3,
    AMF_NULL = 5,
    AMF_UNDEFINED = 6,
    AMF_ECMA_ARRAY = 8,
    AMF_OBJECT_END = 9,
    AMF_STRICT_ARRAY = 10,
    AMF_DATE = 11,
    AMF_LONG_STRING = 12,
};

enum { DEPTH_MAX = 8, KEY_BYTES = 64 };

static void copy_text(struct bytes_reader *r, size_t length, char *out, size_t capacity)
{
    const uint8_t *text = bytes_read(r, length);
    out[0] = 0;
    if (!text)
        return;
    if (length >= capacity || memchr(text, 0, length)) {
        bytes_reader_fail(r, ERR_INVALID);
        return;
    }
    memcpy(out, text, length);
    out[length] = 0;
}

void amf_read_string(struct bytes_reader *r, char *out, size_t capacity)
{
    out[0] = 0;
    if (bytes_read_u8(r) != AMF_STRING)
        bytes_reader_fail(r, ERR_INVALID);
    copy_text(r, bytes_read_u16(r), out, capacity);
}

double amf_read_number(struct bytes_reader *r)
{
    double value;
    if (bytes_read_u8(r) != AMF_NUMBER)
        bytes_reader_fail(r, ERR_INVALID);
    uint64_t bits = bytes_read_u64(r);
    memcpy(&value, &bits, sizeof value);
    return r->status ? 0 : value;
}

static void skip_value(struct bytes_reader *r, int depth);

/* A key, and what it stands before; false at the end of the object. A key too long to be one of
 * ours is told as an empty one. */
static bool next_key(struct bytes_reader *r, char key[KEY_BYTES])
{
    size_t length = bytes_read_u16(r);
    key[0] = 0;
    if (r->status)
        return false;
    if (length == 0 && bytes_reader_left(r) && r->data[r->at] == AMF_OBJECT_END) {
        bytes_skip(r, 1);
        return false;
    }
    if (length < KEY_BYTES)
        copy_text(r, length, key, KEY_BYTES);
    else
        bytes_skip(r, length);
    return r->status == 0;
}

static void skip_members(struct bytes_reader *r, int depth)
{
    char key[KEY_BYTES];
    while (next_key(r, key))
        skip_value(r, depth);
}

static void skip_array(struct bytes_reader *r, int depth)
{
    uint32_t count = bytes_read_u32(r);
    for (uint32_t i = 0; i < count && !r->status; i++)
        skip_value(r, depth);
}

static void skip_value(struct bytes_reader *r, int depth)
{
    if (depth == DEPTH_MAX) {
        bytes_reader_fail(r, ERR_INVALID);
        return;
    }
    switch (bytes_read_u8(r)) {
    case AMF_NUMBER:
        bytes_skip(r, 8);
        break;
    case AMF_BOOLEAN:
        bytes_skip(r, 1);
        break;
    case AMF_STRING:
        bytes_skip(r, bytes_read_u16(r));
        break;
    case AMF_OBJECT:
        skip_members(r, depth + 1);
        break;
    case AMF_NULL:
    case AMF_UNDEFINED:
        break;
    case AMF_ECMA_ARRAY:
        bytes_skip(r, 4);
        skip_members(r, depth + 1);
        break;
    case AMF_STRICT_ARRAY:
        skip_array(r, depth + 1);
        break;
    case AMF_DATE:
        bytes_skip(r, 10);
        break;
    case AMF_LONG_STRING:
        bytes_skip(r, bytes_read_u32(r));
        break;
    default:
        bytes_reader_fail(r, ERR_INVALID);
    }
}

void amf_skip(struct bytes_reader *r)
{
    skip_value(r, 0);
}

void amf_read_member(struct bytes_reader *r, const char *key, char *out, size_t capacity)
{
    char at[KEY_BYTES];
    bool found = false;
    out[0] = 0;
    if (bytes_read_u8(r) != AMF_OBJECT)
        bytes_reader_fail(r, ERR_INVALID);
    while (next_key(r, at)) {
        if (found || strcmp(at, key) != 0) {
            skip_value(r, 1);
            continue;
        }
        amf_read_string(r, out, capacity);
        found = true;
    }
}

void amf_write_string(struct bytes_writer *w, const char *text)
{
    bytes_write_u8(w, AMF_STRING);
    amf_write_key(w, text);
}

void amf_write_number(struct bytes_writer *w, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bytes_write_u8(w, AMF_NUMBER);
    bytes_write_u64(w, bits);
}

void amf_write_null(struct bytes_writer *w)
{
    bytes_write_u8(w, AMF_NULL);
}

void amf_write_begin(struct bytes_writer *w)
{
    bytes_write_u8(w, AMF_OBJECT);
}

void amf_write_key(struct bytes_writer *w, const char *key)
{
    size_t length = strlen(key);
    assert(length <= UINT16_MAX);
    bytes_write_u16(w, (uint16_t)length);
    bytes_write(w, key, length);
}

void amf_write_end(struct bytes_writer *w)
{
    bytes_write_u16(w, 0);
    bytes_write_u8(w, AMF_OBJECT_END);
}
