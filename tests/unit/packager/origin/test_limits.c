/* There are never too many connections, nor too many or too large requests of one address; whoever
 * is refused is told so, and may still ask how we are. */
#include "unit/packager/origin/fixture.h"

#include <stdlib.h>

enum { SPARE = 9 }; /* beside three connections */

#define OTHER_ADDRESS "127.0.0.2"

static struct world world;

static int render(void *context, struct bytes_writer *body)
{
    (void)context;
    bytes_write_text(body, "fine\n");
    return 200;
}

static void start(struct origin_config config, struct origin_limits limits)
{
    const struct origin_page health = {"/healthz", "text/plain", NULL, render, ORIGIN_OPEN, true};

    strcpy(config.address, "127.0.0.1");
    world_start_configured(&world, &config, &limits, 60000000, false);
    assert_int_equal(origin_add_page(world.origin, &health), ERR_OK);
}

static void open_from(struct http_raw *h, const char *address)
{
    http_raw_open_from(h, origin_port(world.origin), address);
}

static void open_all(struct http_raw *list, int count, const char *address)
{
    for (int i = 0; i < count; i++)
        open_from(&list[i], address);
}

static void close_all(struct http_raw *list, int count)
{
    for (int i = 0; i < count; i++)
        http_raw_close(&list[i]);
}

/* So that the next answer can be read. */
static void read_body(struct http_raw *h, uint8_t *body, size_t capacity)
{
    const char *length = http_raw_header(h, "Content-Length");
    size_t left = length != NULL ? strtoul(length, NULL, 10) : 0;

    while (left > 0) {
        int64_t got = http_raw_read(h, body, left < capacity ? left : capacity);
        assert_true(got > 0);
        left -= (size_t)got;
    }
}

static int ask(struct http_raw *h, const char *path)
{
    uint8_t body[256];
    int status;

    http_raw_request(h, "GET", path, "");
    status = http_raw_head(h);
    read_body(h, body, sizeof body);
    return status;
}

/* The answer says when to come again, and whether on this connection. */
static void expect_refusal(const struct http_raw *h, bool closes)
{
    const char *connection = http_raw_header(h, "Connection");

    assert_int_equal(connection != NULL && strcmp(connection, "close") == 0, closes);
    assert_string_equal(http_raw_header(h, "Retry-After"), "1");
    assert_string_equal(http_raw_header(h, "Access-Control-Allow-Origin"), "*");
    assert_string_equal(http_raw_header(h, "Cache-Control"), "no-store");
}

static void expect_closing(struct http_raw *h, const char *path, int status)
{
    assert_int_equal(ask(h, path), status);
    assert_string_equal(http_raw_header(h, "Connection"), "close");
    assert_true(http_raw_ended(h));
    http_raw_close(h);
}

static void test_one_connection_too_many_is_told_so(void **state)
{
    static struct http_raw others[3];

    (void)state;
    start((struct origin_config){.max_connections = 3}, world_limits());
    open_all(others, 3, "127.0.0.1");
    world_await(&world, connections, 3);
    world_expect(&world, "GET", "/", "", 503);
    expect_refusal(&world.http, true);
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    world_await(&world, connections, 3);
    assert_int_equal(world_state(&world).refused_connections, 1);
    for (int i = 0; i < 3; i++) {
        http_raw_request(&others[i], "OPTIONS", "/", "");
        assert_int_equal(http_raw_head(&others[i]), 204);
    }
    close_all(others, 3);
    world_await(&world, connections, 0);
    world_expect(&world, "OPTIONS", "/", "", 204);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* Those who have been let in are served on, however many come after them. */
static void test_too_many_don_t_hurt_those_who_are_in(void **state)
{
    static struct http_raw viewer, others[3], more[SPARE];

    (void)state;
    start((struct origin_config){.max_connections = 4}, world_limits());
    open_from(&viewer, "127.0.0.1");
    world_await(&world, connections, 1);
    open_all(others, 3, "127.0.0.1");
    open_all(more, SPARE, "127.0.0.1");
    world_await(&world, connections, 4 + SPARE);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(&viewer, "/healthz"), 200);
    assert_null(http_raw_header(&viewer, "Connection"));
    http_raw_close(&viewer);
    close_all(others, 3);
    close_all(more, SPARE);
    world_stop(&world);
}

/* Hundreds that say nothing: each of those beyond gives way to a later one, so that whoever asks is
 * answered, and so few are open. */
static void test_a_crowd_that_says_nothing_leaves_room_for_a_question(void **state)
{
    enum { CROWD = 300 };
    static struct http_raw crowd[CROWD];

    (void)state;
    start((struct origin_config){.max_connections = 3}, world_limits());
    for (int i = 0; i < CROWD; i++) {
        open_from(&crowd[i], "127.0.0.1");
        if (i % 50 != 49)
            continue;
        open_from(&world.http, "127.0.0.1");
        expect_closing(&world.http, "/healthz", 200);
        open_from(&world.http, "127.0.0.1");
        expect_closing(&world.http, "/", 503);
    }
    /* All but those who fit have been cut. */
    for (int tries = 0; world_state(&world).connections > 3 + SPARE && tries < 4000; tries++)
        clock_sleep_until_us(clock_monotonic_us() + 5000);
    assert_in_range(world_state(&world).connections, 3, 3 + SPARE);
    assert_true(world_state(&world).cut[ORIGIN_CUT_REFUSED] >= CROWD - 3 - SPARE);
    assert_int_equal(world_state(&world).cut_readers, 0);
    close_all(crowd, CROWD);
    world_await(&world, connections, 0);
    world_stop(&world);
}

static void test_one_too_many_has_little_time_to_ask(void **state)
{
    struct origin_limits limits = world_limits();
    static struct http_raw first;

    (void)state;
    limits.spare_request_us = 100000;
    start((struct origin_config){.max_connections = 1}, limits);
    open_from(&first, "127.0.0.1");
    world_await(&world, connections, 1);
    open_from(&world.http, "127.0.0.1");
    http_raw_send(&world.http, "GET /healthz HTTP/1.1\r\nHo");
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    world_await(&world, cut[ORIGIN_CUT_REFUSED], 1);
    assert_int_equal(ask(&first, "/healthz"), 200);
    http_raw_close(&first);
    world_stop(&world);
}

static void test_an_address_has_its_own_limit(void **state)
{
    static struct http_raw crowd[2], other;

    (void)state;
    start((struct origin_config){.max_connections_per_address = 2}, world_limits());
    open_all(crowd, 2, "127.0.0.1");
    world_await(&world, connections, 2);
    open_from(&world.http, "127.0.0.1");
    assert_int_equal(ask(&world.http, "/"), 503);
    expect_refusal(&world.http, true);
    http_raw_close(&world.http);
    open_from(&world.http, "127.0.0.1");
    expect_closing(&world.http, "/healthz", 200);
    open_from(&other, OTHER_ADDRESS);
    assert_int_equal(ask(&other, "/"), 404);
    assert_int_equal(world_state(&world).refused_connections_of_address, 2);
    assert_int_equal(world_state(&world).refused_connections, 0);
    close_all(crowd, 2);
    http_raw_close(&other);
    world_stop(&world);
}

/* Sooner or later: how many are refused depends on how long it takes to ask. */
static void ask_until_429(struct http_raw *h)
{
    int status = 404;

    for (int tries = 0; status == 404 && tries < 1000; tries++)
        status = ask(h, "/x");
    assert_int_equal(status, 429);
    expect_refusal(h, false);
}

static void test_an_address_asks_at_a_rate(void **state)
{
    struct origin_limits limits = world_limits();
    static struct http_raw other;

    (void)state;
    limits.penalty_us = 20000;
    start((struct origin_config){.max_request_rate = 1}, limits);
    open_from(&world.http, "127.0.0.1");
    assert_int_equal(ask(&world.http, "/x"), 404);
    assert_int_equal(ask(&world.http, "/x"), 404);
    ask_until_429(&world.http);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(&world.http, "/healthz"), 200);
    open_from(&other, OTHER_ADDRESS);
    assert_int_equal(ask(&other, "/x"), 404);
    http_raw_close(&world.http);
    open_from(&world.http, "127.0.0.1"); /* a new connection is no new address */
    ask_until_429(&world.http);
    assert_true(world_state(&world).refused_requests >= 2);
    assert_int_equal(world_state(&world).parked_requests, 0);
    http_raw_close(&other);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void expect_answer(struct http_raw *h, int status)
{
    uint8_t body[256];

    assert_int_equal(http_raw_head(h), status);
    read_body(h, body, sizeof body);
}

/* Who asks too fast waits for his answer, and whoever hangs up meanwhile is gone. */
static void test_hanging_up_in_the_penalty(void **state)
{
    struct origin_limits limits = world_limits();

    (void)state;
    limits.penalty_us = 60000000;
    start((struct origin_config){.max_request_rate = 1}, limits);
    open_from(&world.http, "127.0.0.1");
    for (int i = 0; world_state(&world).refused_requests == 0 && i < 1000; i++) {
        http_raw_request(&world.http, "GET", "/x", "");
        world_await(&world, requests, i + 1);
        if (world_state(&world).refused_requests == 0)
            expect_answer(&world.http, 404);
    }
    assert_int_equal(world_state(&world).refused_requests, 1);
    http_raw_close(&world.http);
    world_await(&world, connections, 0);
    assert_int_equal(world_state(&world).responses_by_class[4], world_state(&world).requests - 1);
    world_stop(&world);
}

static void test_who_is_exempt_is_not_limited(void **state)
{
    enum { MANY = 20 };
    struct origin_config config = {.max_connections_per_address = 1, .max_request_rate = 1};
    static struct http_raw viewers[MANY];
    char why[160];

    (void)state;
    assert_true(networks_parse(OTHER_ADDRESS, &config.exempt, why, sizeof why));
    start(config, world_limits());
    open_all(viewers, MANY, OTHER_ADDRESS);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(ask(&viewers[i], "/x"), 404);
    assert_int_equal(world_state(&world).refused_connections_of_address, 0);
    assert_int_equal(world_state(&world).refused_requests, 0);
    close_all(viewers, MANY);
    world_stop(&world);
}

/* "GET /x...x HTTP/1.1" with so many bytes of path, of query, and of one header field, and so many
 * fields. */
static int ask_at_length(size_t path, size_t query, size_t field, unsigned fields)
{
    struct bytes_writer text;
    int status;

    bytes_writer_init(&text);
    bytes_write_text(&text, "GET /");
    for (size_t i = 1; i < path; i++)
        bytes_write_text(&text, "x");
    if (query > 0)
        bytes_write_text(&text, "?a=");
    for (size_t i = 3; i < query; i++)
        bytes_write_text(&text, "y");
    bytes_write_text(&text, " HTTP/1.1\r\nHost: x\r\nUser-Agent: ");
    for (size_t i = 0; i < field; i++)
        bytes_write_text(&text, "z");
    bytes_write_text(&text, "\r\n");
    for (unsigned i = 2; i < fields; i++)
        bytes_printf(&text, "X-%u: %u\r\n", i, i);
    bytes_write_text(&text, "\r\n");
    bytes_write(&text, "", 1);
    open_from(&world.http, "127.0.0.1");
    http_raw_send(&world.http, (const char *)text.data);
    status = http_raw_head(&world.http);
    if (status != 404)
        assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    bytes_writer_finish(&text);
    return status;
}

/* RFC 9110 15.5.15, RFC 6585 5. */
static void test_what_is_too_long(void **state)
{
    (void)state;
    start((struct origin_config){.max_connections = 8}, world_limits());
    assert_int_equal(ask_at_length(4096, 0, 10, 2), 404);
    assert_int_equal(ask_at_length(4097, 0, 10, 2), 414);
    assert_int_equal(ask_at_length(2048, 2048, 10, 2), 404);
    assert_int_equal(ask_at_length(2048, 2049, 10, 2), 414);
    assert_int_equal(ask_at_length(20000, 0, 10, 2), 414);
    assert_int_equal(ask_at_length(60000, 0, 10, 2), 414);
    assert_int_equal(ask_at_length(200000, 0, 10, 2), 414);
    assert_int_equal(ask_at_length(10, 0, 16000, 2), 404);
    assert_int_equal(ask_at_length(10, 0, 16384, 2), 431);
    assert_int_equal(ask_at_length(10, 0, 60000, 2), 431);
    assert_int_equal(ask_at_length(10, 0, 200000, 2), 431);
    assert_int_equal(ask_at_length(10, 0, 10, 100), 404);
    assert_int_equal(ask_at_length(10, 0, 10, 101), 431);
    assert_int_equal(ask_at_length(10, 0, 10, 10000), 431);
    world_await(&world, connections, 0);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_connection_too_many_is_told_so),
        cmocka_unit_test(test_too_many_don_t_hurt_those_who_are_in),
        cmocka_unit_test(test_a_crowd_that_says_nothing_leaves_room_for_a_question),
        cmocka_unit_test(test_one_too_many_has_little_time_to_ask),
        cmocka_unit_test(test_an_address_has_its_own_limit),
        cmocka_unit_test(test_an_address_asks_at_a_rate),
        cmocka_unit_test(test_hanging_up_in_the_penalty),
        cmocka_unit_test(test_who_is_exempt_is_not_limited),
        cmocka_unit_test(test_what_is_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
