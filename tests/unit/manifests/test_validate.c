/* H7 to H12, H15, H16 and what readers in use expect besides: each rule, by a manifest that breaks
 * it and nothing else. */
#include "manifests/language.h"
#include "manifests/validate.h"
#include "media/core/err.h"
#include "unit/manifests/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void parse(const char *text, struct hesp_manifest *m)
{
    char error[HESP_ERROR_BYTES];
    if (hesp_parse(text, strlen(text), m, error))
        fail_msg("%s", error);
}

static void the_sample_is_valid(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char error[HESP_ERROR_BYTES];
    parse(sample, &m);
    if (hesp_validate(&m, error))
        fail_msg("%s", error);
    assert_string_equal(error, "");
    hesp_manifest_finish(&m);
}

struct wrong {
    const char *what, *by, *error;
};

static void check_all(const struct wrong *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hesp_manifest m;
        char error[HESP_ERROR_BYTES];
        char *text = changed(sample, list[i].what, list[i].by);
        parse(text, &m);
        int status = hesp_validate(&m, error);
        if (status != ERR_INVALID || !strstr(error, list[i].error))
            fail_msg("%s -> %s: %d, \"%s\"", list[i].what, list[i].by, status, error);
        hesp_manifest_finish(&m);
        free(text);
    }
}

#define CHECK_ALL(list) check_all(list, sizeof(list) / sizeof *(list))

static void H7_root(void **state)
{
    (void)state;
    static const struct wrong list[] = {
        {"06.789Z", "06Z", "creationDate: \"2026-02-03T04:05:06Z\" is not of the form"},
        {"2026-02-03", "2026-02-29", "creationDate"},
        {"2026-02-03", "2026-13-03", "creationDate"},
        {"T04:", "T24:", "creationDate"},
        {"06.789Z", "06.789+24:00", "creationDate"},
        {"06.789Z", "06.789", "creationDate"},
        {"2026-02-03T", "2026-02-03 ", "creationDate"},
        {"{\"value\":2400}", "{\"value\":-1}", "availabilityDuration.value: must not be negative"},
        {"\"activePresentation\":\"evening\"", "\"activePresentation\":\"noon\"",
         "activePresentation: no Presentation has the id \"noon\" (H7)"},
        {"\"value\":1134000000", "\"value\":-1", "currentTime.value: must not be negative"},
        {"\"value\":1134000000", "\"value\":971999999", "currentTime: lies before the startTime"},
        {"1134000000,\"scale\":90000", "10799", "currentTime: lies before the startTime"},
        {"\"timeBounds\":{\"startTime\":972000000,", "\"timeBounds\":{\"endTime\":972000000,",
         "activePresentation: that Presentation has no startTime"},
        {"http-iso:2014", "http-iso:2015",
         "timeSource.scheme: \"urn:mpeg:dash:utc:http-iso:2015\""},
        {"\"contentBaseUrl\":\"media/\"", "\"contentBaseUrl\":\"me dia/\"",
         "contentBaseUrl: is no"},
    };
    CHECK_ALL(list);
}

static void H9_presentations(void **state)
{
    (void)state;
    static const struct wrong list[] = {
        {"\"id\":\"morning\"", "\"id\":\"evening\"",
         "presentations: two Presentations have the id \"evening\" (H9)"},
        {"\"startTime\":0,\"endTime\":972000000,", "",
         "presentations[0].timeBounds: has neither startTime nor endTime (H9)"},
        {"\"startTime\":0,", "\"startTime\":972000001,",
         "presentations[0].timeBounds: startTime 972000001 comes after endTime 972000000"},
        {"https://other.example/s2/", "https://other.example/{s2}/", "presentations[1].baseUrl"},
    };
    CHECK_ALL(list);
}

static void H10_switching_sets(void **state)
{
    (void)state;
    static const struct wrong list[] = {
        {"\"id\":\"picture\"", "\"id\":\"sound\"",
         "presentations[0]: two Switching Sets have the id \"sound\" (H10)"},
        {"\"id\":\"titles\"", "\"id\":\"sound\"", "presentations[1]: two Switching Sets"},
        {"\"language\":\"ger\"", "\"language\":\"GER\"",
         "presentations[1].audio[0].language: \"GER\" is no ISO 639-2 code"},
        {"\"language\":\"deu\"", "\"language\":\"de\"", "language"},
        {"\"language\":\"eng\"", "\"language\":\"e g\"", "metadata[0].language"},
        {"\"audio/mp4\"", "\"video/mp4\"", "presentations[1].audio[0].mimeType: \"video/mp4\""},
        {"\"id\":\"picture\",", "\"id\":\"picture\",\"mimeType\":\"audio/mp4\",",
         "presentations[0].video[0].mimeType"},
        {"\"application/mp4\"", "\"mp4\"", "metadata[0].mimeType"},
        {"init-{initId}.mp4", "init-{initid}.mp4",
         "initializationPattern: does not contain {initId} (H10)"},
        {"content-{segmentId}.mp4", "content-{segmentId:6d}.mp4", "does not contain {segmentId}"},
        {"content-{segmentId}.mp4", "content-{segmentId}-{x}.mp4",
         "continuationPattern: is no URI reference (H15)"},
        {"\"frameRate\":{\"value\":25}", "\"frameRate\":{\"value\":0}",
         "presentations[0].video[0].frameRate.value: must be above 0"},
        {"\"baseUrl\":\"picture/\"", "\"baseUrl\":\"pic%2ture/\"", "video[0].baseUrl"},
    };
    CHECK_ALL(list);
}

static void H11_tracks(void **state)
{
    (void)state;
    static const struct wrong list[] = {
        {"\"id\":\"360p\"", "\"id\":\"720p\"",
         "presentations[1].video[0].tracks: two tracks have the id \"720p\" (H11)"},
        {"\"bandwidth\":800000", "\"bandwidth\":0",
         "presentations[1].video[0].tracks[0].bandwidth: must be above 0 (H11)"},
        {"\"codecs\":\"avc1.4d001e\",", "", "tracks[0].codecs: is given neither by"},
        {"\"codecs\":\"wvtt\",", "", "metadata[0].tracks[0].codecs: is given neither by"},
        {"\"initializationPattern\":\"128k-init-{initId}.mp4\",", "",
         "presentations[1].audio[0].tracks[0].initializationPattern: is given neither"},
        {"\"continuationPattern\":\"720p-content-{segmentId}.mp4\",", "",
         "presentations[1].video[0].tracks[1].continuationPattern: is given neither"},
        {"\"frameRate\":{\"value\":30000,\"scale\":1001},", "",
         "presentations[1].video[0].tracks[1].frameRate: is given neither"},
        {"\"sampleRate\":48000,\"tracks\"", "\"tracks\"",
         "presentations[0].audio[0].tracks[0].sampleRate: is given neither"},
        {"\"frameRate\":{\"value\":15}", "\"frameRate\":{\"value\":-15}", "tracks[0].frameRate"},
        {"\"segmentDuration\":{\"value\":6}", "\"segmentDuration\":{\"value\":0}",
         "segmentDuration.value: must be above 0"},
    };
    CHECK_ALL(list);
}

static void H12_segments(void **state)
{
    (void)state;
    static const struct wrong list[] = {
        {"\"id\":301", "\"id\":302",
         "presentations[1].audio[0].tracks[0].segments[1].id: 302 does not follow 300 by 1 (H12)"},
        {"\"id\":301", "\"id\":300", "300 does not follow 300 by 1"},
        {"\"startTime\":12600", "\"startTime\":12601",
         "segments[1].timeBounds.startTime: is not the endTime of the segment before (H12)"},
        {",\"timeBounds\":{\"startTime\":12600}", "",
         "segments[1]: needs timeBounds, as its track has no segmentDuration"},
        {"\"startTime\":1133460000,\"endTime\":1134000000,", "\"startTime\":1133460000,",
         "segments[0].timeBounds: needs startTime, and endTime unless it is the last"},
        {"\"startTime\":1133460000,", "", "segments[0].timeBounds: needs startTime"},
        {"\"startTime\":1133460000,", "\"startTime\":1134000001,", "comes after endTime"},
        {"{\"startTime\":971460000,\"scale\":90000}", "{\"scale\":90000}", "has neither"},
        {"\"startSegmentId\":7,\"segments\":[]", "\"startSegmentId\":7,\"segments\":[{\"id\":6}]",
         "segments[0].id: 6 lies before startSegmentId 7"},
    };
    CHECK_ALL(list);
}

static void H15_addresses_are_unique(void **state)
{
    (void)state;
    static const struct wrong list[] = {
        {"360p-content-{segmentId:06d}", "720p-content-{segmentId}",
         "tracks \"360p\" and \"720p\" have one address: "
         "https://other.example/s2/picture/720p-content-{segmentId}.mp4 (H15)"},
        {"\"720p/\"", "\"../sound/96/\"", "have one address"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct hesp_manifest m;
        char error[HESP_ERROR_BYTES];
        char *text = changed(sample, list[i].what, list[i].by);
        parse(text, &m);
        assert_int_equal(hesp_validate(&m, error), ERR_INVALID);
        assert_non_null(strstr(error, "have one address"));
        assert_non_null(strstr(error, "(H15)"));
        hesp_manifest_finish(&m);
        free(text);
    }
}

/* What a parser would not let through, but a model made by a program may hold. */
static void H8_a_model_out_of_range(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char error[HESP_ERROR_BYTES];
    parse(sample, &m);
    struct hesp_track *track = &m.presentations[1].video[0].tracks[0];
    track->bandwidth = HESP_INTEGER_MAX + 1;
    assert_int_equal(hesp_validate(&m, error), ERR_INVALID);
    assert_string_equal(error, "presentations[1].video[0].tracks[0].bandwidth: 9007199254740992 is "
                               "not within +-(2^53 - 1) (H8)");
    track->bandwidth = 1;
    track->resolution.given = false;
    assert_int_equal(hesp_validate(&m, error), ERR_INVALID);
    assert_non_null(strstr(error, "tracks[0].resolution: is required, but not given (H11)"));
    track->resolution.given = true;
    track->media.channels = 2;
    assert_int_equal(hesp_validate(&m, error), ERR_INVALID);
    assert_non_null(strstr(error, "tracks[0].channels: has no place here"));
    track->media.channels = 0;
    track->media.mime_type = strdup("video/mp4");
    assert_int_equal(hesp_validate(&m, error), ERR_INVALID);
    assert_non_null(strstr(error, "tracks[0].mimeType: has no place here"));
    hesp_manifest_finish(&m);
}

static void count_one(void *context, const struct hesp_violation *v)
{
    size_t *count = context;
    assert_true(v->rule[0] == 'H' && v->text[0]);
    ++*count;
}

static void every_violation_is_reported(void **state)
{
    (void)state;
    struct hesp_manifest m;
    size_t count = 0;
    parse(sample, &m);
    m.presentations[0].bounds.end = -1;            /* negative, and before the start */
    m.presentations[1].audio[0].language[0] = 'G'; /* "Ger" */
    m.presentations[1].video[0].tracks[1].id[0]++; /* another id: fine */
    m.presentations[1].video[0].tracks[1].bandwidth = 0;
    assert_int_equal(hesp_validate_all(&m, count_one, &count), ERR_INVALID);
    assert_int_equal(count, 4);
    hesp_manifest_finish(&m);
}

static void H10_languages(void **state)
{
    (void)state;
    static const char *const known[] = {"eng", "aar", "zza", "zho", "chi",
                                        "und", "mul", "qaa", "qtz"};
    static const char *const unknown[] = {"",    "en",  "engl", "xyz", "qua1",
                                          "quz", "ENG", "a a",  "ng "};
    for (size_t i = 0; i < 9; i++) {
        if (!hesp_language_is_known(known[i]) || hesp_language_is_known(unknown[i]))
            fail_msg("%s, %s", known[i], unknown[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_is_valid),
        cmocka_unit_test(H7_root),
        cmocka_unit_test(H9_presentations),
        cmocka_unit_test(H10_switching_sets),
        cmocka_unit_test(H11_tracks),
        cmocka_unit_test(H12_segments),
        cmocka_unit_test(H15_addresses_are_unique),
        cmocka_unit_test(H8_a_model_out_of_range),
        cmocka_unit_test(every_violation_is_reported),
        cmocka_unit_test(H10_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
