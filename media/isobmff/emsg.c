#include "media/isobmff/emsg.h"
#include "media/core/err.h"

#include <assert.h>
#include <string.h>

static void write_string(struct bytes_writer *w, const char *text)
{
    bytes_write(w, text, strlen(text) + 1);
}

void isobmff_emsg_write(struct bytes_writer *w, const struct isobmff_emsg *emsg)
{
    assert(emsg->version == 0 && emsg->presentation_time <= UINT32_MAX);
    size_t box = isobmff_full_box_begin(w, "emsg", 0, 0);
    write_string(w, emsg->scheme_id_uri);
    write_string(w, emsg->value);
    bytes_write_u32(w, emsg->timescale);
    bytes_write_u32(w, (uint32_t)emsg->presentation_time);
    bytes_write_u32(w, emsg->event_duration);
    bytes_write_u32(w, emsg->id);
    bytes_write(w, emsg->message_data, emsg->message_data_size);
    isobmff_box_end(w, box);
}

int isobmff_emsg_read(const struct isobmff_box *box, struct isobmff_emsg *emsg)
{
    struct bytes_reader r;
    struct isobmff_full_box full;
    isobmff_full_box_open(box, &r, &full);
    if (!r.status && full.version > 1)
        return ERR_UNSUPPORTED;

    struct isobmff_emsg read = {.version = full.version};
    if (full.version == 0) {
        read.scheme_id_uri = bytes_read_text(&r);
        read.value = bytes_read_text(&r);
    }
    read.timescale = bytes_read_u32(&r);
    read.presentation_time = full.version ? bytes_read_u64(&r) : bytes_read_u32(&r);
    read.event_duration = bytes_read_u32(&r);
    read.id = bytes_read_u32(&r);
    if (full.version == 1) {
        read.scheme_id_uri = bytes_read_text(&r);
        read.value = bytes_read_text(&r);
    }
    read.message_data_size = bytes_reader_left(&r);
    read.message_data = bytes_read(&r, read.message_data_size);
    if (r.status)
        return isobmff_box_status(&r);
    *emsg = read;
    return 0;
}
