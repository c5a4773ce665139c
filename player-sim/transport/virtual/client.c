#include "player-sim/transport/virtual/client.h"
#include "media/core/err.h"
#include "player-sim/transport/virtual/state.h"

#include <stdlib.h>

const struct virtual_config virtual_config_default = {
    .http = VIRTUAL_HTTP_1_1,
    .spares = 1,
    .silence_us = 10000000,
};

int virtual_client_create(struct engine *e, struct path *path, const struct virtual_origin *origin,
                          const struct virtual_config *config, virtual_handler *handler,
                          void *context, struct virtual_client **out)
{
    struct virtual_client *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    *c = (struct virtual_client){.engine = e,
                                 .path = path,
                                 .origin = *origin,
                                 .config = *config,
                                 .handler = handler,
                                 .context = context};
    *out = c;
    return ERR_OK;
}

void virtual_client_destroy(struct virtual_client *c)
{
    if (!c)
        return;
    while (c->requests)
        virtual_request_free(c->requests);
    while (c->connections)
        virtual_connection_close(c->connections);
    free(c);
}

struct virtual_facts virtual_client_facts(const struct virtual_client *c)
{
    return c->facts;
}
