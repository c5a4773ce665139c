/* Any bytes as a manifestupdate event's message, and as a manifest: what is read can be checked and
 * written, and what was written reads back as the same text. The addresses and the current packet
 * of each track are computed on the way. */
#include "manifests/address.h"
#include "manifests/parse.h"
#include "manifests/update.h"
#include "manifests/validate.h"
#include "manifests/write.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void ignore(void *context, const struct hesp_violation *violation)
{
    (void)context;
    require(violation->rule[0] == 'H' && violation->text[0]);
}

static void address(const struct hesp_place *place)
{
    char url[HESP_URL_BYTES];
    int64_t sequence;
    hesp_initialization_url("http://a.test/b/manifest.json", place, HESP_NOW, url);
    hesp_continuation_url("http://a.test/b/manifest.json", place, HESP_INTEGER_MAX, url);
    if (!hesp_sequence_at(place, place->manifest->current_time, &sequence))
        require(sequence >= place->track->start_sequence_number);
}

static void address_tracks(const struct hesp_manifest *m, const struct hesp_presentation *p,
                           enum hesp_media_kind kind, const struct hesp_switching_set *sets,
                           size_t count)
{
    for (size_t s = 0; s < count; s++)
        for (size_t t = 0; t < sets[s].track_count; t++)
            address(&(struct hesp_place){m, p, kind, &sets[s], &sets[s].tracks[t]});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hesp_manifest m, again;
    char error[HESP_ERROR_BYTES], url[HESP_URL_BYTES];
    require(hesp_update_url(data, size, url) || url[0]);
    if (hesp_parse(data, size, &m, error)) {
        require(error[0]);
        return 0;
    }
    hesp_validate_all(&m, ignore, NULL);
    require((hesp_validate(&m, error) == 0) == (error[0] == '\0'));
    for (size_t i = 0; i < m.presentation_count; i++) {
        const struct hesp_presentation *p = &m.presentations[i];
        address_tracks(&m, p, HESP_AUDIO, p->audio, p->audio_count);
        address_tracks(&m, p, HESP_VIDEO, p->video, p->video_count);
        address_tracks(&m, p, HESP_METADATA, p->metadata, p->metadata_count);
    }
    struct bytes_writer first, second;
    bytes_writer_init(&first);
    bytes_writer_init(&second);
    require(hesp_write(&m, &first) == 0);
    require(hesp_parse(first.data, first.size, &again, error) == 0);
    require(hesp_write(&again, &second) == 0);
    require(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
    bytes_writer_finish(&first);
    bytes_writer_finish(&second);
    hesp_manifest_finish(&m);
    hesp_manifest_finish(&again);
    return 0;
}
