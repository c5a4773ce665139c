#include "packager/encode/level.h"

#include <stddef.h>

struct level {
    int idc;
    int64_t macroblocks_per_s;
    int64_t macroblocks; /* a frame */
    int64_t kbps;        /* both in units of 1000 bits, for Baseline and Main */
    int64_t buffer_kbits;
};

static const struct level levels[] = {
    {10, 1485, 99, 64, 175},
    {11, 3000, 396, 192, 500},
    {12, 6000, 396, 384, 1000},
    {13, 11880, 396, 768, 2000},
    {20, 11880, 396, 2000, 2000},
    {21, 19800, 792, 4000, 4000},
    {22, 20250, 1620, 4000, 4000},
    {30, 40500, 1620, 10000, 10000},
    {31, 108000, 3600, 14000, 14000},
    {32, 216000, 5120, 20000, 20000},
    {40, 245760, 8192, 20000, 25000},
    {41, 245760, 8192, 50000, 62500},
    {42, 522240, 8704, 50000, 62500},
    {50, 589824, 22080, 135000, 135000},
    {51, 983040, 36864, 240000, 240000},
    {52, 2073600, 36864, 240000, 240000},
    {60, 4177920, 139264, 240000, 240000},
    {61, 8355840, 139264, 480000, 480000},
    {62, 16711680, 139264, 800000, 800000},
};

static bool fits(const struct level *level, const struct encoder_level_needs *needs)
{
    int64_t columns = (needs->width + 15) / 16;
    int64_t rows = (needs->height + 15) / 16;
    int64_t per_s =
        timebase_muldiv_ceil(columns * rows, needs->frame_rate.num, needs->frame_rate.den);
    int64_t bits = needs->high_profile ? 1250 : 1000;
    return columns * rows <= level->macroblocks && columns * columns <= 8 * level->macroblocks &&
           rows * rows <= 8 * level->macroblocks && per_s <= level->macroblocks_per_s &&
           needs->bitrate_bps <= bits * level->kbps &&
           needs->buffer_bits <= bits * level->buffer_kbits;
}

int encoder_level_idc(const struct encoder_level_needs *needs)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (fits(&levels[i], needs))
            return levels[i].idc;
    }
    return 0;
}
