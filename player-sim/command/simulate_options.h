/* What `player-sim simulate` is told on its command line, read and checked, with the traces and
 * contents that it names.
 * Thread-safety: any thread. */
#ifndef PLAYER_SIM_COMMAND_SIMULATE_OPTIONS_H
#define PLAYER_SIM_COMMAND_SIMULATE_OPTIONS_H

#include "player-sim/command/link_values.h"
#include "player-sim/command/viewer_options.h"
#include "player-sim/content/synthetic.h"
#include "player-sim/simulate/simulate.h"

enum { SIMULATE_TRACES_MAX = 1000, SIMULATE_CONTENTS_MAX = 100 };

struct simulate_options {
    struct viewer_options viewers; /* first */
    struct simulate_config run;    /* points into this struct; stop is the caller's to set */
    struct link_values link;       /* without a trace: there may be many */
    struct trace *traces[SIMULATE_TRACES_MAX];      /* owned */
    struct content contents[SIMULATE_CONTENTS_MAX]; /* owned */
    struct segmented_delivery delivery;             /* of segments; run.delivery points to it */
    bool on_demand;
    int64_t buffer_max_us;        /* 0: as the delivery has it */
    struct content_ladder ladder; /* of a content that is made up */
    size_t content_count;
    char names[SIMULATE_CHANNELS_MAX][CONTENT_NAME_BYTES + 8]; /* of the channels, for reports */
    const char *name_list[SIMULATE_CHANNELS_MAX];
    struct output_paths outputs;
    size_t timelines; /* of the first so many sessions, for the page */
    char *study;      /* owned: what was given, but for what every shard has of its own */
};

/* out is the caller's to finish, whatever the outcome. */
enum settings_outcome simulate_options_read(int argc, char **argv, struct simulate_options *out,
                                            char error[SETTINGS_ERROR_BYTES]);
void simulate_options_finish(struct simulate_options *o);

#endif
