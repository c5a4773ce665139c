/* Decodes H.264 samples one by one with libavcodec, as strictly as it can (err_detect explode), and
 * says at once whether each of them gave its picture. */
#ifndef TESTS_SUPPORT_PICTURE_DECODER_H
#define TESTS_SUPPORT_PICTURE_DECODER_H

#include <libavutil/frame.h>
#include <stddef.h>
#include <stdint.h>

struct picture_decoder;

/* avcc: an AVCDecoderConfigurationRecord. NULL on failure. */
struct picture_decoder *picture_decoder_create(const uint8_t *avcc, size_t size);
void picture_decoder_destroy(struct picture_decoder *d);

/* The picture of this very sample (the decoder's until the next call), NULL where the decoder gave
 * none or an error; reason is then text. */
const AVFrame *picture_decoder_decode(struct picture_decoder *d, const uint8_t *sample, size_t size,
                                      int64_t pts, const char **reason);

/* Luma PSNR in dB of two pictures of one size; 99 where they are equal. */
double picture_psnr(const AVFrame *a, const AVFrame *b);

#endif
