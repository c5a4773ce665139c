/* What a feed's URL says, what of it may be told, and what is refused before anything is opened. */
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/feed_url.h"
#include "packager/ingest/push.h"
#include "packager/ingest/url_parts.h"

#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"

static char last_line[2048];

static void keep_line(void *context, const char *line)
{
    (void)context;
    snprintf(last_line, sizeof last_line, "%s", line);
}

static void no_secret_is_in_a_feeds_name(void **state)
{
    static const struct {
        const char *url, *name;
    } names[] = {
        {"udp://127.0.0.1:5000", "udp://127.0.0.1:5000"},
        {"http://user:hush@host:80/live/x.m3u8?token=hush", "http://host:80/live/x.m3u8"},
        {"srt://0.0.0.0:9000?mode=listener&passphrase=hush&streamid=hush", "srt://0.0.0.0:9000"},
        {"rtmp://0.0.0.0:1935/live/hush?listen", "rtmp://0.0.0.0:1935/live"},
        {"rtmp://0.0.0.0/live/hush/?listen", "rtmp://0.0.0.0/live"},
        {"rtmp://0.0.0.0/live/more/hush", "rtmp://0.0.0.0/live/more"},
        {"rtmps://me:hush@host/live/hush?hush", "rtmps://host/live"},
        {"rtmp://host/hush", "rtmp://host"},
        {"rtsp://a:hush@host/cam", "rtsp://host/cam"},
        {"film.mp4", "film.mp4"},
    };
    char name[FEED_NAME_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        feed_url_name(names[i].url, name);
        assert_string_equal(name, names[i].name);
    }
}

static void nor_in_what_the_log_says_is_wrong(void **state)
{
    static const char *const wrong[] = {
        "nosuch://user:hush@host/x?hush",
        "rtmps://0.0.0.0/live/hush?listen",
        "rtmp://0.0.0.0/hush?listen",
        "srt://0.0.0.0?mode=listener&passphrase=hushhushhush",
        "srt://0.0.0.0:9000?mode=listener&passphrase=hush",
        "srt://0.0.0.0:9000?mode=listener&pbkeylen=hush",
        "srt://0.0.0.0:9000?mode=listener&pbkeylen=17",
        "srt://0.0.0.0:9000?mode=listener&passfrase=hushhushhush",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct feed_url url = {.name = "untouched"};
        struct push *push = NULL;
        last_line[0] = 0;
        int status = feed_url_parse("one", wrong[i], &url);
        if (status == 0) {
            status = push_create("one", url.open, &push);
            feed_url_finish(&url);
        }
        assert_int_equal(status, ERR_INVALID);
        assert_null(push);
        assert_non_null(strstr(last_line, " one: "));
        assert_null(strstr(last_line, "hush"));
    }
}

static void listeners_are_ours(void **state)
{
    static const char *const ours[] = {
        "rtmp://0.0.0.0:1935/live/key?listen",
        "rtmp://[::1]/live/key?listen=1",
        "srt://0.0.0.0:9000?mode=listener",
        "srt://:9000?latency=200000&mode=listener&passphrase=ten+letters+at+least&pbkeylen=32",
    };
    static const char *const others[] = {
        "rtmp://host/live/key", "rtmp://host/live/key?listen=0", "srt://host:9000?mode=caller",
        "srt://host:9000",      "udp://127.0.0.1:5000",          "film.mp4",
    };
    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        struct push *push = NULL;
        assert_true(push_is_for(ours[i]));
        assert_int_equal(push_create("one", ours[i], &push), 0);
        assert_non_null(push);
        push_destroy(push);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct push *push = NULL;
        assert_false(push_is_for(others[i]));
        assert_int_equal(push_create("one", others[i], &push), 0);
        assert_null(push);
    }
}

static void what_comes_from_elsewhere_opens_no_file(void **state)
{
    static const char *const urls[] = {"http://host/x.m3u8", "https://host/x.m3u8",
                                       "udp://127.0.0.1:5000", "rtsp://host/cam"};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct feed_url url;
        assert_int_equal(feed_url_parse("one", urls[i], &url), 0);
        assert_int_equal(url.kind, FEED_NETWORK);
        assert_non_null(url.protocols);
        assert_null(strstr(url.protocols, "file"));
        assert_null(strstr(url.protocols, "data"));
        feed_url_finish(&url);
    }
}

static void a_url_has_its_parts(void **state)
{
    struct url_parts p;
    (void)state;
    assert_true(url_parts_read("rtmp://me:b@x@host:1935/live/key?listen&x=1", &p));
    assert_string_equal(p.scheme, "rtmp");
    assert_string_equal(p.host, "host");
    assert_string_equal(p.port, "1935");
    assert_string_equal(p.path, "live/key");
    assert_string_equal(p.query, "listen&x=1");
    assert_true(url_parts_read("srt://[fe80::1]:9000", &p));
    assert_string_equal(p.host, "fe80::1");
    assert_string_equal(p.port, "9000");
    assert_string_equal(p.path, "");
    assert_string_equal(p.query, "");
    assert_true(url_parts_read("srt://:9000?", &p));
    assert_string_equal(p.host, "");
    assert_false(url_parts_read("film.mp4", &p));
    assert_false(url_parts_read("srt://host:port", &p));
    assert_false(url_parts_read("srt://[::1:9000", &p));
    assert_false(url_parts_read("srt://[::1]x:9000", &p));
    assert_false(url_parts_read("srt://host:123456789", &p));
}

static void a_query_has_values(void **state)
{
    const char *query = "mode=listener&listen&streamid=%23!::r=a,m=b&pass=a+b%4&mode=other&x=";
    char value[16];
    (void)state;
    assert_true(url_query_value(query, "mode", value, sizeof value));
    assert_string_equal(value, "listener");
    assert_true(url_query_value(query, "listen", value, sizeof value));
    assert_string_equal(value, "");
    assert_true(url_query_value(query, "streamid", value, sizeof value));
    assert_string_equal(value, "#!::r=a,m=b");
    assert_true(url_query_value(query, "pass", value, sizeof value));
    assert_string_equal(value, "a b%4");
    assert_true(url_query_value(query, "x", value, sizeof value));
    assert_string_equal(value, "");
    assert_false(url_query_value(query, "mod", value, sizeof value));
    assert_false(url_query_value(query, "mode", value, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_secret_is_in_a_feeds_name),
        cmocka_unit_test(nor_in_what_the_log_says_is_wrong),
        cmocka_unit_test(listeners_are_ours),
        cmocka_unit_test(what_comes_from_elsewhere_opens_no_file),
        cmocka_unit_test(a_url_has_its_parts),
        cmocka_unit_test(a_query_has_values),
    };
    log_redirect(keep_line, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
