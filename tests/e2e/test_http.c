/* The origin's manners: 404, HEAD, OPTIONS, CORS, HTTP/1.0, ranges of other kinds (H30, RFC 9110),
 * and what people do with curl. */
#include "e2e/segment_stage.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

/* H30: no such thing, told as text that nobody keeps. */
static void h30_what_is_not_there_is_404(void **state)
{
    struct segment_stage *s = *state;
    const char *presentation = s->viewer.manifest.active_presentation;
    const char *track = s->track.place.track->id;
    char paths[7][160];
    snprintf(paths[0], 160, "/two/%s/%s/content-0.mp4", presentation, track);
    snprintf(paths[1], 160, "/one/20200101T000000.000Z/%s/content-0.mp4", track);
    snprintf(paths[2], 160, "/one/%s/1x1-1k/content-0.mp4", presentation);
    snprintf(paths[3], 160, "/one/%s/%s/content-99999.mp4", presentation, track);
    snprintf(paths[4], 160, "/one/%s/%s/content-00.mp4", presentation, track);
    snprintf(paths[5], 160, "/one/%s/%s/", presentation, track);
    snprintf(paths[6], 160, "/one/%s/../%s/content-0.mp4", presentation, track);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        http_raw_request(&s->other, "GET", paths[i], "");
        assert_int_equal(http_raw_head(&s->other), 404);
        segment_stage_header(&s->other, "Cache-Control", "no-store");
        segment_stage_header(&s->other, "Access-Control-Allow-Origin", "*");
        segment_stage_read_text(&s->other);
    }
}

/* RFC 9110 14.2: what is no single range of bytes is as if it weren't there. */
static void h28_other_ranges_are_ignored(void **state)
{
    static const char *const lines[] = {"Range: bytes=0-1,4-5\r\n", "Range: bytes=-100\r\n",
                                        "Range: samples=0-1\r\n", "Range: bytes=9-1\r\n",
                                        "Range: bytes=a-b\r\n"};
    struct segment_stage *s = *state;
    assert_int_equal(segment_stage_ask(s, &s->live, "GET", 0, ""), 200);
    segment_stage_read(&s->live, &s->body);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(segment_stage_ask(s, &s->live, "GET", 0, lines[i]), 200);
        segment_stage_header(&s->live, "Content-Range", NULL);
        segment_stage_read(&s->live, &s->again);
        assert_int_equal(s->again.size, s->body.size);
    }
}

/* A HEAD has the headers and no body: the next answer on the connection begins right behind. */
static void head_has_no_body(void **state)
{
    struct segment_stage *s = *state;
    char length[24], url[HESP_URL_BYTES];
    assert_int_equal(segment_stage_ask(s, &s->live, "GET", 0, ""), 200);
    segment_stage_read(&s->live, &s->body);
    snprintf(length, sizeof length, "%zu", s->body.size);
    assert_int_equal(segment_stage_ask(s, &s->live, "HEAD", 0, ""), 200);
    segment_stage_header(&s->live, "Content-Length", length);
    segment_stage_header(&s->live, "Accept-Ranges", "bytes");
    segment_stage_header(&s->live, "Content-Type", "video/mp4");
    assert_int_equal(hesp_initialization_url(s->viewer.url, &s->track.place, 3, url), 0);
    http_raw_request(&s->live, "HEAD", url + strlen(s->packager.url), "");
    assert_int_equal(http_raw_head(&s->live), 200);
    segment_stage_header(&s->live, "Content-Type", "video/mp4");
    assert_true(strtol(http_raw_header(&s->live, "Content-Length"), NULL, 10) > 0);
    http_raw_request(&s->live, "HEAD", "/one/manifest.json", "");
    assert_int_equal(http_raw_head(&s->live), 200);
    segment_stage_header(&s->live, "Content-Type", HESP_MANIFEST_MIME);
    assert_int_equal(segment_stage_ask(s, &s->live, "HEAD", 99999, ""), 404);
    assert_int_equal(
        segment_stage_ask(s, &s->live, "GET", 0, "Range: bytes=0-9007199254740991\r\n"), 206);
    segment_stage_read(&s->live, &s->again);
    assert_int_equal(s->again.size, s->body.size);
}

/* What a browser asks before it sends a Range header to another origin. */
static void options_and_cors_are_open(void **state)
{
    struct segment_stage *s = *state;
    assert_int_equal(
        segment_stage_ask(s, &s->live, "OPTIONS", 0,
                          "Origin: http://player.test\r\nAccess-Control-Request-Method: GET\r\n"
                          "Access-Control-Request-Headers: range\r\n"),
        204);
    segment_stage_header(&s->live, "Access-Control-Allow-Origin", "*");
    segment_stage_header(&s->live, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
    segment_stage_header(&s->live, "Access-Control-Allow-Headers",
                         "Range, CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status");
    assert_int_equal(segment_stage_ask(s, &s->live, "GET", 0, "Origin: http://player.test\r\n"),
                     200);
    segment_stage_header(&s->live, "Access-Control-Allow-Origin", "*");
    const char *exposed = http_raw_header(&s->live, "Access-Control-Expose-Headers");
    assert_non_null(exposed);
    assert_non_null(strstr(exposed, "Content-Range"));
    assert_non_null(strstr(exposed, "Date"));
    assert_non_null(http_raw_header(&s->live, "Date"));
    segment_stage_read(&s->live, &s->body);
    assert_int_equal(segment_stage_ask(s, &s->live, "DELETE", 0, ""), 405);
    segment_stage_header(&s->live, "Allow", "GET, HEAD, OPTIONS");
    segment_stage_read_text(&s->live);
}

/* Chunked coding is unknown to HTTP/1.0: the body ends with the connection. */
static void http_1_0_gets_the_segment_without_chunks(void **state)
{
    struct segment_stage *s = *state;
    struct http_answer answer;
    char url[HESP_URL_BYTES], value[64];
    assert_int_equal(segment_stage_ask(s, &s->live, "GET", 0, ""), 200);
    segment_stage_read(&s->live, &s->body);
    assert_int_equal(hesp_continuation_url(s->viewer.url, &s->track.place, 0, url), 0);
    struct http_request request = {.url = url, .http_1_0 = true};
    http_fetch(&request, &answer);
    assert_int_equal(answer.status, 200);
    assert_false(http_header(&answer, "Transfer-Encoding", value, sizeof value));
    assert_false(answer.broken);
    assert_int_equal(answer.size, s->body.size);
    assert_memory_equal(answer.body, s->body.data, s->body.size);
    http_answer_finish(&answer);
}

/* What curl prints for --write-out, with these arguments before the URL. */
static int run_curl(const char *url, const char *const options[], char *line, size_t capacity)
{
    const char *argv[16] = {"curl", "-sS", "--noproxy", "*", "-o", "/dev/null"};
    size_t count = 6;
    struct process p;
    for (size_t i = 0; options[i]; i++)
        argv[count++] = options[i];
    argv[count] = url;
    assert_true(process_start(&p, argv, PROCESS_STDOUT));
    if (!process_line(&p, line, capacity, PATIENCE_MS))
        *line = 0;
    int code = process_wait(&p, PATIENCE_MS);
    process_finish(&p);
    return code;
}

/* As the documentation has people do. */
static void h22_h29_curl_gets_packets_and_ranges(void **state)
{
    static const char *const status[] = {"-w", "%{http_code} %{content_type}\n", NULL};
    static const char *const range[] = {"-r", "100-199", "-w", "%{http_code} %{size_download}\n",
                                        NULL};
    static const char *const failing[] = {"-f", "-w", "%{http_code}\n", NULL};
    struct segment_stage *s = *state;
    char url[HESP_URL_BYTES], line[128];
    assert_int_equal(run_curl(s->viewer.url, status, line, sizeof line), 0);
    assert_string_equal(line, "200 " HESP_MANIFEST_MIME);
    assert_int_equal(hesp_initialization_url(s->viewer.url, &s->track.place, HESP_NOW, url), 0);
    assert_int_equal(run_curl(url, status, line, sizeof line), 0);
    assert_string_equal(line, "200 video/mp4");
    assert_int_equal(hesp_continuation_url(s->viewer.url, &s->track.place, 0, url), 0);
    assert_int_equal(run_curl(url, range, line, sizeof line), 0);
    assert_string_equal(line, "206 100");
    assert_int_equal(hesp_continuation_url(s->viewer.url, &s->track.place, 99999, url), 0);
    assert_int_equal(run_curl(url, failing, line, sizeof line), 22); /* curl's "HTTP error" */
    assert_string_equal(line, "404");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h30_what_is_not_there_is_404),
        cmocka_unit_test(h28_other_ranges_are_ignored),
        cmocka_unit_test(head_has_no_body),
        cmocka_unit_test(options_and_cors_are_open),
        cmocka_unit_test(http_1_0_gets_the_segment_without_chunks),
        cmocka_unit_test(h22_h29_curl_gets_packets_and_ranges),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, segment_stage_open, segment_stage_close);
    curl_global_cleanup();
    return failed;
}
