/* What `player-sim live` is told on its command line, read and checked.
 * Thread-safety: pure functions on the caller's data, but for what --help prints. */
#ifndef PLAYER_SIM_COMMAND_LIVE_OPTIONS_H
#define PLAYER_SIM_COMMAND_LIVE_OPTIONS_H

#include "player-sim/command/viewer_options.h"
#include "player-sim/live/live.h"

struct live_options {
    struct viewer_options viewers; /* first */
    struct live_config run;        /* all but urls' count and stop is set; urls is channels' */
    const char **urls;             /* owned list of argv's texts */
    char **names;                  /* owned: what reports call the channels */
    size_t channel_count;
    struct output_paths outputs;
};

/* RUN: out is filled and is the caller's to finish. DONE: --help was answered. WRONG: error is one
 * line. */
enum settings_outcome live_options_read(int argc, char **argv, struct live_options *out,
                                        char error[SETTINGS_ERROR_BYTES]);
void live_options_finish(struct live_options *o);

#endif
