/* One stream's decoder: libavcodec on one thread, without delay, and at its strictest, so that each
 * sample either gives its picture (or its sound) at once or is told to be wrong.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_DECODE_SAMPLE_DECODER_H
#define PLAYER_SIM_DECODE_SAMPLE_DECODER_H

#include "player-sim/decode/decoder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes libav's own messages away from standard error, for the whole process: those about a sample
 * go into its result's text, all others nowhere. Any thread, any number of times. */
void sample_decoder_capture_log(void);

struct sample_decoder;

/* Opens it by a CMAF header (ftyp and moov), which isn't needed afterwards. false, and text of one
 * line, where the header is not that of an H.264 (video) or AAC track or libavcodec refuses it. */
bool sample_decoder_create(bool video, const uint8_t *header, size_t size,
                           struct sample_decoder **out, char text[DECODER_TEXT_BYTES]);
void sample_decoder_destroy(struct sample_decoder *d); /* NULL is fine */

/* Decodes the sample that result->sequence names; sets decoded_us, ok, has_stamp and stamp, or
 * text. */
void sample_decoder_decode(struct sample_decoder *d, const uint8_t *data, size_t size,
                           struct decoder_result *result);

#endif
