#include "player-sim/content/rate_control.h"
#include "player-sim/content/logarithm.h"

enum {
    VBV_PART_OF_A_SECOND = 4,
    SPENT_SIXTEENTHS = 15,                    /* of the bit rate, in the long run */
    FRAME_BYTES_LEAST = 40,                   /* all skipped */
    INTRA = LOGARITHM_ONE * 3,                /* a picture without prediction: eightfold */
    FRAME_NOISE = LOGARITHM_ONE * 4 / 10,     /* of what one frame wants */
    MISS = LOGARITHM_ONE / 5,                 /* of what comes against what was planned */
    KEYFRAME_MISS = LOGARITHM_ONE * 25 / 100, /* these come larger than planned ... */
    CUT_MISS = LOGARITHM_ONE * 3 / 4,         /* ... and these surprise it */
    DECAY_SHIFT = 5,                          /* the complexity of the last 32 frames or so */
};

/* Octaves that a packet is smaller at a keyframe, and what is left of it in the next frame:
 * measured, 0.73 of the mean one frame behind a segment's first, 0.91 six and 0.95 eleven behind.
 * Pictures at scene cuts, which get more bits, are hardly coarse. */
enum { COARSE = LOGARITHM_ONE * 56 / 100 };
static const struct rational coarse_left = {4, 5};

/* Measured: docs/packets.md; 18 kB at 400 kbit/s and 0.9 times as many octaves more as bits. */
static const int64_t packet_bytes = 18000, packet_bitrate_bps = 400000;
enum { PACKET_BYTES_LEAST = 900, PACKET_BYTES_MOST = 64 << 20 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t scaled(int64_t normal, int64_t deviation)
{
    return normal * deviation / LOGARITHM_ONE;
}

void rate_control_init(struct rate_control *rc, int64_t bitrate_bps, struct rational rate)
{
    int64_t frame_bits = timebase_muldiv_floor(bitrate_bps, rate.den, rate.num);
    int64_t buffer_bits = most(bitrate_bps / VBV_PART_OF_A_SECOND, frame_bits);
    *rc = (struct rate_control){
        .bitrate_bps = bitrate_bps,
        .buffer_bits = buffer_bits,
        .fill_bits = buffer_bits * 9 / 10,
        .frame_bits = frame_bits,
        .spent_bits = frame_bits * SPENT_SIXTEENTHS / 16,
        .complexity = LOGARITHM_ONE,
    };
}

/* What this frame costs at the average quantizer, 65536 for the average P picture. */
static int64_t complexity_of(const struct programme_frame *f, uint64_t *random)
{
    int64_t noise = scaled(logarithm_normal(random), FRAME_NOISE);
    if (f->keyframe || f->cut)
        return logarithm_power(LOGARITHM_ONE, INTRA + f->detail + noise / 4);
    return logarithm_power(LOGARITHM_ONE, f->motion + noise);
}

/* Bits by the quantizer that the last seconds suggest. */
static int64_t wanted_bits(const struct rate_control *rc, int64_t complexity)
{
    int64_t bits = timebase_muldiv_floor(rc->spent_bits, complexity, rc->complexity);
    int64_t window = 2 * rc->bitrate_bps;
    int64_t overflow =
        most(LOGARITHM_ONE / 2,
             least(2 * LOGARITHM_ONE,
                   LOGARITHM_ONE + timebase_muldiv_floor(rc->over_bits, LOGARITHM_ONE, window)));
    return timebase_muldiv_floor(bits, LOGARITHM_ONE, overflow);
}

/* The plan, brought within what the buffer holds. */
static int64_t planned_bits(const struct rate_control *rc, int64_t bits, bool intra)
{
    if (!intra && rc->fill_bits < rc->buffer_bits / 2)
        bits = most(bits / 2, timebase_muldiv_floor(bits, 2 * rc->fill_bits, rc->buffer_bits));
    int64_t share = rc->buffer_bits >= 5 * rc->frame_bits ? rc->fill_bits / 2 : rc->fill_bits;
    if (bits > share)
        bits = most(bits / 5, share);
    return bits;
}

uint32_t rate_control_frame_bytes(struct rate_control *rc, const struct programme_frame *f,
                                  uint64_t *random)
{
    int64_t complexity = complexity_of(f, random);
    bool intra = f->keyframe || f->cut;
    int64_t planned = planned_bits(rc, wanted_bits(rc, complexity), intra);
    int64_t miss = scaled(logarithm_normal(random), MISS);
    miss += f->keyframe ? KEYFRAME_MISS : f->cut ? CUT_MISS : 0;
    int64_t came = logarithm_power(least(planned, (int64_t)1 << 40), miss);
    int64_t bytes = most(FRAME_BYTES_LEAST, least(came, rc->fill_bits * 15 / 16) / 8);

    rc->fill_bits = least(rc->buffer_bits, most(0, rc->fill_bits - bytes * 8) + rc->frame_bits);
    rc->over_bits += bytes * 8 - rc->spent_bits;
    rc->coarse = f->keyframe ? COARSE
                 : f->cut    ? COARSE / 4
                             : rc->coarse * coarse_left.num / coarse_left.den;
    if (!intra)
        rc->complexity += (complexity - rc->complexity) >> DECAY_SHIFT;
    return (uint32_t)bytes;
}

uint32_t rate_control_packet_bytes(const struct rate_control *rc, const struct programme_frame *f)
{
    int64_t octaves =
        logarithm_of((uint64_t)rc->bitrate_bps) - logarithm_of((uint64_t)packet_bitrate_bps);
    int64_t bytes = logarithm_power(packet_bytes, octaves * 9 / 10 + f->detail - rc->coarse);
    return (uint32_t)most(PACKET_BYTES_LEAST, least(PACKET_BYTES_MOST, bytes));
}

int64_t rate_control_made_us(int width, int height)
{
    static const int64_t fixed_us = 5500, pixels_a_us = 75; /* measured */
    return fixed_us + (int64_t)width * height / pixels_a_us;
}
