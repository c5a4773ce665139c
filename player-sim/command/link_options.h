/* The command line of "player-sim link", read into what a link is made of.
 * Thread-safety: one thread. */
#ifndef PLAYER_SIM_COMMAND_LINK_OPTIONS_H
#define PLAYER_SIM_COMMAND_LINK_OPTIONS_H

#include "player-sim/command/link_values.h"

#include <stdbool.h>

enum { LINK_OPTIONS_ERROR_BYTES = LINK_VALUES_ERROR_BYTES };

struct link_options {
    struct link_values values;  /* owned */
    struct link_config ways[2]; /* towards the command, and from it; made of them */
    const char *netns;          /* of the host's end; NULL: where the program runs */
    bool quiet;
    char **command; /* NULL-terminated, within argv */
};

enum link_options_outcome {
    LINK_OPTIONS_RUN,
    LINK_OPTIONS_DONE, /* help was asked for, and printed */
    LINK_OPTIONS_WRONG /* error is one line that names the input and the remedy */
};

/* For LINK_OPTIONS_RUN out is the caller's to finish, and points into argv. error is written only
 * for LINK_OPTIONS_WRONG. */
enum link_options_outcome link_options_read(int argc, char **argv, struct link_options *out,
                                            char error[LINK_OPTIONS_ERROR_BYTES]);
void link_options_finish(struct link_options *o);

#endif
