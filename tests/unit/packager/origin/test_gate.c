/* Who is let in: signatures before anything says whether there is what they are for, one look for
 * each request, keys and tokens that change. */
#include "fixture.h"

static struct world world;

#define SEGMENT "/one/p1/v360/content-0.mp4"
#define PACKET  "/one/p1/v360/init-4.mp4"

static struct access_secret secret(const char *text)
{
    struct access_secret s = {.size = strlen(text)};

    memcpy(s.bytes, text, s.size);
    return s;
}

static int64_t now_s(void)
{
    return clock_utc_us() / 1000000;
}

static int render_page(void *context, struct bytes_writer *body)
{
    bytes_write_text(body, context);
    return 200;
}

static void start(struct origin_access *access)
{
    const struct origin_page pages[] = {
        {"/one/manifest.json", "application/json", "manifest", render_page, ORIGIN_SIGNED, false},
        {"/healthz", "text/plain", "well", render_page, ORIGIN_OPEN, false},
        {"/metrics", "text/plain", "numbers", render_page, ORIGIN_WITH_TOKEN, false},
    };

    world_start(&world);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        assert_int_equal(origin_add_page(world.origin, &pages[i]), 0);
    *access = (struct origin_access){.keys = {1, {secret("the-first-key-16")}},
                                     .tokens = {1, {secret("the-metrics-token")}}};
    origin_set_access(world.origin, access);
    world_append(&world, 31);
    world_put_packet(&world, 4);
}

/* path behind a signature of that key, for name. */
static const char *signed_path(const struct access_secret *key, const char *name, int64_t expires_s,
                               const char *path)
{
    static char out[512];
    char prefix[ACCESS_PREFIX_BYTES];

    assert_int_equal(access_sign(key, name, expires_s, prefix), 0);
    snprintf(out, sizeof out, "%s%s", prefix, path);
    return out;
}

static void expect(const char *method, const char *path, const char *lines, int status,
                   const char *body)
{
    world_expect(&world, method, path, lines, status);
    if (body != NULL)
        world_expect_body(&world, body, strlen(body));
    http_raw_close(&world.http);
}

static void expect_refused(const char *path, const char *text)
{
    world_expect(&world, "GET", path, "", 403);
    world_expect_header(&world, "Cache-Control", "no-store");
    world_expect_header(&world, "Access-Control-Allow-Origin", "*");
    world_expect_body(&world, text, strlen(text));
    http_raw_request(&world.http, "HEAD", path, "");
    assert_int_equal(http_raw_head(&world.http), 403);
    http_raw_close(&world.http);
}

#define MISSING "this URL needs a signature\n"
#define WRONG   "this URL's signature is wrong\n"
#define EXPIRED "this URL's signature has expired\n"

static void test_only_signed_urls_are_answered(void **state)
{
    struct origin_access access;
    const struct access_secret *key = &access.keys.list[0];
    uint8_t packet[WORLD_PACKET_BYTES];
    int64_t soon = now_s() + 3600;

    (void)state;
    start(&access);
    expect_refused("/one/manifest.json", MISSING);
    expect_refused(SEGMENT, MISSING);
    expect_refused(PACKET, MISSING);
    expect("GET", signed_path(key, "one", soon, "/one/manifest.json"), "", 200, "manifest");
    expect("GET", signed_path(key, "one", soon, "/one/manifest.json?a=b"), "", 200, "manifest");
    world_packet_bytes(4, packet);
    world_expect(&world, "GET", signed_path(key, "one", soon, PACKET), "", 200);
    world_expect_body(&world, packet, sizeof packet);
    http_raw_close(&world.http);
    world_expect(&world, "GET", signed_path(key, "*", soon, SEGMENT), "Range: bytes=10-99\r\n",
                 206);
    world_expect_header(&world, "Content-Range", "bytes 10-99/25095");
    http_raw_close(&world.http);
    world_stop(&world);
}

/* A wrong signature learns nothing, and a right one the usual. */
static void test_nothing_is_said_about_what_there_is(void **state)
{
    static const char *const paths[] = {"/one/manifest.json",
                                        "/nine/manifest.json",
                                        SEGMENT,
                                        "/one/p1/v360/content-99.mp4",
                                        "/one",
                                        "/one/"};
    struct origin_access access;
    struct access_secret other = secret("some-other-16-byte");
    int64_t soon = now_s() + 3600;

    (void)state;
    start(&access);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        expect_refused(paths[i], MISSING);
        expect_refused(signed_path(&other, "*", soon, paths[i]), WRONG);
        expect_refused(signed_path(&access.keys.list[0], "*", now_s() - 1, paths[i]), EXPIRED);
        expect_refused(signed_path(&access.keys.list[0], "two", soon, paths[i]), WRONG);
    }
    expect_refused("/~1/one/manifest.json", WRONG);
    expect("GET", signed_path(&access.keys.list[0], "nine", soon, "/nine/manifest.json"), "", 404,
           NULL);
    expect("OPTIONS", "/one/manifest.json", "", 204, NULL);
    expect("POST", "/one/manifest.json", "Content-Length: 0\r\n", 405, NULL);
    world_stop(&world);
}

static void test_pages_are_open_or_want_a_token(void **state)
{
    struct origin_access access;

    (void)state;
    start(&access);
    expect("GET", "/healthz", "", 200, "well");
    world_expect(&world, "GET", "/metrics", "", 401);
    world_expect_header(&world, "WWW-Authenticate", "Bearer realm=\"openhesp\"");
    http_raw_close(&world.http);
    expect("GET", "/metrics", "Authorization: Bearer the-metrics-tokem\r\n", 401, NULL);
    expect("GET", "/metrics", "Authorization: Bearer the-metrics-token\r\n", 200, "numbers");
    expect("GET", signed_path(&access.keys.list[0], "*", now_s() + 3600, "/metrics"), "", 401,
           NULL);
    access.tokens.count = 0;
    origin_set_access(world.origin, &access);
    expect("GET", "/metrics", "", 200, "numbers");
    world_stop(&world);
}

/* As one rotates: the new key before the old, then the new one alone. */
static void test_keys_change_while_serving(void **state)
{
    struct origin_access access;
    struct access_secret old, new = secret("the-second-key-16");
    int64_t soon = now_s() + 3600;

    (void)state;
    start(&access);
    old = access.keys.list[0];
    expect("GET", signed_path(&new, "one", soon, "/one/manifest.json"), "", 403, WRONG);
    access.keys = (struct access_secrets){2, {new, old}};
    origin_set_access(world.origin, &access);
    expect("GET", signed_path(&new, "one", soon, "/one/manifest.json"), "", 200, NULL);
    expect("GET", signed_path(&old, "one", soon, "/one/manifest.json"), "", 200, NULL);
    access.keys.count = 1;
    origin_set_access(world.origin, &access);
    expect("GET", signed_path(&new, "one", soon, "/one/manifest.json"), "", 200, NULL);
    expect("GET", signed_path(&old, "one", soon, "/one/manifest.json"), "", 403, WRONG);
    access.keys.count = 0;
    origin_set_access(world.origin, &access);
    expect("GET", signed_path(&old, "one", soon, "/one/manifest.json"), "", 200, NULL);
    expect("GET", "/one/manifest.json", "", 200, NULL);
    world_stop(&world);
}

/* What was let in stays in: a request that waits, and a segment under way, to its end. */
static void test_what_is_under_way_is_finished(void **state)
{
    struct origin_access access;
    const char *path;
    struct http_raw live;
    uint8_t packet[WORLD_PACKET_BYTES];

    (void)state;
    start(&access);
    path = signed_path(&access.keys.list[0], "one", now_s() + 3600, "/one/p1/v360/content-1.mp4");
    http_raw_open(&live, origin_port(world.origin));
    http_raw_request(&live, "GET", path, "");
    assert_int_equal(http_raw_head(&live), 200);
    path = signed_path(&access.keys.list[0], "one", now_s() + 3600, "/one/p1/v360/init-31.mp4");
    world_ask(&world, "GET", path, "");
    world_await(&world, parked_requests, 1);
    access.keys.list[0] = secret("a-key-that-signs-nothing-here");
    origin_set_access(world.origin, &access);
    world_append(&world, 30);
    world_put_packet(&world, 31);
    assert_int_equal(http_raw_head(&world.http), 200);
    world_packet_bytes(31, packet);
    world_expect_body(&world, packet, sizeof packet);
    http_raw_request(&world.http, "GET", path, "");
    assert_int_equal(http_raw_head(&world.http), 403);
    world_expect_chunks(&live, &world.segments[1], 0, world.segments[1].size - 1);
    http_raw_close(&live);
    http_raw_close(&world.http);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_signed_urls_are_answered),
        cmocka_unit_test(test_nothing_is_said_about_what_there_is),
        cmocka_unit_test(test_pages_are_open_or_want_a_token),
        cmocka_unit_test(test_keys_change_while_serving),
        cmocka_unit_test(test_what_is_under_way_is_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
