/* player-sim link: makes the two ends, runs the command at one of them, and carries packets between
 * them until it ends. */
#include "player-sim/link/link.h"
#include "media/core/err.h"
#include "player-sim/command/command.h"
#include "player-sim/command/link_options.h"
#include "player-sim/link/driver.h"
#include "player-sim/link/ends.h"
#include "player-sim/link/netns.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_CANNOT_EXECUTE = 126, EXIT_NO_COMMAND = 127, EXIT_SIGNAL = 128 };

static const char program[] = "player-sim link";

/* The command as a child, and the signals that concern it as a descriptor. */
struct child {
    pid_t pid;
    int signals;
    sigset_t before; /* the mask to give back to the child */
    bool ended;
    int code; /* once ended */
};

static bool take_signals(struct child *c)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    signal(SIGCHLD, SIG_DFL); /* ignored, it would take the exit code along */
    sigprocmask(SIG_BLOCK, &set, &c->before);
    c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (c->signals < 0)
        fprintf(stderr, "%s: signals can't be taken: %s\n", program, strerror(errno));
    return c->signals >= 0;
}

__attribute__((noreturn)) static void become(const struct child *c, int netns, char **command)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* its network would be gone */
    sigprocmask(SIG_SETMASK, &c->before, NULL);
    if (netns_enter(netns)) {
        fprintf(stderr, "%s: entering the command's namespace: %s: " NETNS_PRIVILEGES "\n", program,
                strerror(errno));
        _exit(EXIT_FAILURE);
    }
    setenv("HESP_LINK_HOST", ENDS_HOST_ADDRESS, 1);
    setenv("HESP_LINK_SELF", ENDS_SELF_ADDRESS, 1);
    execvp(command[0], command);
    int reason = errno;
    fprintf(stderr, "%s: %s: %s: give a program of the PATH, or its path\n", program, command[0],
            strerror(reason));
    _exit(reason == ENOENT ? EXIT_NO_COMMAND : EXIT_CANNOT_EXECUTE);
}

static bool start(struct child *c, int netns, char **command)
{
    fflush(NULL);
    c->pid = fork();
    if (!c->pid)
        become(c, netns, command);
    if (c->pid < 0)
        fprintf(stderr, "%s: %s: %s: end other programs and try again\n", program, command[0],
                strerror(errno));
    return c->pid > 0;
}

/* What the terminal sends goes to the command as well, without us. */
static void pass_on(const struct child *c, const struct signalfd_siginfo *signal)
{
    if (signal->ssi_code != SI_KERNEL && !c->ended)
        kill(c->pid, (int)signal->ssi_signo);
}

static void take_end(struct child *c)
{
    int status;
    if (c->ended || waitpid(c->pid, &status, WNOHANG) != c->pid)
        return;
    c->ended = true;
    c->code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SIGNAL + WTERMSIG(status);
}

static void read_signals(struct child *c)
{
    struct signalfd_siginfo signal;
    while (read(c->signals, &signal, sizeof signal) == sizeof signal) {
        if (signal.ssi_signo == SIGCHLD)
            take_end(c);
        else
            pass_on(c, &signal);
    }
}

/* The link broke under the command: it is asked to end, and waited for. */
static void give_up(struct child *c, const struct ends *ends)
{
    struct pollfd fd = {.fd = c->signals, .events = POLLIN};
    fprintf(stderr,
            "%s: a device of the link (%s, and %s at the command's end) was taken away: leave both "
            "and their namespaces alone until the command ends\n",
            program, ends->host.name, ends->self.name);
    kill(c->pid, SIGTERM);
    while (!c->ended) {
        poll(&fd, 1, -1);
        read_signals(c);
    }
    c->code = EXIT_FAILURE;
}

static void tell_way(const struct driver_way *way, const char *name)
{
    const struct link *l = &way->link;
    fprintf(stderr,
            "%s %" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64 " dropped, queue up to %" PRId64
            " bytes",
            name, l->taken, l->bytes, l->dropped, l->backlog_max_bytes);
    if (l->config.loss > 0)
        fprintf(stderr, ", %" PRIu64 " lost by chance", l->lost);
    if (way->lost)
        fprintf(stderr, ", %" PRIu64 " lost by the driver", way->lost);
    if (way->late)
        fprintf(stderr, ", %" PRIu64 " late by more than 0.5 ms, at most %.1f ms", way->late,
                (double)way->late_max_us / 1000);
}

static void tell(const struct driver *d)
{
    fprintf(stderr, "%s: ", program);
    tell_way(&d->ways[0], "to the command");
    tell_way(&d->ways[1], "; from it");
    fputc('\n', stderr);
}

/* Carries packets until the command has ended, and what it left. */
static void accompany(struct child *c, struct driver *d, const struct ends *ends)
{
    int status = ERR_OK;
    while (!c->ended && !status) {
        status = driver_forward(d, c->signals);
        read_signals(c); /* of both at once the end counts: what the command did is done */
    }
    if (!c->ended)
        give_up(c, ends);
    else
        driver_settle(d, c->signals);
}

static int run(const struct link_options *options, const struct ends *ends)
{
    struct child child = {.signals = -1, .code = EXIT_FAILURE};
    struct driver driver;
    const int fds[2] = {ends->host.fd, ends->self.fd};
    int status = driver_init(&driver, options->ways, fds);
    if (status) {
        fprintf(stderr, "%s: %s: give a smaller --queue or --rate\n", program, err_text(status));
        return EXIT_FAILURE;
    }
    if (take_signals(&child) && start(&child, ends->netns, options->command)) {
        accompany(&child, &driver, ends);
        if (!options->quiet)
            tell(&driver);
    }
    if (child.signals >= 0)
        close(child.signals);
    driver_finish(&driver);
    return child.code;
}

static int open_and_run(const struct link_options *options)
{
    char error[LINK_OPTIONS_ERROR_BYTES];
    struct ends ends;
    if (ends_open(options->netns, &ends, error, sizeof error)) {
        fprintf(stderr, "%s: %s\n", program, error);
        return EXIT_FAILURE;
    }
    int code = run(options, &ends);
    ends_close(&ends);
    return code;
}

int command_link(int argc, char **argv)
{
    struct link_options options;
    char error[LINK_OPTIONS_ERROR_BYTES];
    switch (link_options_read(argc, argv, &options, error)) {
    case LINK_OPTIONS_DONE:
        return EXIT_SUCCESS;
    case LINK_OPTIONS_WRONG:
        fprintf(stderr, "%s: %s\n", program, error);
        return EXIT_USAGE;
    case LINK_OPTIONS_RUN:
        break;
    }
    int code = open_and_run(&options);
    link_options_finish(&options);
    return code;
}
