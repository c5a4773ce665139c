#include "media/cmaf/event.h"
#include "media/cmaf/initdata.h"
#include "media/core/err.h"
#include "media/isobmff/emsg.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char scheme[] = "urn:theo:hesp:2020";
static const char value_initdata[] = "initdata";
static const char value_manifest_update[] = "manifestupdate";

static void write_event(struct bytes_writer *out, const char *value, uint32_t timescale,
                        uint32_t event_duration, const char *message)
{
    struct isobmff_emsg emsg = {.scheme_id_uri = scheme,
                                .value = value,
                                .timescale = timescale,
                                .event_duration = event_duration,
                                .message_data = (const uint8_t *)message,
                                .message_data_size = strlen(message)};
    isobmff_emsg_write(out, &emsg);
}

void cmaf_event_write_initdata(struct bytes_writer *out, uint32_t timescale,
                               uint32_t event_duration,
                               const struct cmaf_continuation *continuation)
{
    char message[64]; /* 20 characters of text and two numbers of at most 20 */
    snprintf(message, sizeof(message), "{\"index\":%" PRId64 ",\"offset\":%" PRId64 "}",
             continuation->segment_id, continuation->offset);
    write_event(out, value_initdata, timescale, event_duration, message);
}

void cmaf_event_write_manifest_update(struct bytes_writer *out)
{
    write_event(out, value_manifest_update, 1, 0, "{}");
}

int cmaf_event_read(const struct isobmff_box *box, enum cmaf_event_kind *kind,
                    struct cmaf_continuation *continuation)
{
    struct isobmff_emsg emsg;
    int status = isobmff_emsg_read(box, &emsg);
    *kind = CMAF_EVENT_OTHER;
    if (status == ERR_UNSUPPORTED)
        return 0;
    if (status)
        return status;
    if (strcmp(emsg.scheme_id_uri, scheme) != 0)
        return 0;
    if (strcmp(emsg.value, value_manifest_update) == 0)
        *kind = CMAF_EVENT_MANIFEST_UPDATE;
    if (strcmp(emsg.value, value_initdata) != 0)
        return 0;
    status = cmaf_initdata_parse(emsg.message_data, emsg.message_data_size, continuation);
    if (!status)
        *kind = CMAF_EVENT_INITDATA;
    return status;
}
