/* HTTP/2, through haproxy: one connection carries everything, and giving a response up resets its
 * stream alone. */
#include "unit/player-sim/transport/http/fixture.h"
#include "support/proxy.h"

enum { STREAMS = 20 };

static struct proxy proxy;
static bool linger; /* segments go on until the other side ends them */
static int ended;   /* of these */

/* The first chunk, and the rest when the gate is passed. */
static bool live_segment(struct world *w, struct http_script_talk *t)
{
    size_t first = WORLD_CHUNK_BYTES + CMAF_CHUNK_OVERHEAD_BYTES;
    if (strcmp(t->path, WORLD_SEGMENT) != 0)
        return false;
    if (!world_send_206(t) || !http_script_chunk(t, w->segment.data, first))
        return true;
    if (linger) {
        http_script_linger(t);
        __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
        return true;
    }
    if (!http_script_wait(t, 1))
        return true;
    http_script_chunk(t, w->segment.data + first, w->segment.size - first);
    http_script_chunk(t, "", 0);
    return true;
}

static struct http_config http2_config(void)
{
    struct http_config config = world_config();
    config.version = HTTP_VERSION_2;
    config.spares = 1;
    return config;
}

/* NULL: skip. The server of w is behind the proxy, and w's channel is reached through it. */
static struct world *start(struct http_config config, const char *scheme, uint16_t *port)
{
    linger = false;
    ended = 0;
    struct world *w = world_create(&config, live_segment, WORLD_TIME_SOURCE);
    if (!proxy_start(&proxy, http_script_port(w->server))) {
        world_finish(w);
        return NULL;
    }
    if (config.ca_file) { /* known only now */
        http_client_destroy(w->client);
        config.ca_file = proxy.certificate;
        assert_int_equal(http_client_create(w->loop, &config, world_handle, w, &w->client), 0);
    }
    snprintf(w->url, sizeof w->url, "%s://127.0.0.1:%u" WORLD_MANIFEST, scheme, (unsigned)*port);
    return w;
}

static void finish(struct world *w)
{
    world_finish(w);
    proxy_finish(&proxy);
}

static void watch_many_streams(struct world *w)
{
    struct http_facts facts;
    world_open(w);
    world_ask_packet(w, 2);
    world_expect(w, 2, SESSION_PACKET);
    assert_false(world_end_of(w, 2)->event.fresh_connection);
    for (uint32_t id = 100; id < 100 + STREAMS; id++)
        world_ask_segment(w, id, 0);
    for (uint32_t id = 100; id < 100 + STREAMS; id++)
        world_until(w, world_chunks_of(w, id) == 1);
    /* Every other one is given up. */
    int open = http_script_open(w->server);
    for (uint32_t id = 100; id < 100 + STREAMS; id += 2)
        http_client_cancel(w->client, id);
    http_script_pass(w->server);
    for (uint32_t id = 101; id < 100 + STREAMS; id += 2) {
        world_expect(w, id, SESSION_FINISHED);
        assert_int_equal(world_chunks_of(w, id), WORLD_CHUNKS);
        assert_int_equal(world_chunks_of(w, id - 1), 1);
    }
    assert_true(open >= STREAMS);
    world_until(w, (http_client_facts(w->client, &facts), facts.clock_error_us >= 0));
    assert_int_equal(facts.connections, 1);
    assert_string_equal(facts.version, "2");
}

static void test_http2_without_tls(void **state)
{
    (void)state;
    struct world *w = start(http2_config(), "http", &proxy.clear);
    if (!w)
        skip();
    watch_many_streams(w);
    finish(w);
}

static void test_http2_with_tls(void **state)
{
    struct http_config config = http2_config();
    (void)state;
    config.insecure = true;
    struct world *w = start(config, "https", &proxy.tls);
    if (!w)
        skip();
    watch_many_streams(w);
    finish(w);
}

/* Responses that are given up do not go on behind the scenes, though nothing else is asked for:
 * haproxy, which has an HTTP/1.1 connection for each, hears of it and ends those alone (most of
 * them: under load, 2.6 passes over one in some hundreds). The clock is asked once before it, and
 * once more to carry the resets. */
static void test_cancel_resets_the_stream(void **state)
{
    enum { FIRST = 2, CANCELLED = 8, LAST = FIRST + CANCELLED };
    struct http_facts facts;
    (void)state;
    struct world *w = start(http2_config(), "http", &proxy.clear);
    if (!w)
        skip();
    linger = true;
    world_open(w);
    for (uint32_t id = FIRST; id <= LAST; id++)
        world_ask_segment(w, id, 0);
    for (uint32_t id = FIRST; id <= LAST; id++)
        world_until(w, world_chunks_of(w, id) == 1);
    world_until(w, (http_client_facts(w->client, &facts), facts.clock_error_us >= 0));
    assert_int_equal(__atomic_load_n(&ended, __ATOMIC_SEQ_CST), 0);
    assert_int_equal(http_script_count(w->server, "/time"), 1);
    for (uint32_t id = FIRST; id < LAST; id++)
        http_client_cancel(w->client, id);
    world_until(w, __atomic_load_n(&ended, __ATOMIC_SEQ_CST) >= CANCELLED / 2);
    world_until(w, http_script_count(w->server, "/time") == 2);
    assert_null(world_ended(w, LAST));
    world_ask_packet(w, 20);
    assert_false(world_expect(w, 20, SESSION_PACKET)->event.fresh_connection);
    assert_true(__atomic_load_n(&ended, __ATOMIC_SEQ_CST) <= CANCELLED);
    finish(w);
}

/* All of a viewer's first requests at once still make one connection, also where the one that
 * opened it is given up meanwhile. */
static void test_one_connection_from_the_start(void **state)
{
    (void)state;
    struct world *w = start(http2_config(), "http", &proxy.clear);
    struct http_facts facts;
    if (!w)
        skip();
    for (uint32_t id = 1; id < 10; id++)
        world_ask_manifest(w, id);
    for (uint32_t id = 1; id < 10; id++)
        world_expect(w, id, SESSION_MANIFEST);
    http_client_facts(w->client, &facts);
    assert_int_equal(facts.connections, 1);
    finish(w);
}

/* The request on whose connection the others count goes away before there is one. */
static void test_opener_is_cancelled(void **state)
{
    (void)state;
    struct world *w = start(http2_config(), "http", &proxy.clear);
    struct http_facts facts;
    if (!w)
        skip();
    for (uint32_t id = 1; id < 10; id++)
        world_ask_manifest(w, id);
    http_client_cancel(w->client, 1);
    for (uint32_t id = 2; id < 10; id++)
        world_expect(w, id, SESSION_MANIFEST);
    assert_null(world_ended(w, 1));
    http_client_facts(w->client, &facts);
    assert_int_equal(facts.connections, 1);
    finish(w);
}

/* An idle connection was closed, as by an origin that starts anew. */
static void test_connection_is_gone(void **state)
{
    (void)state;
    struct world *w = start(http2_config(), "http", &proxy.clear);
    struct http_facts facts;
    if (!w)
        skip();
    world_open(w);
    for (uint32_t id = 10; id < 40; id += 10) {
        proxy_restart(&proxy);
        for (uint32_t i = 0; i < 4; i++)
            world_ask_packet(w, id + i);
        for (uint32_t i = 0; i < 4; i++)
            world_expect(w, id + i, SESSION_PACKET);
        http_client_facts(w->client, &facts);
        assert_int_equal(facts.connections, 1 + id / 10);
    }
    finish(w);
}

static void test_certificates(void **state)
{
    struct http_config config = http2_config();
    (void)state;
    struct world *w = start(config, "https", &proxy.tls);
    if (!w)
        skip();
    world_ask_manifest(w, 1);
    assert_int_equal(world_end_of(w, 1)->event.kind, SESSION_FAILED);
    assert_int_equal(world_end_of(w, 1)->event.http_status, 0);
    assert_non_null(strstr(world_end_of(w, 1)->text, "certificate"));
    finish(w);

    config.ca_file = "the proxy's";
    w = start(config, "https", &proxy.tls);
    world_open(w);
    finish(w);
}

static void test_http1_where_2_was_asked_for(void **state)
{
    struct http_config config = http2_config();
    (void)state;
    config.insecure = true;
    struct world *w = start(config, "https", &proxy.tls_http_1);
    if (!w)
        skip();
    world_ask_manifest(w, 1);
    const struct seen *e = world_end_of(w, 1);
    assert_int_equal(e->event.kind, SESSION_FAILED);
    assert_non_null(strstr(e->text, "HTTP/2 was asked for"));
    struct http_facts facts;
    http_client_facts(w->client, &facts);
    assert_string_equal(facts.version, "1.1");
    finish(w);
}

static void test_cleartext_server_without_http2(void **state)
{
    struct http_config config = http2_config();
    struct world *w = world_create(&config, NULL, "");
    (void)state;
    world_ask_manifest(w, 1);
    world_expect_failure(world_end_of(w, 1), SESSION_FAULT_HTTP, 0,
                         "does the server speak HTTP/2 without TLS?");
    world_finish(w);
}

/* HTTP/1.1 over TLS, with a spare: what TLS says on an idle connection is not taken for its end. */
static void test_http1_with_tls(void **state)
{
    struct http_config config = world_config();
    struct http_facts facts;
    (void)state;
    config.insecure = true;
    config.spares = 1;
    struct world *w = start(config, "https", &proxy.tls_http_1);
    if (!w)
        skip();
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_until(w, world_chunks_of(w, 2) == 1);
    world_until(w, (http_client_facts(w->client, &facts), facts.clock_error_us >= 0));
    for (uint32_t id = 10; id < 40; id++) {
        world_ask_packet(w, id);
        assert_false(world_end_of(w, id)->event.fresh_connection);
    }
    http_client_facts(w->client, &facts);
    assert_in_range(facts.connections, 2, 3);
    http_script_pass(w->server);
    world_expect(w, 2, SESSION_FINISHED);
    finish(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http2_without_tls),
        cmocka_unit_test(test_http2_with_tls),
        cmocka_unit_test(test_cancel_resets_the_stream),
        cmocka_unit_test(test_one_connection_from_the_start),
        cmocka_unit_test(test_opener_is_cancelled),
        cmocka_unit_test(test_connection_is_gone),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_http1_where_2_was_asked_for),
        cmocka_unit_test(test_cleartext_server_without_http2),
        cmocka_unit_test(test_http1_with_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
