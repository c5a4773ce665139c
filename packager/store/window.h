/* What stays and what goes: the window in time, the bound in bytes, and what is advertised. */
#ifndef PACKAGER_STORE_WINDOW_H
#define PACKAGER_STORE_WINDOW_H

#include "packager/store/track.h"

/* Trims after a change of track t, frees what fell out, and tells the listener. The store's lock
 * must not be held. Thread-safety: any thread. */
void store_window_settle(struct store_track *t);

/* Sets t->window_frames and t->kept_frames from the limits and the frame rate. */
void store_window_init_track(struct store_track *t);

/* What the store advertises before bytes run out, in whole seconds. */
int64_t store_window_configured_s(const struct store_limits *limits);

/* Gives up one reference to a segment whose window reference may be gone already. Returns the
 * segment where that was the last: to be destroyed without the lock, which is held now. */
struct store_segment *store_window_release(struct store_track *t, struct store_segment *segment);

#endif
