/* Zaps as a page shows them, over time: of many a selection, which depends on the zaps alone.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_ZAPS_H
#define PLAYER_SIM_REPORT_ZAPS_H

#include <stddef.h>
#include <stdint.h>

enum { ZAPS_SHOWN = 4000 };

struct zap_point {
    int64_t at_us, value_us;
    uint32_t session;
    uint16_t channel; /* a name's index */
};

/* Zeroed memory is none. */
struct zaps {
    struct zap_point *list;
    size_t count;
};

/* ERR_NOMEM. */
int zaps_add(struct zaps *z, const struct zap_point *point);
/* Leaves ZAPS_SHOWN at most, in the order of time. */
void zaps_settle(struct zaps *z);
void zaps_finish(struct zaps *z);

#endif
