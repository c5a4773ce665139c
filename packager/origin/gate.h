/* Who may see what: the keys of signed URLs and the tokens that hold now. They may be replaced at
 * any time; a request is judged once, so that one that waits, or a segment under way, is not cut
 * off by its signature's end.
 * Thread-safety: init and finish from one thread, the rest from any. */
#ifndef PACKAGER_ORIGIN_GATE_H
#define PACKAGER_ORIGIN_GATE_H

#include "packager/access/signature.h"
#include "packager/origin/origin.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct origin_gate {
    pthread_mutex_t lock; /* guards access */
    struct origin_access access;
};

/* Open to everybody at first. */
void origin_gate_init(struct origin_gate *g);
void origin_gate_finish(struct origin_gate *g);

void origin_gate_set(struct origin_gate *g, const struct origin_access *access);

/* path: as it was asked for, its signature included. rule: that of what it leads to.
 * authorization: the header's value or NULL. */
enum access_verdict origin_gate_judge(struct origin_gate *g, enum origin_rule rule,
                                      const char *path, const char *authorization, int64_t now_s);

#endif
