/* The Continuation Stream over real HTTP: live responses, and ranges with their exact headers (H27
 * to H30). */
#include "e2e/segment_stage.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TRIES = 20, CONCLUSIVE_LEAST = 3 };

static const char unknown_end[] = "Range: bytes=0-9007199254740991\r\n";

/* Asks for a segment from an offset to the unknown end (H28); the status. */
static int ask_from(struct segment_stage *s, struct http_raw *h, int64_t segment, int64_t offset)
{
    char lines[80];
    snprintf(lines, sizeof lines, "Range: bytes=%" PRId64 "-9007199254740991\r\n", offset);
    return segment_stage_ask(s, h, "GET", segment, lines);
}

/* "bytes FIRST-LAST/TOTAL", a total of -1 for "*". */
static void expect_content_range(const struct http_raw *h, int64_t first, int64_t last,
                                 int64_t total)
{
    char value[100], length[24] = "*";
    if (total >= 0)
        snprintf(length, sizeof length, "%" PRId64, total);
    snprintf(value, sizeof value, "bytes %" PRId64 "-%" PRId64 "/%s", first, last, length);
    segment_stage_header(h, "Content-Range", value);
}

static bool says_growing(const struct http_raw *h)
{
    const char *range = http_raw_header(h, "Content-Range");
    return range && range[strlen(range) - 1] == '*';
}

/* The newest segment, a moment ago. */
static struct cmaf_continuation newest(struct segment_stage *s)
{
    struct viewer_packet packet;
    if (!viewer_get_packet(&s->viewer, &s->track, HESP_NOW, &packet))
        packager_fail(&s->packager, s->viewer.error);
    struct cmaf_continuation continuation = packet.packet.continuation;
    viewer_packet_finish(&packet);
    return continuation;
}

/* A response to a range of the whole of a segment that still grows, with its head read. */
static int64_t open_growing(struct segment_stage *s, struct http_raw *h)
{
    for (int i = 0; i < TRIES; i++) {
        int64_t segment = newest(s).segment_id;
        assert_int_equal(segment_stage_ask(s, h, "GET", segment, unknown_end), 206);
        if (says_growing(h))
            return segment;
        segment_stage_read(h, &s->body);
    }
    fail_msg("no segment was seen growing");
    return -1;
}

struct seen {
    int64_t first, last; /* sample numbers */
    int64_t bytes;
    int64_t capture_utc_us; /* of the first */
};

/* Reads one HTTP chunk: whole samples. */
static struct seen read_samples(struct segment_stage *s, struct http_raw *h)
{
    struct seen seen = {.first = -1,
                        .bytes = http_raw_chunk(h, s->body.data, SEGMENT_STAGE_BODY_BYTES)};
    struct cmaf_chunk chunk;
    assert_true(seen.bytes > 0);
    for (int64_t at = 0; at < seen.bytes; at += (int64_t)chunk.total_bytes) {
        assert_int_equal(cmaf_chunk_read(s->body.data + at, (size_t)(seen.bytes - at), &chunk), 0);
        seen.last = viewer_sequence(&s->track, viewer_timescale(&s->track), chunk.decode_time);
        if (seen.first < 0) {
            seen.first = seen.last;
            seen.capture_utc_us = chunk.capture_utc_us;
        }
    }
    return seen;
}

/* H28, H29: LAST as it was asked for and * while the segment grows, the true ones afterwards. */
static void h29_growing_and_finished_segments_say_so_in_content_range(void **state)
{
    struct segment_stage *s = *state;
    int64_t segment = open_growing(s, &s->live);
    expect_content_range(&s->live, 0, INT64_C(9007199254740991), -1);
    segment_stage_is_chunked(&s->live);
    segment_stage_read(&s->live, &s->body);
    int64_t length = (int64_t)s->body.size;
    assert_int_equal(segment_stage_ask(s, &s->live, "GET", segment, unknown_end), 206);
    expect_content_range(&s->live, 0, length - 1, length);
    segment_stage_is_chunked(&s->live);
    segment_stage_read(&s->live, &s->again);
    assert_int_equal(s->again.size, s->body.size);
    assert_memory_equal(s->again.data, s->body.data, s->body.size);
}

struct range_case {
    int64_t first, last; /* from the segment's end where negative; last 0: to the end */
};

/* H28 to H30: parts of a finished segment, cut at its end. */
static void h29_parts_of_a_finished_segment_are_exact(void **state)
{
    static const struct range_case cases[] = {{0, 0}, {100, 299}, {0, 1}, {-10, 1000000}, {-1, 0}};
    struct segment_stage *s = *state;
    assert_int_equal(segment_stage_ask(s, &s->live, "GET", 0, ""), 200);
    segment_stage_header(&s->live, "Content-Range", NULL);
    segment_stage_is_chunked(&s->live);
    segment_stage_read(&s->live, &s->body);
    int64_t length = (int64_t)s->body.size;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char lines[80];
        int64_t first = cases[i].first < 0 ? length + cases[i].first : cases[i].first;
        int64_t last = cases[i].last && cases[i].last < length ? cases[i].last : length - 1;
        snprintf(lines, sizeof lines, "Range: bytes=%" PRId64 "-", first);
        if (cases[i].last)
            snprintf(lines + strlen(lines), 30, "%" PRId64, cases[i].last);
        strcat(lines, "\r\n");
        assert_int_equal(segment_stage_ask(s, &s->live, "GET", 0, lines), 206);
        expect_content_range(&s->live, first, last, length);
        segment_stage_is_chunked(&s->live);
        segment_stage_read(&s->live, &s->again);
        assert_int_equal(s->again.size, last - first + 1);
        assert_memory_equal(s->again.data, s->body.data + first, s->again.size);
    }
}

/* H29: a range that is there ends the response, though the segment goes on. */
static void h29_a_short_range_of_a_growing_segment_ends_at_its_last_byte(void **state)
{
    struct segment_stage *s = *state;
    bool conclusive = false;
    for (int i = 0; i < TRIES && !conclusive; i++) {
        int64_t segment = open_growing(s, &s->other);
        assert_int_equal(segment_stage_ask(s, &s->live, "GET", segment, "Range: bytes=8-99\r\n"),
                         206);
        bool grew = says_growing(&s->live);
        if (grew)
            expect_content_range(&s->live, 8, 99, -1);
        segment_stage_read(&s->live, &s->again);
        assert_int_equal(s->again.size, 92);
        assert_int_equal(segment_stage_ask(s, &s->live, "GET", segment, unknown_end), 206);
        conclusive = grew && says_growing(&s->live);
        segment_stage_read(&s->live, &s->again);
        segment_stage_read(&s->other, &s->body);
        assert_int_equal(s->again.size, s->body.size);
    }
    assert_true(conclusive);
}

/* A range that starts exactly where the segment ends so far waits, and begins with the next sample
 * (H3, H29). That it waited shows where that sample was captured after the question. */
static void h29_a_range_from_the_end_of_what_exists_waits(void **state)
{
    struct segment_stage *s = *state;
    int waited = 0;
    for (int i = 0; i < TRIES && waited < CONCLUSIVE_LEAST; i++) {
        int64_t segment = open_growing(s, &s->live);
        struct seen begun = read_samples(s, &s->live);
        if (begun.last % SEGMENT_STAGE_FRAMES < SEGMENT_STAGE_FRAMES - 2) {
            struct seen newest_one = read_samples(s, &s->live);
            int64_t end = begun.bytes + newest_one.bytes;
            int64_t asked_utc_us = clock_utc_us();
            assert_int_equal(ask_from(s, &s->other, segment, end), 206);
            if (says_growing(&s->other))
                expect_content_range(&s->other, end, INT64_C(9007199254740991), -1);
            struct seen next = read_samples(s, &s->other);
            assert_int_equal(next.first, newest_one.last + 1);
            waited += next.capture_utc_us > asked_utc_us;
            segment_stage_read(&s->other, &s->again);
        }
        segment_stage_read(&s->live, &s->body);
    }
    assert_true(waited >= CONCLUSIVE_LEAST);
}

/* H24, H27: who asks for the next segment when one has ended gets it as soon as it starts. One that
 * is further away isn't there. */
static void h27_the_next_segment_is_waited_for_and_no_other(void **state)
{
    struct segment_stage *s = *state;
    int waited = 0;
    for (int i = 0; i < TRIES && waited < CONCLUSIVE_LEAST; i++) {
        int64_t segment = open_growing(s, &s->live);
        segment_stage_read(&s->live, &s->body);
        int64_t asked_utc_us = clock_utc_us();
        assert_int_equal(segment_stage_ask(s, &s->live, "GET", segment + 1, ""), 200);
        segment_stage_is_chunked(&s->live);
        segment_stage_header(&s->live, "Content-Range", NULL);
        struct seen start = read_samples(s, &s->live);
        assert_int_equal(start.first, (segment + 1) * SEGMENT_STAGE_FRAMES);
        waited += start.capture_utc_us > asked_utc_us;
        assert_int_equal(segment_stage_ask(s, &s->other, "GET", segment + 3, ""), 404);
        segment_stage_read_text(&s->other);
        segment_stage_read(&s->live, &s->body);
    }
    assert_true(waited >= CONCLUSIVE_LEAST);
}

/* H30: refused once the length is known and not before. */
static void h30_a_range_beyond_the_end_is_refused_when_the_segment_is_finished(void **state)
{
    struct segment_stage *s = *state;
    char length[40];
    int64_t segment = open_growing(s, &s->live);
    assert_int_equal(ask_from(s, &s->other, segment, 90000000), 416);
    segment_stage_read(&s->live, &s->body); /* finished by now, or else there were no 416 */
    snprintf(length, sizeof length, "bytes */%zu", s->body.size);
    segment_stage_header(&s->other, "Content-Range", length);
    segment_stage_header(&s->other, "Cache-Control", "no-store");
    segment_stage_read_text(&s->other);
    assert_int_equal(ask_from(s, &s->other, segment, (int64_t)s->body.size), 416);
    segment_stage_header(&s->other, "Content-Range", length);
    segment_stage_read_text(&s->other);
    assert_int_equal(ask_from(s, &s->other, segment, (int64_t)s->body.size - 1), 206);
    segment_stage_read(&s->other, &s->again);
    assert_int_equal(s->again.size, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h29_growing_and_finished_segments_say_so_in_content_range),
        cmocka_unit_test(h29_parts_of_a_finished_segment_are_exact),
        cmocka_unit_test(h29_a_short_range_of_a_growing_segment_ends_at_its_last_byte),
        cmocka_unit_test(h29_a_range_from_the_end_of_what_exists_waits),
        cmocka_unit_test(h27_the_next_segment_is_waited_for_and_no_other),
        cmocka_unit_test(h30_a_range_beyond_the_end_is_refused_when_the_segment_is_finished),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, segment_stage_open, segment_stage_close);
    curl_global_cleanup();
    return failed;
}
