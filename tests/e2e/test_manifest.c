/* The live manifest over real HTTP (H7 to H17): what our own reader makes of it, what stands in the
 * JSON itself, and whether the times and addresses in it are true. */
#include "e2e/packager.h"
#include "e2e/viewer.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"
#include "support/json_expect.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHANNELS = 2, TRIES = 10 };

static const int64_t integer_max = INT64_C(9007199254740991); /* 2^53 - 1 */
static const int64_t near_us = 2000000; /* a clock that agrees with ours, on a busy machine */

static const char yaml[] = "preset: ultrafast\n"
                           "segment_duration: 1\n"
                           "channels:\n"
                           "  - name: one\n"
                           "    input: 'test:'\n"
                           "    ladder: 256x144@200k,192x108@100k\n"
                           "  - name: two\n"
                           "    input: 'test:'\n"
                           "    ladder: 192x108@100k\n"
                           "    fps: 30000/1001\n"
                           "    window: 30\n";

struct channel {
    const char *name;
    int64_t window_s, rate, rate_scale;
    size_t rungs;
};

static const struct channel channels[CHANNELS] = {{"one", 60, 30, 1, 2},
                                                  {"two", 30, 30000, 1001, 1}};

struct stage {
    struct packager packager;
    struct viewer viewers[CHANNELS];
};

static void open_viewer(struct packager *p, const char *name, struct viewer *v)
{
    char url[192];
    snprintf(url, sizeof url, "%s/%s/manifest.json", p->url, name);
    if (!viewer_open(v, url)) /* parses and validates */
        packager_fail(p, v->error);
}

static int open_stage(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    *state = s;
    packager_start_yaml(&s->packager, yaml, CHANNELS);
    for (size_t i = 0; i < CHANNELS; i++)
        open_viewer(&s->packager, channels[i].name, &s->viewers[i]);
    return 0;
}

static int close_stage(void **state)
{
    struct stage *s = *state;
    packager_stop(&s->packager);
    for (size_t i = 0; i < CHANNELS; i++)
        viewer_close(&s->viewers[i]);
    free(s);
    return 0;
}

static json_t *fetch_json(struct stage *s, size_t channel)
{
    char path[64];
    struct http_answer answer;
    snprintf(path, sizeof path, "/%s/manifest.json", channels[channel].name);
    packager_get(&s->packager, path, 200, &answer);
    json_t *json = json_loadb((const char *)answer.body, answer.size, JSON_REJECT_DUPLICATES, NULL);
    http_answer_finish(&answer);
    assert_non_null(json);
    return json;
}

/* "2026-11-23T19:07:11.123Z" in microseconds; anything else fails the test. */
static int64_t read_iso8601(const char *iso)
{
    struct tm tm = {0};
    int milliseconds, length = 0;
    assert_int_equal(sscanf(iso, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &tm.tm_year, &tm.tm_mon,
                            &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &milliseconds,
                            &length),
                     7);
    assert_int_equal(length, 24);
    assert_int_equal(strlen(iso), 24);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm) * 1000000 + milliseconds * 1000;
}

static void assert_near_now(int64_t utc_us)
{
    int64_t apart = clock_utc_us() - utc_us;
    assert_in_range(apart + near_us, 0, 2 * near_us);
}

static void h17_content_type_and_404(void **state)
{
    struct stage *s = *state;
    struct http_answer answer;
    char value[128];
    for (size_t i = 0; i < CHANNELS; i++) {
        char path[64];
        snprintf(path, sizeof path, "/%s/manifest.json", channels[i].name);
        packager_get(&s->packager, path, 200, &answer);
        assert_true(http_header(&answer, "Content-Type", value, sizeof value));
        assert_string_equal(value, "application/vnd.theo.hesp+json");
        assert_true(http_header(&answer, "Cache-Control", value, sizeof value));
        assert_non_null(strstr(value, "no-store"));
        assert_true(http_header(&answer, "Access-Control-Allow-Origin", value, sizeof value));
        assert_string_equal(value, "*");
        http_answer_finish(&answer);
    }
    packager_get(&s->packager, "/three/manifest.json", 404, &answer);
    http_answer_finish(&answer);
    packager_get(&s->packager, "/one/manifest", 404, &answer);
    http_answer_finish(&answer);
}

static void h7_the_root_has_what_a_live_stream_needs(void **state)
{
    struct stage *s = *state;
    for (size_t i = 0; i < CHANNELS; i++) {
        json_t *json = fetch_json(s, i);
        struct rational window = json_expect_scaled(json, "availabilityDuration");
        assert_int_equal(window.num, channels[i].window_s * window.den);
        assert_near_now(read_iso8601(json_expect_text(json, "creationDate")));
        assert_true(json_expect_integer(json, "fallbackPollRate") > 0);
        assert_string_equal(json_expect_text(json, "manifestVersion"), "2.0.0");
        assert_string_equal(json_expect_text(json, "streamType"), "live");
        json_t *presentations = json_expect(json, "presentations", JSON_ARRAY);
        assert_int_equal(json_array_size(presentations), 1);
        json_t *presentation = json_array_get(presentations, 0);
        assert_string_equal(json_expect_text(json, "activePresentation"),
                            json_expect_text(presentation, "id"));
        /* H9: it starts at 0 and has no end yet. */
        json_t *bounds = json_expect(presentation, "timeBounds", JSON_OBJECT);
        assert_int_equal(json_expect_integer(bounds, "startTime"), 0);
        assert_null(json_object_get(bounds, "endTime"));
        assert_true(json_expect_scaled(json, "currentTime").num >= 0);
        json_decref(json);
    }
}

static void check_integers(json_t *value)
{
    const char *key;
    json_t *element;
    size_t i;
    assert_false(json_is_real(value));
    if (json_is_integer(value))
        assert_true(llabs(json_integer_value(value)) <= integer_max);
    json_object_foreach(value, key, element) check_integers(element);
    json_array_foreach(value, i, element) check_integers(element);
}

static void h8_all_numbers_are_integers_that_json_can_hold(void **state)
{
    struct stage *s = *state;
    for (size_t i = 0; i < CHANNELS; i++) {
        json_t *json = fetch_json(s, i);
        check_integers(json);
        json_decref(json);
    }
}

/* H12: ids rise by one; each starts with the first frame at or after its time. */
static void check_segments(json_t *track, struct rational rate, struct rational duration)
{
    json_t *segments = json_expect(track, "segments", JSON_ARRAY);
    json_t *segment;
    size_t i;
    int64_t first = json_expect_integer(json_array_get(segments, 0), "id");
    json_array_foreach(segments, i, segment)
    {
        json_t *bounds = json_expect(segment, "timeBounds", JSON_OBJECT);
        int64_t id = json_expect_integer(segment, "id");
        assert_int_equal(id, first + (int64_t)i);
        int64_t frame = timebase_segment_first_frame(id, duration, rate);
        /* start / scale = frame / rate */
        assert_int_equal(json_expect_integer(bounds, "startTime") * rate.num,
                         frame * rate.den * json_expect_integer(bounds, "scale"));
    }
}

static void check_video(json_t *presentation, const struct channel *channel)
{
    json_t *sets = json_expect(presentation, "video", JSON_ARRAY), *track;
    json_t *set = json_array_get(sets, 0);
    struct rational rate = json_expect_scaled(set, "frameRate");
    size_t i;
    assert_int_equal(json_array_size(sets), 1);
    assert_true(*json_expect_text(set, "id"));
    assert_string_equal(json_expect_text(set, "mimeType"), "video/mp4");
    assert_int_equal(rate.num, channel->rate);
    assert_int_equal(rate.den, channel->rate_scale);
    json_t *tracks = json_expect(set, "tracks", JSON_ARRAY);
    assert_int_equal(json_array_size(tracks), channel->rungs);
    json_array_foreach(tracks, i, track)
    {
        json_t *size = json_expect(track, "resolution", JSON_OBJECT);
        char id[64];
        unsigned width, height, kbps;
        snprintf(id, sizeof id, "%s", json_expect_text(track, "id"));
        assert_int_equal(sscanf(id, "%ux%u-%uk", &width, &height, &kbps), 3);
        assert_int_equal(json_expect_integer(size, "width"), width);
        assert_int_equal(json_expect_integer(size, "height"), height);
        assert_int_equal(json_expect_integer(size, "sarWidth"), 1);
        assert_int_equal(json_expect_integer(size, "sarHeight"), 1);
        assert_int_equal(strncmp(json_expect_text(track, "codecs"), "avc1.", 5), 0);
        /* H11: the peak, so more than the mean that was asked for. */
        assert_true(json_expect_integer(track, "bandwidth") > 1000 * (int64_t)kbps);
        check_segments(track, rate, json_expect_scaled(track, "segmentDuration"));
    }
}

static void check_audio(json_t *presentation)
{
    json_t *sets = json_expect(presentation, "audio", JSON_ARRAY);
    json_t *set = json_array_get(sets, 0);
    json_t *tracks = json_expect(set, "tracks", JSON_ARRAY);
    json_t *track = json_array_get(tracks, 0);
    struct rational rate = {json_expect_integer(set, "sampleRate"),
                            json_expect_integer(set, "samplesPerFrame")};
    assert_int_equal(json_array_size(sets), 1);
    assert_int_equal(json_array_size(tracks), 1);
    assert_true(*json_expect_text(set, "id"));
    assert_string_equal(json_expect_text(set, "mimeType"), "audio/mp4");
    assert_string_equal(json_expect_text(set, "language"), "und");
    assert_int_equal(json_expect_integer(set, "channels"), 2);
    assert_int_equal(rate.num, 48000);
    assert_int_equal(rate.den, 1024);
    assert_string_equal(json_expect_text(track, "codecs"), "mp4a.40.2");
    assert_true(json_expect_integer(track, "bandwidth") > 128000);
    check_segments(track, timebase_reduce(rate), json_expect_scaled(track, "segmentDuration"));
}

static void h10_h11_h12_sets_tracks_and_segments_are_complete(void **state)
{
    struct stage *s = *state;
    for (size_t i = 0; i < CHANNELS; i++) {
        json_t *json = fetch_json(s, i);
        json_t *presentation = json_array_get(json_object_get(json, "presentations"), 0);
        check_video(presentation, &channels[i]);
        check_audio(presentation);
        json_decref(json);
    }
}

/* H11: neither may a finished segment exceed what the manifest promises. */
static void h11_no_segment_exceeds_its_bandwidth(void **state)
{
    static const char *const tracks[] = {"256x144-200k", "192x108-100k", "audio"};
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof tracks / sizeof *tracks; i++) {
        char series[128];
        snprintf(series, sizeof series,
                 "openhesp_segments_over_bandwidth_total{channel=\"one\",track=\"%s\"}", tracks[i]);
        assert_true(packager_metric(&s->packager, series) == 0);
    }
}

/* Our readers know the padded form too, others don't: the plain one is written. */
static void h15_h16_addresses_are_plain_and_lead_somewhere(void **state)
{
    struct stage *s = *state;
    for (size_t i = 0; i < CHANNELS; i++) {
        struct viewer_track track;
        struct viewer *v = &s->viewers[i];
        size_t count = viewer_video_count(v);
        for (size_t k = 0; k <= count; k++) {
            struct http_answer answer;
            char url[HESP_URL_BYTES];
            assert_true(k < count ? viewer_video(v, k, &track) : viewer_audio(v, &track));
            struct hesp_media media = hesp_track_media(track.place.set, track.place.track);
            assert_non_null(strstr(media.initialization_pattern, "{initId}"));
            assert_non_null(strstr(media.continuation_pattern, "{segmentId}"));
            assert_int_equal(hesp_initialization_url(v->url, &track.place, 0, url), 0);
            packager_get(&s->packager, url + strlen(s->packager.url), 200, &answer);
            http_answer_finish(&answer);
            assert_int_equal(hesp_continuation_url(v->url, &track.place, 0, url), 0);
            packager_get(&s->packager, url + strlen(s->packager.url), 200, &answer);
            http_answer_finish(&answer);
        }
    }
}

static double seconds_of(struct hesp_value value)
{
    return (double)value.value / (double)hesp_scale(value.scale);
}

/* The newest packet's time, in seconds of the manifest, and when it was captured. */
static double newest_packet(struct stage *s, struct viewer *v, int64_t *capture_utc_us)
{
    struct viewer_track track;
    struct viewer_packet packet;
    if (!viewer_video(v, 0, &track) || !viewer_get_packet(v, &track, HESP_NOW, &packet))
        packager_fail(&s->packager, v->error);
    double time = (double)packet.packet.sample.decode_time / packet.packet.timescale;
    *capture_utc_us = packet.packet.sample.capture_utc_us;
    viewer_packet_finish(&packet);
    return time;
}

/* H7: between the newest packet of before and, give or take a frame on its way, of after. */
static void h7_current_time_is_the_newest_samples(void **state)
{
    struct stage *s = *state;
    for (int i = 0; i < TRIES * CHANNELS; i++) {
        struct viewer *v = &s->viewers[i % CHANNELS];
        int64_t capture_utc_us;
        double before = newest_packet(s, v, &capture_utc_us);
        if (!viewer_refresh(v))
            packager_fail(&s->packager, v->error);
        double current = seconds_of(v->manifest.current_time);
        double after = newest_packet(s, v, &capture_utc_us);
        assert_true(current >= before);
        assert_true(current <= after + 0.5);
        assert_near_now(capture_utc_us);
    }
}

/* H7: a scheme of DASH, and what it leads to. */
static void h7_the_time_source_tells_the_time(void **state)
{
    struct stage *s = *state;
    char url[HESP_URL_BYTES], value[128];
    struct http_answer answer;
    const struct hesp_time_source *source = &s->viewers[0].manifest.time_source;
    assert_string_equal(source->scheme, "urn:mpeg:dash:utc:http-iso:2014");
    assert_int_equal(hesp_uri_resolve(s->viewers[0].url, source->value, url), 0);
    http_get(url, &answer);
    assert_int_equal(answer.status, 200);
    assert_near_now(read_iso8601((const char *)answer.body));
    assert_true(http_header(&answer, "Cache-Control", value, sizeof value));
    assert_non_null(strstr(value, "no-store"));
    http_answer_finish(&answer);
}

/* H9: an id never comes again, so that no cache can mix the packets of two runs. */
static void h9_another_run_has_other_ids_and_addresses(void **state)
{
    struct stage *s = *state;
    struct packager other;
    struct viewer v;
    struct viewer_track track;
    struct http_answer answer;
    char url[HESP_URL_BYTES], path[HESP_URL_BYTES];
    packager_start_yaml(&other, yaml, CHANNELS);
    open_viewer(&other, "one", &v);
    assert_string_not_equal(v.manifest.active_presentation,
                            s->viewers[0].manifest.active_presentation);
    assert_true(viewer_video(&v, 0, &track));
    assert_int_equal(hesp_initialization_url(v.url, &track.place, 0, url), 0);
    snprintf(path, sizeof path, "%s", url + strlen(other.url));
    packager_get(&other, path, 200, &answer);
    http_answer_finish(&answer);
    packager_get(&s->packager, path, 404, &answer);
    http_answer_finish(&answer);
    viewer_close(&v);
    packager_stop(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h17_content_type_and_404),
        cmocka_unit_test(h7_the_root_has_what_a_live_stream_needs),
        cmocka_unit_test(h8_all_numbers_are_integers_that_json_can_hold),
        cmocka_unit_test(h15_h16_addresses_are_plain_and_lead_somewhere),
        cmocka_unit_test(h7_current_time_is_the_newest_samples),
        cmocka_unit_test(h7_the_time_source_tells_the_time),
        cmocka_unit_test(h9_another_run_has_other_ids_and_addresses),
        cmocka_unit_test(h10_h11_h12_sets_tracks_and_segments_are_complete),
        cmocka_unit_test(h11_no_segment_exceeds_its_bandwidth),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, open_stage, close_stage);
    curl_global_cleanup();
    return failed;
}
