#include "player-sim/segmented/delivery.h"

#include <stddef.h>
#include <string.h>

const struct segmented_delivery segmented_deliveries[] = {{.name = NULL}};

const struct segmented_delivery *segmented_delivery_find(const char *name)
{
    for (size_t i = 0; segmented_deliveries[i].name; i++)
        if (!strcmp(segmented_deliveries[i].name, name))
            return &segmented_deliveries[i];
    return NULL;
}
