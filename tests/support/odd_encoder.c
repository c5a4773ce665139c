#include "support/odd_encoder.h"

#include "media/core/err.h"

#include <stdbool.h>
#include <stdlib.h>

struct odd_encoder_plan odd_encoder_plan;

struct odd {
    struct encoder base;
    struct encoder *inner;
    enum encoder_role role;
};

static bool count_down(atomic_int *left)
{
    int now = atomic_load(left);
    while (now > 0)
        if (atomic_compare_exchange_weak(left, &now, now - 1))
            return true;
    return false;
}

static int create(const struct encoder_config *config, struct encoder **out)
{
    struct odd *e = calloc(1, sizeof *e);
    if (!e)
        return ERR_NOMEM;
    bool continuation = config->role == ENCODER_CONTINUATION;
    int status = ERR_STATE;
    if (continuation)
        atomic_fetch_add(&odd_encoder_plan.creations, 1);
    if (!continuation || !count_down(&odd_encoder_plan.create_failures))
        status = odd_encoder_plan.inner->create(config, &e->inner);
    if (status) {
        free(e);
        return status;
    }
    e->base.ops = &odd_encoder;
    e->role = config->role;
    *out = &e->base;
    return ERR_OK;
}

static void destroy(struct encoder *base)
{
    struct odd *e = (struct odd *)base;
    if (e)
        odd_encoder_plan.inner->destroy(e->inner);
    free(e);
}

static int headers(struct encoder *base, const uint8_t **sps, size_t *sps_size, const uint8_t **pps,
                   size_t *pps_size)
{
    return odd_encoder_plan.inner->headers(((struct odd *)base)->inner, sps, sps_size, pps,
                                           pps_size);
}

static int encode(struct encoder *base, const AVFrame *picture, bool idr, int qp_plus1,
                  struct encoder_output *out)
{
    struct odd *e = (struct odd *)base;
    if (e->role == ENCODER_CONTINUATION) {
        atomic_fetch_add(&odd_encoder_plan.pictures, 1);
        if (count_down(&odd_encoder_plan.failures))
            return ERR_STATE;
        if (odd_encoder_plan.during)
            odd_encoder_plan.during(odd_encoder_plan.context);
    }
    return odd_encoder_plan.inner->encode(e->inner, picture, idr, qp_plus1, out);
}

const struct encoder_ops odd_encoder = {
    .name = "odd",
    .create = create,
    .destroy = destroy,
    .headers = headers,
    .encode = encode,
};
