#include "manifests/parse.h"
#include "manifests/validate.h"
#include "media/core/err.h"
#include "packager/pipeline/channel_manifest.h"
#include "support/cmocka_all.h"

#include <string.h>

static struct rational ntsc = {30000, 1001};

static struct store_track *add_track_at(struct store *s, enum store_kind kind, const char *id,
                                        struct rational rate)
{
    struct store_track *track;
    struct store_track_info info = {.kind = kind,
                                    .frame_rate = rate,
                                    .timescale = rate.num,
                                    .ticks_per_frame = rate.den,
                                    .segment_duration = timeline_whole_frames(2, rate),
                                    .bandwidth_bps = 900000,
                                    .width = 640,
                                    .height = 360,
                                    .sar_width = 1,
                                    .sar_height = 1};
    strcpy(info.id, id);
    strcpy(info.mime, kind == STORE_VIDEO ? "video/mp4" : "audio/mp4");
    strcpy(info.codecs, kind == STORE_VIDEO ? "avc1.42C01E" : "mp4a.40.2");
    if (kind == STORE_AUDIO) {
        info.frame_rate = (struct rational){375, 8};
        info.timescale = info.sample_rate = 48000;
        info.ticks_per_frame = info.samples_per_frame = 1024;
        info.channels = 2;
        strcpy(info.language, "und");
    }
    assert_int_equal(store_add_track(s, &info, NULL, &track), 0);
    return track;
}

static struct store_track *add_track(struct store *s, enum store_kind kind, const char *id)
{
    return add_track_at(s, kind, id, ntsc);
}

static void append(struct store_track *track, int64_t count)
{
    struct store_track_state state;
    struct store_place place;
    store_track_state(track, &state);
    for (int64_t i = 1; i <= count; i++)
        assert_int_equal(
            store_append(track, state.newest_sequence + i, blob_create("x", 1), &place), 0);
}

static struct manifest_presentation presentation_of(struct store *s)
{
    return (struct manifest_presentation){
        .id = "20261123T183000.000Z",
        .timeline = {.start = {0, 1},
                     .video_rate = ntsc,
                     .audio_rate = {375, 8},
                     .segment_duration = timeline_whole_frames(2, ntsc)},
        .end_frame = INT64_MAX,
        .store = s};
}

static struct manifest_snapshot snapshot_of(const struct manifest_presentation *list, size_t count)
{
    return (struct manifest_snapshot){
        .presentations = list, .count = count, .now_utc_us = INT64_C(1763923200123456)};
}

static void parse(const struct manifest_snapshot *snapshot, struct hesp_manifest *m)
{
    struct bytes_writer out;
    char error[HESP_ERROR_BYTES] = "";
    bytes_writer_init(&out);
    assert_int_equal(channel_manifest_write(snapshot, &out), 0);
    assert_int_equal(hesp_parse(out.data, out.size, m, error), 0);
    assert_int_equal(hesp_validate(m, error), 0);
    bytes_writer_finish(&out);
}

/* H17: no manifest before there is something to play. */
static void h17_no_manifest_before_every_track_has_a_sample(void **state)
{
    struct store_limits limits = {.window_us = 4000000, .max_bytes = 1 << 20};
    struct bytes_writer out;
    struct store *s;
    (void)state;
    assert_int_equal(store_create(&limits, &s), 0);
    struct manifest_presentation presentation = presentation_of(s);
    struct manifest_snapshot snapshot = snapshot_of(&presentation, 1);
    struct store_track *video = add_track(s, STORE_VIDEO, "640x360-800k");
    add_track(s, STORE_AUDIO, "audio");
    append(video, 1);
    bytes_writer_init(&out);
    assert_int_equal(channel_manifest_write(&snapshot, &out), ERR_NOT_FOUND);
    assert_int_equal(out.size, 0);
    bytes_writer_finish(&out);
    store_destroy(s);
}

/* H7, H9, H10, H11, H12: what a snapshot says. */
static void h7_to_h12_the_manifest_says_what_the_store_holds(void **state)
{
    struct store_limits limits = {.window_us = 4000000, .max_bytes = 1 << 20};
    struct hesp_manifest m;
    struct store *s;
    (void)state;
    assert_int_equal(store_create(&limits, &s), 0);
    struct store_track *video = add_track(s, STORE_VIDEO, "640x360-800k");
    struct store_track *audio = add_track(s, STORE_AUDIO, "audio");
    append(video, 301);
    append(audio, 400);
    struct manifest_presentation presentation = presentation_of(s);
    struct manifest_snapshot snapshot = snapshot_of(&presentation, 1);
    parse(&snapshot, &m);
    assert_string_equal(m.creation_date, "2025-11-23T18:40:00.123Z");
    assert_int_equal(m.availability_duration.value, 4);
    assert_string_equal(m.active_presentation, m.presentations[0].id);
    assert_false(m.presentations[0].video[0].tracks[0].media.media_time_offset.given);
    /* The picture is the newer: 300 * 1001 / 30000 = 10.01 s against 399 * 1024 / 48000 = 8.51 s.
     */
    assert_int_equal(m.current_time.value, 300300);
    assert_int_equal(m.current_time.scale, 30000);
    assert_false(m.presentations[0].bounds.has_end);
    const struct hesp_switching_set *set = &m.presentations[0].video[0];
    assert_int_equal(set->media.frame_rate.value, 30000);
    assert_int_equal(set->media.frame_rate.scale, 1001);
    const struct hesp_track *track = &set->tracks[0];
    assert_int_equal(track->segment_duration.value * 30000,
                     track->segment_duration.scale * 60 * 1001);
    /* 300 frames and one: segments of 60 frames, the newest has begun; 4 s back lies segment 3. */
    assert_int_equal(track->segment_count, 3);
    assert_int_equal(track->segments[0].id, 3);
    assert_int_equal(track->segments[2].id, 5);
    assert_int_equal(track->segments[2].bounds.start, 300300);
    assert_int_equal(m.presentations[0].audio[0].tracks[0].bandwidth, 900000);
    hesp_manifest_finish(&m);

    append(audio, 200); /* now the sound is the newer */
    presentation.end_frame = 360;
    parse(&snapshot, &m);
    assert_int_equal(m.current_time.value, 599 * 1024);
    assert_int_equal(m.current_time.scale, 48000);
    assert_true(m.presentations[0].bounds.has_end); /* H9 */
    assert_int_equal(m.presentations[0].bounds.end, 360 * 1001);
    assert_int_equal(m.presentations[0].bounds.scale, 30000);
    hesp_manifest_finish(&m);
    store_destroy(s);
}

/* H6, H9, H14: before the change both are listed and the old one is active; then the new one is,
 * and manifest time goes on. */
static void h6_h9_a_presentation_follows_another(void **state)
{
    static const struct rational rates[] = {{25, 1}, {60000, 1001}, {24000, 1001}, {30, 1}};
    struct store_limits limits = {.window_us = 4000000, .max_bytes = 1 << 20};
    struct hesp_manifest m;
    struct store *old, *new;
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct rational rate = rates[i];
        assert_int_equal(store_create(&limits, &old), 0);
        assert_int_equal(store_create(&limits, &new), 0);
        struct store_track *old_video = add_track_at(old, STORE_VIDEO, "640x360-800k", ntsc);
        struct store_track *old_audio = add_track_at(old, STORE_AUDIO, "audio", ntsc);
        append(old_video, 301);
        append(old_audio, 470);
        struct store_track *video = add_track_at(new, STORE_VIDEO, "320x180-300k", rate);
        struct store_track *audio = add_track_at(new, STORE_AUDIO, "audio", rate);
        struct manifest_presentation list[2] = {presentation_of(old), presentation_of(new)};
        struct manifest_snapshot snapshot = snapshot_of(list, 2);
        list[0].end_frame = 457;
        list[1].id = "20261123T183010.000Z";
        list[1].timeline = timeline_following(&list[0].timeline, 457, rate, 2);
        parse(&snapshot, &m);
        assert_string_equal(m.active_presentation, list[0].id);
        assert_int_equal(m.presentation_count, 2);
        const struct hesp_bounds *first = &m.presentations[0].bounds;
        const struct hesp_bounds *second = &m.presentations[1].bounds;
        assert_true(first->has_end && second->has_start && !second->has_end);
        assert_int_equal(first->end * 30000, first->scale * 457 * 1001);
        assert_int_equal(first->end * second->scale, second->start * first->scale);
        const struct hesp_track *track = &m.presentations[1].video[0].tracks[0];
        const struct hesp_value *offset = &track->media.media_time_offset;
        assert_true(offset->given);
        assert_int_equal(offset->value * 30000, -offset->scale * 457 * 1001);
        assert_int_equal(track->segment_count, 1);
        assert_int_equal(track->segments[0].id, 0);
        assert_int_equal(track->segments[0].bounds.start * 30000,
                         track->segments[0].bounds.scale * 457 * 1001);
        assert_true(m.presentations[1].audio[0].tracks[0].media.media_time_offset.given);
        double before = (double)m.current_time.value / (double)m.current_time.scale;
        hesp_manifest_finish(&m);

        append(video, 1);
        append(audio, 1);
        snapshot.active = 1;
        list[1].end_frame = 1000;
        parse(&snapshot, &m);
        assert_string_equal(m.active_presentation, list[1].id);
        double now = (double)m.current_time.value / (double)m.current_time.scale;
        assert_true(now > before && now < before + 6);
        const struct hesp_bounds *bounds = &m.presentations[1].bounds;
        assert_int_equal((bounds->end - bounds->start) * rate.num, bounds->scale * 1000 * rate.den);
        hesp_manifest_finish(&m);
        store_destroy(old);
        store_destroy(new);
    }
}

/* A track that has ended before the Presentation has failed; one that has ended with it has not. */
static void h10_a_track_that_has_failed_leaves_the_manifest(void **state)
{
    struct store_limits limits = {.window_us = 4000000, .max_bytes = 1 << 20};
    struct hesp_manifest m;
    struct bytes_writer out;
    struct store *s;
    (void)state;
    assert_int_equal(store_create(&limits, &s), 0);
    struct manifest_presentation one = presentation_of(s);
    struct manifest_snapshot snapshot = snapshot_of(&one, 1);
    struct store_track *large = add_track(s, STORE_VIDEO, "1280x720-2500k");
    struct store_track *small = add_track(s, STORE_VIDEO, "640x360-800k");
    struct store_track *sound = add_track(s, STORE_AUDIO, "audio");
    append(large, 30);
    append(small, 60);
    append(sound, timeline_audio_frames(&one.timeline, 60));
    store_end_track(large);
    parse(&snapshot, &m);
    assert_int_equal(m.presentations[0].video_count, 1);
    assert_int_equal(m.presentations[0].video[0].track_count, 1);
    assert_string_equal(m.presentations[0].video[0].tracks[0].id, "640x360-800k");
    hesp_manifest_finish(&m);

    one.end_frame = 60;
    store_end_track(small);
    store_end_track(sound);
    parse(&snapshot, &m);
    assert_int_equal(m.presentations[0].video[0].track_count, 1);
    assert_int_equal(m.presentations[0].audio_count, 1);
    hesp_manifest_finish(&m);

    one.end_frame = 100; /* all have ended too early */
    bytes_writer_init(&out);
    assert_int_equal(channel_manifest_write(&snapshot, &out), ERR_NOT_FOUND);
    bytes_writer_finish(&out);
    store_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h17_no_manifest_before_every_track_has_a_sample),
        cmocka_unit_test(h7_to_h12_the_manifest_says_what_the_store_holds),
        cmocka_unit_test(h6_h9_a_presentation_follows_another),
        cmocka_unit_test(h10_a_track_that_has_failed_leaves_the_manifest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
