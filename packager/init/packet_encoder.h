/* Makes one video Initialization Packet of a picture: IDR(n) encoded with the same SPS and PPS,
 * spliced, packaged.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_INIT_PACKET_ENCODER_H
#define PACKAGER_INIT_PACKET_ENCODER_H

#include "packager/track/video_track.h"

struct packet_encoder;

/* Asserts that the encoder's SPS and PPS are byte-identical to the track's (ERR_UNSUPPORTED, with a
 * line in the log, where not). What format points to is borrowed for the object's life. */
int packet_encoder_create(const struct video_track_format *format, struct packet_encoder **out);
void packet_encoder_destroy(struct packet_encoder *e); /* NULL is fine */

/* Encodes r, whose frame may also be yuv420p, and gives the packet's bytes; r stays the caller's.
 */
int packet_encoder_make(struct packet_encoder *e, const struct reconstruction *r,
                        struct blob **packet);

#endif
