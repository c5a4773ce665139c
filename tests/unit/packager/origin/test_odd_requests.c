/* Requests that nobody means well with: path tricks, numbers beyond all bounds, ranges of all sorts
 * (H16, H28 to H30; RFC 9110 14, RFC 9112 3.2). */
#include "unit/packager/origin/fixture.h"

#include <sys/socket.h>

static struct world world;

static void start(void)
{
    world_start(&world);
    world_append(&world, WORLD_SEGMENT_FRAMES);
    world_put_packet(&world, 0);
}

static void expect_status(const char *path, const char *lines, int status)
{
    world_ask(&world, "GET", path, lines);
    int found = http_raw_head(&world.http);
    if (found != status)
        fail_msg("%s %s: %d instead of %d", path, lines, found, status);
    http_raw_close(&world.http);
}

/* Nothing is decoded, nothing is normalized: a path is what it is, letter by letter. */
static void test_path_tricks_find_nothing(void **state)
{
    static const char *const paths[] = {
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/one/p1/v360/../v360/init-0.mp4",
        "/./one/p1/v360/init-0.mp4",
        "/../one/p1/v360/init-0.mp4",
        "//one/p1/v360/init-0.mp4",
        "/one//p1/v360/init-0.mp4",
        "/one/p1/v360//init-0.mp4",
        "/one/p1/v360/init-0.mp4/",
        "/one\\p1\\v360\\init-0.mp4",
        "/one/p1/v360/init-0.mp4%00",
        "/one/p1/v360/init-0.mp4%00.jpg",
        "/one/p1/v360/%00init-0.mp4",
        "/one/p1/v360%2finit-0.mp4",
        "/one/p1/v360/init-0%2emp4",
        "/ONE/p1/v360/init-0.mp4",
        "/%6fne/p1/v360/init-0.mp4",
        "/one/p1/v360/init-0.mp4;x=1",
        "/one/p1/v360/init-0.mp4%20",
        "/%c0%af/p1/v360/init-0.mp4",
        "one/p1/v360/init-0.mp4",
        "http:///one/p1/v360/init-99.mp4",
        "http://x",
        "ftp://x/one/p1/v360/init-0.mp4",
        "/.",
        "/..",
        "*",
    };

    (void)state;
    start();
    expect_status(WORLD_TRACK "init-0.mp4", "", 200);
    expect_status(WORLD_TRACK "init-0.mp4?a=../../b", "", 200);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        expect_status(paths[i], "", 404);
    world_stop(&world);
}

/* H16: up to 2^63-1 a number, from there on none; none of them is there. */
static void test_numbers_beyond_all_bounds(void **state)
{
    static const char *const numbers[] = {
        "30",
        "4294967296",
        "9007199254740992",
        "9223372036854775806",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551646",
        "99999999999999999999999999999999999999999999999999999999999999",
        "-1",
        "-9223372036854775808",
        "1e1",
        "0x0",
        "000",
    };
    char path[160];

    (void)state;
    start();
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        snprintf(path, sizeof path, "%sinit-%s.mp4", WORLD_TRACK, numbers[i]);
        if (i > 0) /* the next frame is waited for */
            expect_status(path, "", 404);
        snprintf(path, sizeof path, "%scontent-%s.mp4", WORLD_TRACK, numbers[i]);
        expect_status(path, "", 404);
    }
    world_stop(&world);
}

static void test_ranges_of_all_sorts(void **state)
{
    static const struct {
        const char *value;
        int status;
    } ranges[] = {
        {"bytes=0-", 206},
        {"bytes=0-18446744073709551616", 206},
        {"bytes=9007199254740991-", 416},
        {"bytes=9007199254740992-", 416},
        {"bytes=9223372036854775807-", 416},
        {"bytes=9223372036854775808-", 416},
        {"bytes=18446744073709551615-", 416},
        {"bytes=18446744073709551616-", 416},
        {"bytes=18446744073709551616-18446744073709551617", 416},
        {"bytes=9007199254740992-9007199254740991", 200},
        {"bytes=-1", 200},
        {"bytes=-0", 200},
        {"bytes=-9007199254740992", 200},
        {"bytes=-18446744073709551616", 200},
        {"bytes=0-99,50-149", 200},
        {"bytes=0-0,-1", 200},
        {"bytes=0-,0-,0-,0-,0-,0-,0-,0-", 200},
        {"bytes= 0-99", 200},
        {"bytes=0 - 99", 200},
        {"bytes=0-99 ", 200},
        {"bytes=5-4", 200},
        {"bytes=--5", 200},
        {"bytes=+1-2", 200},
        {"bytes", 200},
        {"", 200},
    };
    char lines[160];

    (void)state;
    start();
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        snprintf(lines, sizeof lines, "Range: %s\r\n", ranges[i].value);
        expect_status(WORLD_TRACK "content-0.mp4", lines, ranges[i].status);
        /* No validator of ours can match: the whole segment. */
        snprintf(lines, sizeof lines, "Range: %s\r\nIf-Range: \"x\"\r\n", ranges[i].value);
        expect_status(WORLD_TRACK "content-0.mp4", lines, 200);
        /* A packet has no ranges. */
        snprintf(lines, sizeof lines, "Range: %s\r\n", ranges[i].value);
        expect_status(WORLD_TRACK "init-0.mp4", lines, 200);
    }
    world_await(&world, live_responses, 0);
    world_stop(&world);
}

/* H30: as long as the segment grows nobody knows that it never gets there. */
static void test_range_beyond_what_grows(void **state)
{
    static struct http_raw waiting[3];
    static const char *const lines[] = {"Range: bytes=9007199254740992-\r\n",
                                        "Range: bytes=9223372036854775807-\r\n",
                                        "Range: bytes=18446744073709551616-\r\n"};

    (void)state;
    world_start(&world);
    world_append(&world, 3);
    for (int i = 0; i < 3; i++) {
        http_raw_open(&waiting[i], origin_port(world.origin));
        http_raw_request(&waiting[i], "GET", WORLD_TRACK "content-0.mp4", lines[i]);
    }
    world_await(&world, parked_requests, 3);
    world_append(&world, WORLD_SEGMENT_FRAMES - 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(http_raw_head(&waiting[i]), 416);
        http_raw_close(&waiting[i]);
    }
    world_await(&world, parked_requests, 0);
    world_stop(&world);
}

static void test_bytes_that_are_no_request(void **state)
{
    static const char *const texts[] = {
        "\x16\x03\x01\x02\x01\x01",         /* somebody speaks TLS */
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /* or HTTP/2 */
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET / HTTX/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
    };
    static const char nul[] = "GET /one\0x HTTP/1.1\r\nHost: x\r\n\r\n";
    struct origin_limits limits = world_limits();

    (void)state;
    limits.idle_s = 1; /* libmicrohttpd does not always notice that nothing more can come */
    world_start_with(&world, &limits, 60000000, false);
    world_append(&world, 1);
    for (size_t i = 0; i <= sizeof texts / sizeof texts[0]; i++) {
        const char *text = i == 0 ? nul : texts[i - 1];
        size_t size = i == 0 ? sizeof nul - 1 : strlen(text);
        http_raw_open(&world.http, origin_port(world.origin));
        assert_int_equal(send(world.http.fd, text, size, MSG_NOSIGNAL), size);
        shutdown(world.http.fd, SHUT_WR);
        int status = http_raw_head(&world.http);
        if (status != 0 && status != 400 && status != 404 && status != 405 && status != 505)
            fail_msg("text %zu: %d", i, status);
        http_raw_close(&world.http);
    }
    world_await(&world, connections, 0);
    expect_status("/", "", 404);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_tricks_find_nothing),
        cmocka_unit_test(test_numbers_beyond_all_bounds),
        cmocka_unit_test(test_ranges_of_all_sorts),
        cmocka_unit_test(test_range_beyond_what_grows),
        cmocka_unit_test(test_bytes_that_are_no_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
