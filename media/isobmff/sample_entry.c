#include "media/isobmff/sample_entry.h"
#include "media/isobmff/box.h"

#include <assert.h>

/* ISO/IEC 14496-1 7.2.2.1 and tables 5 and 6. */
enum {
    TAG_ES = 3,
    TAG_DECODER_CONFIG = 4,
    TAG_DECODER_SPECIFIC_INFO = 5,
    TAG_SL_CONFIG = 6,
    OBJECT_TYPE_AUDIO_14496_3 = 0x40,
    STREAM_TYPE_AUDIO = 5,
    SL_PREDEFINED_MP4 = 2
};

static void write_zeros(struct bytes_writer *w, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        bytes_write_u8(w, 0);
}

/* A live track has no average yet: the peak stands for it, which it will not exceed. */
static void write_btrt(struct bytes_writer *w, uint32_t bandwidth)
{
    if (!bandwidth)
        return;
    size_t box = isobmff_box_begin(w, "btrt");
    bytes_write_u32(w, 0); /* bufferSizeDB: unknown */
    bytes_write_u32(w, bandwidth);
    bytes_write_u32(w, bandwidth);
    isobmff_box_end(w, box);
}

static void write_pasp(struct bytes_writer *w, uint32_t sar_width, uint32_t sar_height)
{
    if (sar_width == sar_height)
        return;
    size_t box = isobmff_box_begin(w, "pasp");
    bytes_write_u32(w, sar_width);
    bytes_write_u32(w, sar_height);
    isobmff_box_end(w, box);
}

void isobmff_avc1_write(struct bytes_writer *w, const struct isobmff_avc1 *entry)
{
    size_t avc1 = isobmff_box_begin(w, "avc1");
    write_zeros(w, 6);
    bytes_write_u16(w, 1); /* data_reference_index */
    write_zeros(w, 16);
    bytes_write_u16(w, entry->width);
    bytes_write_u16(w, entry->height);
    bytes_write_u32(w, 72u << 16); /* dots per inch */
    bytes_write_u32(w, 72u << 16);
    write_zeros(w, 4);
    bytes_write_u16(w, 1);      /* frame_count */
    write_zeros(w, 32);         /* compressorname */
    bytes_write_u16(w, 0x0018); /* depth: colour, no alpha */
    bytes_write_u16(w, 0xffff); /* pre_defined */

    size_t avcc = isobmff_box_begin(w, "avcC");
    bytes_write(w, entry->avcc, entry->avcc_size);
    isobmff_box_end(w, avcc);

    write_pasp(w, entry->sar_width, entry->sar_height);
    write_btrt(w, entry->bandwidth);
    isobmff_box_end(w, avc1);
}

static size_t begin_descriptor(struct bytes_writer *w, uint8_t tag)
{
    bytes_write_u8(w, tag);
    bytes_write_u8(w, 0);
    return w->size;
}

/* ISOBMFF_ASC_BYTES_MAX keeps every size in one byte. */
static void end_descriptor(struct bytes_writer *w, size_t begin)
{
    if (w->status)
        return;
    assert(w->size - begin < 128);
    w->data[begin - 1] = (uint8_t)(w->size - begin);
}

static void write_esds(struct bytes_writer *w, const struct isobmff_mp4a *entry)
{
    size_t box = isobmff_full_box_begin(w, "esds", 0, 0);
    size_t es = begin_descriptor(w, TAG_ES);
    bytes_write_u16(w, 0); /* ES_ID: 0 in a file (ISO/IEC 14496-14 4.1.2) */
    bytes_write_u8(w, 0);

    size_t config = begin_descriptor(w, TAG_DECODER_CONFIG);
    bytes_write_u8(w, OBJECT_TYPE_AUDIO_14496_3);
    bytes_write_u8(w, STREAM_TYPE_AUDIO << 2 | 1); /* the last bit is reserved */
    bytes_write_u24(w, 0);                         /* bufferSizeDB: unknown */
    bytes_write_u32(w, entry->bandwidth);
    bytes_write_u32(w, entry->bandwidth);
    size_t info = begin_descriptor(w, TAG_DECODER_SPECIFIC_INFO);
    bytes_write(w, entry->asc, entry->asc_size);
    end_descriptor(w, info);
    end_descriptor(w, config);

    size_t sl = begin_descriptor(w, TAG_SL_CONFIG);
    bytes_write_u8(w, SL_PREDEFINED_MP4);
    end_descriptor(w, sl);
    end_descriptor(w, es);
    isobmff_box_end(w, box);
}

void isobmff_mp4a_write(struct bytes_writer *w, const struct isobmff_mp4a *entry)
{
    assert(entry->asc_size <= ISOBMFF_ASC_BYTES_MAX);
    size_t mp4a = isobmff_box_begin(w, "mp4a");
    write_zeros(w, 6);
    bytes_write_u16(w, 1); /* data_reference_index */
    write_zeros(w, 8);
    bytes_write_u16(w, entry->channels);
    bytes_write_u16(w, 16); /* samplesize */
    write_zeros(w, 4);
    bytes_write_u32(w, entry->sample_rate << 16);
    write_esds(w, entry);
    write_btrt(w, entry->bandwidth);
    isobmff_box_end(w, mp4a);
}
