/* What reports call a channel.
 * Thread-safety: a pure function. */
#ifndef PLAYER_SIM_COMMAND_CHANNEL_NAME_H
#define PLAYER_SIM_COMMAND_CHANNEL_NAME_H

#include <stddef.h>

/* What stands before the manifest in the path, NAME of http://host/NAME/manifest.json; the whole
 * URL where nothing does, or where one of the count others is called so already. The caller frees;
 * NULL: no memory. */
char *channel_name(const char *url, char *const *others, size_t count);

#endif
