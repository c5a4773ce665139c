/* The far end of a channel's window, which moves on while one asks: whether a packet was owed is
 * decided by what the manifest says after the answer. Thread-safety: one thread. */
#ifndef TESTS_E2E_WINDOW_EDGE_H
#define TESTS_E2E_WINDOW_EDGE_H

#include "e2e/viewer.h"

enum window_edge {
    WINDOW_EDGE_FOUND,       /* the packet, and the continuation that it points to */
    WINDOW_EDGE_MISSING,     /* though it was owed (H23); v->error says more */
    WINDOW_EDGE_INCONCLUSIVE /* it has left the window meanwhile, or the channel is too young */
};

/* Asks for the packet that is `margin` frames inside availabilityDuration, and for two samples of
 * its continuation. Refreshes v. */
enum window_edge window_edge_probe(struct viewer *v, size_t video, int64_t margin);

/* availabilityDuration in seconds, as v's manifest has it. */
int64_t window_edge_available_s(const struct viewer *v);

#endif
