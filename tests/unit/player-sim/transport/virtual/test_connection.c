/* Connections: handshakes worked out by hand, which one a request gets, what is kept, what is lost.
 * The link carries a byte a microsecond, 20 ms each way. A request is 300 bytes, an answer has a
 * head of 250; each packet weighs 52 bytes more on the wire. */
#include "fixture.h"
#include "player-sim/transport/virtual/state.h"

static const int64_t rate_bps = 8000000, delay_us = 20000;

/* SYN and its answer; a request; an answer of 1000 bytes; the hellos of TLS, of QUIC. */
enum {
    OPEN_US = 2 * (60 + 20000),
    ASK_US = 352 + 20000,
    ANSWER_US = 1302 + 20000,
    TLS_US = 552 + 20000 + 3156 + 20000,
    QUIC_US = 1252 + 20000 + 3156 + 20000,
};

static struct virtual_config config_of(enum virtual_http http, bool tls, unsigned spares)
{
    struct virtual_config config = virtual_config_default;
    config.http = http;
    config.tls = tls;
    config.spares = spares;
    return config;
}

static struct stage *open_stage(enum virtual_http http, bool tls, unsigned spares)
{
    struct virtual_config config = config_of(http, tls, spares);
    return stage_open(&config, rate_bps, delay_us);
}

static void first_request_takes(enum virtual_http http, bool tls, int64_t open_us, int64_t ask_us,
                                int64_t answer_us)
{
    struct stage *s = open_stage(http, tls, 0);
    for (uint32_t id = 1; id < 3; id++) {
        int64_t start_us = s->engine.now_us, before_us = id == 1 ? open_us : 0;
        stage_ask(s, id, SCRIPT_WHOLE, 1000, 0);
        engine_run(&s->engine, start_us + 1000000);
        const struct stage_event *e = stage_find(s, id, VIRTUAL_FINISHED);
        assert_non_null(e);
        assert_int_equal(e->at_us, start_us + before_us + ask_us + answer_us);
        assert_int_equal(e->event.connected_us, start_us + before_us);
        assert_int_equal(e->event.fresh, id == 1);
        assert_int_equal(e->event.body_bytes, 1000);
        assert_int_equal(e->event.first_byte_us,
                         http == VIRTUAL_IDEAL ? start_us + ask_us : e->at_us);
    }
    assert_int_equal(virtual_client_facts(s->client).connections, 1);
    assert_int_equal(virtual_client_facts(s->client).bytes, 2000);
    stage_close(s);
}

static void handshakes_take_their_round_trips(void **state)
{
    (void)state;
    first_request_takes(VIRTUAL_HTTP_1_1, false, OPEN_US, ASK_US, ANSWER_US);
    first_request_takes(VIRTUAL_HTTP_1_1, true, OPEN_US + TLS_US, ASK_US, ANSWER_US);
    first_request_takes(VIRTUAL_HTTP_2, false, OPEN_US + TLS_US, ASK_US, ANSWER_US);
    first_request_takes(VIRTUAL_HTTP_3, false, QUIC_US, ASK_US, ANSWER_US);
    first_request_takes(VIRTUAL_IDEAL, false, 0, 2 * delay_us, 1000);
}

static void the_round_trip_of_the_handshake_is_known(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 0);
    stage_ask(s, 1, SCRIPT_LATE, 1000, 5000000);
    engine_run(&s->engine, 100000);
    assert_int_equal(s->client->connections->rtt_us, OPEN_US);
    stage_close(s);
}

/* RFC 6298, 2.1: after a second; what was repeated is no measure of a round trip. */
static void a_lost_handshake_begins_anew(bool up)
{
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 0);
    int64_t at_us, lost_us = up ? 0 : OPEN_US / 2;
    stage_link(&s->path, rate_bps, delay_us, 1000);
    stage_ask(s, 1, SCRIPT_WHOLE, 1000, 0);
    engine_run(&s->engine, lost_us);
    link_offer(up ? &s->path.up : &s->path.down, lost_us, 5000, &at_us);
    engine_run(&s->engine, 5000000);
    assert_int_equal(s->path.up.dropped + s->path.down.dropped, 1);
    const struct stage_event *e = stage_find(s, 1, VIRTUAL_FINISHED);
    assert_non_null(e);
    assert_int_equal(e->at_us, 1000000 + OPEN_US + ASK_US + ANSWER_US);
    assert_int_equal(s->client->connections->rtt_us, 2 * delay_us);
    stage_close(s);
}

static void what_is_lost_of_a_handshake_comes_again(void **state)
{
    (void)state;
    a_lost_handshake_begins_anew(true);
    a_lost_handshake_begins_anew(false);
}

/* RFC 8985, 7.2: two round trips and 200 ms. */
static void a_lost_request_comes_again(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 0);
    int64_t at_us;
    stage_link(&s->path, rate_bps, delay_us, 1000);
    stage_ask(s, 1, SCRIPT_WHOLE, 1000, 0);
    engine_run(&s->engine, OPEN_US);
    link_offer(&s->path.up, OPEN_US, 5000, &at_us);
    engine_run(&s->engine, 5000000);
    const struct stage_event *e = stage_find(s, 1, VIRTUAL_FINISHED);
    assert_non_null(e);
    assert_int_equal(e->at_us, OPEN_US + 280000 + ASK_US + ANSWER_US);
    stage_close(s);
}

/* ---- which one ---- */

static void each_request_has_a_connection_to_itself(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 0);
    for (uint32_t id = 1; id <= 3; id++)
        stage_ask(s, id, SCRIPT_LIVE, 1000, 100);
    engine_run(&s->engine, 1000000);
    assert_int_equal(virtual_client_facts(s->client).connections, 3);
    for (uint32_t id = 1; id <= 3; id++)
        assert_true(stage_find(s, id, VIRTUAL_PIECE)->event.fresh);
    stage_close(s);
}

static void others_share_one(void **state)
{
    static const enum virtual_http kinds[] = {VIRTUAL_HTTP_2, VIRTUAL_HTTP_3, VIRTUAL_IDEAL};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct stage *s = open_stage(kinds[i], false, 3);
        for (uint32_t id = 1; id <= 3; id++)
            stage_ask(s, id, SCRIPT_LIVE, 1000, 10);
        engine_run(&s->engine, 1000000);
        assert_int_equal(virtual_client_facts(s->client).connections, 1);
        for (uint32_t id = 1; id <= 3; id++)
            assert_non_null(stage_find(s, id, VIRTUAL_FINISHED));
        stage_close(s);
    }
}

/* Not the one that was used last, nor the one that was idle longest. */
static void the_one_that_was_opened_first_is_used_again(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 0);
    stage_ask(s, 1, SCRIPT_LATE, 1000, 200000);
    stage_ask(s, 2, SCRIPT_LATE, 1000, 300000);
    stage_ask(s, 3, SCRIPT_LATE, 1000, 100000);
    engine_run(&s->engine, 100000);
    const struct virtual_connection *first = s->client->requests->connection;
    assert_non_null(first);
    engine_run(&s->engine, 1000000);
    stage_ask(s, 4, SCRIPT_WHOLE, 1000, 0);
    assert_ptr_equal(s->client->requests->connection, first);
    assert_int_equal(virtual_client_facts(s->client).connections, 3);
    stage_close(s);
}

/* libcurl ties a request to the connection that it opens. */
static void a_request_that_is_given_up_takes_its_opening_with_it(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, true, 0);
    stage_ask(s, 1, SCRIPT_WHOLE, 1000, 0);
    engine_run(&s->engine, 30000);
    virtual_client_cancel(s->client, 1);
    assert_null(s->client->connections);
    stage_ask(s, 2, SCRIPT_WHOLE, 1000, 0);
    engine_run(&s->engine, 1000000);
    assert_int_equal(stage_find(s, 2, VIRTUAL_FINISHED)->at_us,
                     30000 + OPEN_US + TLS_US + ASK_US + ANSWER_US);
    assert_int_equal(virtual_client_facts(s->client).connections, 2);
    stage_close(s);
}

/* ---- spares ---- */

enum { FIRST_US = OPEN_US + ASK_US + ANSWER_US, SPARE_US = OPEN_US + ASK_US + 352 + 20000 };

/* One is opened once something was answered, by a small request. */
static void a_spare_is_there_after_an_answer(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 1);
    stage_ask(s, 1, SCRIPT_LIVE, 1000, 100);
    engine_run(&s->engine, FIRST_US);
    assert_int_equal(virtual_client_facts(s->client).connections, 1);
    engine_run(&s->engine, FIRST_US + SPARE_US + 1);
    assert_int_equal(virtual_client_facts(s->client).connections, 2);

    stage_ask(s, 2, SCRIPT_LIVE, 1000, 100);
    assert_int_equal(virtual_client_facts(s->client).connections, 3); /* the next one */
    engine_run(&s->engine, 1000000);
    const struct stage_event *e = stage_find(s, 2, VIRTUAL_PIECE);
    assert_false(e->event.fresh);
    assert_int_equal(e->event.connected_us, FIRST_US + SPARE_US + 1);
    assert_int_equal(virtual_client_facts(s->client).connections, 3);
    stage_close(s);
}

static void who_comes_before_it_is_open_opens_his_own(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 1);
    stage_ask(s, 1, SCRIPT_LIVE, 1000, 100);
    engine_run(&s->engine, FIRST_US + 50000);
    stage_ask(s, 2, SCRIPT_LIVE, 1000, 100);
    engine_run(&s->engine, 1000000);
    assert_true(stage_find(s, 2, VIRTUAL_PIECE)->event.fresh);
    assert_int_equal(virtual_client_facts(s->client).connections, 3);
    stage_close(s);
}

static void a_finished_response_leaves_a_spare(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 1);
    for (uint32_t id = 1; id <= 20; id++) {
        stage_ask(s, id, SCRIPT_WHOLE, 1000, 0);
        engine_run(&s->engine, s->engine.now_us + 1000000);
    }
    assert_int_equal(virtual_client_facts(s->client).connections, 2);
    stage_close(s);
}

static void what_is_given_up_is_made_up_for(void **state)
{
    (void)state;
    struct stage *s = open_stage(VIRTUAL_HTTP_1_1, false, 1);
    for (uint32_t id = 1; id <= 20; id++) { /* zaps */
        stage_ask(s, id, SCRIPT_LIVE, 1000, 1000);
        virtual_client_cancel(s->client, id - 1);
        engine_run(&s->engine, s->engine.now_us + 1000000);
        assert_int_equal(stage_find(s, id, VIRTUAL_PIECE)->event.fresh, id == 1);
    }
    assert_int_equal(virtual_client_facts(s->client).connections, 21);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshakes_take_their_round_trips),
        cmocka_unit_test(the_round_trip_of_the_handshake_is_known),
        cmocka_unit_test(what_is_lost_of_a_handshake_comes_again),
        cmocka_unit_test(a_lost_request_comes_again),
        cmocka_unit_test(each_request_has_a_connection_to_itself),
        cmocka_unit_test(others_share_one),
        cmocka_unit_test(the_one_that_was_opened_first_is_used_again),
        cmocka_unit_test(a_request_that_is_given_up_takes_its_opening_with_it),
        cmocka_unit_test(a_spare_is_there_after_an_answer),
        cmocka_unit_test(who_comes_before_it_is_open_opens_his_own),
        cmocka_unit_test(a_finished_response_leaves_a_spare),
        cmocka_unit_test(what_is_given_up_is_made_up_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
