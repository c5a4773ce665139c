/* The settings of hesp-packager, one row each: command line, YAML and help are all made from this
 * table, so that a value is read, checked and described in one place.
 * Thread-safety: constant data and pure functions, any thread. */
#ifndef PACKAGER_CONFIG_SETTINGS_H
#define PACKAGER_CONFIG_SETTINGS_H

#include "packager/config/config.h"

enum { SETTINGS_COUNT = 22, SETTING_NAME_BYTES = 32, SETTING_WHY_BYTES = 256 };

struct setting {
    const char *option;  /* "audio-bitrate"; the YAML key has underscores */
    const char *value;   /* how help calls its value; NULL: a switch, that is, true */
    const char *initial; /* the default, as one would write it */
    const char *help;
    bool per_channel; /* whether a channel in YAML may have its own */
    /* Reads text into its member of config (channel NULL) or of channel, or says why not. */
    bool (*read)(const char *text, struct config *config, struct config_channel *channel,
                 char why[SETTING_WHY_BYTES]);
};

extern const struct setting settings[SETTINGS_COUNT];

/* For the readers of values: writes why, one line, and gives false. */
__attribute__((format(printf, 2, 3))) bool setting_because(char why[SETTING_WHY_BYTES],
                                                           const char *format, ...);

/* The YAML key: the option's name with underscores. */
void setting_key(const struct setting *s, char key[SETTING_NAME_BYTES]);

/* Settles what the texts left to other settings: "refresh: intra" is two seconds at the channel's
 * own frame rate. To be called once all of a channel's settings have been read. */
void settings_settle(struct config_channel *channel);

/* Whether text may be a channel's name; else why not. */
bool setting_read_name(const char *text, char name[CONFIG_NAME_MAX + 1],
                       char why[SETTING_WHY_BYTES]);

#endif
