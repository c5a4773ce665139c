/* The addresses of a track's packets and segments (HESP 3.4), and the packet at a time (3.1.3).
 * Thread-safety: pure functions, any thread, while nobody changes the model. */
#ifndef MANIFESTS_ADDRESS_H
#define MANIFESTS_ADDRESS_H

#include "manifests/hesp.h"
#include "manifests/uri.h"
#include "media/core/timebase.h"

/* A track and all that its addresses and times depend on. All borrowed, none NULL. */
struct hesp_place {
    const struct hesp_manifest *manifest;
    const struct hesp_presentation *presentation;
    enum hesp_media_kind kind;
    const struct hesp_switching_set *set;
    const struct hesp_track *track;
};

enum hesp_stream { HESP_INITIALIZATION, HESP_CONTINUATION };

/* The sequence number that stands for the most recent packet, {initId} = "now" (4.3). */
#define HESP_NOW ((int64_t)-1)

/* Where pattern asks for name (initId, segmentId), plainly or as {name:0Nd} with N of 1 to 64. */
bool hesp_pattern_has(const char *pattern, const char *name);

/* Replaces each {name} and {name:0Nd} in pattern by value, padded with zeros to N digits and never
 * cut (3.4.2, H16). HESP_NOW becomes "now", without padding. pattern may be out.
 * ERR_NOT_FOUND: pattern does not ask for name; ERR_INVALID: value is below HESP_NOW; ERR_FULL: too
 * long. out is untouched on failure. */
int hesp_pattern_expand(const char *pattern, const char *name, int64_t value,
                        char out[HESP_URL_BYTES]);

/* The content request URL of a stream, still with its placeholder: manifest_url, then each base and
 * the pattern, each resolved against the one before (3.4.1, H15).
 * ERR_NOT_FOUND: neither track nor set has a pattern; else as hesp_uri_resolve. */
int hesp_content_url(const char *manifest_url, const struct hesp_place *place,
                     enum hesp_stream stream, char out[HESP_URL_BYTES]);

/* The URL of Initialization Packet sequence, or of the most recent one for HESP_NOW, and that of
 * Continuation Segment segment_id. Errors as the two functions above. */
int hesp_initialization_url(const char *manifest_url, const struct hesp_place *place,
                            int64_t sequence, char out[HESP_URL_BYTES]);
int hesp_continuation_url(const char *manifest_url, const struct hesp_place *place,
                          int64_t segment_id, char out[HESP_URL_BYTES]);

/* Frames per second of a track (3.1.3), not reduced; num 0 where neither track nor set says, and
 * for metadata. */
struct rational hesp_frame_rate(const struct hesp_place *place);

/* The number of the packet that covers manifest time t (3.1.3, H5): exact, in integers.
 * ERR_NOT_FOUND: the Presentation has no start, the track no rate, or it is a metadata track;
 * ERR_RANGE: t lies before the start; ERR_INVALID: figures that no 64 bit integer can hold. */
int hesp_sequence_at(const struct hesp_place *place, struct hesp_value t, int64_t *sequence);

#endif
