/* Statuses and headers over real HTTP: H17, H22, H23, H28 to H30, H34. */
#include "unit/packager/origin/fixture.h"

#define IMMUTABLE "public, max-age=31536000, immutable"

static struct world world;

/* What every response has, so that a page of any origin can read it. */
static void expect_cors(const struct world *w)
{
    world_expect_header(w, "Access-Control-Allow-Origin", "*");
    world_expect_header(w, "Access-Control-Expose-Headers", "Content-Length, Content-Range, Date");
    assert_non_null(http_raw_header(&w->http, "Date"));
}

static void expect_not_found(struct world *w, const char *path, const char *text)
{
    world_expect(w, "GET", path, "", 404);
    expect_cors(w);
    world_expect_header(w, "Cache-Control", "no-store");
    world_expect_body(w, text, strlen(text));
    http_raw_close(&w->http);
}

static void test_h22_numbered_packet(void **state)
{
    uint8_t packet[WORLD_PACKET_BYTES];

    (void)state;
    world_start(&world);
    world_append(&world, 3);
    world_put_packet(&world, 1);
    world_packet_bytes(1, packet);
    world_expect(&world, "GET", WORLD_TRACK "init-1.mp4", "", 200);
    world_expect_header(&world, "Content-Type", "video/mp4");
    world_expect_header(&world, "Cache-Control", IMMUTABLE);
    expect_cors(&world);
    world_expect_body(&world, packet, sizeof packet);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_h22_newest_packet(void **state)
{
    uint8_t packet[WORLD_PACKET_BYTES];

    (void)state;
    world_start(&world);
    expect_not_found(&world, WORLD_TRACK "init-now.mp4", "no such packet\n");
    assert_int_equal(world_state(&world).parked_requests, 0);
    world_append(&world, 2);
    world_put_packet(&world, 0);
    world_put_packet(&world, 1);
    world_packet_bytes(1, packet);
    world_expect(&world, "GET", WORLD_TRACK "init-now.mp4", "", 200);
    world_expect_header(&world, "Content-Type", "video/mp4");
    world_expect_header(&world, "Cache-Control", "no-store");
    expect_cors(&world);
    world_expect_body(&world, packet, sizeof packet);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_h23_packet_through_the_window(void **state)
{
    struct origin_limits limits = world_limits();

    (void)state;
    world_start_with(&world, &limits, 2000000, false);
    world_append(&world, 1);
    world_put_packet(&world, 0);
    world_append(&world, 60);
    world_expect(&world, "GET", WORLD_TRACK "init-0.mp4", "", 200);
    http_raw_close(&world.http);
    world_append(&world, 2);
    expect_not_found(&world, WORLD_TRACK "init-0.mp4", "no such packet\n");
    world_stop(&world);
}

static void test_h30_not_found(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 1);
    expect_not_found(&world, "/", "no such page\n");
    expect_not_found(&world, "/one/manifest.json", "no such page\n");
    expect_not_found(&world, "/two/p1/v360/init-0.mp4", "no such channel or presentation\n");
    expect_not_found(&world, "/one/p2/v360/init-0.mp4", "no such channel or presentation\n");
    expect_not_found(&world, "/one/p1/v361/init-0.mp4", "no such track\n");
    expect_not_found(&world, "/one/p1/../p1/v360/init-0.mp4", "no such page\n");
    expect_not_found(&world, "/one/p1/v360/init-%30.mp4", "no such page\n");
    expect_not_found(&world, "/one/p1/v360/init-00.mp4", "no such page\n");
    expect_not_found(&world, WORLD_TRACK "init-9223372036854775807.mp4", "no such packet\n");
    expect_not_found(&world, WORLD_TRACK "content-9223372036854775807.mp4", "no such segment\n");
    expect_not_found(&world, WORLD_TRACK "content-2.mp4", "no such segment\n");
    assert_int_equal(world_state(&world).responses_by_class[4], 11);
    world_stop(&world);
}

/* Reads the response to a request for a segment that has come to its end. */
static void expect_finished(const char *lines, int status, const char *content_range, size_t first,
                            size_t last)
{
    world_expect(&world, "GET", WORLD_TRACK "content-0.mp4", lines, status);
    world_expect_header(&world, "Transfer-Encoding", "chunked");
    world_expect_header(&world, "Content-Length", NULL);
    world_expect_header(&world, "Content-Range", content_range);
    world_expect_header(&world, "Content-Type", "video/mp4");
    world_expect_header(&world, "Accept-Ranges", "bytes");
    world_expect_header(&world, "Cache-Control", "public, max-age=60");
    expect_cors(&world);
    world_expect_chunks(&world.http, &world.segments[0], first, last);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
}

static void test_h29_finished_segment(void **state)
{
    char text[64];
    size_t size;

    (void)state;
    world_start(&world);
    world_append(&world, WORLD_SEGMENT_FRAMES);
    size = world.segments[0].size;
    snprintf(text, sizeof text, "bytes 0-%zu/%zu", size - 1, size);
    expect_finished("Range: bytes=0-\r\n", 206, text, 0, size - 1);
    expect_finished("Range: bytes=0-9007199254740991\r\n", 206, text, 0, size - 1);
    snprintf(text, sizeof text, "bytes 700-%zu/%zu", size - 1, size);
    expect_finished("Range: bytes=700-99999999999999999999\r\n", 206, text, 700, size - 1);
    snprintf(text, sizeof text, "bytes 5-6/%zu", size);
    expect_finished("Range: bytes=5-6\r\n", 206, text, 5, 6);
    expect_finished("Range: bytes=-1\r\n", 200, NULL, 0, size - 1);
    expect_finished("Range: bytes=0-1,4-5\r\n", 200, NULL, 0, size - 1);
    expect_finished("Range: bytes=3-2\r\n", 200, NULL, 0, size - 1);
    expect_finished("Range: frames=1-2\r\n", 200, NULL, 0, size - 1);
    expect_finished("Range: bytes=1-2\r\nIf-Range: \"x\"\r\n", 200, NULL, 0, size - 1);
    expect_finished("", 200, NULL, 0, size - 1);
    assert_int_equal(world_state(&world).live_responses, 0);
    world_stop(&world);
}

/* A range that begins at the end or beyond, whatever its last. */
static void expect_unsatisfiable(size_t first, const char *last)
{
    char text[64];

    snprintf(text, sizeof text, "Range: bytes=%zu-%s\r\n", first, last);
    world_expect(&world, "GET", WORLD_TRACK "content-0.mp4", text, 416);
    snprintf(text, sizeof text, "bytes */%zu", world.segments[0].size);
    world_expect_header(&world, "Content-Range", text);
    world_expect_header(&world, "Cache-Control", "no-store");
    expect_cors(&world);
    http_raw_close(&world.http);
}

static void test_h30_range_that_cannot_be_met(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, WORLD_SEGMENT_FRAMES);
    expect_unsatisfiable(world.segments[0].size, "");
    expect_unsatisfiable(world.segments[0].size, "9007199254740991");
    expect_unsatisfiable(SIZE_MAX, "");
    world_stop(&world);
}

static void test_audio_track_has_its_own_type(void **state)
{
    struct store_place next;
    const char bytes[] = "an audio frame";

    (void)state;
    world_start(&world);
    assert_int_equal(store_append(world.audio, 0, blob_create(bytes, sizeof bytes), &next), 0);
    assert_int_equal(store_put_packet(world.audio, 0, blob_create(bytes, sizeof bytes)), 0);
    world_expect(&world, "GET", "/one/p1/aac/init-0.mp4", "", 200);
    world_expect_header(&world, "Content-Type", "audio/mp4");
    world_expect_body(&world, bytes, sizeof bytes);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_head_has_no_body_and_never_hangs(void **state)
{
    (void)state;
    world_start(&world);
    world_expect(&world, "HEAD", WORLD_TRACK "init-now.mp4", "", 404);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    world_append(&world, 3);
    world_put_packet(&world, 2);
    world_expect(&world, "HEAD", WORLD_TRACK "init-2.mp4", "", 200);
    world_expect_header(&world, "Content-Length", "3000");
    world_expect_header(&world, "Cache-Control", IMMUTABLE);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    world_expect(&world, "HEAD", WORLD_TRACK "init-now.mp4", "", 200);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    world_stop(&world);
}

/* A segment's length is said once it is known. Until then nothing but headers may come, also when
 * the segment goes on; RFC 9110 14.2: Range means nothing here, so there is nothing to wait for. */
static void test_head_of_a_segment(void **state)
{
    char length[24];
    uint8_t byte;

    (void)state;
    world_start(&world);
    world_append(&world, 3);
    world_expect(&world, "HEAD", WORLD_TRACK "content-0.mp4", "Range: bytes=99999-\r\n", 200);
    world_expect_header(&world, "Content-Type", "video/mp4");
    world_expect_header(&world, "Accept-Ranges", "bytes");
    world_expect_header(&world, "Cache-Control", "public, max-age=60");
    world_expect_header(&world, "Content-Length", NULL);
    expect_cors(&world);
    assert_int_equal(http_raw_read(&world.http, &byte, 1), 0);
    http_raw_close(&world.http);
    world_append(&world, WORLD_SEGMENT_FRAMES - 3);
    world_expect(&world, "HEAD", WORLD_TRACK "content-0.mp4", "", 200);
    snprintf(length, sizeof length, "%zu", world.segments[0].size);
    world_expect_header(&world, "Content-Length", length);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    assert_int_equal(world_state(&world).live_responses, 0);
    world_stop(&world);
}

static void test_options_answers_a_preflight(void **state)
{
    static const char *const paths[] = {"*", "/", WORLD_TRACK "content-0.mp4", "/nothing"};

    (void)state;
    world_start(&world);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        world_expect(&world, "OPTIONS", paths[i],
                     "Origin: https://x.example\r\nAccess-Control-Request-Method: GET\r\n"
                     "Access-Control-Request-Headers: range\r\n",
                     204);
        expect_cors(&world);
        world_expect_header(&world, "Allow", "GET, HEAD, OPTIONS");
        world_expect_header(&world, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
        world_expect_header(&world, "Access-Control-Allow-Headers",
                            "Range, CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status");
        assert_non_null(http_raw_header(&world.http, "Access-Control-Max-Age"));
        world_expect_header(&world, "Content-Length", NULL);
        world_expect_no_body(&world);
        http_raw_close(&world.http);
    }
    world_stop(&world);
}

static void test_other_methods_are_refused(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "get"};

    (void)state;
    world_start(&world);
    world_append(&world, 1);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        world_expect(&world, methods[i], WORLD_TRACK "content-0.mp4",
                     "Content-Length: 5\r\n\r\nhello", 405);
        world_expect_header(&world, "Allow", "GET, HEAD, OPTIONS");
        expect_cors(&world);
        http_raw_close(&world.http);
    }
    world_stop(&world);
}

static void test_a_body_does_no_harm(void **state)
{
    uint8_t packet[WORLD_PACKET_BYTES];

    (void)state;
    world_start(&world);
    world_append(&world, 1);
    world_put_packet(&world, 0);
    world_packet_bytes(0, packet);
    http_raw_open(&world.http, origin_port(world.origin));
    http_raw_send(&world.http, "GET " WORLD_TRACK "init-0.mp4 HTTP/1.1\r\nHost: x\r\n"
                               "Content-Length: 5\r\n\r\nhello");
    assert_int_equal(http_raw_head(&world.http), 200);
    world_expect_body(&world, packet, sizeof packet);
    http_raw_send(&world.http, "GET " WORLD_TRACK "init-0.mp4 HTTP/1.1\r\nHost: x\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    assert_int_equal(http_raw_head(&world.http), 200);
    world_expect_body(&world, packet, sizeof packet);
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    world_expect(&world, "GET", WORLD_TRACK "init-0.mp4", "Content-Length: 9999999999\r\n", 413);
    assert_true(http_raw_ended(&world.http));
    http_raw_close(&world.http);
    world_stop(&world);
}

/* RFC 9112 3.2, 5.1 and 6.3: what two readers of the same bytes could read in two ways. */
static void test_ambiguous_requests_are_refused(void **state)
{
    static const char *const heads[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\ncontent-length: 5\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello",
    };

    (void)state;
    world_start(&world);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        http_raw_open(&world.http, origin_port(world.origin));
        http_raw_send(&world.http, heads[i]);
        assert_int_equal(http_raw_head(&world.http), 400);
        world_expect_header(&world, "Connection", "close");
        http_raw_close(&world.http);
    }
    world_stop(&world);
}

static void test_http_1_0_gets_a_plain_body(void **state)
{
    static uint8_t body[1 << 17];
    size_t size = 0;
    int64_t got;

    (void)state;
    world_start(&world);
    world_append(&world, WORLD_SEGMENT_FRAMES - 1);
    http_raw_open(&world.http, origin_port(world.origin));
    http_raw_send(&world.http, "GET " WORLD_TRACK "content-0.mp4 HTTP/1.0\r\n\r\n");
    http_raw_head(&world.http);
    assert_non_null(strstr(world.http.head, " 200 "));
    world_expect_header(&world, "Transfer-Encoding", NULL);
    world_expect_header(&world, "Content-Length", NULL);
    world_append(&world, 1);
    while ((got = http_raw_read(&world.http, body + size, sizeof body - size)) > 0)
        size += (size_t)got;
    assert_int_equal(got, 0);
    assert_int_equal(size, world.segments[0].size);
    assert_memory_equal(body, world.segments[0].data, size);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_absolute_form_and_query(void **state)
{
    (void)state;
    world_start(&world);
    world_append(&world, 1);
    world_put_packet(&world, 0);
    world_expect(&world, "GET", "http://edge.example" WORLD_TRACK "init-0.mp4?session=%20", "",
                 200);
    http_raw_close(&world.http);
    world_stop(&world);
}

static int render(void *context, struct bytes_writer *body)
{
    const int *status = context;

    bytes_write_text(body, "{\"a\": 1}");
    return *status;
}

static int render_nothing(void *context, struct bytes_writer *body)
{
    (void)context;
    (void)body;
    return 200;
}

static void test_h17_manifest_page(void **state)
{
    int status = 200;
    const struct origin_page page = {"/one/manifest.json",
                                     "application/vnd.theo.hesp+json",
                                     &status,
                                     render,
                                     ORIGIN_SIGNED,
                                     false};
    const struct origin_page empty = {"/empty",       "text/plain",  NULL,
                                      render_nothing, ORIGIN_SIGNED, false};

    (void)state;
    world_start(&world);
    assert_int_equal(origin_add_page(world.origin, &page), ERR_OK);
    assert_int_equal(origin_add_page(world.origin, &empty), ERR_OK);
    assert_int_equal(origin_add_page(world.origin, &page), ERR_EXISTS);
    world_expect(&world, "GET", "/one/manifest.json?x=1", "", 200);
    world_expect_header(&world, "Content-Type", "application/vnd.theo.hesp+json");
    world_expect_header(&world, "Cache-Control", "no-store");
    expect_cors(&world);
    world_expect_body(&world, "{\"a\": 1}", 8);
    http_raw_close(&world.http);
    world_expect(&world, "HEAD", "/one/manifest.json", "", 200);
    world_expect_header(&world, "Content-Length", "8");
    world_expect_no_body(&world);
    http_raw_close(&world.http);
    world_expect(&world, "GET", "/empty", "", 200);
    world_expect_body(&world, "", 0);
    http_raw_close(&world.http);
    world_expect(&world, "GET", "/two/manifest.json", "", 404);
    http_raw_close(&world.http);
    status = 503;
    world_expect(&world, "GET", "/one/manifest.json", "", 503);
    http_raw_close(&world.http);
    world_stop(&world);
}

static void test_names_and_addresses_are_checked(void **state)
{
    const struct origin_config nowhere = {.address = "localhost"};
    struct origin_config taken = {.address = "127.0.0.1"};
    struct origin_config version_6 = {.address = "::1"};
    struct origin *second = NULL;

    (void)state;
    world_start(&world);
    assert_int_equal(origin_add_store(world.origin, "a/b", "p", world.store), ERR_INVALID);
    assert_int_equal(origin_add_store(world.origin, "a", "", world.store), ERR_INVALID);
    assert_int_equal(origin_add_store(world.origin, "one", "p1", world.store), ERR_EXISTS);
    assert_int_equal(origin_create(&nowhere, &second), ERR_INVALID);
    taken.port = origin_port(world.origin);
    assert_int_equal(origin_create(&taken, &second), ERR_IO);
    assert_null(second);
    /* A host without IPv6 has no ::1. */
    if (origin_create(&version_6, &second) == ERR_OK)
        assert_true(origin_port(second) > 0);
    origin_destroy(second);
    origin_destroy(NULL);
    world_stop(&world);
}

static void test_counters(void **state)
{
    struct origin_state now;

    (void)state;
    world_start(&world);
    world_append(&world, WORLD_SEGMENT_FRAMES);
    world_put_packet(&world, 0);
    world_expect(&world, "GET", WORLD_TRACK "init-0.mp4", "", 200);
    world_await(&world, connections, 1);
    http_raw_close(&world.http);
    world_expect(&world, "GET", WORLD_TRACK "content-0.mp4", "", 200);
    world_expect_chunks(&world.http, &world.segments[0], 0, world.segments[0].size - 1);
    http_raw_close(&world.http);
    world_expect(&world, "GET", "/none", "", 404);
    http_raw_close(&world.http);
    world_await(&world, connections, 0);
    world_await(&world, bytes_sent,
                (int64_t)(WORLD_PACKET_BYTES + world.segments[0].size + strlen("no such page\n")));
    now = world_state(&world);
    assert_int_equal(now.requests, 3);
    assert_int_equal(now.responses_by_class[2], 2);
    assert_int_equal(now.responses_by_class[4], 1);
    assert_int_equal(now.cut_readers, 0);
    assert_true(now.cpu_us > 0);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h22_numbered_packet),
        cmocka_unit_test(test_h22_newest_packet),
        cmocka_unit_test(test_h23_packet_through_the_window),
        cmocka_unit_test(test_h30_not_found),
        cmocka_unit_test(test_h29_finished_segment),
        cmocka_unit_test(test_h30_range_that_cannot_be_met),
        cmocka_unit_test(test_audio_track_has_its_own_type),
        cmocka_unit_test(test_head_has_no_body_and_never_hangs),
        cmocka_unit_test(test_head_of_a_segment),
        cmocka_unit_test(test_options_answers_a_preflight),
        cmocka_unit_test(test_other_methods_are_refused),
        cmocka_unit_test(test_a_body_does_no_harm),
        cmocka_unit_test(test_ambiguous_requests_are_refused),
        cmocka_unit_test(test_http_1_0_gets_a_plain_body),
        cmocka_unit_test(test_absolute_form_and_query),
        cmocka_unit_test(test_h17_manifest_page),
        cmocka_unit_test(test_names_and_addresses_are_checked),
        cmocka_unit_test(test_counters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
