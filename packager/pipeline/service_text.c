/* What a service says of itself on a terminal. */
#include "packager/pipeline/health.h"
#include "packager/pipeline/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void service_url(const struct service *s, char out[SERVICE_URL_BYTES])
{
    const char *address = s->config.listen_address;
    if (!strcmp(address, "0.0.0.0"))
        address = "127.0.0.1";
    else if (!strcmp(address, "::"))
        address = "::1";
    const char *form = strchr(address, ':') ? "%s://[%s]:%u" : "%s://%s:%u";
    snprintf(out, SERVICE_URL_BYTES, form, s->config.tls_certificate ? "https" : "http", address,
             origin_port(s->origin));
}

static char status_mark(const struct channel_state *state)
{
    switch (health_of_channel(state)) {
    case HEALTH_OK:
        return '+';
    case HEALTH_DEGRADED:
        return '~';
    case HEALTH_DOWN:
        break;
    }
    return '!';
}

void service_status_line(const struct service *s, int64_t now_us, char *out, size_t capacity)
{
    struct origin_state o;
    int64_t up_s = (now_us - s->started_us) / 1000000;
    origin_state(s->origin, &o);
    int at =
        snprintf(out, capacity, "up %02" PRId64 ":%02" PRId64 ":%02" PRId64 "  viewers %" PRId64,
                 up_s / 3600, up_s / 60 % 60, up_s % 60, o.live_responses);
    if (s->reloads.done && at > 0 && (size_t)at < capacity)
        at += snprintf(out + at, capacity - (size_t)at, "  reloads %" PRId64, s->reloads.done);
    for (size_t i = 0; i < s->channel_count && at > 0 && (size_t)at < capacity; i++) {
        struct channel_state state;
        channel_state(s->channels[i]->channel, now_us, &state);
        at += snprintf(out + at, capacity - (size_t)at, "  %c%s #%" PRId64, status_mark(&state),
                       channel_name(s->channels[i]->channel), state.newest_sequence);
    }
}
