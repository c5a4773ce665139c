/* An ideal client that is alone on its link; and patience with what comes slowly. */
#include "fixture.h"

enum { MBIT = 1000000, MS = 1000, S = 1000000, RTT_US = 2 * 20 * MS };

static struct stage *alone(enum virtual_http http, int64_t rate_bps)
{
    struct virtual_config config = virtual_config_default;
    config.http = http;
    struct stage *s = stage_open(&config, rate_bps, RTT_US / 2);
    s->path.alone = true;
    return s;
}

/* A round trip, and the body's bits; no head, no window, no way back. */
static void a_fetch_takes_round_trip_and_bits(void **state)
{
    (void)state;
    struct stage *s = alone(VIRTUAL_IDEAL, 8 * MBIT);
    assert_int_equal(stage_fetch_us(s, 1, 1), RTT_US + 1);
    assert_int_equal(stage_fetch_us(s, 2, 300000), RTT_US + 300 * MS);
    assert_int_equal(stage_find(s, 2, VIRTUAL_PIECE)->event.transfer_us, 300 * MS);
    stage_close(s);
}

/* Given up after 100 ms; the server learns of it half a round trip later, and what it had not sent
 * by then is in nobody's way. */
static void what_is_given_up_is_in_nobodys_way(void **state)
{
    (void)state;
    struct stage *s = alone(VIRTUAL_IDEAL, 8 * MBIT);
    stage_ask(s, 1, SCRIPT_WHOLE, 5000000, 0);
    engine_run(&s->engine, 100 * MS);
    virtual_client_cancel(s->client, 1);
    engine_run(&s->engine, 200 * MS);
    /* a byte a microsecond */
    assert_int_equal(s->path.down.bytes, 100 * MS + RTT_US / 2 - RTT_US);
    assert_int_equal(stage_fetch_us(s, 2, 1000), RTT_US + MS);
    assert_null(stage_find(s, 1, VIRTUAL_FINISHED));
    stage_close(s);
}

/* The second one is behind the first, and comes on where that is given up. */
static void who_waited_behind_it_goes_on(void **state)
{
    (void)state;
    struct stage *s = alone(VIRTUAL_IDEAL, 8 * MBIT);
    stage_ask(s, 1, SCRIPT_WHOLE, 5000000, 0);
    stage_ask(s, 2, SCRIPT_WHOLE, 100000, 0);
    engine_run(&s->engine, 100 * MS);
    virtual_client_cancel(s->client, 1);
    engine_run(&s->engine, 2 * S);
    assert_non_null(stage_find(s, 2, VIRTUAL_FINISHED));
    assert_int_equal(stage_find(s, 2, VIRTUAL_FINISHED)->at_us, 100 * MS + RTT_US / 2 + 100 * MS);
    stage_close(s);
}

/* The first half of what is first stays sent when what is behind it is given up. */
static void what_is_before_it_is_not_touched(void **state)
{
    (void)state;
    struct stage *s = alone(VIRTUAL_IDEAL, 8 * MBIT);
    stage_ask(s, 1, SCRIPT_WHOLE, 200000, 0);
    stage_ask(s, 2, SCRIPT_WHOLE, 100000, 0);
    engine_run(&s->engine, 100 * MS);
    virtual_client_cancel(s->client, 2);
    engine_run(&s->engine, 2 * S);
    assert_int_equal(stage_find(s, 1, VIRTUAL_FINISHED)->at_us, RTT_US + 200 * MS);
    assert_int_equal(s->path.down.bytes, 200000);
    stage_close(s);
}

/* 25 s for one piece, of which bytes come all the time: silence is 10 s. */
static void patience_hears_what_comes_slowly(void **state)
{
    (void)state;
    for (int http = VIRTUAL_HTTP_1_1; http <= VIRTUAL_IDEAL; http++) {
        struct stage *s = alone((enum virtual_http)http, MBIT / 10);
        stage_ask(s, 1, SCRIPT_WHOLE, 100000 / 8 * 25, 0);
        engine_run(&s->engine, 60 * S);
        assert_null(stage_find(s, 1, VIRTUAL_TIMEOUT));
        assert_non_null(stage_find(s, 1, VIRTUAL_FINISHED));
        stage_ask(s, 2, SCRIPT_LATE, 1000, 11 * S); /* and of this one none */
        engine_run(&s->engine, 120 * S);
        assert_non_null(stage_find(s, 2, VIRTUAL_TIMEOUT));
        stage_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fetch_takes_round_trip_and_bits),
        cmocka_unit_test(what_is_given_up_is_in_nobodys_way),
        cmocka_unit_test(who_waited_behind_it_goes_on),
        cmocka_unit_test(what_is_before_it_is_not_touched),
        cmocka_unit_test(patience_hears_what_comes_slowly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
