/* H5, H15, H16, H22: addresses of packets and segments, and the packet at a time. */
#include "manifests/address.h"
#include "manifests/parse.h"
#include "media/core/err.h"
#include "unit/manifests/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char manifest_url[] = "https://example.test/stream1/manifest.json?v=2";

static void parse_sample(struct hesp_manifest *m)
{
    char error[HESP_ERROR_BYTES];
    if (hesp_parse(sample, strlen(sample), m, error))
        fail_msg("%s", error);
}

static struct hesp_place place_of(const struct hesp_manifest *m, size_t presentation,
                                  enum hesp_media_kind kind, size_t track)
{
    const struct hesp_presentation *p = &m->presentations[presentation];
    const struct hesp_switching_set *set = kind == HESP_AUDIO   ? p->audio
                                           : kind == HESP_VIDEO ? p->video
                                                                : p->metadata;
    return (struct hesp_place){m, p, kind, set, &set->tracks[track]};
}

static void H15_each_base_in_turn(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char url[HESP_URL_BYTES];
    parse_sample(&m);
    struct hesp_place place = place_of(&m, 0, HESP_AUDIO, 0);
    assert_int_equal(hesp_content_url(manifest_url, &place, HESP_INITIALIZATION, url), 0);
    assert_string_equal(url, "https://example.test/stream1/media/sound/96/init-{initId}.mp4");
    assert_int_equal(hesp_initialization_url(manifest_url, &place, 1234, url), 0);
    assert_string_equal(url, "https://example.test/stream1/media/sound/96/init-1234.mp4");
    assert_int_equal(hesp_continuation_url(manifest_url, &place, 1799, url), 0);
    assert_string_equal(url, "https://example.test/stream1/media/sound/96/content-1799.mp4");
    hesp_manifest_finish(&m);
}

static void H15_an_absolute_base_starts_anew(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char url[HESP_URL_BYTES];
    parse_sample(&m);
    struct hesp_place place = place_of(&m, 1, HESP_AUDIO, 0);
    assert_int_equal(hesp_continuation_url(manifest_url, &place, 200, url), 0);
    assert_string_equal(url, "https://other.example/s2/sound/128k-content-200.mp4");
    hesp_manifest_finish(&m);
}

static void H22_the_most_recent_packet(void **state)
{
    (void)state;
    struct hesp_manifest m;
    char url[HESP_URL_BYTES];
    parse_sample(&m);
    struct hesp_place place = place_of(&m, 1, HESP_VIDEO, 0);
    assert_int_equal(hesp_initialization_url(manifest_url, &place, HESP_NOW, url), 0);
    assert_string_equal(url, "https://other.example/s2/picture/360p-init-now.mp4");
    assert_int_equal(hesp_initialization_url(manifest_url, &place, 7, url), 0);
    assert_string_equal(url, "https://other.example/s2/picture/360p-init-000007.mp4");
    place = place_of(&m, 1, HESP_METADATA, 0);
    assert_int_equal(hesp_initialization_url(manifest_url, &place, 7, url), ERR_NOT_FOUND);
    assert_int_equal(hesp_continuation_url(manifest_url, &place, HESP_NOW, url), ERR_INVALID);
    hesp_manifest_finish(&m);
}

static void H16_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        int64_t value;
        const char *result; /* NULL: there is no placeholder */
    } list[] = {
        {"s-1/content-{segmentId}.mp4", 100, "s-1/content-100.mp4"},
        {"content-{segmentId:06d}.mp4", 100, "content-000100.mp4"},
        {"content-{segmentId:02d}.mp4", 100, "content-100.mp4"},
        {"{segmentId}", 9007199254740991, "9007199254740991"},
        {"{segmentId}/{segmentId:03d}", 5, "5/005"},
        {"{segmentId:064d}", 1, "0000000000000000000000000000000000000000000000000000000000000001"},
        {"{initId}{segmentId}", 0, "{initId}0"},
        {"{{segmentId}}", 1, "{1}"},
        {"{segmentId:03d}", HESP_NOW, "now"},
        {"{segmentId:065d}", 1, NULL},
        {"{segmentId:00d}", 1, NULL},
        {"{segmentId:3d}", 1, NULL},
        {"{segmentId:03}", 1, NULL},
        {"{segmentId:0d}", 1, NULL},
        {"{segmentId:099999999999999999999d}", 1, NULL},
        {"{segmentid}", 1, NULL},
        {"{segmentId", 1, NULL},
        {"", 1, NULL},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        char out[HESP_URL_BYTES] = "untouched";
        int status = hesp_pattern_expand(list[i].pattern, "segmentId", list[i].value, out);
        assert_int_equal(status, list[i].result ? 0 : ERR_NOT_FOUND);
        assert_string_equal(out, list[i].result ? list[i].result : "untouched");
        assert_int_equal(hesp_pattern_has(list[i].pattern, "segmentId"), list[i].result != NULL);
    }
    char out[HESP_URL_BYTES], longest[HESP_URL_BYTES];
    assert_int_equal(hesp_pattern_expand("{initId}", "initId", -2, out), ERR_INVALID);
    memset(longest, 'x', sizeof longest - 1);
    strcpy(longest + sizeof longest - 9, "{initId}");
    assert_int_equal(hesp_pattern_expand(longest, "initId", 12345678, out), 0);
    assert_int_equal(strlen(out), HESP_URL_BYTES - 1);
    assert_int_equal(hesp_pattern_expand(longest, "initId", 123456789, out), ERR_FULL);
}

/* The worked example of 3.1.3: number 34 at 1.360 s, 25 frames a second, 4.120 s gives 103. */
static void H5_the_worked_example(void **state)
{
    (void)state;
    struct hesp_manifest m = {0};
    struct hesp_presentation p = {.bounds = {.has_start = true, .start = 1360, .scale = 1000}};
    struct hesp_switching_set set = {.media.frame_rate = {true, 25, 0}};
    struct hesp_track track = {.start_sequence_number = 34};
    struct hesp_place place = {&m, &p, HESP_VIDEO, &set, &track};
    int64_t sequence;
    assert_int_equal(hesp_sequence_at(&place, (struct hesp_value){true, 4120, 1000}, &sequence), 0);
    assert_int_equal(sequence, 103);
    /* One tick of another scale before the frame: still the one before. */
    assert_int_equal(hesp_sequence_at(&place, (struct hesp_value){true, 370799, 90000}, &sequence),
                     0);
    assert_int_equal(sequence, 102);
    assert_int_equal(hesp_sequence_at(&place, (struct hesp_value){true, 370800, 90000}, &sequence),
                     0);
    assert_int_equal(sequence, 103);
}

/* Frame n of a track at n * scale / rate ticks, over a day: no rounding may give n - 1. */
static void H5_exact_over_a_day(void **state)
{
    (void)state;
    static const struct hesp_value rates[] = {{true, 24000, 1001}, {true, 25, 0},
                                              {true, 30000, 1001}, {true, 30, 1},
                                              {true, 50, 0},       {true, 60, 1}};
    for (size_t r = 0; r < 6; r++) {
        struct hesp_manifest m = {0};
        struct hesp_presentation p = {.bounds = {.has_start = true, .start = 7}};
        struct hesp_switching_set set = {.media.frame_rate = rates[r]};
        struct hesp_track track = {.start_sequence_number = 5};
        struct hesp_place place = {&m, &p, HESP_VIDEO, &set, &track};
        int64_t scale = rates[r].value, den = hesp_scale(rates[r].scale);
        for (int64_t n = 0; n < 86400 * 60; n += 997) {
            struct hesp_value t = {true, 7 * scale + n * den, scale};
            int64_t sequence;
            assert_int_equal(hesp_sequence_at(&place, t, &sequence), 0);
            assert_int_equal(sequence, n + 5);
            t.value--;
            int status = hesp_sequence_at(&place, t, &sequence);
            assert_int_equal(status, n ? 0 : ERR_RANGE);
            if (n)
                assert_int_equal(sequence, n + 4);
        }
    }
}

static void H5_audio_frames(void **state)
{
    (void)state;
    struct hesp_manifest m;
    int64_t sequence;
    parse_sample(&m);
    struct hesp_place place = place_of(&m, 1, HESP_AUDIO, 0);
    /* 10800 s is the start; 1024 samples of 48 kHz later comes frame 17. */
    struct hesp_value t = {true, (int64_t)10800 * 48000 + 1024, 48000};
    assert_int_equal(hesp_sequence_at(&place, t, &sequence), 0);
    assert_int_equal(sequence, 17);
    t.value--;
    assert_int_equal(hesp_sequence_at(&place, t, &sequence), 0);
    assert_int_equal(sequence, 16);
    place = place_of(&m, 1, HESP_METADATA, 0);
    assert_int_equal(hesp_sequence_at(&place, t, &sequence), ERR_NOT_FOUND);
    hesp_manifest_finish(&m);
}

static void H5_figures_too_large(void **state)
{
    (void)state;
    struct hesp_manifest m = {0};
    struct hesp_presentation p = {.bounds = {.has_start = true, .scale = HESP_INTEGER_MAX}};
    struct hesp_switching_set set = {.media.frame_rate = {true, HESP_INTEGER_MAX, 1}};
    struct hesp_track track = {0};
    struct hesp_place place = {&m, &p, HESP_VIDEO, &set, &track};
    struct hesp_value t = {true, HESP_INTEGER_MAX, HESP_INTEGER_MAX - 1};
    int64_t sequence = -7;
    assert_int_equal(hesp_sequence_at(&place, t, &sequence), ERR_INVALID);
    p.bounds.scale = 1;
    t.scale = 1;
    assert_int_equal(hesp_sequence_at(&place, t, &sequence), ERR_INVALID);
    p.bounds.has_start = false;
    assert_int_equal(hesp_sequence_at(&place, t, &sequence), ERR_NOT_FOUND);
    assert_int_equal(sequence, -7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(H15_each_base_in_turn),
        cmocka_unit_test(H15_an_absolute_base_starts_anew),
        cmocka_unit_test(H22_the_most_recent_packet),
        cmocka_unit_test(H16_patterns),
        cmocka_unit_test(H5_the_worked_example),
        cmocka_unit_test(H5_exact_over_a_day),
        cmocka_unit_test(H5_audio_frames),
        cmocka_unit_test(H5_figures_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
