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

/* The digits of the port in scheme://host:PORT/..., NULL where there is none. */
static const char *port_of(const char *url, size_t *digits)
{
    const char *authority = strstr(url, "://");
    if (!authority)
        return NULL;
    authority += 3;
    const char *end = authority + strcspn(authority, "/?#");
    const char *colon = end;
    while (colon > authority && *colon != ':')
        colon--;
    *digits = colon > authority ? strspn(colon + 1, "0123456789") : 0;
    return *digits ? colon + 1 : NULL;
}

bool input_share_port(const char *url, const char *other)
{
    size_t digits = 0, other_digits = 0;
    const char *port = port_of(url, &digits), *other_port = port_of(other, &other_digits);
    return port && other_port && digits == other_digits && memcmp(port, other_port, digits) == 0;
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
