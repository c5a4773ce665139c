#include "packager/ingest/push.h"

static const struct push_ops *const kinds[] = {&push_rtmp, &push_srt};

static const struct push_ops *kind_of(const char *url)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i]->matches(url))
            return kinds[i];
    return NULL;
}

bool push_is_for(const char *url)
{
    return kind_of(url) != NULL;
}

int push_create(const char *channel, const char *url, struct push **out)
{
    const struct push_ops *kind = kind_of(url);
    if (kind)
        return kind->create(channel, url, out);
    *out = NULL;
    return 0;
}

void push_destroy(struct push *p)
{
    if (p)
        p->ops->destroy(p);
}

int push_accept(struct push *p, const struct push_wait *wait, char reason[PUSH_REASON_BYTES])
{
    return p->ops->accept(p, wait, reason);
}

int push_read(struct push *p, const struct push_wait *wait, uint8_t *buffer, int size,
              char reason[PUSH_REASON_BYTES])
{
    return p->ops->read(p, wait, buffer, size, reason);
}

void push_drop(struct push *p)
{
    p->ops->drop(p);
}
