/* Rule "dynamic": throughput while the buffer is low, BOLA while it is high; each takes over only
 * where it does not choose less. Reference: Sabre, class Dynamic. */
#include "player-sim/abr/bola.h"
#include "player-sim/abr/rules.h"
#include "player-sim/abr/throughput.h"

enum { LOW_BUFFER_US = 10000000 }; /* Sabre: low_buffer_threshold */

struct dynamic {
    struct bola bola;
    struct throughput throughput;
    bool by_buffer;
};

static void init(void *state, const struct abr_setup *setup)
{
    struct dynamic *d = state;
    bola_init(&d->bola, setup);
    throughput_init(&d->throughput, setup);
    d->by_buffer = false;
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    struct dynamic *d = state;
    size_t b = bola_rung(&d->bola, m), t = throughput_rung(&d->throughput, m);
    if (d->by_buffer && m->buffer_us < LOW_BUFFER_US && b < t)
        d->by_buffer = false;
    else if (!d->by_buffer && m->buffer_us > LOW_BUFFER_US && b >= t)
        d->by_buffer = true;
    return (struct abr_choice){.rung = d->by_buffer ? b : t};
}

static void note_seek(void *state, const struct abr_moment *m)
{
    bola_seek(&((struct dynamic *)state)->bola, m);
}

const struct abr_rule abr_rule_dynamic = {
    .name = "dynamic",
    .summary = "throughput while the buffer is low, BOLA while it is high",
    .state_bytes = sizeof(struct dynamic),
    .init = init,
    .choose = choose,
    .note_seek = note_seek,
};
