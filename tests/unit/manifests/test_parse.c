/* H7 to H14: what a manifest says, and how errors name their place. */
#include "manifests/parse.h"
#include "manifests/write.h"
#include "media/core/err.h"
#include "unit/manifests/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void parse_sample(struct hesp_manifest *m)
{
    char error[HESP_ERROR_BYTES];
    int status = hesp_parse(sample, strlen(sample), m, error);
    if (status)
        fail_msg("%s", error);
}

static void H7_root(void **state)
{
    (void)state;
    struct hesp_manifest m;
    parse_sample(&m);
    assert_string_equal(m.creation_date, "2026-02-03T04:05:06.789Z");
    assert_int_equal(m.stream_type, HESP_LIVE);
    assert_true(m.availability_duration.given);
    assert_int_equal(m.availability_duration.value, 2400);
    assert_int_equal(m.availability_duration.scale, 0);
    assert_int_equal(m.fallback_poll_rate, 300);
    assert_string_equal(m.active_presentation, "evening");
    assert_int_equal(m.current_time.value, 1134000000);
    assert_int_equal(m.current_time.scale, 90000);
    assert_string_equal(m.content_base_url, "media/");
    assert_string_equal(m.time_source.scheme, "urn:mpeg:dash:utc:http-iso:2014");
    assert_string_equal(m.time_source.value, "/time");
    assert_int_equal(m.presentation_count, 2);
    hesp_manifest_finish(&m);
    assert_null(m.presentations);
}

static void H9_H10_presentations_and_sets(void **state)
{
    (void)state;
    struct hesp_manifest m;
    parse_sample(&m);
    const struct hesp_presentation *p = &m.presentations[1];
    assert_string_equal(p->id, "evening");
    assert_string_equal(p->base_url, "https://other.example/s2/");
    assert_true(p->bounds.has_start);
    assert_false(p->bounds.has_end);
    assert_int_equal(p->audio_count, 1);
    const struct hesp_switching_set *sound = &p->audio[0];
    assert_string_equal(sound->language, "ger");
    assert_string_equal(sound->align_id, "all");
    assert_string_equal(sound->media.mime_type, "audio/mp4");
    assert_int_equal(sound->media.channels, 2);
    assert_int_equal(sound->media.sample_rate, 48000);
    assert_int_equal(sound->media.samples_per_frame, 1024);
    assert_int_equal(sound->media.media_time_offset.value, -972000000);
    assert_string_equal(p->metadata[0].scheme_id, "urn:example:titles");
    hesp_manifest_finish(&m);
}

static void H11_H12_tracks_and_segments(void **state)
{
    (void)state;
    struct hesp_manifest m;
    parse_sample(&m);
    const struct hesp_track *track = &m.presentations[1].video[0].tracks[0];
    assert_int_equal(track->bandwidth, 800000);
    assert_int_equal(track->resolution.width, 640);
    assert_int_equal(track->resolution.sar_width, 4);
    assert_int_equal(track->segment_duration.value, 6);
    assert_int_equal(track->start_segment_id, 7);
    assert_int_equal(track->segment_count, 0);
    const struct hesp_track *sound = &m.presentations[1].audio[0].tracks[0];
    assert_int_equal(sound->start_sequence_number, 16);
    assert_int_equal(sound->segment_count, 2);
    assert_int_equal(sound->segments[0].id, 300);
    assert_int_equal(sound->segments[0].bounds.end, 1134000000);
    assert_true(sound->segments[1].has_bounds);
    assert_false(sound->segments[1].bounds.has_end);
    hesp_manifest_finish(&m);
}

static void H11_the_track_wins_over_its_set(void **state)
{
    (void)state;
    struct hesp_manifest m;
    parse_sample(&m);
    const struct hesp_switching_set *set = &m.presentations[1].video[0];
    assert_int_equal(hesp_track_media(set, &set->tracks[0]).frame_rate.value, 15);
    assert_int_equal(hesp_track_media(set, &set->tracks[1]).frame_rate.value, 30000);
    assert_string_equal(hesp_track_media(set, &set->tracks[1]).codecs, "avc1.4d001f");
    assert_null(hesp_track_media(set, &set->tracks[1]).base_url);
    hesp_manifest_finish(&m);
}

static void H14_the_offset_of_the_set_holds_for_its_tracks(void **state)
{
    (void)state;
    struct hesp_manifest m;
    parse_sample(&m);
    const struct hesp_switching_set *set = &m.presentations[1].audio[0];
    struct hesp_value offset = hesp_track_media(set, &set->tracks[0]).media_time_offset;
    assert_true(offset.given);
    assert_int_equal(offset.value, -972000000);
    assert_int_equal(offset.scale, 90000);
    set = &m.presentations[0].audio[0];
    assert_false(hesp_track_media(set, &set->tracks[0]).media_time_offset.given);
    hesp_manifest_finish(&m);
}

static void H8_unknown_attributes_are_ignored(void **state)
{
    (void)state;
    static const char *const additions[] = {
        "\"id\":\"evening\",\"events\":[{\"id\":1,\"data\":{}}],\"x\":null",
        "\"id\":\"evening\",\"x\":{\"y\":[[[[]]]],\"z\":1.5e300}",
    };
    for (size_t i = 0; i < 2; i++) {
        struct hesp_manifest m;
        char error[HESP_ERROR_BYTES];
        char *text = changed(sample, "\"id\":\"evening\"", additions[i]);
        assert_int_equal(hesp_parse(text, strlen(text), &m, error), 0);
        assert_string_equal(m.presentations[1].id, "evening");
        hesp_manifest_finish(&m);
        free(text);
    }
}

static void H7_vod_ignores_what_is_for_live(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char error[HESP_ERROR_BYTES];
    char *vod = changed(sample, "\"live\"", "\"vod\"");
    char *text = changed(vod, "\"evening\",\"currentTime\"", "7,\"currentTime\"");
    assert_int_equal(hesp_parse(text, strlen(text), &m, error), 0);
    assert_int_equal(m.stream_type, HESP_VOD);
    assert_null(m.active_presentation);
    assert_false(m.current_time.given);
    assert_null(m.time_source.scheme);
    hesp_manifest_finish(&m);
    free(text);
    free(vod);
}

struct wrong {
    const char *what, *by, *error;
    int status;
};

static void fails(const struct wrong *w)
{
    struct hesp_manifest m, before;
    char error[HESP_ERROR_BYTES];
    memset(&m, 0x5a, sizeof m);
    memset(&before, 0x5a, sizeof before);
    char *text = changed(sample, w->what, w->by);
    int status = hesp_parse(text, strlen(text), &m, error);
    if (status != w->status || !strstr(error, w->error))
        fail_msg("%s -> %s: status %d, \"%s\"", w->what, w->by, status, error);
    assert_memory_equal(&m, &before, sizeof m);
    free(text);
}

static void H7_to_H12_errors_name_their_place(void **state)
{
    (void)state;
    static const struct wrong list[] = {
        {"\"2.0.0\"", "\"1.1.0\"", "manifestVersion: is \"1.1.0\"", ERR_UNSUPPORTED},
        {"\"manifestVersion\":\"2.0.0\",", "", "manifestVersion: is required", ERR_INVALID},
        {"\"live\"", "\"Live\"", "streamType: must be", ERR_INVALID},
        {"{\"value\":2400}", "2400", "availabilityDuration: must be an object, not an integer",
         ERR_INVALID},
        {"{\"value\":2400}", "{\"scale\":1}", "availabilityDuration.value: is required",
         ERR_INVALID},
        {"{\"value\":2400}", "{\"value\":1,\"scale\":0}", "availabilityDuration.scale: must not",
         ERR_INVALID},
        {"{\"value\":2400}", "{\"value\":1,\"scale\":-3}", "must not be negative", ERR_INVALID},
        {"\"fallbackPollRate\":300", "\"fallbackPollRate\":\"300\"",
         "fallbackPollRate: must be an integer, not a string", ERR_INVALID},
        {"\"activePresentation\":\"evening\",", "", "activePresentation: is required", ERR_INVALID},
        {"\"activePresentation\":\"evening\"", "\"activePresentation\":null", "not null",
         ERR_INVALID},
        {"\"currentTime\":{\"value\":1134000000,\"scale\":90000},", "", "currentTime: is required",
         ERR_INVALID},
        {"\"id\":\"morning\",", "", "presentations[0].id: is required", ERR_INVALID},
        {"\"timeBounds\":{\"startTime\":0,\"endTime\":972000000,\"scale\":90000},", "",
         "presentations[0].timeBounds: is required", ERR_INVALID},
        {"\"startTime\":0", "\"startTime\":-1",
         "presentations[0].timeBounds.startTime: must not be negative, but is -1", ERR_INVALID},
        {"\"language\":\"ger\",", "", "presentations[1].audio[0].language: is required",
         ERR_INVALID},
        {"\"schemeId\":\"urn:example:titles\",", "",
         "presentations[1].metadata[0].schemeId: is required", ERR_INVALID},
        {"\"bandwidth\":800000,", "", "presentations[1].video[0].tracks[0].bandwidth: is required",
         ERR_INVALID},
        {"\"id\":\"720p\",\"bandwidth\":3000000,\"codecs\"",
         "\"id\":\"720p\",\"bandwidth\":3e6,\"codecs\"",
         "presentations[1].video[0].tracks[1].bandwidth: must be an integer, not a number with",
         ERR_INVALID},
        {"\"resolution\":{\"width\":640,\"height\":360,\"sarWidth\":4,\"sarHeight\":3},", "",
         "tracks[0].resolution: is required", ERR_INVALID},
        {"\"height\":360", "\"height\":0", "resolution.height: must not be 0", ERR_INVALID},
        {"\"segments\":[]", "\"segments\":{}", "segments: must be an array, not an object",
         ERR_INVALID},
        {"\"id\":301", "\"id\":\"301\"",
         "presentations[1].audio[0].tracks[0].segments[1].id: must be an integer", ERR_INVALID},
        {"\"id\":301", "\"id\":9007199254740992", "is not within +-(2^53 - 1)", ERR_INVALID},
        {"\"value\":-972000000", "\"value\":-9007199254740992", "is not within", ERR_INVALID},
        {"\"id\":301", "\"id\":99999999999999999999", "line 1, column", ERR_INVALID},
        {"\"id\":\"evening\"", "\"id\":\"evening\",\"id\":\"e\"", "duplicate", ERR_INVALID},
        {"]}]}]}", "]}]}", "line 1, column", ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        fails(&list[i]);
}

static void H8_integers_reach_to_2_53(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char error[HESP_ERROR_BYTES];
    char *text = changed(sample, "-972000000", "-9007199254740991");
    assert_int_equal(hesp_parse(text, strlen(text), &m, error), 0);
    assert_int_equal(m.presentations[1].audio[0].media.media_time_offset.value, -HESP_INTEGER_MAX);
    hesp_manifest_finish(&m);
    free(text);
}

static void size_and_depth_are_bounded(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char error[HESP_ERROR_BYTES];
    size_t size = HESP_MANIFEST_BYTES_MAX + 1;
    char *text = malloc(size);
    memset(text, '[', size);
    assert_int_equal(hesp_parse(text, size, &m, error), ERR_FULL);
    assert_int_equal(hesp_parse(text, size - 1, &m, error), ERR_INVALID);
    assert_int_equal(hesp_parse("", 0, &m, error), ERR_INVALID);
    assert_int_equal(hesp_parse(NULL, 0, &m, error), ERR_INVALID);
    assert_int_equal(hesp_parse("[]", 2, &m, error), ERR_INVALID);
    assert_non_null(strstr(error, "must be an object, not an array"));
    free(text);
}

static void a_list_is_bounded(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char error[HESP_ERROR_BYTES];
    char *list = malloc(2 * HESP_LIST_MAX + 4), *at = list;
    *at++ = '[';
    for (int i = 0; i <= HESP_LIST_MAX; i++, at += 2)
        memcpy(at, "1,", 2);
    strcpy(at - 1, "]");
    char *text = changed(sample, "[{\"id\":300}]", list);
    assert_int_equal(hesp_parse(text, strlen(text), &m, error), ERR_FULL);
    assert_non_null(strstr(error, "presentations[1].video[0].tracks[1].segments: has 65537"));
    free(text);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(H7_root),
        cmocka_unit_test(H9_H10_presentations_and_sets),
        cmocka_unit_test(H11_H12_tracks_and_segments),
        cmocka_unit_test(H11_the_track_wins_over_its_set),
        cmocka_unit_test(H14_the_offset_of_the_set_holds_for_its_tracks),
        cmocka_unit_test(H8_unknown_attributes_are_ignored),
        cmocka_unit_test(H7_vod_ignores_what_is_for_live),
        cmocka_unit_test(H7_to_H12_errors_name_their_place),
        cmocka_unit_test(H8_integers_reach_to_2_53),
        cmocka_unit_test(size_and_depth_are_bounded),
        cmocka_unit_test(a_list_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
