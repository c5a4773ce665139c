/* A running packager's configuration is changed by SIGHUP: channels come, go and change, and the
 * others' viewers notice nothing. Where viewers get another stream, a Presentation follows another
 * as H6, H9, H14 and H32 demand, to the frame. */
#include "e2e/crowd.h"
#include "e2e/packager.h"
#include "e2e/sound_decode.h"
#include "e2e/strict_decode.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TRACKS = 3, /* two of picture, one of sound */
    BEFORE = 30,
    STEP_MS = 50,
    STEPS_MAX = 1200,
    DECODED = 20,
    SOUND_FRAMES = 60,   /* more than a second */
    BEEP_SAMPLES = 480,  /* that a beep may seem to be off, with what the coder smears */
    TOLERANCE_US = 3000, /* of the slots' times in UTC */
};

#define HEAD "preset: ultrafast\nsegment_duration: 2\nwindow: 4\nladder: 192x108@100k\nchannels:\n"
#define KEEP "  - {name: keep, input: 'test:2'}\n"

static const char at_first[] =
    HEAD "  - {name: one, input: 'test:1', ladder: '256x144@200k,192x108@100k'}\n" KEEP
         "  - {name: gone, input: 'test:3'}\n";
/* Another frame rate that has no whole frames in common with the first, one rung, one channel less
 * and one more. */
static const char changed[] =
    HEAD "  - {name: one, input: 'test:1', fps: 30000/1001, ladder: '320x180@300k'}\n"
         "  - {name: new, input: 'test:4'}\n"
         "  - {name: nothing, input: /nowhere/at/all.mp4}\n" KEEP;
static const char changed_again[] =
    HEAD "  - {name: one, input: 'test:1', fps: 25, ladder: '320x180@300k'}\n"
         "  - {name: new, input: 'test:9'}\n" KEEP;
static const char wrong[] = HEAD "  - {name: one, input: 'test:1', fps: 1000}\n";

/* What somebody sees who reads a track from its first sample to its last. */
struct watched_track {
    int64_t samples;
    int64_t first_update, last_update; /* samples, -1: none yet */
    int64_t capture_utc_us;            /* of the last sample */
    int64_t end_ticks;                 /* likewise, in media time */
    bool ended;
};

struct stage {
    struct packager packager;
    char file[64];
    char one_url[192];
    struct viewer one_viewer, keep_viewer;
    struct crowd *one, *keep;
    struct watched_track tracks[TRACKS];
    bool announced;
    int64_t kept_samples;
};

static void fail_stage(struct stage *s, const char *what)
{
    packager_fail(&s->packager, what);
}

static void write_file(const struct stage *s, const char *yaml)
{
    FILE *file = fopen(s->file, "w");
    assert_non_null(file);
    assert_true(fputs(yaml, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void reload(struct stage *s, const char *yaml)
{
    write_file(s, yaml);
    process_signal(&s->packager.process, SIGHUP);
}

static void open_viewer(struct stage *s, const char *channel, struct viewer *v)
{
    char url[192];
    snprintf(url, sizeof url, "%s/%s/manifest.json", s->packager.url, channel);
    if (!viewer_open(v, url))
        fail_stage(s, v->error);
}

static struct rational moment(int64_t value, int64_t scale)
{
    return timebase_reduce((struct rational){value, hesp_scale(scale)});
}

static bool same(struct rational a, struct rational b)
{
    return a.num == b.num && a.den == b.den;
}

static struct rational end_of(const struct hesp_presentation *p)
{
    assert_true(p->bounds.has_end);
    return moment(p->bounds.end, p->bounds.scale);
}

static struct rational start_of(const struct hesp_presentation *p)
{
    assert_true(p->bounds.has_start);
    return moment(p->bounds.start, p->bounds.scale);
}

/* Whether the manifest has an announced change: then all that H9 and H14 want of it. */
static bool check_announcement(struct stage *s)
{
    struct viewer v;
    open_viewer(s, "one", &v);
    bool announced = v.manifest.presentation_count > 1;
    if (announced) {
        const struct hesp_presentation *p = v.manifest.presentations;
        assert_int_equal(v.manifest.presentation_count, 2);
        assert_true(same(end_of(&p[0]), start_of(&p[1])));
        assert_false(p[1].bounds.has_end);
        const struct hesp_track *track = &p[1].video[0].tracks[0];
        assert_int_equal(p[1].video[0].track_count, 1);
        assert_string_equal(track->id, "320x180-300k");
        assert_int_equal(track->resolution.width, 320);
        struct hesp_media media = hesp_track_media(&p[1].video[0], track);
        assert_true(same(moment(media.frame_rate.value, media.frame_rate.scale),
                         (struct rational){30000, 1001}));
        assert_true(same(moment(-media.media_time_offset.value, media.media_time_offset.scale),
                         start_of(&p[1])));
        media = hesp_track_media(&p[1].audio[0], &p[1].audio[0].tracks[0]);
        assert_true(same(moment(-media.media_time_offset.value, media.media_time_offset.scale),
                         start_of(&p[1])));
    }
    viewer_close(&v);
    return announced;
}

/* H32: the manifest is updated first; the event follows, and again each second. */
static void take_update(struct stage *s, size_t track, int64_t sequence)
{
    struct watched_track *t = &s->tracks[track];
    struct rational rate = crowd_track(s->one, track)->rate;
    int64_t second = (rate.num + rate.den - 1) / rate.den;
    if (t->first_update < 0) {
        t->first_update = sequence;
        assert_true(check_announcement(s));
    } else {
        assert_in_range(sequence - t->last_update, second - 1, second);
    }
    t->last_update = sequence;
}

static void take_sample(void *context, struct crowd_member *m, const struct cmaf_chunk *chunk,
                        int64_t sequence)
{
    struct stage *s = context;
    size_t track = crowd_place(m).track;
    struct watched_track *t = &s->tracks[track];
    t->samples = sequence + 1;
    t->capture_utc_us = chunk->capture_utc_us;
    t->end_ticks = chunk->decode_time + chunk->duration;
    if (chunk->manifest_update)
        take_update(s, track, sequence);
}

static void take_leave(void *context, struct crowd_member *m, enum crowd_leaving leaving)
{
    struct stage *s = context;
    s->tracks[crowd_place(m).track].ended = leaving == CROWD_TRACK_ENDED;
}

static void take_kept(void *context, struct crowd_member *m, const struct cmaf_chunk *chunk,
                      int64_t sequence)
{
    struct stage *s = context;
    (void)m;
    assert_false(chunk->manifest_update);
    s->kept_samples = sequence + 1;
}

static void step(struct stage *s)
{
    if (!crowd_step(s->one, STEP_MS))
        fail_stage(s, crowd_error(s->one));
    if (!crowd_step(s->keep, 1))
        fail_stage(s, crowd_error(s->keep));
}

/* Goes on until done(s), but not for ever. */
static void step_until(struct stage *s, bool (*done)(struct stage *s), const char *what)
{
    for (int steps = 0; !done(s); steps++) {
        if (steps == STEPS_MAX)
            fail_stage(s, what);
        step(s);
    }
}

static void begin(struct stage *s)
{
    const char *const arguments[] = {"--config", s->file, NULL};
    memset(s, 0, sizeof *s);
    snprintf(s->file, sizeof s->file, "/tmp/openhesp-reload-%ld.yaml", (long)getpid());
    write_file(s, at_first);
    packager_start(&s->packager, arguments, 3);
    open_viewer(s, "one", &s->one_viewer);
    open_viewer(s, "keep", &s->keep_viewer);
    s->one = crowd_create(&(struct crowd_config){.viewer = &s->one_viewer,
                                                 .members = TRACKS,
                                                 .context = s,
                                                 .sample = take_sample,
                                                 .left = take_leave});
    s->keep = crowd_create(&(struct crowd_config){
        .viewer = &s->keep_viewer, .members = 2, .context = s, .sample = take_kept});
    assert_int_equal(crowd_track_count(s->one), TRACKS);
    for (size_t i = 0; i < TRACKS; i++) {
        s->tracks[i].first_update = -1;
        crowd_watch_from_start(crowd_member(s->one, i), i, INT64_MAX);
    }
    crowd_watch_from_start(crowd_member(s->keep, 0), 0, INT64_MAX);
}

static bool is_on_its_way(struct stage *s)
{
    return crowd_newest(s->one, 0) >= BEFORE;
}

static bool is_refused(struct stage *s)
{
    return packager_metric(&s->packager, "openhesp_reloads_refused_total") == 1;
}

/* One line, which says what and where; and the channels go on. */
static void a_wrong_file_changes_nothing(struct stage *s)
{
    reload(s, wrong);
    step_until(s, is_refused, "the wrong file was not refused");
    char *log = process_log(&s->packager.process);
    const char *line = strstr(log, " error ");
    if (!line || !strstr(line, "channels[0].fps") || !strstr(line, "everything stays as it is") ||
        strstr(line + 1, " error "))
        fail_stage(s, "the wrong file is not told of in one line");
    free(log);
    struct http_answer answer;
    packager_get(&s->packager, "/keep/manifest.json", 200, &answer);
    http_answer_finish(&answer);
    assert_false(check_announcement(s));
    assert_true(packager_metric(&s->packager, "openhesp_reloads_total") == 0);
}

static bool is_announced(struct stage *s)
{
    s->announced = check_announcement(s);
    return s->announced;
}

/* H9: each track of the old Presentation ends with the picture's end. */
static void set_ends(struct stage *s)
{
    struct viewer v;
    open_viewer(s, "one", &v);
    struct rational end = end_of(&v.manifest.presentations[0]);
    viewer_close(&v);
    for (size_t i = 0; i < TRACKS; i++) {
        struct rational rate = crowd_track(s->one, i)->rate;
        crowd_set_end(s->one, i, timebase_muldiv_ceil(end.num, rate.num, end.den * rate.den));
    }
}

/* A request for what is to come waits when it is close, and is a 404 before. */
static void what_is_to_come_is_not_there_yet(struct stage *s)
{
    struct viewer v;
    char url[HESP_URL_BYTES];
    struct http_answer answer;
    open_viewer(s, "one", &v);
    const struct hesp_presentation *p = &v.manifest.presentations[1];
    struct hesp_place place = {&v.manifest, p, HESP_VIDEO, &p->video[0], &p->video[0].tracks[0]};
    assert_int_equal(hesp_initialization_url(v.url, &place, 0, url), 0);
    http_get(url, &answer);
    assert_int_equal(answer.status, 404);
    http_answer_finish(&answer);
    viewer_close(&v);
}

static bool all_ended(struct stage *s)
{
    return s->tracks[0].ended && s->tracks[1].ended && s->tracks[2].ended;
}

/* H9, H32: what was told is compared with when, in media time. */
static void check_ended_tracks(const struct stage *s)
{
    for (size_t i = 0; i < TRACKS; i++) {
        const struct watched_track *t = &s->tracks[i];
        struct rational rate = crowd_track(s->one, i)->rate;
        double seconds = (double)rate.den / (double)rate.num;
        assert_true(t->first_update > 0);
        assert_true((double)(t->samples - t->first_update) * seconds >= 5);
        assert_true((double)(t->samples - t->last_update) * seconds <= 1.1);
    }
}

static bool second_is_active(struct stage *s)
{
    struct viewer v;
    open_viewer(s, "one", &v);
    bool active = v.manifest.presentation_count > 1 &&
                  !strcmp(v.manifest.active_presentation, v.manifest.presentations[1].id);
    viewer_close(&v);
    return active;
}

/* Decodes from the very first frame, or from a packet on, as strictly as can be. */
static void decode_from(struct stage *s, struct viewer *v, const struct viewer_track *track,
                        int64_t packet_sequence, struct viewer_samples *samples)
{
    struct viewer_packet packet;
    struct strict_pictures pictures;
    struct cmaf_continuation from = {0};
    char error[STRICT_ERROR_BYTES] = "";
    bool joined = packet_sequence > 0;
    if (!viewer_get_packet(v, track, packet_sequence, &packet))
        fail_stage(s, v->error);
    assert_int_equal(packet.sequence, packet_sequence);
    if (joined)
        from = packet.packet.continuation;
    if (!viewer_get_samples(v, track, &from, DECODED, samples))
        fail_stage(s, v->error);
    struct strict_stream stream = {.track = track,
                                   .header = &packet,
                                   .joined = joined,
                                   .samples = samples->list,
                                   .count = samples->count,
                                   .channel = 1,
                                   .may_repeat = true};
    if (!strict_decode(&stream, &pictures, error))
        fail_stage(s, error);
    assert_int_equal(pictures.first, packet_sequence);
    strict_pictures_finish(&pictures);
    viewer_packet_finish(&packet);
}

/* The source's time goes on: test: beeps where a second of manifest time begins. */
static void check_sound(struct stage *s, struct viewer *v, struct rational change)
{
    struct viewer_track audio;
    struct viewer_packet packet;
    struct viewer_samples samples = {0};
    struct cmaf_continuation start = {0};
    struct sound sound;
    size_t beep = 4800; /* one may be sounding at the change */
    if (!viewer_audio(v, &audio) || !viewer_get_packet(v, &audio, 0, &packet) ||
        !viewer_get_samples(v, &audio, &start, SOUND_FRAMES, &samples) ||
        !sound_decode(&packet, &samples, &sound, v->error))
        fail_stage(s, v->error);
    for (size_t i = 0; i < SOUND_FRAMES; i++)
        assert_int_equal(samples.list[i].chunk.decode_time, 1024 * i);
    while (beep < sound.count && sound.left[beep] < 0.2f && sound.left[beep] > -0.2f)
        beep++;
    /* What a busy machine was late with is silence. */
    bool silenced =
        packager_metric(&s->packager, "openhesp_sound_silenced_frames_total{channel=\"one\"}") > 0;
    int64_t at = sound.first + (int64_t)beep + change.num * 48000 / change.den;
    if (!silenced && (beep == sound.count || (at + BEEP_SAMPLES) % 48000 > 2 * BEEP_SAMPLES))
        fail_stage(s, "no second begins where the first beep does");
    sound_finish(&sound);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
}

/* The old one's last frame ends where the new one's first begins: in manifest time exactly, and by
 * the clock. Sound covers the change. */
static void check_seam(struct stage *s)
{
    struct viewer v;
    struct viewer_track video;
    struct viewer_samples samples = {0}, joined = {0};
    open_viewer(s, "one", &v);
    const struct hesp_presentation *p = v.manifest.presentations;
    struct rational change = start_of(&p[1]);
    assert_true(same(end_of(&p[0]), change));
    assert_true(same(moment(s->tracks[0].end_ticks, 30), change));
    assert_true(same(moment(s->tracks[1].end_ticks, 30), change));
    int64_t beyond = s->tracks[2].end_ticks - change.num * 48000 / change.den;
    assert_in_range(beyond, 0, 1023);
    assert_true((double)v.manifest.current_time.value /
                    (double)hesp_scale(v.manifest.current_time.scale) >=
                (double)change.num / (double)change.den);
    assert_true(viewer_video(&v, 0, &video));
    decode_from(s, &v, &video, 0, &samples);
    assert_int_equal(samples.list[0].chunk.decode_time, 0);
    assert_true(samples.list[0].chunk.sync);
    int64_t pause_us = samples.list[0].chunk.capture_utc_us - s->tracks[0].capture_utc_us;
    assert_in_range(pause_us, 33333 - TOLERANCE_US, 33334 + TOLERANCE_US);
    decode_from(s, &v, &video, 7, &joined);
    check_sound(s, &v, change);
    viewer_samples_finish(&samples);
    viewer_samples_finish(&joined);
    viewer_close(&v);
}

static void active_of(struct stage *s, const char *channel, char id[64])
{
    struct viewer v;
    open_viewer(s, channel, &v);
    snprintf(id, 64, "%s", v.manifest.active_presentation);
    viewer_close(&v);
}

static bool gone_is_gone(struct stage *s)
{
    struct http_answer answer;
    char url[192];
    snprintf(url, sizeof url, "%s/gone/manifest.json", s->packager.url);
    http_get(url, &answer);
    bool gone = answer.status == 404;
    http_answer_finish(&answer);
    return gone;
}

static bool log_tells_of_gone(struct stage *s)
{
    char *log = process_log(&s->packager.process);
    bool told = strstr(log, "gone: the channel is gone") != NULL;
    free(log);
    return told;
}

static void removed_and_added_channels_have_gone_and_come(struct stage *s)
{
    char line[256];
    assert_true(process_line(&s->packager.process, line, sizeof line, 30000));
    assert_ptr_equal(strstr(line, "new http://"), line);
    step_until(s, gone_is_gone, "the removed channel is still there");
    step_until(s, log_tells_of_gone, "the removed channel is not freed");
    struct http_answer answer;
    packager_get(&s->packager, "/healthz", 200, &answer);
    assert_null(strstr((const char *)answer.body, "\"gone\""));
    assert_non_null(strstr((const char *)answer.body, "\"new\""));
    http_answer_finish(&answer);
}

static bool third_follows_and_first_has_gone(struct stage *s)
{
    struct viewer v;
    open_viewer(s, "one", &v);
    const struct hesp_presentation *p = v.manifest.presentations;
    size_t count = v.manifest.presentation_count;
    bool follows = count == 2 && p[0].bounds.has_end && start_of(&p[0]).num > 0 &&
                   same(end_of(&p[0]), start_of(&p[1])) &&
                   !strcmp(v.manifest.active_presentation, p[0].id);
    viewer_close(&v);
    return follows;
}

static void expect_log(struct stage *s, const char *text)
{
    char *log = process_log(&s->packager.process);
    if (!strstr(log, text))
        fail_stage(s, text);
    free(log);
}

static void end_stage(struct stage *s)
{
    crowd_destroy(s->one);
    crowd_destroy(s->keep);
    viewer_close(&s->one_viewer);
    viewer_close(&s->keep_viewer);
    process_finish(&s->packager.process);
    unlink(s->file);
}

static void h6_h9_h32_channels_come_go_and_change(void **state)
{
    struct stage s;
    char kept[64], kept_after[64], new[64], new_after[64];
    (void)state;
    begin(&s);
    step_until(&s, is_on_its_way, "nothing comes");
    active_of(&s, "keep", kept);
    a_wrong_file_changes_nothing(&s);

    reload(&s, changed);
    step_until(&s, is_announced, "the change is not announced");
    set_ends(&s);
    what_is_to_come_is_not_there_yet(&s);
    removed_and_added_channels_have_gone_and_come(&s);
    expect_log(&s, "nothing: the channel could not be added");
    /* Another one in the middle of it has its time after it. */
    active_of(&s, "new", new);
    reload(&s, changed_again);
    int64_t kept_before = s.kept_samples;
    step_until(&s, all_ended, "the old Presentation does not end");
    check_ended_tracks(&s);
    step_until(&s, second_is_active, "the new Presentation does not become active");
    check_seam(&s);

    step_until(&s, third_follows_and_first_has_gone, "the second change does not come");
    active_of(&s, "new", new_after);
    active_of(&s, "keep", kept_after);
    assert_string_equal(new, new_after); /* its input is another, its stream goes on */
    expect_log(&s, "new: changing input");
    assert_string_equal(kept, kept_after);
    assert_true(s.kept_samples > kept_before + 30);
    assert_true(packager_metric(&s.packager, "openhesp_reloads_total") == 2);

    /* In the middle of a change: what is active ends where it was to, and nothing follows. */
    process_signal(&s.packager.process, SIGTERM);
    assert_int_equal(process_wait(&s.packager.process, 30000), 0);
    end_stage(&s);
}

static bool says(struct packager *p, const char *text)
{
    char *log = process_log(&p->process);
    bool said = strstr(log, text) != NULL;
    free(log);
    return said;
}

static void sighup_without_a_file_changes_nothing(void **state)
{
    const char *const arguments[] = {"--ladder",  "192x108@100k", "--preset",
                                     "ultrafast", "one=test:",    NULL};
    struct packager p;
    struct http_answer answer;
    (void)state;
    packager_start(&p, arguments, 1);
    process_signal(&p.process, SIGHUP);
    for (int i = 0; i < STEPS_MAX && !says(&p, "there is no file to read again"); i++)
        clock_sleep_until_us(clock_monotonic_us() + STEP_MS * 1000);
    assert_true(says(&p, "there is no file to read again"));
    packager_get(&p, "/one/manifest.json", 200, &answer);
    assert_null(strstr((const char *)answer.body, "endTime"));
    http_answer_finish(&answer);
    packager_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h6_h9_h32_channels_come_go_and_change),
        cmocka_unit_test(sighup_without_a_file_changes_nothing),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
