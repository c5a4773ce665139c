#include "media/core/err.h"
#include "player-sim/report/series.h"

#include <stdlib.h>

/* Of many samples by their digits, the last one first: several times as fast as by comparisons, and
 * a simulation sorts some ten million. */
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, FEW = 2048 };

/* What counts last, next, and first. */
enum word { WORD_KEYS, WORD_SESSION, WORD_VALUE, WORDS };

static inline uint64_t word_of(const struct report_sample *s, enum word word)
{
    if (word == WORD_VALUE)
        return (uint64_t)s->value ^ UINT64_C(1) << 63; /* those below 0 come first */
    return word == WORD_SESSION ? s->session
                                : (uint64_t)s->channel << 24 | (uint64_t)s->rendition << 8 | s->rtt;
}

static int compare(const void *a, const void *b)
{
    for (int word = WORD_VALUE; word >= WORD_KEYS; word--) {
        uint64_t x = word_of(a, word), y = word_of(b, word);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

bool series_in_order(const struct report_sample *samples, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare(&samples[i - 1], &samples[i]) >= 0)
            return false;
    return true;
}

/* The bits in which some differ. */
static uint64_t varying(const struct report_sample *samples, size_t count, enum word word)
{
    uint64_t first = word_of(samples, word), bits = 0;
    for (size_t i = 1; i < count; i++)
        bits |= word_of(&samples[i], word) ^ first;
    return bits;
}

static void by_digit(const struct report_sample *from, size_t count, enum word word, int shift,
                     struct report_sample *to)
{
    size_t places[DIGITS] = {0}, before = 0;
    for (size_t i = 0; i < count; i++)
        places[word_of(&from[i], word) >> shift & (DIGITS - 1)]++;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        size_t here = places[digit];
        places[digit] = before;
        before += here;
    }
    for (size_t i = 0; i < count; i++)
        to[places[word_of(&from[i], word) >> shift & (DIGITS - 1)]++] = from[i];
}

int series_sort(struct report_sample **samples, size_t count)
{
    struct report_sample *from = *samples;
    if (count < FEW) {
        qsort(from, count, sizeof *from, compare);
        return 0;
    }
    struct report_sample *to = malloc(count * sizeof *to);
    if (!to)
        return ERR_NOMEM;
    for (int word = WORD_KEYS; word < WORDS; word++) {
        uint64_t bits = varying(from, count, word);
        while (bits) {
            int shift = __builtin_ctzll(bits);
            by_digit(from, count, word, shift, to);
            struct report_sample *sorted = to;
            to = from;
            from = sorted;
            bits &= shift + DIGIT_BITS < 64 ? ~UINT64_C(0) << (shift + DIGIT_BITS) : 0;
        }
    }
    free(to);
    *samples = from;
    return 0;
}
