#include "player-sim/command/link_values.h"
#include "media/core/option_errors.h"
#include "media/core/values.h"

static const double us_per_ms = 1e3, us_per_s = 1e6, ms_max = 60000;
static const double from_max_s = (double)TRACE_TOTAL_MAX_US / 1e6;

void link_values_init(struct link_values *v)
{
    *v = (struct link_values){.rtt_us = -1, .rate_bps = -1, .trace_from_us = -1, .seed = 1};
}

void link_values_finish(struct link_values *v)
{
    trace_destroy(v->trace);
    v->trace = NULL;
}

/* ---- one value; each leaves it alone where the text is none ---- */

static bool read_scaled(const char *text, double most, double scale, int64_t *out)
{
    double value;
    if (!value_decimal(text, &value) || value > most)
        return false;
    *out = (int64_t)(value * scale + 0.5);
    return true;
}

static bool read_rtt(struct link_values *v, const char *text)
{
    return read_scaled(text, ms_max, us_per_ms, &v->rtt_us);
}

static bool read_rate(struct link_values *v, const char *text)
{
    int64_t bps;
    if (!value_bits(text, &bps) || (bps && bps < 1000) || bps > LINK_RATE_MAX_BPS)
        return false;
    v->rate_bps = bps;
    return true;
}

static bool read_queue(struct link_values *v, const char *text)
{
    int64_t bytes;
    if (!value_bytes(text, &bytes) || bytes < 1 || bytes > LINK_QUEUE_MAX_BYTES)
        return false;
    v->queue_bytes = bytes;
    return true;
}

static bool read_trace_from(struct link_values *v, const char *text)
{
    return read_scaled(text, from_max_s, us_per_s, &v->trace_from_us);
}

static bool read_jitter(struct link_values *v, const char *text)
{
    return read_scaled(text, ms_max, us_per_ms, &v->jitter_us);
}

static bool read_loss(struct link_values *v, const char *text)
{
    double loss;
    if (!value_decimal(text, &loss) || loss > 1)
        return false;
    v->loss = loss;
    return true;
}

static bool read_seed(struct link_values *v, const char *text)
{
    int64_t seed;
    if (!value_integer(text, 0, INT64_MAX, &seed))
        return false;
    v->seed = (uint64_t)seed;
    return true;
}

static const struct {
    const char *option;
    bool (*read)(struct link_values *v, const char *text); /* NULL: the trace, which says more */
    const char *remedy;
} values[] = {
    [LINK_VALUE_RTT] = {"--rtt", read_rtt, "give milliseconds up to 60000, for example --rtt 20"},
    [LINK_VALUE_RATE] = {"--rate", read_rate,
                         "give bits a second from 1k to 1000G, for example --rate 10M; 0 is no "
                         "limit"},
    [LINK_VALUE_QUEUE] = {"--queue", read_queue,
                          "give bytes from 1 to 512M, for example --queue 64k"},
    [LINK_VALUE_TRACE] = {"--trace", NULL, NULL},
    [LINK_VALUE_TRACE_FROM] = {"--trace-from", read_trace_from,
                               "give seconds up to 31622400, for example --trace-from 60"},
    [LINK_VALUE_JITTER] = {"--jitter", read_jitter,
                           "give milliseconds up to 60000, for example --jitter 5"},
    [LINK_VALUE_LOSS] = {"--loss", read_loss,
                         "give a share from 0 to 1, for example --loss 0.01 for one in a hundred"},
    [LINK_VALUE_SEED] = {"--seed", read_seed,
                         "give a whole number of up to nine digits, for example --seed 2"},
};

static bool read_trace(struct link_values *v, const char *text, char error[LINK_VALUES_ERROR_BYTES])
{
    char why[TRACE_ERROR_BYTES];
    struct trace *trace;
    if (!trace_read(text, &trace, why))
        return error_line(error, LINK_VALUES_ERROR_BYTES, "--trace %s", why);
    trace_destroy(v->trace);
    v->trace = trace;
    return true;
}

bool link_values_read(struct link_values *v, enum link_value which, const char *text,
                      char error[LINK_VALUES_ERROR_BYTES])
{
    if (which == LINK_VALUE_TRACE)
        return read_trace(v, text, error);
    return values[which].read(v, text) ||
           error_line(error, LINK_VALUES_ERROR_BYTES, "%s %.60s: %s", values[which].option, text,
                      values[which].remedy);
}

/* ---- all of them ---- */

bool link_values_check(const struct link_values *v, char error[LINK_VALUES_ERROR_BYTES])
{
    if (v->trace_from_us >= 0 && !v->trace)
        return error_line(error, LINK_VALUES_ERROR_BYTES,
                          "--trace-from without a trace: give --trace too, or leave it out");
    return true;
}

static int64_t longest_rtt_us(const struct link_values *v)
{
    if (v->rtt_us >= 0)
        return v->rtt_us;
    return v->trace && v->trace->rtt_max_us > 0 ? v->trace->rtt_max_us : 0;
}

static int64_t queue_bytes(const struct link_values *v, const struct link_config *way)
{
    if (v->queue_bytes)
        return v->queue_bytes;
    return link_default_queue_bytes(link_highest_rate_bps(way), longest_rtt_us(v));
}

void link_values_ways(const struct link_values *v, struct link_config ways[2])
{
    int64_t rtt_us = v->rtt_us < 0 ? 0 : v->rtt_us;
    for (int i = 0; i < 2; i++) {
        ways[i] = (struct link_config){
            .delay_us = (rtt_us + i) / 2,
            .rate_bps = v->rate_bps < 0 ? 0 : v->rate_bps,
            .trace = v->trace,
            .constant_rate = i == 1,
            .constant_delay = v->rtt_us >= 0,
            .trace_from_us = v->trace_from_us < 0 ? 0 : v->trace_from_us,
            .jitter_us = v->jitter_us,
            .loss = v->loss,
            .seed = 2 * v->seed + (uint64_t)i,
        };
        ways[i].queue_bytes = queue_bytes(v, &ways[i]);
    }
}
