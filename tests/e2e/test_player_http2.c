/* player-sim live by HTTP/2, as edges speak it: haproxy in front of a real packager, with TLS and
 * in the clear. Skipped where haproxy or openssl is not installed. */
#include "e2e/packager.h"
#include "e2e/player.h"
#include "support/cmocka_all.h"
#include "support/json_expect.h"
#include "support/proxy.h"
#include "support/sanitized.h"

#include <stdio.h>
#include <string.h>

/* Encoders that can't follow answer a switch by 404, rightly: an instrumented one gets less to do.
 */
#define FPS (SANITIZED ? "10" : "25")

enum { SESSIONS = 4, URL_BYTES = 64 };

struct edge {
    struct packager packager;
    struct proxy proxy;
    char one[URL_BYTES], two[URL_BYTES];
};

static void address(struct edge *e, const char *scheme, unsigned port)
{
    snprintf(e->one, URL_BYTES, "%s://127.0.0.1:%u/one/manifest.json", scheme, port);
    snprintf(e->two, URL_BYTES, "%s://127.0.0.1:%u/two/manifest.json", scheme, port);
}

/* One edge for all of these tests. */
static int start(void **state)
{
    static struct edge edge;
    const char *const arguments[] = {"--preset",
                                     "ultrafast",
                                     "--ladder",
                                     "640x360@800k,256x144@200k",
                                     "--fps",
                                     FPS,
                                     "--segment-duration",
                                     "2",
                                     "one=test:1",
                                     "two=test:2",
                                     NULL};
    packager_start(&edge.packager, arguments, 2);
    *state = proxy_start(&edge.proxy, edge.packager.port) ? &edge : NULL;
    if (!*state)
        packager_stop(&edge.packager);
    return 0;
}

static int finish(void **state)
{
    struct edge *e = *state;
    if (!e)
        return 0;
    proxy_finish(&e->proxy);
    packager_stop(&e->packager);
    return 0;
}

/* option: one or two arguments that only this run has. */
static void watch(const struct edge *e, const char *option, const char *value,
                  struct player_report *r)
{
    const char *const arguments[] = {
        "--http",      "2",   "--sessions", "4", "--ramp",         "0.5", "--duration", "6",
        "--zap-every", "1.3", "--decode",   "1", "--switch-every", "1.1", e->one,       e->two,
        option,        value, NULL};
    player_run(arguments, r);
}

/* What is right of a run: zaps and switches without an error, all on one connection a session, by
 * which continuations that were given up are no reason for another one. */
static void expect_run(const struct player_report *r)
{
    json_t *transport = json_expect(r->json, "transport", JSON_OBJECT);
    player_expect_code(r, 0);
    assert_int_equal(player_errors(r, NULL), 0);
    assert_int_equal(player_count(r, "startup_ms"), SESSIONS);
    assert_true(player_count(r, "zap_ms") >= SESSIONS);
    assert_true(player_count(r, "switch_ms") >= SESSIONS);
    assert_true(player_figure(r, "gap_ms", "p50") == 0);
    assert_int_equal(json_object_size(player_split(r, "zap_ms", "channel")), 2);
    assert_string_equal(json_expect_text(transport, "http"), "2");
    assert_int_equal(json_expect_integer(transport, "connections"), SESSIONS);
    assert_int_equal(json_expect_integer(transport, "fresh_connections"), 0);
}

static void by_tls_with_its_certificate(void **state)
{
    struct edge *e = *state;
    struct player_report r;
    if (!e)
        skip();
    address(e, "https", e->proxy.tls);
    watch(e, "--cacert", e->proxy.certificate, &r);
    expect_run(&r);
    player_report_finish(&r);
}

static void by_tls_with_any_certificate(void **state)
{
    struct edge *e = *state;
    struct player_report r;
    if (!e)
        skip();
    address(e, "https", e->proxy.tls);
    watch(e, "--insecure", NULL, &r);
    expect_run(&r);
    player_report_finish(&r);
}

static void in_the_clear(void **state)
{
    struct edge *e = *state;
    struct player_report r;
    if (!e)
        skip();
    address(e, "http", e->proxy.clear);
    watch(e, NULL, NULL, &r);
    expect_run(&r);
    player_report_finish(&r);
}

/* Nobody vouches for the certificate: nothing is watched, and why is said. */
static void a_certificate_that_is_not_trusted(void **state)
{
    struct edge *e = *state;
    struct player_report r;
    if (!e)
        skip();
    address(e, "https", e->proxy.tls);
    const char *const arguments[] = {"--http", "2", "--duration", "1", e->one, NULL};
    player_run(arguments, &r);
    player_expect_code(&r, 1);
    assert_true(player_errors(&r, "http") > 0);
    assert_int_equal(player_count(&r, "startup_ms"), 0);
    if (!strstr(r.table, e->one) || !strstr(r.table, "certificate"))
        fail_msg("the table doesn't say what is wrong:\n%s", r.table);
    assert_non_null(strstr(r.log, "no session saw a picture"));
    player_report_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_tls_with_its_certificate),
        cmocka_unit_test(by_tls_with_any_certificate),
        cmocka_unit_test(in_the_clear),
        cmocka_unit_test(a_certificate_that_is_not_trusted),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
