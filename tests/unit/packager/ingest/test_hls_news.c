/* What a playlist has for somebody who has played up to some segment. */
#include "packager/ingest/hls_news.h"

#include "support/cmocka_all.h"

static const char live[] = "#EXTM3U\r\n#EXT-X-TARGETDURATION:2\r\n#EXT-X-MEDIA-SEQUENCE:7\r\n"
                           "#EXTINF:2,\r\nseg7.ts\r\n#EXTINF:2,\r\nseg8.ts\r\n"
                           "#EXTINF:2,\r\nseg9.ts\r\n";
static const char over[] = "#EXTM3U\n#EXTINF:2,\nseg0.ts\n#EXTINF:2,\nseg1.ts\n#EXT-X-ENDLIST\n";

static void check(const char *text, const char *played, int segments, int unplayed, bool worth)
{
    struct hls_news news;
    hls_news_read(text, played, &news);
    assert_int_equal(news.segments, segments);
    assert_int_equal(news.unplayed, unplayed);
    assert_int_equal(hls_news_worth_opening(&news), worth);
}

static void what_follows_the_last_one_played_is_new(void **state)
{
    (void)state;
    check(live, "http://host/live/seg7.ts", 3, 2, true);
    check(live, "http://host/live/seg8.ts", 3, 1, true);
    check(live, "http://host/live/seg9.ts", 3, 0, false);
}

/* An encoder that begins anew, or one that has gone on for long. */
static void all_is_new_where_the_last_one_played_is_not_listed(void **state)
{
    (void)state;
    check(live, "http://host/live/seg5.ts", 3, 3, true);
    check(live, "http://host/live/other-seg9.ts", 3, 3, true);
    check("#EXTM3U\n", "http://host/live/seg5.ts", 0, 0, false);
    check("", "http://host/live/seg5.ts", 0, 0, false);
}

static void what_has_ended_is_not_played_twice(void **state)
{
    (void)state;
    check(over, "http://host/seg1.ts", 2, 0, false);
    check(over, "http://host/seg0.ts", 2, 1, false);
    check(over, "http://host/seg5.ts", 2, 2, true);
}

static void a_segment_is_found_however_it_is_written(void **state)
{
    (void)state;
    check("#EXTINF:2,\nhttp://host/a/seg1.ts?t=1\n", "http://host/a/seg1.ts?t=1", 1, 0, false);
    check("#EXTINF:2,\n/a/seg1.ts", "http://host/a/seg1.ts", 1, 0, false);
    check("#EXTINF:2,\n../b/seg1.ts\n", "http://host/b/seg1.ts", 1, 0, false);
    check("#EXTINF:2,\nb/seg1.ts\n", "http://host/a/b/seg1.ts", 1, 0, false);
    check("#EXTINF:2,\nseg1.ts\n", "http://host/a/seg11.ts", 1, 1, true);
    check("#EXTINF:2,\ng1.ts\n", "http://host/a/seg1.ts", 1, 1, true);
}

static void parts_of_one_file_are_taken_as_new_while_they_last(void **state)
{
    (void)state;
    check("#EXT-X-BYTERANGE:9@0\nall.ts\n#EXT-X-BYTERANGE:9@9\nall.ts\n", "http://host/all.ts", 2,
          2, true);
    check("#EXT-X-BYTERANGE:9@0\nall.ts\n#EXT-X-ENDLIST\n", "http://host/all.ts", 1, 0, false);
}

static void a_segment_may_be_so_long(void **state)
{
    struct hls_news news;
    (void)state;
    hls_news_read(live, "", &news);
    assert_int_equal(news.target_s, 2);
    hls_news_read(over, "", &news);
    assert_int_equal(news.target_s, 0);
    hls_news_read("#EXT-X-TARGETDURATION:999999999\n", "", &news);
    assert_int_equal(news.target_s, 0);
    hls_news_read("#EXT-X-TARGETDURATION:long\n", "", &news);
    assert_int_equal(news.target_s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_the_last_one_played_is_new),
        cmocka_unit_test(all_is_new_where_the_last_one_played_is_not_listed),
        cmocka_unit_test(what_has_ended_is_not_played_twice),
        cmocka_unit_test(a_segment_is_found_however_it_is_written),
        cmocka_unit_test(a_segment_may_be_so_long),
        cmocka_unit_test(parts_of_one_file_are_taken_as_new_while_they_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
