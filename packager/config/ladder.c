#include "packager/config/ladder.h"
#include "media/core/values.h"

#include <stdlib.h>
#include <string.h>

static int compare_rungs(const void *a, const void *b)
{
    const struct config_rung *x = a, *y = b;
    int64_t left = (int64_t)x->width * x->height, right = (int64_t)y->width * y->height;
    if (left == right) {
        left = x->bitrate_bps;
        right = y->bitrate_bps;
    }
    return left > right ? -1 : left < right;
}

static bool is_repeated(const struct config_rung *ladder, size_t rung)
{
    const struct config_rung *a = &ladder[rung];
    for (const struct config_rung *b = ladder; b < a; b++)
        if (b->width == a->width && b->height == a->height && b->bitrate_bps == a->bitrate_bps)
            return true;
    return false;
}

static bool read_side(const char *what, int64_t side, char why[SETTING_WHY_BYTES])
{
    if (side < 32 || side > 4096)
        return setting_because(why, "%s %lld is out of range: 32 to 4096", what, (long long)side);
    if (side % 2)
        return setting_because(why, "%s %lld is odd: make it %lld", what, (long long)side,
                               (long long)side - 1);
    return true;
}

/* "1280x720@2500k" */
static bool read_rung(const char *text, struct config_rung *out, char why[SETTING_WHY_BYTES])
{
    int64_t width, height, bitrate;
    char *end;
    if (!value_prefix(text, &end, &width) || *end != 'x' || !value_prefix(end + 1, &end, &height) ||
        *end != '@')
        return setting_because(why,
                               "\"%.40s\" is no rung: write WIDTHxHEIGHT@BITRATE, for example "
                               "1280x720@2500k",
                               text);
    if (!value_bits(end + 1, &bitrate))
        return setting_because(why, "\"%.40s\" is no bit rate: write 800k, 2.5M or 2500000",
                               end + 1);
    if (bitrate < 32000 || bitrate > 100000000)
        return setting_because(why, "bit rate %.20s is out of range: 32k to 100M", end + 1);
    if (!read_side("width", width, why) || !read_side("height", height, why))
        return false;
    *out = (struct config_rung){(int)width, (int)height, bitrate};
    return true;
}

bool ladder_read(const char *text, struct config_channel *channel, char why[SETTING_WHY_BYTES])
{
    struct config_rung ladder[CONFIG_RUNGS_MAX];
    size_t rungs = 0;
    for (const char *at = text; at; rungs++) {
        char rung[64];
        if (rungs == CONFIG_RUNGS_MAX)
            return setting_because(why, "there are more than %d rungs: leave some out",
                                   CONFIG_RUNGS_MAX);
        at = value_next_item(at, rung, sizeof rung);
        if (!read_rung(rung, &ladder[rungs], why))
            return false;
        if (is_repeated(ladder, rungs))
            return setting_because(why, "%.40s is there twice: leave one out", rung);
    }
    qsort(ladder, rungs, sizeof *ladder, compare_rungs);
    memcpy(channel->ladder, ladder, rungs * sizeof *ladder);
    channel->rungs = rungs;
    return true;
}
