/* Files that are part of the program: found by path, whole, known again by their ETag, open to all.
 */
#include "unit/packager/origin/fixture.h"

#include "packager/origin/files.h"

#include <stdlib.h>

static const uint8_t page[] = "<p>page", style[] = "p {}", nothing[1];

static const struct origin_file files[] = {
    {"/", "text/html", "\"a1\"", "default-src 'self'", page, sizeof page - 1},
    {"/web/a.css", "text/css", "\"b2\"", NULL, style, sizeof style - 1},
    {"/web/a.css.map", "text/plain", "\"c3\"", NULL, nothing, 0},
};

static int open_world(void **state)
{
    const struct origin_config config = {.address = "127.0.0.1", .files = files, .file_count = 3};
    struct origin_limits limits = world_limits();
    struct world *w = calloc(1, sizeof *w);

    *state = w;
    world_start_configured(w, &config, &limits, 60000000, false);
    return 0;
}

static int close_world(void **state)
{
    world_stop(*state);
    free(*state);
    return 0;
}

static void a_file_comes_whole(void **state)
{
    struct world *w = *state;

    world_expect(w, "GET", "/", "", 200);
    world_expect_header(w, "Content-Type", "text/html");
    world_expect_header(w, "ETag", "\"a1\"");
    world_expect_header(w, "Cache-Control", "no-cache");
    world_expect_header(w, "X-Content-Type-Options", "nosniff");
    world_expect_header(w, "Content-Security-Policy", "default-src 'self'");
    world_expect_body(w, page, sizeof page - 1);
    http_raw_close(&w->http);
    world_expect(w, "GET", "/web/a.css?v=1", "", 200);
    world_expect_header(w, "Content-Security-Policy", NULL);
    world_expect_body(w, style, sizeof style - 1);
    http_raw_close(&w->http);
    world_expect(w, "GET", "/web/a.css.map", "", 200);
    world_expect_body(w, nothing, 0);
    http_raw_close(&w->http);
}

static void head_brings_no_body(void **state)
{
    struct world *w = *state;

    world_expect(w, "HEAD", "/web/a.css", "", 200);
    world_expect_header(w, "Content-Length", "4");
    world_expect_header(w, "ETag", "\"b2\"");
    world_expect_no_body(w);
    http_raw_close(&w->http);
}

static void what_is_known_is_not_sent_again(void **state)
{
    static const char *const known[] = {"\"b2\"", "W/\"b2\"", "\"a1\", \"b2\"", "*"};
    struct world *w = *state;
    char line[64];

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        snprintf(line, sizeof line, "If-None-Match: %s\r\n", known[i]);
        world_expect(w, "GET", "/web/a.css", line, 304);
        world_expect_header(w, "ETag", "\"b2\"");
        world_expect_no_body(w);
        http_raw_close(&w->http);
    }
    world_expect(w, "GET", "/web/a.css", "If-None-Match: \"a1\", b2\r\n", 200);
    world_expect_body(w, style, sizeof style - 1);
    http_raw_close(&w->http);
}

static void others_are_not_found(void **state)
{
    static const char *const paths[] = {"/web",       "/web/",    "/web/a",     "/web/a.css.ma",
                                        "/web/b.css", "/web/../", "/web/a.css/"};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        world_expect(w, "GET", paths[i], "", 404);
        http_raw_close(&w->http);
    }
    assert_null(origin_files_find(NULL, 0, "/"));
}

static void keys_of_signed_urls_leave_files_open(void **state)
{
    struct world *w = *state;
    const struct origin_access closed = {.keys = {1, {{.size = 16, .bytes = "0123456789abcdef"}}}};
    const struct origin_access open = {0};

    origin_set_access(w->origin, &closed);
    world_expect(w, "GET", "/one/p1/v360/init-now.mp4", "", 403);
    http_raw_close(&w->http);
    world_expect(w, "GET", "/", "", 200);
    world_expect_body(w, page, sizeof page - 1);
    http_raw_close(&w->http);
    origin_set_access(w->origin, &open);
}

/* A browser asks for all of a page's files at once. */
static void files_beyond_the_rate_come_late(void **state)
{
    const struct origin_config config = {
        .address = "127.0.0.1", .files = files, .file_count = 3, .max_request_rate = 1};
    struct origin_limits limits = world_limits();
    struct world w;
    int refused = 0;

    (void)state;
    limits.penalty_us = 20000;
    world_start_configured(&w, &config, &limits, 60000000, false);
    for (int i = 0; i < 5; i++) {
        world_expect(&w, "GET", "/web/a.css", "", 200);
        world_expect_body(&w, style, sizeof style - 1);
        http_raw_close(&w.http);
        world_ask(&w, "GET", "/nothing", "");
        refused += http_raw_head(&w.http) == 429;
        http_raw_close(&w.http);
    }
    assert_true(refused > 0);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_comes_whole),
        cmocka_unit_test(head_brings_no_body),
        cmocka_unit_test(what_is_known_is_not_sent_again),
        cmocka_unit_test(others_are_not_found),
        cmocka_unit_test(keys_of_signed_urls_leave_files_open),
        cmocka_unit_test(files_beyond_the_rate_come_late),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
