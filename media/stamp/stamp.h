/* A stamp in the luma plane that a program can read off a picture after scaling and coding: which
 * channel, which frame, captured when. Tests, the simulator and the browser read the same layout.
 *
 * Place. The stamp covers the picture's whole width and its bottom 4/18. It is a grid of 32 columns
 * and 4 rows of cells. In a picture of w x h luma samples, cell (column c, row r) covers
 *
 *     x from floor(c * w / 32)        up to, not including, floor((c + 1) * w / 32)
 *     y from floor((14 + r) * h / 18) up to, not including, floor((15 + r) * h / 18)
 *
 * with rows counted downwards. At 256x144 a cell is one 8x8 transform block, and two columns are
 * one column of macroblocks; at 1280x720 a cell is 40x40. A cell is black (0) or white (1).
 *
 * Calibration. Columns 0, 1, 30 and 31 never change; a reader takes its threshold from them:
 *
 *            column  0 1   30 31
 *     row 0          1 0    1 1
 *     row 1          0 1    0 0
 *     row 2          1 0    1 1
 *     row 3          0 1    0 0
 *
 * Content. Byte k = 0..13 lies in columns 2 + 2k (left) and 3 + 2k (right), most significant bit
 * first: bit 7 in row 0 left, 6 in row 0 right, 5 in row 1 left, ... 0 in row 3 right. Numbers are
 * big-endian:
 *
 *     byte  columns  what                                        cells that change a frame
 *     0-1   2-5      channel id, 16 bits                         none
 *     2-7   6-17     capture time, 48 bits: units of 100 us      about 5, in columns 14-17
 *                    since 1970-01-01T00:00:00Z
 *     8-11  18-25    frame number n, 32 bits, in Gray code:      1, mostly in columns 24-25
 *                    n ^ (n >> 1)
 *     12-13 26-29    CRC-16/EN-13757 of bytes 0-11: polynomial   about 8
 *                    0x3D65, most significant bit first, start
 *                    0, result inverted ("123456789": 0xC2B7)
 *
 * What changes from frame to frame is thus kept in few macroblocks (10 of 32 at 256x144; the rest
 * is skipped by an encoder), and the frame number counts in Gray code, so that a carry flips one
 * cell, not many. The CRC finds any 5 wrong cells or fewer (its Hamming distance over these 112
 * bits is 6) and all but one in 65,536 of the rest.
 *
 * Reading. Take the mean of each cell's middle: of what is left of its width and height without
 * floor(width / 4) and floor(height / 4) at either side. Black and white are the means of the eight
 * black and eight white calibration cells; white must lie at least STAMP_CONTRAST_MIN above black,
 * and halfway between is the threshold. No cell may lie nearer to the threshold than an eighth of
 * what is between black and white (two pictures blended into one), and all calibration cells and
 * the CRC must come out right. At 256x144 and 200 kbit/s cells stay three times as far away.
 *
 * Thread-safety: pure functions, any thread. */
#ifndef MEDIA_STAMP_STAMP_H
#define MEDIA_STAMP_STAMP_H

#include <stdint.h>

enum {
    STAMP_COLUMNS = 32,
    STAMP_ROWS = 4,
    STAMP_WIDTH_MIN = 128, /* of the picture, in luma samples */
    STAMP_HEIGHT_MIN = 72,
    STAMP_BLACK = 32, /* what the writer writes: inside both limited and full range */
    STAMP_WHITE = 216,
    STAMP_CONTRAST_MIN = 48,
};

struct stamp {
    uint16_t channel;
    uint32_t frame;
    int64_t capture_utc_us; /* 0..(2^48 - 1) * 100; the stamp rounds down to 100 us */
};

/* A picture's luma, 8 bits a sample. */
struct stamp_plane {
    uint8_t *data; /* borrowed; stamp_read doesn't write to it */
    int stride;    /* in bytes; may be negative */
    int width, height;
};

/* The first luma row of the stamp in a picture of this height: what lies above is left alone. */
int stamp_top(int height);

/* Draws the stamp. A picture smaller than STAMP_WIDTH_MIN x STAMP_HEIGHT_MIN is left as it is. */
void stamp_write(struct stamp_plane *plane, const struct stamp *stamp);

/* Reads the stamp of a picture that shows nothing else than what was stamped (not letterboxed, not
 * cropped), of any size from STAMP_WIDTH_MIN x STAMP_HEIGHT_MIN on. ERR_NOT_FOUND, and *out
 * untouched, where there is none or not every cell can be trusted. */
int stamp_read(const struct stamp_plane *plane, struct stamp *out);

#endif
