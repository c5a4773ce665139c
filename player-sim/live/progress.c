#include "player-sim/live/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const int64_t terminal_us = 500000;
static const int64_t plain_us = 10000000;

void progress_init(struct progress *p, int64_t now_us)
{
    *p = (struct progress){.terminal = isatty(STDERR_FILENO)};
    p->next_us = now_us + (p->terminal ? terminal_us : plain_us);
}

bool progress_is_due(struct progress *p, int64_t now_us)
{
    if (now_us < p->next_us)
        return false;
    p->next_us = now_us + (p->terminal ? terminal_us : plain_us);
    return true;
}

void progress_line(struct progress *p, char *line)
{
    struct winsize window;
    if (!p->terminal) {
        fprintf(stderr, "%s\n", line);
        return;
    }
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col > 1 &&
        strlen(line) >= window.ws_col)
        line[window.ws_col - 1] = '\0';
    fprintf(stderr, "\r\033[K%s", line);
    p->shown = true;
}

static void add(char *line, size_t size, const struct report *report, enum session_metric metric,
                const char *what)
{
    double mean_ms;
    size_t used = strlen(line), n = report_count(report, metric, &mean_ms);
    if (n)
        snprintf(line + used, size - used, ", %zu %s at %.1f ms", n, what, mean_ms);
}

void progress_show(struct progress *p, int64_t now_us, int64_t elapsed_us, int64_t whole_us,
                   size_t sessions, const struct report *report)
{
    char line[256];
    if (!progress_is_due(p, now_us))
        return;
    snprintf(line, sizeof line, "%" PRId64 " of %" PRId64 " s, %zu %s", elapsed_us / 1000000,
             whole_us / 1000000, sessions, sessions == 1 ? "session" : "sessions");
    add(line, sizeof line, report, SESSION_STARTUP, "starts");
    add(line, sizeof line, report, SESSION_ZAP, "zaps");
    add(line, sizeof line, report, SESSION_SWITCH, "switches");
    add(line, sizeof line, report, SESSION_STALL, "stalls");
    size_t used = strlen(line);
    snprintf(line + used, sizeof line - used, ", %" PRIu64 " errors", report_faults(report));
    progress_line(p, line);
}

void progress_finish(struct progress *p)
{
    if (p->shown)
        fprintf(stderr, "\r\033[K");
}
