#include "media/h264/syntax.h"
#include "media/core/err.h"

void h264_syntax_fail(struct bits_reader *r, int status)
{
    if (!r->status)
        r->status = status;
}

uint32_t h264_syntax_ue(struct bits_reader *r, uint32_t most)
{
    uint32_t value = bits_read_ue(r);
    if (value <= most)
        return value;
    h264_syntax_fail(r, ERR_INVALID);
    return 0;
}

int32_t h264_syntax_se(struct bits_reader *r, int32_t least, int32_t most)
{
    int32_t value = bits_read_se(r);
    if (value >= least && value <= most)
        return value;
    h264_syntax_fail(r, ERR_INVALID);
    return 0;
}

static void skip_scaling_list(struct bits_reader *r, unsigned size)
{
    int32_t last = 8;
    int32_t next = 8;
    for (unsigned i = 0; i < size && next && !r->status; i++) {
        next = (last + h264_syntax_se(r, -128, 127) + 256) % 256;
        last = next ? next : last;
    }
}

void h264_syntax_skip_scaling_lists(struct bits_reader *r, unsigned count)
{
    for (unsigned i = 0; i < count && !r->status; i++) {
        if (bits_read_flag(r))
            skip_scaling_list(r, i < 6 ? 16 : 64);
    }
}

size_t h264_syntax_bits_with_stop(const uint8_t *rbsp, size_t size)
{
    while (size && !rbsp[size - 1])
        size--;
    return size ? size * 8 - (size_t)__builtin_ctz(rbsp[size - 1]) : 0;
}
