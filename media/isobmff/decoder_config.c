#include "media/isobmff/decoder_config.h"
#include "media/core/err.h"
#include "media/isobmff/box.h"

enum {
    AVC_ENTRY_BYTES = 78, /* VisualSampleEntry's fields (ISO/IEC 14496-12 12.1.3.2) */
    MP4A_ENTRY_BYTES = 28,
    ENTRY_REFERENCE_BYTES = 8, /* reserved, data_reference_index */
    AVCC_BYTES_MIN = 7,
    AVCC_VERSION = 1,
};

/* ISO/IEC 14496-1 7.2.2.1, 7.2.6.5 and 7.2.6.6. */
enum {
    TAG_ES = 3,
    TAG_DECODER_CONFIG = 4,
    TAG_DECODER_SPECIFIC_INFO = 5,
    ES_HAS_DEPENDENCE = 0x80,
    ES_HAS_URL = 0x40,
    ES_HAS_OCR = 0x20,
    OBJECT_TYPE_AUDIO_14496_3 = 0x40,
    DECODER_CONFIG_BYTES_AFTER_TYPE = 12,
    DESCRIPTOR_SIZE_BYTES_MAX = 4,
};

/* The boxes behind a sample entry's fields, as if they were a box's own. */
static int entry_boxes(const struct isobmff_box *entry, size_t fields, struct isobmff_box *boxes)
{
    if (entry->payload_size < fields)
        return ERR_INVALID;
    *boxes = *entry;
    boxes->payload += fields;
    boxes->payload_size -= fields;
    return 0;
}

static int read_avc(const struct isobmff_box *entry, struct isobmff_decoder_config *config)
{
    struct isobmff_box boxes, avcc;
    int status = entry_boxes(entry, AVC_ENTRY_BYTES, &boxes);
    if (!status)
        status = isobmff_box_child(&boxes, "avcC", &avcc);
    if (status)
        return status;
    if (avcc.payload_size < AVCC_BYTES_MIN || avcc.payload[0] != AVCC_VERSION)
        return ERR_INVALID;
    *config = (struct isobmff_decoder_config){true, avcc.payload, avcc.payload_size};
    return 0;
}

/* Seven bits a byte, the highest bit says whether more follow (14496-1 8.3.3). */
static size_t read_descriptor_size(struct bytes_reader *r)
{
    size_t size = 0;
    for (int i = 0; i < DESCRIPTOR_SIZE_BYTES_MAX; i++) {
        uint8_t byte = bytes_read_u8(r);
        size = size << 7 | (byte & 0x7f);
        if (!(byte & 0x80))
            return size;
    }
    bytes_reader_fail(r, ERR_INVALID);
    return 0;
}

/* Sets inside on the first descriptor of that tag in r. Every descriptor takes two bytes or more,
 * so that the loop ends. */
static int find_descriptor(struct bytes_reader *r, uint8_t tag, struct bytes_reader *inside)
{
    while (!r->status) {
        uint8_t found = bytes_read_u8(r);
        size_t size = read_descriptor_size(r);
        const uint8_t *data = bytes_read(r, size);
        if (r->status || found != tag)
            continue;
        bytes_reader_init(inside, data, size);
        return 0;
    }
    return ERR_INVALID;
}

static void skip_es_fields(struct bytes_reader *r)
{
    bytes_skip(r, 2); /* ES_ID */
    uint8_t flags = bytes_read_u8(r);
    if (flags & ES_HAS_DEPENDENCE)
        bytes_skip(r, 2);
    if (flags & ES_HAS_URL)
        bytes_skip(r, bytes_read_u8(r));
    if (flags & ES_HAS_OCR)
        bytes_skip(r, 2);
}

static int read_esds(const struct isobmff_box *esds, struct isobmff_decoder_config *config)
{
    struct bytes_reader r, es, decoder, info;
    struct isobmff_full_box full;
    isobmff_full_box_open(esds, &r, &full);
    if (r.status || full.version || find_descriptor(&r, TAG_ES, &es))
        return ERR_INVALID;
    skip_es_fields(&es);
    if (find_descriptor(&es, TAG_DECODER_CONFIG, &decoder))
        return ERR_INVALID;
    uint8_t object_type = bytes_read_u8(&decoder);
    bytes_skip(&decoder, DECODER_CONFIG_BYTES_AFTER_TYPE);
    if (!decoder.status && object_type != OBJECT_TYPE_AUDIO_14496_3)
        return ERR_UNSUPPORTED;
    if (find_descriptor(&decoder, TAG_DECODER_SPECIFIC_INFO, &info) || !info.size)
        return ERR_INVALID;
    *config = (struct isobmff_decoder_config){false, info.data, info.size};
    return 0;
}

static int read_mp4a(const struct isobmff_box *entry, struct isobmff_decoder_config *config)
{
    struct isobmff_box boxes, esds;
    int status = entry_boxes(entry, MP4A_ENTRY_BYTES, &boxes);
    if (status)
        return status;
    const uint8_t *version = entry->payload + ENTRY_REFERENCE_BYTES;
    if (version[0] || version[1]) /* QuickTime's longer entries, or stsd version 1 */
        return ERR_UNSUPPORTED;
    status = isobmff_box_child(&boxes, "esds", &esds);
    return status ? status : read_esds(&esds, config);
}

static int read_stsd(const struct isobmff_box *stsd, struct isobmff_decoder_config *config)
{
    struct bytes_reader r;
    struct isobmff_full_box full;
    struct isobmff_box entry;
    isobmff_full_box_open(stsd, &r, &full);
    uint32_t count = bytes_read_u32(&r);
    if (r.status || !count)
        return ERR_INVALID;
    if (full.version || count > 1)
        return ERR_UNSUPPORTED;
    if (isobmff_box_read(&r, &entry))
        return ERR_INVALID;
    if (isobmff_box_is(&entry, "avc1") || isobmff_box_is(&entry, "avc3"))
        return read_avc(&entry, config);
    if (isobmff_box_is(&entry, "mp4a"))
        return read_mp4a(&entry, config);
    return ERR_UNSUPPORTED;
}

int isobmff_decoder_config_read(const uint8_t *header, size_t size,
                                struct isobmff_decoder_config *config)
{
    static const char *const path[] = {"moov", "trak", "mdia", "minf", "stbl", "stsd"};
    struct isobmff_box box = {.payload = header, .payload_size = size};
    for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
        struct isobmff_box parent = box;
        int status = isobmff_box_child(&parent, path[i], &box);
        if (status)
            return status;
    }
    return read_stsd(&box, config);
}
