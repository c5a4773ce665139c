/* Smooth pseudo-random fields, the stuff of generated clouds, hills and waves. The same on every
 * machine and in every run for the same arguments, as far as float arithmetic is.
 * Thread-safety: pure, any thread. */
#ifndef PACKAGER_INGEST_INPUT_NOISE_H
#define PACKAGER_INGEST_INPUT_NOISE_H

#include <stdint.h>

struct input_noise {
    int cells;        /* of the first octave across the width, which it repeats after; >= 1 */
    float row_height; /* of the first octave's cells, in rows; > 0 */
    int octaves;      /* each with cells of half the size; >= 1 */
    float roughness;  /* an octave's share of the one before; 0..1 */
    uint32_t seed;
};

/* width x height values, about -1..1, row by row, to be freed; NULL where memory is short. */
float *input_noise_field(int width, int height, const struct input_noise *noise);

#endif
