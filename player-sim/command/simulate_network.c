/* The options of player-sim simulate that are about the network. */
#include "player-sim/command/simulate_readings.h"
#include "player-sim/link/trace_read.h"

#include <string.h>

static const int64_t default_rate_bps = 10000000, default_rtt_us = 40000;

static struct simulate_options *options_of(struct settings_reading *r)
{
    return r->options;
}

/* As `player-sim link` reads it. */
static bool read_link(struct settings_reading *r, enum link_value which, const char *text)
{
    char why[LINK_VALUES_ERROR_BYTES];
    if (!*text || link_values_read(&options_of(r)->link, which, text, why))
        return true;
    return settings_wrong(r, "%s", why);
}

bool simulate_read_rate(struct settings_reading *r, const char *text)
{
    return read_link(r, LINK_VALUE_RATE, text);
}

bool simulate_read_rtt(struct settings_reading *r, const char *text)
{
    return read_link(r, LINK_VALUE_RTT, text);
}

bool simulate_read_jitter(struct settings_reading *r, const char *text)
{
    return read_link(r, LINK_VALUE_JITTER, text);
}

bool simulate_read_loss(struct settings_reading *r, const char *text)
{
    return read_link(r, LINK_VALUE_LOSS, text);
}

bool simulate_read_queue(struct settings_reading *r, const char *text)
{
    return read_link(r, LINK_VALUE_QUEUE, text);
}

bool simulate_read_trace_from(struct settings_reading *r, const char *text)
{
    return read_link(r, LINK_VALUE_TRACE_FROM, text);
}

bool simulate_read_trace(struct settings_reading *r, const char *text)
{
    struct simulate_options *o = options_of(r);
    char why[TRACE_ERROR_BYTES];
    if (!*text)
        return true;
    if (o->run.trace_count == SIMULATE_TRACES_MAX)
        return settings_wrong(r, "more than %d traces are not taken", SIMULATE_TRACES_MAX);
    if (!trace_read(text, &o->traces[o->run.trace_count], why))
        return settings_wrong(r, "%s", why);
    o->run.trace_count++;
    return true;
}

bool simulate_read_share(struct settings_reading *r, const char *text)
{
    int64_t n = 0;
    bool good = settings_count(r, text, 1, SIMULATE_SHARING_MAX, &n,
                               "give 1 to 1000 sessions on a link, for example --share 4");
    options_of(r)->run.sharing = (size_t)n;
    return good;
}

bool simulate_read_http(struct settings_reading *r, const char *text)
{
    static const char *const names[] = {"1.1", "2", "3", "ideal"};
    for (int i = VIRTUAL_HTTP_1_1; i <= VIRTUAL_IDEAL; i++)
        if (strcmp(text, names[i]) == 0) {
            options_of(r)->run.http.http = (enum virtual_http)i;
            return true;
        }
    return settings_wrong(r, "give 1.1, 2, 3 or ideal, for example --http 3");
}

bool simulate_read_tls(struct settings_reading *r, const char *text)
{
    options_of(r)->run.http.tls = strcmp(text, "true") == 0;
    return true;
}

bool simulate_read_spares(struct settings_reading *r, const char *text)
{
    int64_t n = 0;
    bool good = settings_count(r, text, 0, 8, &n, "give 0 to 8, for example --spares 1");
    options_of(r)->run.http.spares = (unsigned)n;
    return good;
}

/* What was not given: 10 Mbit/s, and 40 ms where the traces tell none. */
void simulate_take_link(struct simulate_options *o)
{
    const struct link_values *v = &o->link;
    bool traced = o->run.trace_count > 0;
    o->run.rate_bps = v->rate_bps >= 0 ? v->rate_bps : traced ? 0 : default_rate_bps;
    o->run.rtt_us = v->rtt_us >= 0 ? v->rtt_us : default_rtt_us;
    o->run.rtt_fixed = v->rtt_us >= 0;
    o->run.jitter_us = v->jitter_us;
    o->run.loss = v->loss;
    o->run.queue_bytes = v->queue_bytes;
    o->run.trace_fixed = v->trace_from_us >= 0;
    o->run.trace_from_us = v->trace_from_us;
}

/* On demand the buffer is Sabre's (--max-buffer); and over an ideal network, as in all simulators
 * of its kind, all but the media itself is known beforehand. */
