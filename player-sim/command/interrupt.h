/* A command that somebody ends: SIGINT and SIGTERM are noted, for the command to come to its end in
 * order; a reader who has gone (SIGPIPE) shows in what is written instead.
 * Thread-safety: any thread may read the flag; interrupt_take is called once, before there are
 * threads. */
#ifndef PLAYER_SIM_COMMAND_INTERRUPT_H
#define PLAYER_SIM_COMMAND_INTERRUPT_H

#include <stdatomic.h>

enum interrupt_again {
    INTERRUPT_AGAIN_IGNORED, /* a second signal is as the first */
    INTERRUPT_AGAIN_ENDS     /* it ends the program where it stands */
};

/* The flag, which a signal sets; for good. Waits end at once when one comes (no SA_RESTART). */
const atomic_bool *interrupt_take(enum interrupt_again again);

#endif
