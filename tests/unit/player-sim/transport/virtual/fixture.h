/* A client before a scripted origin, on one link, in virtual time: what it is told is noted down.
 */
#ifndef TESTS_TRANSPORT_VIRTUAL_FIXTURE_H
#define TESTS_TRANSPORT_VIRTUAL_FIXTURE_H

#include "player-sim/transport/virtual/client.h"
#include "support/cmocka_all.h"

#include <string.h>

enum { STAGE_LOG = 4096, STAGE_HEAD_BYTES = 250, STAGE_FRAME_US = 33000 };

/* What is asked for. */
enum {
    SCRIPT_WHOLE,   /* `number` bytes, at once */
    SCRIPT_LIVE,    /* `offset` frames of `number` bytes, one each STAGE_FRAME_US from now on */
    SCRIPT_MISSING, /* 404 */
    SCRIPT_LATE,    /* `number` bytes after `offset` us */
};

static void script_answer(const void *context, int64_t now_us, const struct virtual_ask *ask,
                          struct virtual_answer *out, int64_t *at_us)
{
    (void)context, (void)now_us, (void)at_us;
    out->status = ask->kind == SCRIPT_MISSING ? 404 : 200;
    out->next = 0;
    out->end = ask->kind == SCRIPT_LIVE ? ask->offset : 1;
}

static void script_piece(const void *context, int64_t now_us, struct virtual_answer *answer,
                         struct virtual_piece *out)
{
    (void)context;
    out->tag = answer->next++;
    out->bytes = (uint32_t)answer->ask.number;
    out->at_us = now_us;
    if (answer->ask.kind == SCRIPT_LIVE && out->tag)
        out->at_us = now_us + STAGE_FRAME_US;
    if (answer->ask.kind == SCRIPT_LATE)
        out->at_us = now_us + answer->ask.offset;
}

struct stage_event {
    struct virtual_event event; /* answer: none */
    int64_t at_us;
};

struct stage {
    struct engine engine;
    struct path path;
    struct virtual_client *client;
    struct stage_event log[STAGE_LOG];
    size_t count;
    void (*react)(struct stage *s, const struct virtual_event *e);
};

static void stage_note(void *context, const struct virtual_event *e)
{
    struct stage *s = context;
    assert_true(s->count < STAGE_LOG);
    s->log[s->count] = (struct stage_event){.event = *e, .at_us = s->engine.now_us};
    s->log[s->count++].event.answer = NULL;
    if (s->react)
        s->react(s, e);
}

static inline void stage_link(struct path *path, int64_t rate_bps, int64_t delay_us,
                              int64_t queue_bytes)
{
    struct link_config config = {
        .rate_bps = rate_bps, .delay_us = delay_us, .queue_bytes = queue_bytes};
    link_init(&path->down, &config);
    link_init(&path->up, &config);
}

static inline struct stage *stage_open(const struct virtual_config *config, int64_t rate_bps,
                                       int64_t delay_us)
{
    static const struct virtual_origin origin = {.answer = script_answer, .piece = script_piece};
    struct stage *s = test_calloc(1, sizeof *s);
    stage_link(&s->path, rate_bps, delay_us, 1 << 20);
    assert_int_equal(
        virtual_client_create(&s->engine, &s->path, &origin, config, stage_note, s, &s->client), 0);
    return s;
}

static inline void stage_close(struct stage *s)
{
    virtual_client_destroy(s->client);
    assert_int_equal(s->engine.timers.count, 0); /* nobody left one behind */
    engine_finish(&s->engine);
    test_free(s);
}

static inline void stage_ask(struct stage *s, uint32_t id, int kind, int64_t number, int64_t offset)
{
    struct virtual_ask ask = {.kind = kind, .number = number, .offset = offset};
    assert_int_equal(virtual_client_start(s->client, id, &ask), 0);
}

/* The first event of a request and kind; NULL. */
static inline const struct stage_event *stage_find(const struct stage *s, uint32_t id,
                                                   enum virtual_event_kind kind)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->log[i].event.request == id && s->log[i].event.kind == kind)
            return &s->log[i];
    return NULL;
}

/* How long it took until the request was over; it must be within 100 s. */
static inline int64_t stage_fetch_us(struct stage *s, uint32_t id, int64_t bytes)
{
    int64_t start_us = s->engine.now_us;
    stage_ask(s, id, SCRIPT_WHOLE, bytes, 0);
    while (!stage_find(s, id, VIRTUAL_FINISHED)) {
        assert_true(s->engine.now_us < start_us + 100000000);
        engine_run(&s->engine, s->engine.now_us + 10000);
    }
    return stage_find(s, id, VIRTUAL_FINISHED)->at_us - start_us;
}

#endif
