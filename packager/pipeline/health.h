/* What /healthz says: whether each channel's feed is up and its output goes on. */
#ifndef PACKAGER_PIPELINE_HEALTH_H
#define PACKAGER_PIPELINE_HEALTH_H

#include "media/core/bytes.h"
#include "packager/pipeline/channel.h"
#include "packager/pipeline/service.h"

#include <stdint.h>

enum health { HEALTH_OK, HEALTH_DEGRADED, HEALTH_DOWN };

/* ok: the feed is up, whole, and all of the output keeps pace. degraded: viewers get a stream, but
 * of the last picture or of silence (the feed is not up, or lacks one of the two), or with too few
 * new pictures (the encoders are too slow), or late, or without a rung or the sound, which has
 * failed. down: there is no output. Pure. */
enum health health_of_channel(const struct channel_state *state);
/* Why it isn't ok, in a few words, the gravest first; NULL where it is. Pure. */
const char *health_reason(const struct channel_state *state);
/* ok where all are, down where all are, degraded in between. */
enum health health_of_all(const enum health *channels, size_t count);

/* Appends the JSON; returns the HTTP status, 200 or 503 (down). */
int health_write(const struct service *s, int64_t now_us, struct bytes_writer *out);

const char *health_feed_name(enum input_feed feed);
const char *health_part_name(enum input_part part);
/* For want of the feed's, and of the worst rung for want of time. Pure. */
int64_t health_repeated_pictures(const struct channel_state *state);

#endif
