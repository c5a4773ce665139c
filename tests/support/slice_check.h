/* Checks that a sequence of H.264 samples is a bitstream that the standard allows, by reading its
 * parameter sets and slice headers (HESP 4.2.3 and C.1; ISO/IEC 14496-10 7.4.1.2.4 and 7.4.3).
 * Decoders don't do: libavcodec and Chromium play illegal joins without complaint.
 *
 * It shares no code with the rewriter, not even the bit reader. Expected of a stream is:
 * - one SPS: progressive, pic_order_cnt_type 2, one reference, no gaps, no reordering; two PPS, 0
 *   and 1, that differ in their id only; the record agrees with them;
 * - samples of slices only, in order, alike in all that must be the same within a picture;
 * - IDR pictures of sequence n with PPS 0, frame_num 0, idr_pic_id n mod 65536, never the same
 *   idr_pic_id twice in a row;
 * - P pictures with PPS n & 1, the frame_num that 7.4.3 demands after the picture before, and
 *   memory_management_control_operation 5 alone; each directly behind sample n - 1, and told apart
 *   from it by 7.4.1.2.4;
 * - nothing but IDR and P pictures, all of them references.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef TESTS_SUPPORT_SLICE_CHECK_H
#define TESTS_SUPPORT_SLICE_CHECK_H

#include <stddef.h>
#include <stdint.h>

struct slice_check;

/* avcc: the AVCDecoderConfigurationRecord, copied. A record that breaks a rule is reported by the
 * first check. NULL where memory is short. */
struct slice_check *slice_check_create(const uint8_t *avcc, size_t size);
void slice_check_destroy(struct slice_check *c); /* NULL is fine */

/* The record of another header of the same track: it must be byte-identical to the first. */
int slice_check_avcc(struct slice_check *c, const uint8_t *avcc, size_t size);

/* The next sample in decoding order: NAL units with four-byte lengths. Each check gives 0, or -1
 * once a rule is broken: from then on -1, with the text of the first breach. */
int slice_check_sample(struct slice_check *c, const uint8_t *data, size_t size, int64_t sequence);

/* The same for the sample of an Initialization Packet, which must be an IDR picture (H18). */
int slice_check_packet_sample(struct slice_check *c, const uint8_t *data, size_t size,
                              int64_t sequence);

/* What broke, with the sample's number; "" while nothing did. The checker's. */
const char *slice_check_error(const struct slice_check *c);

#endif
