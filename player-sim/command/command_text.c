#include "player-sim/command/command_text.h"

#include <stdlib.h>
#include <string.h>

char *command_text(int argc, char **argv)
{
    size_t size = sizeof "player-sim";
    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]) + 1;
    char *text = malloc(size), *at = text;
    if (!text)
        return NULL;
    at = stpcpy(at, "player-sim");
    for (int i = 0; i < argc; i++)
        at = stpcpy(stpcpy(at, " "), argv[i]);
    return text;
}
