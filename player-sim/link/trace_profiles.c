/* Traces that are built in. The profiles are those of the MMSys 2020 challenge on low-latency live
 * streaming (Twitch and ACM MMSys, "Adaptation Algorithm for Near-Second Latency"), in kbit/s and
 * seconds. */
#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "media/core/values.h"
#include "player-sim/link/trace_format.h"

#include <string.h>

enum { STEPS_MAX = 9, US_PER_MS = 1000, BITS_PER_KBIT = 1000 };

struct profile {
    const char *name;
    struct {
        int kbps, ms;
    } steps[STEPS_MAX]; /* up to one of 0 ms */
};

static const struct profile profiles[] = {
    {"cascade", {{1200, 30000}, {800, 30000}, {400, 30000}, {800, 30000}, {1200, 30000}}},
    {"intra-cascade",
     {{1000, 15000},
      {800, 15000},
      {600, 15000},
      {400, 15000},
      {200, 15000},
      {400, 15000},
      {600, 15000},
      {800, 15000},
      {1000, 15000}}},
    {"spike", {{1200, 10000}, {300, 10000}, {800, 10000}}},
    {"slow-jitter",
     {{500, 5000}, {1200, 5000}, {500, 5000}, {1200, 5000}, {500, 5000}, {1200, 5000}}},
    {"fast-jitter", {{500, 250}, {1200, 5000}, {500, 100}, {1200, 1000}, {500, 250}, {1200, 5000}}},
};

static int make(const struct profile *p, struct trace **out)
{
    struct trace_piece pieces[STEPS_MAX];
    size_t count = 0;
    for (; count < STEPS_MAX && p->steps[count].ms; count++)
        pieces[count] =
            (struct trace_piece){.duration_us = (int64_t)p->steps[count].ms * US_PER_MS,
                                 .rate_bps = (int64_t)p->steps[count].kbps * BITS_PER_KBIT,
                                 .rtt_us = -1};
    return trace_create(pieces, count, out);
}

static int constant(const char *name, const char *rate, struct trace **out,
                    char error[TRACE_ERROR_BYTES])
{
    struct trace_piece piece = {TRACE_TOTAL_MAX_US, 0, -1};
    int status = value_bits(rate, &piece.rate_bps) ? trace_create(&piece, 1, out) : ERR_INVALID;
    if (status == ERR_INVALID)
        error_line(error, TRACE_ERROR_BYTES,
                   "%.120s: give bits a second from 1k to 1000G, for example constant:2.5M", name);
    return status;
}

int trace_profile(const char *name, struct trace **out, char error[TRACE_ERROR_BYTES])
{
    static const char prefix[] = "constant:";
    int status = ERR_NOT_FOUND;
    if (!strncmp(name, prefix, sizeof prefix - 1))
        status = constant(name, name + sizeof prefix - 1, out, error);
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles && status == ERR_NOT_FOUND; i++)
        if (!strcmp(name, profiles[i].name))
            status = make(&profiles[i], out);
    if (status == ERR_NOMEM)
        error_line(error, TRACE_ERROR_BYTES, "%.120s: %s: end other programs", name,
                   err_text(status));
    return status;
}
