/* Requests and what comes of them, over real HTTP/1.1. */
#include "unit/player-sim/transport/http/fixture.h"

#include <sys/eventfd.h>
#include <unistd.h>

static void expect_times(const struct seen *e, int64_t started_us)
{
    assert_true(started_us <= e->event.connected_us);
    assert_true(e->event.connected_us <= e->event.first_byte_us);
    assert_true(e->event.first_byte_us <= e->now_us);
}

static void expect_chunks(const struct world *w, uint32_t id, size_t from)
{
    size_t at = from;
    for (size_t i = 0; i < w->count; i++) {
        const struct session_sample *s = &w->seen[i].event.sample;
        if (w->seen[i].event.request != id || w->seen[i].event.kind != SESSION_CHUNK)
            continue;
        assert_true(w->seen[i].event.has_sample);
        assert_int_equal(s->time, 1001 * (34 + at));
        assert_int_equal(s->duration, 1001);
        assert_int_equal(s->timescale, 0);
        assert_int_equal(s->capture_us, 1700000000500000 + (int64_t)at);
        assert_int_equal(s->manifest_update, at == 2);
        assert_int_equal(s->bytes, WORLD_CHUNK_BYTES + CMAF_CHUNK_OVERHEAD_BYTES + 64 * (at == 2));
        at++;
    }
    assert_int_equal(at, WORLD_CHUNKS);
}

/* H14 to H17, H23, H28: manifest, the newest packet, and what follows it. */
static void test_join(void **state)
{
    struct world *w = world_start(NULL);
    (void)state;
    world_open(w);
    assert_string_equal(w->channel->url, w->url);
    assert_int_equal(w->channel->rung_count, 1);

    int64_t started_us = clock_monotonic_us();
    world_ask_packet(w, 2);
    const struct seen *packet = world_end_of(w, 2);
    assert_int_equal(packet->event.kind, SESSION_PACKET);
    assert_true(packet->event.has_sample);
    assert_int_equal(packet->event.sample.time, 33033);
    assert_int_equal(packet->event.sample.duration, 1001);
    assert_int_equal(packet->event.sample.bytes, w->packet.size);
    assert_int_equal(packet->event.sample.capture_us, 1700000000500000);
    assert_int_equal(packet->event.timescale, 30000);
    assert_int_equal(packet->event.segment_id, 0);
    assert_int_equal(packet->event.offset, 1234);
    assert_false(packet->event.fresh_connection);
    expect_times(packet, started_us);

    world_ask_segment(w, 3, 0);
    world_expect(w, 3, SESSION_FINISHED);
    expect_chunks(w, 3, 0);
    assert_int_equal(http_script_connections(w->server), 1);
    world_finish(w);
}

static void test_first_connection_is_fresh(void **state)
{
    struct world *w = world_start(NULL);
    int64_t started_us = clock_monotonic_us();
    (void)state;
    world_open(w);
    assert_true(w->seen[0].event.fresh_connection);
    expect_times(&w->seen[0], started_us);
    world_finish(w);
}

/* H19, H20: a packet of sound holds no sample, but its bytes are the decoder's. */
static void test_sound(void **state)
{
    struct http_config config = world_config();
    config.payloads = true;
    struct world *w = world_create(&config, NULL, "");
    (void)state;
    world_open(w);
    world_ask_sound(w, 2);
    const struct seen *e = world_end_of(w, 2);
    assert_int_equal(e->event.kind, SESSION_PACKET);
    assert_false(e->event.has_sample);
    assert_int_equal(e->event.sample.bytes, 0);
    assert_int_equal(e->event.timescale, 48000);
    assert_int_equal(e->event.segment_id, 3);
    assert_int_equal(e->event.offset, 77);
    assert_int_equal(e->payload_size, w->sound.size);
    assert_memory_equal(e->payload, w->sound.data, w->sound.size);
    world_finish(w);
}

static char ranges[4][64];
static int range_count;

static bool note_ranges(struct world *w, struct http_script_talk *t)
{
    (void)w;
    if (*t->range && range_count < 4)
        strcpy(ranges[range_count++], t->range);
    return false;
}

/* H28: ranges reach to the largest number that there is, also from the segment's start. */
static void test_h28_ranges(void **state)
{
    struct world *w = world_start(note_ranges);
    size_t second = WORLD_CHUNK_BYTES + CMAF_CHUNK_OVERHEAD_BYTES;
    (void)state;
    range_count = 0;
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_end_of(w, 2);
    world_ask_segment(w, 3, (int64_t)second);
    world_end_of(w, 3);
    expect_chunks(w, 3, 1);
    char expected[64];
    snprintf(expected, sizeof expected, "bytes=%zu-9007199254740991", second);
    assert_int_equal(range_count, 2);
    assert_string_equal(ranges[0], "bytes=0-9007199254740991");
    assert_string_equal(ranges[1], expected);
    world_finish(w);
}

static bool single_bytes(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, WORLD_SEGMENT) != 0)
        return false;
    world_send_segment(w, t, 1);
    return true;
}

static void test_single_bytes(void **state)
{
    struct http_config config = world_config();
    config.payloads = true;
    struct world *w = world_create(&config, single_bytes, "");
    size_t at = 0;
    (void)state;
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_expect(w, 2, SESSION_FINISHED);
    expect_chunks(w, 2, 0);
    for (size_t i = 0; i < w->count; i++) {
        if (w->seen[i].event.kind != SESSION_CHUNK)
            continue;
        assert_memory_equal(w->seen[i].payload, w->segment.data + at, w->seen[i].payload_size);
        at += w->seen[i].payload_size;
    }
    assert_int_equal(at, w->segment.size);
    world_finish(w);
}

static void test_no_payloads_unless_wanted(void **state)
{
    struct world *w = world_start(NULL);
    (void)state;
    world_open(w);
    world_ask_packet(w, 2);
    assert_null(world_end_of(w, 2)->payload);
    world_ask_segment(w, 3, 0);
    world_end_of(w, 3);
    for (size_t i = 0; i < w->count; i++)
        assert_null(w->seen[i].payload);
    world_finish(w);
}

/* A chunk is told when it is there, not when the response ends. */
static bool chunk_then_gate(struct world *w, struct http_script_talk *t)
{
    size_t first = WORLD_CHUNK_BYTES + CMAF_CHUNK_OVERHEAD_BYTES;
    if (strcmp(t->path, WORLD_SEGMENT) != 0)
        return false;
    world_send_206(t);
    http_script_chunk(t, w->segment.data, first);
    if (!http_script_wait(t, 1))
        return true;
    http_script_chunk(t, w->segment.data + first, w->segment.size - first);
    http_script_chunk(t, "", 0);
    return true;
}

static void test_chunks_come_one_by_one(void **state)
{
    struct world *w = world_start(chunk_then_gate);
    (void)state;
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_until(w, world_chunks_of(w, 2) == 1);
    assert_null(world_ended(w, 2));
    http_script_pass(w->server);
    world_end_of(w, 2);
    expect_chunks(w, 2, 0);
    world_finish(w);
}

static void cancel_first_chunk(struct world *w, const struct seen *e)
{
    if (e->event.kind == SESSION_CHUNK)
        http_client_cancel(w->client, e->event.request);
}

static bool all_at_once(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, WORLD_SEGMENT) != 0)
        return false;
    world_send_206(t);
    http_script_chunk(t, w->segment.data, w->segment.size);
    http_script_linger(t);
    return true;
}

/* The other chunks were read with the first one, and are dropped. */
static void test_cancel_in_the_handler(void **state)
{
    struct world *w = world_start(all_at_once);
    (void)state;
    world_open(w);
    w->on_event = cancel_first_chunk;
    world_ask_segment(w, 2, 0);
    world_until(w, world_chunks_of(w, 2) > 0);
    world_until(w, http_script_open(w->server) == 0);
    assert_int_equal(world_chunks_of(w, 2), 1);
    assert_null(world_ended(w, 2));
    http_client_cancel(w->client, 2);
    http_client_cancel(w->client, 999);
    world_ask_packet(w, 3);
    world_expect(w, 3, SESSION_PACKET);
    world_finish(w);
}

/* What is cancelled before the loop has run leaves no trace. */
static void test_cancel_at_once(void **state)
{
    struct world *w = world_start(NULL);
    (void)state;
    world_open(w);
    world_ask_packet(w, 2);
    http_client_cancel(w->client, 2);
    world_ask_url(w, 3, "nothing");
    http_client_cancel(w->client, 3);
    world_ask_manifest(w, 4);
    world_end_of(w, 4);
    assert_null(world_ended(w, 2));
    assert_null(world_ended(w, 3));
    assert_int_equal(http_script_count(w->server, WORLD_PACKET), 0);
    world_finish(w);
}

static void go_on(struct world *w, const struct seen *e)
{
    if (e->event.kind == SESSION_MANIFEST)
        world_ask_packet(w, e->event.request + 1);
    if (e->event.kind == SESSION_PACKET)
        world_ask_segment(w, e->event.request + 1, 0);
}

static void test_start_in_the_handler(void **state)
{
    struct world *w = world_start(NULL);
    (void)state;
    w->on_event = go_on;
    world_ask_manifest(w, 1);
    world_expect(w, 3, SESSION_FINISHED);
    expect_chunks(w, 3, 0);
    assert_int_equal(http_script_connections(w->server), 1);
    world_finish(w);
}

static const char *bad_url;

static void ask_again(struct world *w, const struct seen *e)
{
    if (e->event.kind == SESSION_FAILED && w->count < 1000)
        world_ask_url(w, e->event.request + 1, bad_url);
}

/* A handler that asks again for what fails at once must not keep the loop from its others; nor does
 * what fails meanwhile put an answer's time back, which world_handle looks at. */
static void fail_again_and_again(const char *url)
{
    struct world *w = world_start(NULL);
    bad_url = url;
    w->on_event = ask_again;
    world_ask_url(w, 100, url);
    assert_int_equal(http_loop_run(w->loop, clock_monotonic_us() + 1000000), 0);
    assert_in_range(w->count, 1, 8);
    world_ask_manifest(w, 1);
    world_expect(w, 1, SESSION_MANIFEST);
    world_finish(w);
}

static void test_failing_again_and_again(void **state)
{
    (void)state;
    fail_again_and_again("nothing");    /* before libcurl sees it */
    fail_again_and_again("no://thing"); /* in libcurl */
}

static void test_facts(void **state)
{
    struct world *w = world_start(NULL);
    struct http_facts facts;
    (void)state;
    http_client_facts(w->client, &facts);
    assert_int_equal(facts.rtt_us, -1);
    assert_int_equal(facts.clock_error_us, -1);
    assert_string_equal(facts.version, "");
    world_open(w);
    uint64_t manifest_bytes;
    http_client_facts(w->client, &facts);
    manifest_bytes = facts.bytes;
    world_ask_packet(w, 2);
    world_end_of(w, 2);
    http_client_facts(w->client, &facts);
    assert_true(facts.rtt_us >= 0);
    assert_int_equal(facts.bytes - manifest_bytes, w->packet.size);
    assert_int_equal(facts.connections, 1);
    assert_int_equal(facts.requests, 2);
    assert_string_equal(facts.version, "1.1");
    assert_true(strlen(facts.congestion_control) > 0);
    world_finish(w);
}

enum { CROWD = 60 };

/* Each viewer has connections of its own, and all get what is theirs. */
static void test_many_clients_in_one_loop(void **state)
{
    struct world *w = world_start(NULL);
    struct http_config config = world_config();
    struct http_client *clients[CROWD];
    (void)state;
    for (uint32_t i = 0; i < CROWD; i++) {
        struct session_request r = {.id = 100 + i, .kind = SESSION_GET_MANIFEST, .url = w->url};
        assert_int_equal(http_client_create(w->loop, &config, world_handle, w, &clients[i]), 0);
        http_client_start(clients[i], &r);
    }
    for (uint32_t i = 0; i < CROWD; i++)
        world_expect(w, 100 + i, SESSION_MANIFEST);
    assert_int_equal(w->count, CROWD);
    assert_int_equal(http_script_connections(w->server), CROWD);
    for (uint32_t i = 0; i < CROWD; i++)
        http_client_destroy(clients[i]);
    world_finish(w);
}

static int ready_count;

static void on_ready(void *context)
{
    uint64_t value;
    ready_count++;
    assert_int_equal(read(*(int *)context, &value, sizeof value), sizeof value);
}

static void test_watch(void **state)
{
    struct world *w = world_start(NULL);
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    uint64_t one = 1;
    (void)state;
    ready_count = 0;
    assert_int_equal(http_loop_watch(w->loop, fd, on_ready, &fd), 0);
    assert_int_equal(http_loop_run(w->loop, 0), 0);
    assert_int_equal(ready_count, 0);
    assert_int_equal(write(fd, &one, sizeof one), sizeof one);
    assert_int_equal(http_loop_run(w->loop, clock_monotonic_us() + 20000000), 0);
    assert_int_equal(ready_count, 1);
    http_loop_unwatch(w->loop, fd);
    assert_int_equal(write(fd, &one, sizeof one), sizeof one);
    assert_int_equal(http_loop_run(w->loop, 0), 0);
    assert_int_equal(ready_count, 1);
    assert_int_equal(http_loop_watch(w->loop, -1, on_ready, &fd), ERR_IO);
    close(fd);
    world_finish(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_first_connection_is_fresh),
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_h28_ranges),
        cmocka_unit_test(test_single_bytes),
        cmocka_unit_test(test_no_payloads_unless_wanted),
        cmocka_unit_test(test_chunks_come_one_by_one),
        cmocka_unit_test(test_cancel_in_the_handler),
        cmocka_unit_test(test_cancel_at_once),
        cmocka_unit_test(test_start_in_the_handler),
        cmocka_unit_test(test_failing_again_and_again),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_many_clients_in_one_loop),
        cmocka_unit_test(test_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
