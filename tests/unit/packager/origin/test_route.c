/* From paths to packets and segments: H16, H22, H30. */
#include "support/cmocka_all.h"

#include "packager/origin/route.h"

#include <stdio.h>
#include <string.h>

static struct origin_route expect_route(const char *path, enum origin_route_kind kind,
                                        int64_t number)
{
    struct origin_route route;

    if (!origin_route_parse(path, &route))
        fail_msg("refused: %s", path);
    assert_int_equal(route.kind, kind);
    assert_int_equal(route.number, number);
    return route;
}

static void test_h22_packets(void **state)
{
    struct origin_route route;

    (void)state;
    route = expect_route("/news-1/p.0_A/v-720p/init-0.mp4", ORIGIN_ROUTE_PACKET, 0);
    assert_string_equal(route.channel, "news-1");
    assert_string_equal(route.presentation, "p.0_A");
    assert_string_equal(route.track, "v-720p");
    expect_route("/a/b/c/init-103.mp4", ORIGIN_ROUTE_PACKET, 103);
    expect_route("/a/b/c/init-9223372036854775807.mp4", ORIGIN_ROUTE_PACKET, INT64_MAX);
    expect_route("/a/b/c/init-now.mp4", ORIGIN_ROUTE_NEWEST_PACKET, 0);
}

static void test_h30_segments(void **state)
{
    (void)state;
    expect_route("/a/b/c/content-0.mp4", ORIGIN_ROUTE_SEGMENT, 0);
    expect_route("/a/b/c/content-77.mp4", ORIGIN_ROUTE_SEGMENT, 77);
}

static void test_h30_everything_else_is_no_route(void **state)
{
    static const char *const paths[] = {
        "",
        "/",
        "*",
        "/a/b/c",
        "/a/b/c/",
        "a/b/c/init-1.mp4",
        "//b/c/init-1.mp4",
        "/a//c/init-1.mp4",
        "/a/b//init-1.mp4",
        "/a/b/c//init-1.mp4",
        "/a/b/c/init-1.mp4/",
        "/a/b/c/d/init-1.mp4",
        "/a/c/init-1.mp4",
        "/a/b/c/init-.mp4",
        "/a/b/c/init-01.mp4",
        "/a/b/c/init-00.mp4",
        "/a/b/c/init--1.mp4",
        "/a/b/c/init-+1.mp4",
        "/a/b/c/init- 1.mp4",
        "/a/b/c/init-1 .mp4",
        "/a/b/c/init-1.mp",
        "/a/b/c/init-1.mp4x",
        "/a/b/c/init-1.MP4",
        "/a/b/c/init-1",
        "/a/b/c/init-1x.mp4",
        "/a/b/c/init-0x1.mp4",
        "/a/b/c/init-9223372036854775808.mp4",
        "/a/b/c/init-99999999999999999999999.mp4",
        "/a/b/c/init-18446744073709551616.mp4",
        "/a/b/c/init-18446744073709551617.mp4",
        "/a/b/c/init-NOW.mp4",
        "/a/b/../c/init-1.mp4",
        "/./a/b/c/init-1.mp4",
        "/a/b/c/init-1.mp4%00",
        "/a/b/%2e%2e/init-1.mp4",
        "/a/b/c/init-now1.mp4",
        "/a/b/c/Init-1.mp4",
        "/a/b/c/content-now.mp4",
        "/a/b/c/content-.mp4",
        "/a/b/c/content-1.m4s",
        "/a/b/c/%69nit-1.mp4",
        "/a/b/c/init-%31.mp4",
        "/a/b%2fc/init-1.mp4",
        "/a/b/c/..%2finit-1.mp4",
        "/a/b/c\\init-1.mp4",
        "/a/b/c/init-1.mp4?x",
        "/a/b/c/init-1.mp4;x",
        "/a/b/c/init-\xd9\xa1.mp4",
        "/a b/b/c/init-1.mp4",
    };
    struct origin_route route;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (origin_route_parse(paths[i], &route))
            fail_msg("taken: %s", paths[i]);
}

static void test_h30_long_names(void **state)
{
    char name[ORIGIN_NAME_BYTES + 1] = "";
    char path[200];
    struct origin_route route;

    (void)state;
    memset(name, 'x', ORIGIN_NAME_BYTES - 1);
    snprintf(path, sizeof path, "/a/b/%s/init-1.mp4", name);
    assert_true(origin_route_parse(path, &route));
    assert_string_equal(route.track, name);
    assert_true(origin_route_name_is_valid(name));
    name[ORIGIN_NAME_BYTES - 1] = 'x';
    snprintf(path, sizeof path, "/a/b/%s/init-1.mp4", name);
    assert_false(origin_route_parse(path, &route));
    assert_false(origin_route_name_is_valid(name));
    assert_false(origin_route_name_is_valid(""));
    assert_false(origin_route_name_is_valid("a/b"));
}

/* RFC 9112 3.2.2: a server takes the absolute form too. */
static void test_absolute_form(void **state)
{
    (void)state;
    assert_string_equal(origin_route_path("/a/b"), "/a/b");
    assert_string_equal(origin_route_path("http://host:80/a/b"), "/a/b");
    assert_string_equal(origin_route_path("HTTPS://host/a"), "/a");
    assert_string_equal(origin_route_path("http://host"), "/");
    assert_string_equal(origin_route_path("*"), "*");
    assert_string_equal(origin_route_path(""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h22_packets),
        cmocka_unit_test(test_h30_segments),
        cmocka_unit_test(test_h30_everything_else_is_no_route),
        cmocka_unit_test(test_h30_long_names),
        cmocka_unit_test(test_absolute_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
