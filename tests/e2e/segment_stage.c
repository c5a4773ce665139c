#include "e2e/segment_stage.h"
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const arguments[] = {
    "--ladder", "256x144@100k", "--preset", "ultrafast", "--segment-duration",
    "1",        "one=test:",    NULL};

int segment_stage_open(void **state)
{
    struct segment_stage *s = calloc(1, sizeof *s);
    char url[192];
    *state = s;
    packager_start(&s->packager, arguments, 1);
    snprintf(url, sizeof url, "%s/one/manifest.json", s->packager.url);
    if (!viewer_open(&s->viewer, url) || !viewer_video(&s->viewer, 0, &s->track))
        packager_fail(&s->packager, s->viewer.error);
    http_raw_open(&s->live, s->packager.port);
    http_raw_open(&s->other, s->packager.port);
    s->body.data = malloc(SEGMENT_STAGE_BODY_BYTES);
    s->again.data = malloc(SEGMENT_STAGE_BODY_BYTES);
    return s->body.data && s->again.data ? 0 : -1;
}

int segment_stage_close(void **state)
{
    struct segment_stage *s = *state;
    http_raw_close(&s->live);
    http_raw_close(&s->other);
    packager_stop(&s->packager);
    viewer_close(&s->viewer);
    free(s->body.data);
    free(s->again.data);
    free(s);
    return 0;
}

int segment_stage_ask(struct segment_stage *s, struct http_raw *h, const char *method,
                      int64_t segment, const char *lines)
{
    char url[HESP_URL_BYTES];
    assert_int_equal(hesp_continuation_url(s->viewer.url, &s->track.place, segment, url), 0);
    http_raw_request(h, method, url + strlen(s->packager.url), lines);
    return http_raw_head(h);
}

void segment_stage_header(const struct http_raw *h, const char *name, const char *value)
{
    const char *found = http_raw_header(h, name);
    if (!value ? found != NULL : !found || strcmp(found, value) != 0)
        fail_msg("%s is \"%s\" and not \"%s\"", name, found ? found : "(none)",
                 value ? value : "(none)");
}

void segment_stage_is_chunked(const struct http_raw *h)
{
    segment_stage_header(h, "Transfer-Encoding", "chunked");
    segment_stage_header(h, "Content-Length", NULL);
    segment_stage_header(h, "Content-Type", "video/mp4");
    segment_stage_header(h, "Accept-Ranges", "bytes");
    segment_stage_header(h, "Access-Control-Allow-Origin", "*");
    assert_non_null(strstr(http_raw_header(h, "Cache-Control"), "max-age="));
}

void segment_stage_read(struct http_raw *h, struct segment_body *body)
{
    bool complete;
    body->size = http_raw_chunks(h, body->data, SEGMENT_STAGE_BODY_BYTES, &complete);
    assert_true(complete);
}

void segment_stage_read_text(struct http_raw *h)
{
    uint8_t text[512];
    const char *length = http_raw_header(h, "Content-Length");
    assert_non_null(length);
    long left = strtol(length, NULL, 10);
    assert_in_range(left, 1, sizeof text);
    while (left > 0) {
        int64_t got = http_raw_read(h, text, (size_t)left);
        assert_true(got > 0);
        left -= got;
    }
}
