/* What `player-sim record` is told on its command line, read and checked.
 * Thread-safety: pure functions on the caller's data, but for what --help prints. */
#ifndef PLAYER_SIM_COMMAND_RECORD_OPTIONS_H
#define PLAYER_SIM_COMMAND_RECORD_OPTIONS_H

#include "player-sim/transport/http/client.h"

#include <stdint.h>

enum { RECORD_OPTIONS_ERROR_BYTES = 320 };

struct record_options {
    const char *url;       /* argv's, like all texts here */
    const char *path;      /* "-": standard output */
    int64_t duration_us;   /* > 0 */
    int64_t packets_every; /* frames; 0: the recorder's own choice */
    struct http_config http;
};

enum record_options_outcome { RECORD_OPTIONS_RUN, RECORD_OPTIONS_DONE, RECORD_OPTIONS_WRONG };

/* RUN: out is filled. DONE: --help was answered. WRONG: error is one line. */
enum record_options_outcome record_options_read(int argc, char **argv, struct record_options *out,
                                                char error[RECORD_OPTIONS_ERROR_BYTES]);

#endif
