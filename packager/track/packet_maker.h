/* Makes video Initialization Packets from reconstructions: IDR(n) encoded with the same SPS and
 * PPS, spliced, packaged, put into the store. */
#ifndef PACKAGER_TRACK_PACKET_MAKER_H
#define PACKAGER_TRACK_PACKET_MAKER_H

#include "packager/track/video_track.h"

struct packet_encoder;

/* The synchronous part, of one thread. Asserts at creation that the encoder's SPS and PPS are
 * byte-identical to the track's (ERR_UNSUPPORTED, with a line in the log, where not). qp_delta is
 * added to the continuation's QP (-12..0). */
int packet_encoder_create(const struct video_track_format *format, int qp_delta,
                          struct packet_encoder **out);
void packet_encoder_destroy(struct packet_encoder *e);
/* Encodes r and gives the packet's bytes; r stays the caller's. */
int packet_encoder_make(struct packet_encoder *e, const struct reconstruction *r,
                        struct blob **packet);

/* The eager maker: a thread with a bounded queue that makes a packet of every reconstruction.
 * Thread-safety: offer from one thread, cpu from any. */
struct packet_maker;

int packet_maker_create(const struct video_track_format *format, int qp_delta,
                        struct packet_maker **out);
/* Finishes what is queued and ends the thread. NULL is fine. */
void packet_maker_destroy(struct packet_maker *m);
/* Takes r->frame over. Waits while the queue is full, and says so in the log every two seconds: the
 * rung becomes late and repeats pictures, but no packet is missing (H23). Fits
 * video_track_config.reconstructed with the maker as context. */
void packet_maker_offer(void *maker, struct reconstruction *r);
int64_t packet_maker_cpu_us(const struct packet_maker *m);
int64_t packet_maker_packets(const struct packet_maker *m);

#endif
