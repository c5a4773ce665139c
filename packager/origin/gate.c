#include "packager/origin/gate.h"

#include <gnutls/gnutls.h>

void origin_gate_init(struct origin_gate *g)
{
    *g = (struct origin_gate){0};
    pthread_mutex_init(&g->lock, NULL);
}

void origin_gate_finish(struct origin_gate *g)
{
    pthread_mutex_destroy(&g->lock);
    gnutls_memset(&g->access, 0, sizeof g->access);
}

void origin_gate_set(struct origin_gate *g, const struct origin_access *access)
{
    pthread_mutex_lock(&g->lock);
    g->access = *access;
    pthread_mutex_unlock(&g->lock);
}

enum access_verdict origin_gate_judge(struct origin_gate *g, enum origin_rule rule,
                                      const char *path, const char *authorization, int64_t now_s)
{
    enum access_verdict verdict = ACCESS_GRANTED;

    pthread_mutex_lock(&g->lock);
    switch (rule) {
    case ORIGIN_SIGNED:
        verdict = access_check_path(&g->access.keys, path, now_s);
        break;
    case ORIGIN_WITH_TOKEN:
        verdict = access_check_bearer(&g->access.tokens, authorization);
        break;
    case ORIGIN_OPEN:
        break;
    }
    pthread_mutex_unlock(&g->lock);
    return verdict;
}
