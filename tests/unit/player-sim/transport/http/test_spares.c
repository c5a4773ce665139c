/* Idle connections that wait for the next request, and what the time source tells by the way. */
#include "player-sim/transport/http/spares.h"
#include "player-sim/transport/http/state.h"
#include "unit/player-sim/transport/http/fixture.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct world *start_with(unsigned spares, const char *time_source,
                                bool (*answer)(struct world *, struct http_script_talk *))
{
    struct http_config config = world_config();
    config.spares = spares;
    return world_create(&config, answer, time_source);
}

/* The time source has told something. */
static bool clock_known(const struct world *w)
{
    struct http_facts facts;
    http_client_facts(w->client, &facts);
    return facts.clock_error_us >= 0;
}

static bool live_segment(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, WORLD_SEGMENT) != 0)
        return false;
    world_send_206(t);
    http_script_chunk(t, w->segment.data, w->segment.size);
    http_script_linger(t);
    return true;
}

/* Every request has reached the server, and all that it sent is here: media bytes, and an answer of
 * the time source for each time that it was asked, which is known once all requests are there. */
static bool settled(struct world *w, uint64_t media_bytes)
{
    struct http_facts facts;
    http_client_facts(w->client, &facts);
    if (facts.requests != (uint64_t)http_script_requests(w->server))
        return false;
    return facts.bytes == media_bytes + 24 * (uint64_t)http_script_count(w->server, "/time");
}

/* A live response takes its connection along when it is given up; the next request finds another
 * one, and after it there is one again. */
static void test_zap_finds_an_open_connection(void **state)
{
    struct world *w = start_with(1, WORLD_TIME_SOURCE, live_segment);
    struct http_facts facts;
    (void)state;
    world_open(w);
    http_client_facts(w->client, &facts);
    uint64_t media_bytes = facts.bytes;
    for (uint32_t id = 2; id < 20; id += 2) {
        world_ask_segment(w, id, 0);
        media_bytes += w->segment.size;
        world_until(w, settled(w, media_bytes));
        http_client_cancel(w->client, id);
        world_ask_packet(w, id + 1);
        media_bytes += w->packet.size;
        world_expect(w, id + 1, SESSION_PACKET);
        assert_false(world_end_of(w, id + 1)->event.fresh_connection);
    }
    /* One given up, one opened, each time. */
    world_until(w, settled(w, media_bytes));
    assert_in_range(http_script_connections(w->server), 10, 12);
    world_finish(w);
}

enum { FILLERS = 4 };

/* Listens with a queue that is full, so that who comes next waits to be connected. */
static int start_full_server(int fillers[FILLERS], char url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server, 0), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&address, &size), 0);
    for (size_t i = 0; i < FILLERS; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    snprintf(url, 64, "http://127.0.0.1:%u/manifest.json", ntohs(address.sin_port));
    return server;
}

/* libcurl closes a socket that is not connected yet without a word; it must not pass for an idle
 * connection ever after. */
static void test_given_up_while_connecting(void **state)
{
    struct world *w = start_with(1, WORLD_TIME_SOURCE, live_segment);
    int fillers[FILLERS];
    char url[64];
    int server = start_full_server(fillers, url);
    (void)state;
    world_ask_url(w, 1, url);
    world_until(w, w->client->sockets != NULL);
    http_client_cancel(w->client, 1);
    world_until(w, w->client->sockets == NULL);
    for (size_t i = 0; i < FILLERS; i++)
        close(fillers[i]);
    close(server);
    world_finish(w);
}

static void test_none_unless_wanted(void **state)
{
    struct world *w = start_with(0, WORLD_TIME_SOURCE, live_segment);
    (void)state;
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_until(w, world_chunks_of(w, 2) == WORLD_CHUNKS);
    http_client_cancel(w->client, 2);
    world_ask_packet(w, 3);
    assert_true(world_end_of(w, 3)->event.fresh_connection);
    assert_int_equal(http_script_count(w->server, "/time"), 0);
    assert_false(clock_known(w));
    world_finish(w);
}

/* While two responses are live there are two idle connections besides. */
static void test_two_spares(void **state)
{
    struct world *w = start_with(2, WORLD_TIME_SOURCE, live_segment);
    struct http_facts facts;
    (void)state;
    world_open(w);
    http_client_facts(w->client, &facts);
    uint64_t media_bytes = facts.bytes + 2 * w->segment.size;
    world_ask_segment(w, 2, 0);
    world_ask_segment(w, 3, 0);
    world_until(w, http_script_open(w->server) == 4);
    world_until(w, settled(w, media_bytes));
    assert_int_equal(http_script_open(w->server), 4);
    assert_int_equal(http_script_connections(w->server), 4);
    world_finish(w);
}

/* A spare that the origin closes is no spare any more, without anybody having asked for it. */
static void test_closed_spare_is_replaced(void **state)
{
    struct world *w = start_with(1, WORLD_TIME_SOURCE, live_segment);
    (void)state;
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_until(w, clock_known(w));
    int spare = http_script_connection_of(w->server, "/time");
    int asked = http_script_count(w->server, "/time");
    http_script_cut(w->server, spare);
    world_until(w, http_script_count(w->server, "/time") > asked);
    assert_true(http_script_connection_of(w->server, "/time") > spare);
    world_finish(w);
}

static void test_head_of_the_manifest_without_a_time_source(void **state)
{
    struct world *w = start_with(2, "", NULL);
    (void)state;
    world_open(w);
    world_until(w, http_script_count(w->server, WORLD_MANIFEST) == 2);
    world_until(w, http_script_open(w->server) == 2);
    world_ask_packet(w, 2);
    world_expect(w, 2, SESSION_PACKET);
    assert_false(clock_known(w));
    world_finish(w);
}

/* After 20 s an idle connection is used a little, so that the origin does not close it; when nobody
 * has used the origin for 30 s, it may. */
static void test_idle_spare_is_kept_warm(void **state)
{
    struct world *w = start_with(1, WORLD_TIME_SOURCE, NULL);
    (void)state;
    world_open(w);
    assert_int_equal(http_script_count(w->server, "/time"), 0); /* the manifest's does */
    int64_t now_us = clock_monotonic_us();
    http_spares_look(w->client, now_us + 19000000);
    assert_int_equal(http_loop_run(w->loop, 0), 0);
    http_spares_look(w->client, now_us + 31000000);
    assert_int_equal(http_loop_run(w->loop, 0), 0);
    struct http_facts facts;
    http_client_facts(w->client, &facts);
    assert_int_equal(facts.requests, 1);

    http_spares_look(w->client, now_us + 21000000);
    world_until(w, clock_known(w));
    assert_int_equal(http_script_count(w->server, "/time"), 1);
    assert_int_equal(http_script_connections(w->server), 1);
    http_client_facts(w->client, &facts);
    assert_int_equal(facts.requests, 2);
    world_finish(w);
}

/* The origin's clock is an hour ahead. */
static void test_clock(void **state)
{
    struct world *w = start_with(2, WORLD_TIME_SOURCE, NULL);
    struct http_facts facts;
    (void)state;
    world_open(w);
    world_until(w, clock_known(w));
    http_client_facts(w->client, &facts);
    assert_true(facts.clock_error_us >= 1000);
    assert_in_range(facts.clock_offset_us, w->server_ahead_us - facts.clock_error_us,
                    w->server_ahead_us + facts.clock_error_us);
    world_finish(w);
}

static bool close_each(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, "/time") != 0)
        return false;
    (void)w;
    http_script_text(t, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    t->close = true;
    return true;
}

static bool close_silently(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, "/time") != 0)
        return false;
    (void)w;
    http_script_whole(t, "200 OK", "", 0);
    t->close = true;
    return true;
}

static bool refuse_time(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, "/time") != 0)
        return false;
    (void)w;
    t->close = true;
    return true;
}

static bool (*answer_time)(struct world *, struct http_script_talk *);

static bool answer_time_or_live(struct world *w, struct http_script_talk *t)
{
    return live_segment(w, t) || answer_time(w, t);
}

/* An origin that keeps nothing open is not asked for spares all the time: fewer small requests than
 * real ones. The live response occupies its connection, so that a spare is missing throughout. */
static void expect_restraint(bool (*answer)(struct world *, struct http_script_talk *))
{
    answer_time = answer;
    struct world *w = start_with(1, WORLD_TIME_SOURCE, answer_time_or_live);
    world_open(w);
    world_ask_segment(w, 1000, 0);
    world_until(w, http_script_count(w->server, "/time") >= 1);
    for (uint32_t id = 2; id < 300; id++) {
        world_ask_packet(w, id);
        world_expect(w, id, SESSION_PACKET);
    }
    assert_in_range(http_script_count(w->server, "/time"), 1, 50);
    assert_in_range(http_script_connections(w->server), 2, 60);
    world_finish(w);
}

static void test_back_off(void **state)
{
    (void)state;
    expect_restraint(close_each);
    expect_restraint(close_silently);
    expect_restraint(refuse_time);
}

/* Many requests at once leave many connections; most of them are let go. */
static void test_crowd_of_connections_is_bounded(void **state)
{
    struct world *w = start_with(1, WORLD_TIME_SOURCE, NULL);
    (void)state;
    world_open(w);
    for (uint32_t id = 2; id < 62; id++)
        world_ask_packet(w, id);
    for (uint32_t id = 2; id < 62; id++)
        world_expect(w, id, SESSION_PACKET);
    world_until(w, http_script_open(w->server) <= 10);
    world_finish(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zap_finds_an_open_connection),
        cmocka_unit_test(test_given_up_while_connecting),
        cmocka_unit_test(test_none_unless_wanted),
        cmocka_unit_test(test_two_spares),
        cmocka_unit_test(test_closed_spare_is_replaced),
        cmocka_unit_test(test_head_of_the_manifest_without_a_time_source),
        cmocka_unit_test(test_idle_spare_is_kept_warm),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_crowd_of_connections_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
