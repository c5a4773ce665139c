#include "player-sim/command/channel_name.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_taken(const char *name, char *const *others, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(others[i], name) == 0)
            return true;
    return false;
}

char *channel_name(const char *url, char *const *others, size_t count)
{
    const char *host = strstr(url, "//");
    const char *end = strrchr(url, '/'), *start = end;
    while (start > url && start[-1] != '/')
        start--;
    if (!host || end == start || start <= host + 2)
        return strdup(url);
    char *name = strndup(start, (size_t)(end - start));
    if (!name || !is_taken(name, others, count))
        return name;
    free(name);
    return strdup(url);
}
