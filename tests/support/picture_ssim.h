/* Structural similarity of two pictures' luma (Wang et al., IEEE TIP 2004): windows of 8x8 samples,
 * one at every fourth row and column, all samples of a window with one weight, as x264 and FFmpeg's
 * ssim filter have it. Their constant for the means is 64 times less than the paper's, which is
 * taken here: theirs comes out up to 0.0005 away. */
#ifndef TESTS_SUPPORT_PICTURE_SSIM_H
#define TESTS_SUPPORT_PICTURE_SSIM_H

#include <libavutil/frame.h>

/* Mean over the windows, at most 1, which is equality. Pictures of one size, 8x8 at least, whose
 * plane 0 is luma of 8 bits; what lies beyond the last whole 4x4 block is not looked at. */
double picture_ssim(const AVFrame *a, const AVFrame *b);

#endif
