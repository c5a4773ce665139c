#include "player-sim/segmented/segmented.h"

#include "media/core/err.h"

#include <stdlib.h>

struct segmented {
    struct segmented_config config;
};

int segmented_create(const struct segmented_config *config, struct segmented **out)
{
    struct segmented *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    s->config = *config;
    *out = s;
    return 0;
}

void segmented_destroy(struct segmented *s)
{
    free(s);
}
