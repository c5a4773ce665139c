/* An encoder with troubles: x264's, or the null encoder, but that its Continuation role is slow, or
 * fails, as the plan says. (Only the Continuation: Initialization Packets have theirs undisturbed.)
 * Thread-safety: one plan for all; its counters may be read and set at any time. */
#ifndef TESTS_SUPPORT_ODD_ENCODER_H
#define TESTS_SUPPORT_ODD_ENCODER_H

#include "packager/encode/encoder.h"

#include <stdatomic.h>
#include <stdint.h>

struct odd_encoder_plan {
    const struct encoder_ops *inner;
    /* Called while a picture is encoded, which takes as long as this does; NULL: nothing happens.
     * Set both while nothing encodes. */
    void (*during)(void *context);
    void *context;
    atomic_int failures;        /* pictures that fail, from now on */
    atomic_int create_failures; /* encoders that cannot be created, from now on */
    atomic_int pictures;        /* that were asked for */
    atomic_int creations;       /* that were tried */
};

extern struct odd_encoder_plan odd_encoder_plan;
extern const struct encoder_ops odd_encoder;

#endif
