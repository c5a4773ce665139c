/* Puts a sample into an Initialization Packet (HESP 4.2).
 * Thread-safety: pure functions, any thread. */
#ifndef PACKAGER_INIT_PACKET_PACKAGE_H
#define PACKAGER_INIT_PACKET_PACKAGE_H

#include "media/cmaf/chunk.h"
#include "packager/track/video_track.h"

/* sample is an IDR picture as the splice leaves it; next: where the sample after it is. *out is the
 * caller's. */
int packet_package(const struct video_track_format *format, const struct cmaf_sample *sample,
                   struct store_place next, struct blob **out);

/* The packet of a segment's first frame: its chunk holds an IDR picture, which is exactly what the
 * un-joined viewer sees, and needs no other. ERR_INVALID where the chunk is another one's. */
int packet_package_chunk(const struct video_track_format *format, const struct blob *chunk,
                         int64_t sequence, struct store_place next, struct blob **out);

#endif
