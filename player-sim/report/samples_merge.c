#include "media/core/option_errors.h"
#include "player-sim/report/collect.h"
#include "player-sim/report/samples.h"

#include <inttypes.h>
#include <string.h>

static bool differ(char error[REPORT_ERROR_BYTES], const char *what, const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return false;
    return !error_line(error, REPORT_ERROR_BYTES, "its %s is \"%.60s\", not \"%.60s\"", what, b, a);
}

static bool numbers_differ(char error[REPORT_ERROR_BYTES], const char *what, uint64_t a, uint64_t b)
{
    if (a == b)
        return false;
    return !error_line(error, REPORT_ERROR_BYTES, "its %s is %" PRIu64 ", not %" PRIu64, what, b,
                       a);
}

static const char *version_of(const struct report_samples *s)
{
    return json_string_value(json_object_get(s->head, "version"));
}

bool report_samples_belong(const struct report_samples *a, const struct report_samples *b,
                           char error[REPORT_ERROR_BYTES])
{
    const struct report_config *x = &a->report->config, *y = &b->report->config;
    if (differ(error, "version of player-sim", version_of(a), version_of(b)) ||
        differ(error, "mode", x->mode, y->mode) ||
        numbers_differ(error, "seed", x->seed, y->seed) ||
        numbers_differ(error, "number of sessions", x->sessions, y->sessions) ||
        numbers_differ(error, "number of shards", a->shard.count, b->shard.count) ||
        numbers_differ(error, "limit of exact samples", x->exact_max, y->exact_max))
        return false;
    if (!report_same_channels(a->report, b->report))
        return error_line(error, REPORT_ERROR_BYTES, "its channels are other ones");
    if (strcmp(a->shard.study, b->shard.study) != 0)
        return error_line(error, REPORT_ERROR_BYTES,
                          "it was made with other options (\"%.100s\", not \"%.100s\")",
                          b->shard.study, a->shard.study);
    return a->shard.index != b->shard.index ||
           error_line(error, REPORT_ERROR_BYTES, "it is shard %" PRIu32 " once more",
                      b->shard.index);
}

static void add_facts(struct report_facts *to, const struct report_facts *more)
{
    if (more->duration_s > to->duration_s)
        to->duration_s = more->duration_s;
    to->decoding += more->decoding;
    to->bytes += more->bytes;
    to->connections += more->connections;
    to->requests += more->requests;
    to->cpu_s += more->cpu_s;
}

int report_samples_absorb(struct report_samples *a, struct report_samples *b)
{
    int status = report_absorb(a->report, b->report);
    if (!status)
        add_facts(&a->facts, &b->facts);
    return status;
}
