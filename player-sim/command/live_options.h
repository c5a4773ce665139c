/* What `player-sim live` is told on its command line, read and checked.
 * Thread-safety: pure functions on the caller's data, but for what --help prints. */
#ifndef PLAYER_SIM_COMMAND_LIVE_OPTIONS_H
#define PLAYER_SIM_COMMAND_LIVE_OPTIONS_H

#include "player-sim/command/outputs.h"
#include "player-sim/live/live.h"

#include <stdbool.h>

enum { LIVE_OPTIONS_ERROR_BYTES = 320, LIVE_TRIMS_MAX = 32 };

struct live_options {
    struct live_config run; /* all but urls' count and stop is set; urls is channels' */
    const char **urls;      /* owned list of argv's texts */
    char **names;           /* owned: what reports call the channels */
    size_t channel_count;
    struct trim trims[LIVE_TRIMS_MAX];
    size_t trim_count;
    struct output_paths outputs;
};

enum live_options_outcome { LIVE_OPTIONS_RUN, LIVE_OPTIONS_DONE, LIVE_OPTIONS_WRONG };

/* RUN: out is filled and is the caller's to finish. DONE: --help was answered. WRONG: error is one
 * line. */
enum live_options_outcome live_options_read(int argc, char **argv, struct live_options *out,
                                            char error[LIVE_OPTIONS_ERROR_BYTES]);
void live_options_finish(struct live_options *o);

#endif
