/* H7 to H12: the text of a manifest, read back by jansson alone and by hesp_parse. */
#include "manifests/parse.h"
#include "manifests/write.h"
#include "media/core/err.h"
#include "unit/manifests/sample.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void parse(const void *text, size_t size, struct hesp_manifest *m)
{
    char error[HESP_ERROR_BYTES];
    if (hesp_parse(text, size, m, error))
        fail_msg("%s", error);
}

/* The sample has every attribute there is, in the writer's order. */
static void the_sample_comes_back_byte_by_byte(void **state)
{
    (void)state;
    struct hesp_manifest m;
    struct bytes_writer out;
    parse(sample, strlen(sample), &m);
    bytes_writer_init(&out);
    assert_int_equal(hesp_write(&m, &out), 0);
    bytes_write_u8(&out, 0);
    assert_string_equal((char *)out.data, sample);
    bytes_writer_finish(&out);
    hesp_manifest_finish(&m);
}

static void write_parse_write_is_identical(void **state)
{
    (void)state;
    struct hesp_manifest first, second;
    struct bytes_writer a, b;
    char *spaced =
        changed(sample, "{\"manifestVersion\"", " {\n \"unknown\": {},\"manifestVersion\"");
    parse(spaced, strlen(spaced), &first);
    bytes_writer_init(&a);
    bytes_writer_init(&b);
    assert_int_equal(hesp_write(&first, &a), 0);
    parse(a.data, a.size, &second);
    assert_int_equal(hesp_write(&second, &b), 0);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    bytes_writer_finish(&a);
    bytes_writer_finish(&b);
    hesp_manifest_finish(&first);
    hesp_manifest_finish(&second);
    free(spaced);
}

/* The smallest live manifest: what is required is there, and nothing else. */
static void H7_what_is_not_given_is_left_out(void **state)
{
    (void)state;
    struct hesp_presentation p = {.id = "1", .bounds = {.has_start = true}};
    struct hesp_manifest m = {
        .creation_date = "2026-01-02T03:04:05.678Z",
        .availability_duration = {true, 60, 0},
        .active_presentation = "1",
        .current_time = {true, 5, 30},
        .presentations = &p,
        .presentation_count = 1,
    };
    struct bytes_writer out;
    bytes_writer_init(&out);
    assert_int_equal(hesp_write(&m, &out), 0);
    bytes_write_u8(&out, 0);
    assert_string_equal((char *)out.data,
                        "{\"manifestVersion\":\"2.0.0\","
                        "\"creationDate\":\"2026-01-02T03:04:05.678Z\",\"streamType\":\"live\","
                        "\"availabilityDuration\":{\"value\":60},\"fallbackPollRate\":0,"
                        "\"activePresentation\":\"1\",\"currentTime\":{\"value\":5,\"scale\":30},"
                        "\"presentations\":[{\"id\":\"1\",\"timeBounds\":{\"startTime\":0}}]}");
    bytes_writer_finish(&out);
}

/* An independent reader's view of one track. */
static void H11_a_track_as_json(void **state)
{
    (void)state;
    struct hesp_segment segments[] = {{.id = 4}, {.id = 5}};
    struct hesp_track track = {
        .id = "v",
        .media = {.initialization_pattern = "init-{initId}.mp4",
                  .continuation_pattern = "content-{segmentId}.mp4",
                  .codecs = "avc1.42c01f",
                  .channels = 2}, /* has no place in a video track */
        .bandwidth = 2600000,
        .resolution = {.given = true, .width = 1280, .height = 720},
        .segments = segments,
        .segment_count = 2,
    };
    struct hesp_switching_set set = {.id = "s", .tracks = &track, .track_count = 1};
    struct hesp_presentation p = {.id = "1", .video = &set, .video_count = 1};
    struct hesp_manifest m = {.presentations = &p, .presentation_count = 1};
    struct bytes_writer out;
    bytes_writer_init(&out);
    assert_int_equal(hesp_write(&m, &out), 0);
    json_t *root = json_loadb((char *)out.data, out.size, 0, NULL), *list;
    assert_non_null(root);
    assert_int_equal(
        json_unpack(root, "{s[{s[{s[o]}]}]}", "presentations", "video", "tracks", &list), 0);
    int bandwidth, width, first, second;
    assert_int_equal(json_unpack(list, "{s:i,s:{s:i},s:[{s:i},{s:i}]}", "bandwidth", &bandwidth,
                                 "resolution", "width", &width, "segments", "id", &first, "id",
                                 &second),
                     0);
    assert_int_equal(bandwidth, 2600000);
    assert_int_equal(width, 1280);
    assert_int_equal(second, 5);
    assert_null(json_object_get(list, "channels"));
    assert_null(json_object_get(list, "startSequenceNumber"));
    json_decref(root);
    bytes_writer_finish(&out);
}

static void H8_integers_out_of_range_are_refused(void **state)
{
    (void)state;
    static const int64_t wrong[] = {HESP_INTEGER_MAX + 1, -HESP_INTEGER_MAX - 1, INT64_MIN,
                                    INT64_MAX};
    struct hesp_manifest m = {.availability_duration = {.given = true}};
    struct bytes_writer out;
    bytes_writer_init(&out);
    bytes_write_text(&out, "before");
    for (size_t i = 0; i < 4; i++) {
        m.availability_duration.value = wrong[i];
        assert_int_equal(hesp_write(&m, &out), ERR_INVALID);
    }
    m.availability_duration.value = -HESP_INTEGER_MAX;
    m.fallback_poll_rate = -1; /* a uint */
    assert_int_equal(hesp_write(&m, &out), ERR_INVALID);
    m.fallback_poll_rate = HESP_INTEGER_MAX;
    m.creation_date = "\xff";
    assert_int_equal(hesp_write(&m, &out), ERR_INVALID);
    assert_int_equal(out.size, 6);
    m.creation_date = NULL;
    assert_int_equal(hesp_write(&m, &out), 0);
    bytes_writer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_comes_back_byte_by_byte),
        cmocka_unit_test(write_parse_write_is_identical),
        cmocka_unit_test(H7_what_is_not_given_is_left_out),
        cmocka_unit_test(H11_a_track_as_json),
        cmocka_unit_test(H8_integers_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
