#include "player-sim/command/interrupt.h"

#include <signal.h>
#include <stdbool.h>

static atomic_bool stop;

static void on_signal(int signal)
{
    (void)signal;
    stop = true;
}

const atomic_bool *interrupt_take(enum interrupt_again again)
{
    struct sigaction action = {.sa_handler = on_signal};
    if (again == INTERRUPT_AGAIN_ENDS)
        action.sa_flags = SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    return &stop;
}
