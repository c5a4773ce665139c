#include "packager/ladder/fit.h"

#include <stdint.h>

/* The even number nearest to value, within 2..limit. */
static int even_near(int64_t value, int limit)
{
    int64_t even = (value + 1) / 2 * 2;
    if (even < 2)
        return 2;
    return even > limit ? limit : (int)even;
}

struct ladder_rect ladder_fit(int width, int height, AVRational sar, int outer_width,
                              int outer_height)
{
    if (sar.num <= 0 || sar.den <= 0)
        sar = (AVRational){1, 1};
    /* The shape's sides stay below 2^45, their products with a rung's below 2^59. */
    int64_t shape_width = (int64_t)width * sar.num;
    int64_t shape_height = (int64_t)height * sar.den;
    struct ladder_rect r = {0, 0, outer_width, outer_height};
    if (shape_width * outer_height >= shape_height * outer_width)
        r.height = even_near(shape_height * outer_width / shape_width, outer_height);
    else
        r.width = even_near(shape_width * outer_height / shape_height, outer_width);
    r.x = (outer_width - r.width) / 4 * 2;
    r.y = (outer_height - r.height) / 4 * 2;
    return r;
}
