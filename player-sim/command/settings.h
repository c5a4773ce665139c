/* A command's options as a table: one row an option, its help, default and reading in one place.
 * Thread-safety: pure functions on the caller's data, but for what --help prints. */
#ifndef PLAYER_SIM_COMMAND_SETTINGS_H
#define PLAYER_SIM_COMMAND_SETTINGS_H

#include "player-sim/command/outputs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTINGS_ERROR_BYTES = 320, SETTINGS_MAX = 64 };

/* What a row's reading fills, and where it says what is wrong. */
struct settings_reading {
    void *options; /* the command's */
    char *error;   /* SETTINGS_ERROR_BYTES */
};

struct setting {
    const char *name;    /* without the dashes */
    const char *value;   /* "SECONDS"; NULL: a switch, read as "true" */
    const char *initial; /* read before the command line; "" is "not given", and help is silent */
    const char *help;
    bool (*read)(struct settings_reading *r, const char *text);
    int group; /* in help; 0 is the first */
};

struct settings {
    const char *program;       /* "player-sim live" */
    const char *arguments;     /* "URL..."; NULL: there are none */
    const char *documentation; /* as argp has it: before \v and behind it */
    const struct setting *rows;
    size_t count;                                      /* up to SETTINGS_MAX */
    const char *const *group_headers;                  /* of the groups, or NULL */
    struct output_paths *(*outputs_of)(void *options); /* where --json and its like go; NULL: the
                                                          command has none */
    int output_count;                                  /* the first so many of enum output_kind */
    bool (*take_argument)(struct settings_reading *r, const char *text);
    /* Each row that the command line has given, once it is read; NULL: nobody wants to know. */
    bool (*given)(struct settings_reading *r, const char *name, const char *text);
};

enum settings_outcome { SETTINGS_RUN, SETTINGS_DONE, SETTINGS_WRONG };

/* false; says what is wrong, as one line. */
bool settings_wrong(struct settings_reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads the defaults, then the command line, into options. RUN: all is read. DONE: --help was
 * answered. WRONG: error is one line that names the option. */
enum settings_outcome settings_read(const struct settings *s, int argc, char **argv, void *options,
                                    char error[SETTINGS_ERROR_BYTES]);

/* Readings that many rows share; give is the remedy: "give seconds, for example --ramp 2". */
bool settings_seconds(struct settings_reading *r, const char *text, double lowest, int64_t *out_us,
                      const char *give);
bool settings_count(struct settings_reading *r, const char *text, int64_t lowest, int64_t highest,
                    int64_t *out, const char *give);

#endif
