#include "player-sim/report/zaps.h"
#include "media/core/err.h"

#include <stdlib.h>

enum { KEPT_MAX = 2 * ZAPS_SHOWN };

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

/* A lot of its own for each zap: those with the smallest stay. */
static uint64_t lot(const struct zap_point *p)
{
    return mix(mix((uint64_t)p->at_us + 1) ^ ((uint64_t)p->session << 16) ^ p->channel);
}

static int by_time(const void *a, const void *b)
{
    const struct zap_point *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    if (x->session != y->session)
        return x->session < y->session ? -1 : 1;
    if (x->value_us != y->value_us)
        return x->value_us < y->value_us ? -1 : 1;
    return (x->channel > y->channel) - (x->channel < y->channel);
}

static int by_lot(const void *a, const void *b)
{
    uint64_t x = lot(a), y = lot(b);
    return x != y ? (x < y ? -1 : 1) : by_time(a, b);
}

static void thin(struct zaps *z)
{
    if (z->count <= ZAPS_SHOWN)
        return;
    qsort(z->list, z->count, sizeof *z->list, by_lot);
    z->count = ZAPS_SHOWN;
}

int zaps_add(struct zaps *z, const struct zap_point *point)
{
    if (z->count == KEPT_MAX)
        thin(z);
    if (z->count < 16 ? !z->list : !(z->count & (z->count - 1))) {
        size_t room = z->count < 16 ? 16 : 2 * z->count;
        struct zap_point *list = realloc(z->list, room * sizeof *list);
        if (!list)
            return ERR_NOMEM;
        z->list = list;
    }
    z->list[z->count++] = *point;
    return 0;
}

void zaps_settle(struct zaps *z)
{
    thin(z);
    if (z->count)
        qsort(z->list, z->count, sizeof *z->list, by_time);
}

void zaps_finish(struct zaps *z)
{
    free(z->list);
    *z = (struct zaps){0};
}
