#include "packager/ingest/input.h"

#include "media/core/err.h"
#include "media/core/log.h"

#include <stddef.h>
#include <string.h>

/* The first that matches the URL is taken. */
static const struct input_ops *const kinds[] = {&input_test, &input_feed};

int input_create(const struct input_config *config, struct input **out)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i]->matches(config->url))
            return kinds[i]->create(config, out);
    log_error(config->channel, "no kind of input is known for %s", config->url);
    return ERR_INVALID;
}

/* What a network URL says of where it is: its scheme's length, and the digits of its port, which
 * may be left to the scheme. */
struct place {
    size_t scheme;
    const char *port;
    size_t digits;
};

/* False where the URL is of no network. */
static bool place_of(const char *url, struct place *out)
{
    const char *authority = strstr(url, "://");
    if (!authority)
        return false;
    *out = (struct place){.scheme = (size_t)(authority - url)};
    authority += 3;
    const char *end = authority + strcspn(authority, "/?#");
    const char *colon = end;
    while (colon > authority && *colon != ':' && *colon != '@' && *colon != ']')
        colon--;
    if (*colon == ':' && colon < end) {
        out->port = colon + 1;
        out->digits = strspn(out->port, "0123456789");
    }
    return true;
}

bool input_share_port(const char *url, const char *other)
{
    struct place a, b;
    if (!place_of(url, &a) || !place_of(other, &b))
        return false;
    if (!a.digits || !b.digits)
        return a.scheme == b.scheme && memcmp(url, other, a.scheme) == 0;
    return a.digits == b.digits && memcmp(a.port, b.port, a.digits) == 0;
}

void input_destroy(struct input *in)
{
    if (in)
        in->ops->destroy(in);
}

int input_retune(struct input *in, const struct input_tuning *tuning)
{
    return in->ops->retune(in, tuning);
}

void input_picture(struct input *in, int64_t sequence, int64_t slot_us, int64_t slot_utc_us,
                   struct input_picture *out)
{
    in->ops->picture(in, sequence, slot_us, slot_utc_us, out);
}

void input_audio(struct input *in, int64_t first_sample, int count, int64_t slot_us,
                 float *const planes[INPUT_CHANNELS])
{
    in->ops->audio(in, first_sample, count, slot_us, planes);
}

void input_state(struct input *in, struct input_state *state)
{
    in->ops->state(in, state);
}
