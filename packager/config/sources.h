/* Where settings come from, still as text: a YAML file, command line options, arguments; and how a
 * config is made of them. The nearer source wins: a channel's own key, then the command line's
 * option, then the file's global key, then the default. Every text given is checked, used or not.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_CONFIG_SOURCES_H
#define PACKAGER_CONFIG_SOURCES_H

#include "packager/config/config.h"
#include "packager/config/settings.h"

/* By the index of settings; NULL is "not given". Those that aren't per_channel are NULL in a
 * channel. */
struct config_file_channel {
    char *name;
    char *input;
    char *values[SETTINGS_COUNT];
};

struct config_file {
    char *values[SETTINGS_COUNT];
    struct config_file_channel *channels;
    uint32_t channel_count;
};

/* Reads YAML by the schema that settings make. On success *out, which is NULL where the text holds
 * nothing, is the caller's to free; else *out is untouched and error says what is wrong, in one
 * line that begins with name. */
bool config_file_load(const char *text, size_t size, const char *name, struct config_file **out,
                      char error[CONFIG_ERROR_BYTES]);
void config_file_free(struct config_file *file); /* NULL is fine */

struct config_sources {
    const char *file_name; /* for errors */
    const struct config_file *file;
    const char *options[SETTINGS_COUNT];
    const char *sign_url; /* NULL: this is no signing */
    const char *expires;  /* for how long it is signed; NULL is a day */
    char **arguments;     /* NAME=INPUT */
    size_t argument_count;
};

/* Checks everything and fills *out, for config_finish: a service, or what is to be signed where
 * there is a sign_url. Sources are only borrowed. On failure *out is untouched and error says what
 * is wrong in one line. */
bool config_build(const struct config_sources *sources, struct config *out,
                  char error[CONFIG_ERROR_BYTES]);

/* Formats error; false, for the caller to return. Control characters become question marks. */
bool config_fail(char error[CONFIG_ERROR_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
