/* The text of a ladder: "1280x720@2500k,640x360@800k".
 * Thread-safety: pure function, any thread. */
#ifndef PACKAGER_CONFIG_LADDER_H
#define PACKAGER_CONFIG_LADDER_H

#include "packager/config/settings.h"

/* Reads up to CONFIG_RUNGS_MAX rungs into channel, the largest first; or says why not, and leaves
 * channel as it was. */
bool ladder_read(const char *text, struct config_channel *channel, char why[SETTING_WHY_BYTES]);

#endif
