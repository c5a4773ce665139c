#include "media/h264/cabac_pcm.h"

#include <assert.h>

enum { LAST_STATE = 62, HALF_RANGE = 256, FULL_RANGE = 512 };

/* Table 9-44, rangeTabLPS, the column of qCodIRangeIdx 3: a bin of mb_type is never more than the
 * second of its engine, and the range then lies in 448..511. */
static const uint8_t lps_ranges[LAST_STATE + 1] = {
    240, 227, 216, 205, 195, 185, 175, 166, 158, 150, 142, 135, 128, 122, 116, 110,
    104, 99,  94,  89,  85,  80,  76,  72,  69,  65,  62,  59,  56,  53,  50,  48,
    45,  43,  41,  39,  37,  35,  33,  31,  30,  28,  27,  25,  24,  23,  22,  21,
    20,  19,  18,  17,  16,  15,  14,  14,  13,  12,  12,  11,  11,  10,  9,
};

/* Table 9-45, transIdxLPS */
static const uint8_t lps_states[LAST_STATE + 1] = {
    0,  0,  1,  2,  2,  4,  4,  5,  6,  7,  8,  9,  9,  11, 11, 12, 13, 13, 15, 15, 16,
    16, 18, 18, 19, 19, 21, 21, 22, 22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30,
    30, 30, 31, 32, 32, 33, 33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38,
};

/* codILow and codIRange of 9.3.4, but codILow keeps its upper bits: a run of the engine is so short
 * that nothing need be put out before its end, and no carry is outstanding. */
struct engine {
    uint32_t low, range;
    unsigned bits; /* of low */
};

static const struct engine fresh = {.low = 0, .range = 510, .bits = 9};

void h264_cabac_pcm_init(struct h264_cabac_pcm *c, int slice_qp)
{
    /* Table 9-12, m and n of ctxIdx 3..5 */
    static const int8_t m[] = {20, 2, 3};
    static const int8_t n[] = {-15, 54, 74};

    assert(slice_qp >= 0 && slice_qp <= 51);
    for (unsigned i = 0; i < 3; i++) {
        int before = m[i] * slice_qp / 16 + n[i]; /* preCtxState (9.3.1.1); 126 is out of reach */
        before = before < 1 ? 1 : before;
        c->contexts[i] = (struct h264_cabac_context){
            .state = (uint8_t)(before <= 63 ? 63 - before : before - 64),
            .mps = before > 63,
        };
    }
    c->begun = false;
}

/* Codes a bin of 1 with a context (9.3.4.2, 9.3.4.3). */
static void code_one(struct engine *e, struct h264_cabac_context *c)
{
    uint32_t lps_range = lps_ranges[c->state];
    assert(e->range >= 448 && e->range < FULL_RANGE);
    e->range -= lps_range;
    if (c->mps) {
        c->state += c->state < LAST_STATE;
    } else {
        e->low += e->range;
        e->range = lps_range;
        c->mps = c->state == 0;
        c->state = lps_states[c->state];
    }
    while (e->range < HALF_RANGE) {
        e->low <<= 1;
        e->range <<= 1;
        e->bits++;
    }
}

/* Codes a bin of 0 before termination (9.3.4.5) with an engine that is still fresh, whose range
 * need not be doubled then. */
static void go_on(struct engine *e)
{
    e->range -= 2;
}

/* Codes a bin of 1 before termination and flushes: of codILow all bits are put out, the last of
 * them set (9.3.4.5). */
static void terminate(const struct engine *e, struct bits_writer *w)
{
    bits_write(w, (e->low + e->range - 2) | 1, e->bits);
    bits_align(w, false);
}

void h264_cabac_pcm_write_type(struct h264_cabac_pcm *c, struct bits_writer *w, unsigned neighbours)
{
    struct engine e = fresh;

    assert(neighbours < 3);
    if (c->begun)
        go_on(&e); /* end_of_slice_flag */
    c->begun = true;
    code_one(&e, &c->contexts[neighbours]); /* not I_NxN (9.3.2.5) */
    terminate(&e, w);                       /* I_PCM */
}

void h264_cabac_pcm_write_end(struct bits_writer *w)
{
    terminate(&fresh, w);
}
