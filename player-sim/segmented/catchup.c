#include "player-sim/segmented/catchup.h"

#include <stddef.h>
#include <string.h>

const struct segmented_catchup segmented_catchups[] = {
    {.name = "none", .summary = "plays at rate 1 always", .every_us = 1000000},
    {.name = NULL},
};

const struct segmented_catchup *segmented_catchup_find(const char *name)
{
    for (size_t i = 0; segmented_catchups[i].name; i++)
        if (!strcmp(segmented_catchups[i].name, name))
            return &segmented_catchups[i];
    return NULL;
}
