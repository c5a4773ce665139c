/* Where a manifest is fetched that is not where it was asked for: redirects, and the URL of a
 * manifestupdate event. */
#include "unit/player-sim/transport/http/fixture.h"

#include "media/isobmff/emsg.h"

static const char *const statuses[] = {"301 Moved Permanently", "302 Found", "303 See Other",
                                       "307 Temporary Redirect", "308 Permanent Redirect"};
static const char *target; /* of the redirect from the manifest's own path */
static int first_status;

static bool redirect(struct http_script_talk *t, const char *status, const char *to)
{
    return http_script_text(t, "HTTP/1.1 %s\r\nlocation:  %s \r\nContent-Length: 4\r\n\r\ngone",
                            status, to);
}

/* The manifest's path leads to target; /hop/N to /hop/N-1, and /hop/0 to /b/m.json, which is one.
 */
static bool lead(struct world *w, struct http_script_talk *t)
{
    int n;
    char to[64] = "/b/m.json";
    if (!strcmp(t->path, WORLD_MANIFEST))
        return redirect(t, statuses[first_status], target);
    if (sscanf(t->path, "/hop/%d", &n) == 1) {
        if (n)
            snprintf(to, sizeof to, "%d", n - 1);
        return redirect(t, statuses[n % 5], to);
    }
    if (!strcmp(t->path, "/b/m.json"))
        return world_send_manifest(w, t);
    if (!strcmp(t->path, "/b/p/v/init-now.mp4"))
        return http_script_whole(t, "200 OK", w->packet.data, w->packet.size);
    return false;
}

/* RFC 3986 5.1.3: what the manifest says is relative to where it came from at last. */
static void test_each_status_and_relative_addresses(void **state)
{
    (void)state;
    for (first_status = 0; first_status < 5; first_status++) {
        struct world *w = world_start(lead);
        target = "../b/m.json#part";
        world_open(w);
        assert_non_null(strstr(w->channel->url, "/b/m.json"));
        assert_null(strchr(w->channel->url, '#'));
        world_ask_packet(w, 2);
        world_expect(w, 2, SESSION_PACKET);
        assert_int_equal(http_script_count(w->server, "/b/p/v/init-now.mp4"), 1);
        assert_int_equal(http_script_connections(w->server), 1); /* the same all along */
        world_finish(w);
    }
    first_status = 0;
}

static void test_number_of_redirects(void **state)
{
    (void)state;
    struct world *w = world_start(lead);
    target = "/hop/3"; /* 5 in all */
    world_open(w);
    assert_int_equal(http_script_requests(w->server), 6);
    target = "/hop/4";
    world_ask_manifest(w, 2);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 301, "after 5 other redirects");
    target = WORLD_MANIFEST; /* to itself */
    world_ask_manifest(w, 3);
    world_expect_failure(world_end_of(w, 3), SESSION_FAULT_HTTP, 301, "after 5 other redirects");
    world_finish(w);
}

static void test_elsewhere(void **state)
{
    (void)state;
    struct world *w = world_start(lead), *other = world_start(NULL);
    target = other->url;
    world_open(w);
    assert_string_equal(w->channel->url, other->url);
    world_ask_packet(w, 2);
    world_expect(w, 2, SESSION_PACKET);
    assert_int_equal(http_script_count(other->server, WORLD_PACKET), 1);
    world_finish(w);
    world_finish(other);
}

static void test_what_is_not_followed(void **state)
{
    (void)state;
    static const struct {
        const char *to, *says;
    } bad[] = {{"file:///etc/passwd", "which is neither http nor https"},
               {"gopher://127.0.0.1/", "which is neither http nor https"},
               {"http://a b/", "which is no address"},
               {"http://127.0.0.1:1/", "127.0.0.1:1/: "}, /* nobody is there */
               {"", "301"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct world *w = world_start(lead);
        target = bad[i].to;
        world_ask_manifest(w, 1);
        const struct seen *e = world_end_of(w, 1);
        assert_int_equal(e->event.kind, SESSION_FAILED);
        if (!strstr(e->text, bad[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e->text, bad[i].says);
        world_finish(w);
    }
}

/* A packet is asked for where the manifest says, and nowhere else. */
static bool lead_packets(struct world *w, struct http_script_talk *t)
{
    (void)w;
    return !strcmp(t->path, WORLD_PACKET) && redirect(t, statuses[1], "/b/p/v/init-now.mp4");
}

static void test_packets_are_not_redirected(void **state)
{
    (void)state;
    struct world *w = world_start(lead_packets);
    world_open(w);
    world_ask_packet(w, 2);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 302, "302");
    world_finish(w);
}

/* H32: the event's URL comes with its chunk, as it stands there. */
static void test_h32_url_of_an_event(void **state)
{
    (void)state;
    static const char message[] = "{\"url\":\"/b/m.json\"}";
    struct world *w = world_start(NULL);
    struct isobmff_emsg emsg = {.scheme_id_uri = "urn:theo:hesp:2020",
                                .value = "manifestupdate",
                                .timescale = 1,
                                .message_data = (const uint8_t *)message,
                                .message_data_size = sizeof message - 1};
    struct bytes_writer plain = w->segment;
    bytes_writer_init(&w->segment);
    isobmff_emsg_write(&w->segment, &emsg);
    bytes_write(&w->segment, plain.data, plain.size);
    bytes_writer_finish(&plain);
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_expect(w, 2, SESSION_FINISHED);
    assert_int_equal(world_chunks_of(w, 2), WORLD_CHUNKS);
    for (size_t i = 0, n = 0; i < w->count; i++)
        if (w->seen[i].event.kind == SESSION_CHUNK) {
            const struct session_sample *s = &w->seen[i].event.sample;
            assert_int_equal(s->manifest_update, n == 0 || n == 2);
            assert_int_equal(s->manifest_url != NULL, n == 0);
            n++;
        }
    world_finish(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_status_and_relative_addresses),
        cmocka_unit_test(test_number_of_redirects),
        cmocka_unit_test(test_elsewhere),
        cmocka_unit_test(test_what_is_not_followed),
        cmocka_unit_test(test_packets_are_not_redirected),
        cmocka_unit_test(test_h32_url_of_an_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
