/* Requests: their ends, whatever their handlers do meanwhile, and a storm of them. */
#include "fixture.h"
#include "media/core/lots.h"

enum { REQUESTS = 600 };

static const int64_t rate_bps = 8000000, delay_us = 20000, second_us = 1000000;

static const enum virtual_http versions[] = {VIRTUAL_HTTP_1_1, VIRTUAL_HTTP_2, VIRTUAL_HTTP_3,
                                             VIRTUAL_IDEAL};

static struct virtual_config config_of(enum virtual_http http)
{
    struct virtual_config config = virtual_config_default;
    config.http = http;
    return config;
}

static struct stage *open_stage(enum virtual_http http)
{
    struct virtual_config config = config_of(http);
    return stage_open(&config, rate_bps, delay_us);
}

static size_t count(const struct stage *s, uint32_t id, enum virtual_event_kind kind)
{
    size_t found = 0;
    for (size_t i = 0; i < s->count; i++)
        found += s->log[i].event.request == id && s->log[i].event.kind == kind;
    return found;
}

static void a_live_answer_comes_frame_by_frame(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++) {
        struct stage *s = open_stage(versions[v]);
        stage_ask(s, 1, SCRIPT_LIVE, 1000, 30);
        engine_run(&s->engine, 3 * second_us);
        assert_int_equal(s->count, 31);
        for (size_t i = 0; i < 30; i++) {
            const struct virtual_event *e = &s->log[i].event;
            assert_int_equal(e->kind, VIRTUAL_PIECE);
            assert_int_equal(e->tag, i);
            assert_int_equal(e->bytes, 1000);
            assert_int_equal(e->body_bytes, 1000 * (i + 1));
            assert_int_equal(e->last, i == 29);
            if (i > 1)
                assert_int_equal(s->log[i].at_us - s->log[i - 1].at_us, STAGE_FRAME_US);
        }
        assert_int_equal(s->log[30].event.kind, VIRTUAL_FINISHED);
        assert_int_equal(s->log[30].at_us, s->log[29].at_us);
        stage_close(s);
    }
}

/* The pauses in which the origin had nothing are not counted: each frame is one packet, there at
 * once. */
static void transfer_time_is_without_the_origins_pauses(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1);
    stage_ask(s, 1, SCRIPT_LIVE, 1000, 30);
    engine_run(&s->engine, 3 * second_us);
    assert_int_equal(stage_find(s, 1, VIRTUAL_FINISHED)->event.transfer_us, 0);
    stage_close(s);

    s = open_stage(VIRTUAL_IDEAL);
    stage_ask(s, 1, SCRIPT_WHOLE, 123456, 0);
    engine_run(&s->engine, 3 * second_us);
    assert_int_equal(stage_find(s, 1, VIRTUAL_FINISHED)->event.transfer_us, 123456);
    stage_close(s);
}

static void a_refusal_leaves_the_connection_open(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++) {
        struct stage *s = open_stage(versions[v]);
        stage_ask(s, 1, SCRIPT_MISSING, 0, 0);
        engine_run(&s->engine, second_us);
        assert_int_equal(s->count, 1);
        assert_int_equal(s->log[0].event.kind, VIRTUAL_REFUSED);
        stage_ask(s, 2, SCRIPT_WHOLE, 1000, 0);
        engine_run(&s->engine, 2 * second_us);
        assert_false(stage_find(s, 2, VIRTUAL_FINISHED)->event.fresh);
        stage_close(s);
    }
}

/* ---- giving up ---- */

/* The server goes on for half a round trip, and what is on the link then stays there. */
static void what_is_in_flight_occupies_the_link(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1);
    stage_ask(s, 1, SCRIPT_WHOLE, 10000000, 0);
    engine_run(&s->engine, 2 * second_us);
    virtual_client_cancel(s->client, 1);
    uint64_t before = s->path.down.bytes;
    size_t told = s->count;
    engine_run(&s->engine, 2 * second_us + delay_us + 1);
    uint64_t then = s->path.down.bytes;
    assert_true(then > before);
    engine_run(&s->engine, 3 * second_us);
    assert_int_equal(s->path.down.bytes, then);
    assert_int_equal(s->count, told);
    stage_close(s);
}

/* A megabyte and a half of one piece: of what the link took, all but packets' heads and the
 * response's is of its body. */
static void what_had_come_of_a_piece_is_told(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++) {
        struct stage *s = open_stage(versions[v]);
        stage_ask(s, 1, SCRIPT_WHOLE, 10000000, 0);
        stage_ask(s, 2, SCRIPT_LATE, 1000, 60 * second_us);
        engine_run(&s->engine, 2 * second_us);
        uint64_t link_bytes = s->path.down.bytes;
        uint64_t begun = virtual_client_cancel(s->client, 1);
        assert_in_range(begun, link_bytes / 100 * 90, link_bytes);
        assert_int_equal(virtual_client_cancel(s->client, 1), 0);
        assert_int_equal(virtual_client_cancel(s->client, 2), 0); /* not even its head */
        assert_int_equal(virtual_client_cancel(s->client, 77), 0);
        stage_close(s);
    }
}

static void it_holds_up_whoever_comes_next(void **state)
{
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct stage *s = open_stage(versions[v]);
        stage_ask(s, 9, SCRIPT_WHOLE, 1000, 0);
        engine_run(&s->engine, second_us);
        stage_ask(s, 1, SCRIPT_WHOLE, 10000000, 0);
        engine_run(&s->engine, 3 * second_us);
        virtual_client_cancel(s->client, 1);
        int64_t ahead_us = link_sent_us(&s->path.down) - s->engine.now_us;
        assert_true(ahead_us > delay_us); /* a queue */
        stage_ask(s, 2, SCRIPT_WHOLE, 1000, 0);
        engine_run(&s->engine, 10 * second_us);
        assert_true(stage_find(s, 2, VIRTUAL_FINISHED)->at_us >
                    3 * second_us + ahead_us + delay_us);
        assert_in_range(stage_find(s, 2, VIRTUAL_FINISHED)->at_us, 3 * second_us,
                        3 * second_us + 3 * (ahead_us + 2 * delay_us));
        stage_close(s);
    }
}

/* What comes of it later is counted, and nothing else: frames smaller than a head, too. */
static void bytes_of_what_was_given_up_are_counted_as_they_come(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++) {
        struct stage *s = open_stage(versions[v]);
        stage_ask(s, 1, SCRIPT_LIVE, 10, 1000);
        for (int i = 0; i < 10; i++) {
            engine_run(&s->engine, s->engine.now_us + 123457);
            assert_true(virtual_client_facts(s->client).bytes <= 10 * 1000);
        }
        virtual_client_cancel(s->client, 1);
        uint64_t bytes = virtual_client_facts(s->client).bytes;
        engine_run(&s->engine, 10 * second_us);
        assert_in_range(virtual_client_facts(s->client).bytes, bytes, bytes + 20);
        stage_close(s);
    }
}

static void a_request_that_was_not_heard_of_can_be_given_up(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++)
        for (int64_t at_us = 0; at_us < 300000; at_us += 1777) {
            struct stage *s = open_stage(versions[v]);
            stage_ask(s, 1, SCRIPT_LATE, 1000, 200000);
            engine_run(&s->engine, at_us);
            size_t told = s->count;
            virtual_client_cancel(s->client, 1);
            virtual_client_cancel(s->client, 1);
            virtual_client_cancel(s->client, 77);
            engine_run(&s->engine, 20 * second_us);
            assert_int_equal(s->count, told);
            stage_close(s);
        }
}

/* ---- patience ---- */

static void silence_ends_a_request(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++) {
        struct stage *s = open_stage(versions[v]);
        stage_ask(s, 1, SCRIPT_LATE, 1000, 9900000);
        engine_run(&s->engine, 20 * second_us);
        assert_non_null(stage_find(s, 1, VIRTUAL_FINISHED));
        int64_t start_us = s->engine.now_us;
        stage_ask(s, 2, SCRIPT_LATE, 1000, 11000000);
        engine_run(&s->engine, 60 * second_us);
        assert_int_equal(stage_find(s, 2, VIRTUAL_TIMEOUT)->at_us, start_us + 10 * second_us);
        assert_null(stage_find(s, 2, VIRTUAL_FINISHED));
        assert_null(stage_find(s, 2, VIRTUAL_PIECE));
        stage_close(s);
    }
}

/* Bytes start it anew; nothing answers on a link that loses everything. */
static void patience_lasts_as_long_as_bytes_come(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1);
    stage_ask(s, 1, SCRIPT_LIVE, 1000, 1000);
    engine_run(&s->engine, 40 * second_us);
    assert_int_equal(count(s, 1, VIRTUAL_PIECE), 1000);
    assert_int_equal(count(s, 1, VIRTUAL_FINISHED), 1);
    stage_close(s);

    for (size_t v = 0; v < 3; v++) {
        s = open_stage(versions[v]);
        s->path.up.config.loss = 1;
        s->path.up.draws = s->path.up.varies = true;
        stage_ask(s, 1, SCRIPT_WHOLE, 1000, 0);
        engine_run(&s->engine, 100 * second_us);
        assert_int_equal(s->count, 1);
        assert_int_equal(stage_find(s, 1, VIRTUAL_TIMEOUT)->at_us, 10 * second_us);
        stage_close(s);
    }
}

/* ---- from within events ---- */

static void cancel_itself(struct stage *s, const struct virtual_event *e)
{
    virtual_client_cancel(s->client, e->request);
}

static void a_handler_may_give_up_what_it_hears_of(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++)
        for (int kind = SCRIPT_WHOLE; kind <= SCRIPT_MISSING; kind++) {
            struct stage *s = open_stage(versions[v]);
            s->react = cancel_itself;
            stage_ask(s, 1, kind, 1000, 10);
            engine_run(&s->engine, 10 * second_us);
            assert_int_equal(s->count, 1);
            stage_close(s);
        }
}

static void start_next(struct stage *s, const struct virtual_event *e)
{
    if (e->kind == VIRTUAL_FINISHED && e->request < 10)
        stage_ask(s, e->request + 1, SCRIPT_WHOLE, 1000, 0);
}

/* The connection is free by then. */
static void a_handler_may_start_the_next_one(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++) {
        struct virtual_config config = config_of(versions[v]);
        config.spares = 0;
        struct stage *s = stage_open(&config, rate_bps, delay_us);
        s->react = start_next;
        stage_ask(s, 1, SCRIPT_WHOLE, 1000, 0);
        engine_run(&s->engine, 10 * second_us);
        assert_non_null(stage_find(s, 10, VIRTUAL_FINISHED));
        assert_int_equal(virtual_client_facts(s->client).connections, 1);
        stage_close(s);
    }
}

/* ---- a storm ---- */

enum life { UNUSED, RUNNING, ENDED, CANCELLED };

struct storm {
    struct engine engine;
    struct path path;
    struct virtual_client *client;
    enum life lives[REQUESTS + 1];
    int64_t next_tag[REQUESTS + 1];
    uint32_t started;
    size_t ended;
    uint64_t lots;
};

static int64_t draw(struct storm *s, int64_t below)
{
    return lots_share(below, lots_draw(&s->lots));
}

static void storm_start(struct storm *s)
{
    if (s->started == REQUESTS)
        return;
    struct virtual_ask ask = {
        .kind = (int)draw(s, 4), .number = 1 + draw(s, 20000), .offset = 1 + draw(s, 40)};
    s->lives[++s->started] = RUNNING;
    assert_int_equal(virtual_client_start(s->client, s->started, &ask), 0);
}

static void storm_cancel(struct storm *s)
{
    uint32_t id = (uint32_t)draw(s, s->started + 1);
    if (s->lives[id] == RUNNING)
        s->lives[id] = CANCELLED;
    virtual_client_cancel(s->client, id);
}

static void storm_act(struct storm *s)
{
    if (draw(s, 3))
        storm_start(s);
    else
        storm_cancel(s);
}

static void storm_heard(void *context, const struct virtual_event *e)
{
    struct storm *s = context;
    assert_int_equal(s->lives[e->request], RUNNING);
    if (e->kind == VIRTUAL_PIECE) {
        assert_int_equal(e->tag, s->next_tag[e->request]++);
    } else {
        s->lives[e->request] = ENDED;
        s->ended++;
    }
    assert_true(e->started_us <= e->connected_us || e->kind == VIRTUAL_TIMEOUT);
    if (draw(s, 10) == 0)
        storm_act(s);
    if (draw(s, 10) == 0)
        storm_cancel(s);
}

static void storm(enum virtual_http http, uint64_t seed)
{
    static const struct virtual_origin origin = {.answer = script_answer, .piece = script_piece};
    struct virtual_config config = config_of(http);
    struct storm s = {.lots = seed};
    struct link_config link = {.rate_bps = seed % 3 ? 20000000 : 1000000,
                               .delay_us = 15000,
                               .jitter_us = seed % 2 ? 2000 : 0,
                               .loss = seed % 4 ? 0.03 : 0,
                               .seed = seed,
                               .queue_bytes = 30000};
    link_init(&s.path.down, &link);
    link_init(&s.path.up, &link);
    s.path.by_packet = link.loss > 0;
    config.spares = (unsigned)(seed % 4);
    config.silence_us = 2 * second_us;
    config.tls = seed % 5 == 0;
    assert_int_equal(
        virtual_client_create(&s.engine, &s.path, &origin, &config, storm_heard, &s, &s.client), 0);
    while (s.started < REQUESTS) {
        engine_run(&s.engine, s.engine.now_us + draw(&s, 60000));
        storm_act(&s);
    }
    if (seed % 2) /* else it is destroyed in the midst of it */
        engine_run(&s.engine, s.engine.now_us + 300 * second_us);
    for (uint32_t id = 1; seed % 2 && id <= REQUESTS; id++)
        assert_true(s.lives[id] == ENDED || s.lives[id] == CANCELLED);
    assert_true(s.ended > REQUESTS / (seed % 2 ? 4 : 20)); /* of a thin link in its midst: fewer */
    assert_int_equal(virtual_client_facts(s.client).requests, REQUESTS);
    virtual_client_destroy(s.client);
    assert_int_equal(s.engine.timers.count, 0);
    engine_finish(&s.engine);
}

static void in_a_storm_each_request_ends_once(void **state)
{
    (void)state;
    for (size_t v = 0; v < 4; v++)
        for (uint64_t seed = 1; seed <= 12; seed++)
            storm(versions[v], seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_answer_comes_frame_by_frame),
        cmocka_unit_test(transfer_time_is_without_the_origins_pauses),
        cmocka_unit_test(a_refusal_leaves_the_connection_open),
        cmocka_unit_test(what_is_in_flight_occupies_the_link),
        cmocka_unit_test(what_had_come_of_a_piece_is_told),
        cmocka_unit_test(it_holds_up_whoever_comes_next),
        cmocka_unit_test(bytes_of_what_was_given_up_are_counted_as_they_come),
        cmocka_unit_test(a_request_that_was_not_heard_of_can_be_given_up),
        cmocka_unit_test(silence_ends_a_request),
        cmocka_unit_test(patience_lasts_as_long_as_bytes_come),
        cmocka_unit_test(a_handler_may_give_up_what_it_hears_of),
        cmocka_unit_test(a_handler_may_start_the_next_one),
        cmocka_unit_test(in_a_storm_each_request_ends_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
