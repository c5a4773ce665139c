/* The end of a Presentation: announced in time (H9), told in band (H32), served to its last byte;
 * and what signals do (the program's contract). */
#include "e2e/crowd.h"
#include "e2e/packager.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRACKS = 3, /* two of picture, one of sound */
    LATE_JOINER = TRACKS,
    MEMBERS,
    BEFORE = 40, /* frames of picture before the signal */
    STEP_MS = 50,
    STEPS_MAX = 1200,
    SECOND_SIGNAL_CODE = 1,
};

static const char *const arguments[] = {"--ladder",           "256x144@200k,192x108@100k",
                                        "--preset",           "ultrafast",
                                        "--segment-duration", "2",
                                        "one=test:",          NULL};

/* What a member sees that reads a track from its first sample to its last. */
struct watched_track {
    int64_t samples;
    int64_t segment, segment_first; /* the newest segment and its first sample */
    int64_t first_update;           /* the sample with the first manifestupdate, -1: none yet */
    int64_t last_update;
    bool ended;
};

struct ending {
    struct packager packager;
    char url[192]; /* the manifest's */
    struct crowd *crowd;
    struct watched_track tracks[TRACKS];
    bool late_joiner_ended;
    /* From the first manifest that has an end. */
    bool announced;
    int64_t end_frames; /* of picture */
    double current_s;
};

static double rate_of(const struct ending *e, size_t track)
{
    struct rational rate = crowd_track(e->crowd, track)->rate;
    return (double)rate.num / (double)rate.den;
}

/* H9: sound goes on as long as there is picture, and no longer. */
static void set_ends(struct ending *e)
{
    struct rational video = crowd_track(e->crowd, 0)->rate;
    for (size_t i = 0; i < TRACKS; i++) {
        struct rational rate = crowd_track(e->crowd, i)->rate;
        crowd_set_end(
            e->crowd, i,
            timebase_muldiv_ceil(e->end_frames * video.den, rate.num, rate.den * video.num));
    }
}

/* Fetches the manifest again, and keeps what the first one says that has an end. */
static void look_at_manifest(struct ending *e)
{
    struct viewer v;
    struct viewer_track track;
    if (!viewer_open(&v, e->url) || !viewer_video(&v, 0, &track))
        packager_fail(&e->packager, v.error);
    const struct hesp_presentation *p = track.place.presentation;
    if (p->bounds.has_end && !e->announced) {
        e->announced = true;
        e->end_frames = timebase_muldiv_floor(p->bounds.end, track.rate.num,
                                              hesp_scale(p->bounds.scale) * track.rate.den);
        e->current_s = (double)v.manifest.current_time.value /
                       (double)hesp_scale(v.manifest.current_time.scale);
        set_ends(e);
    }
    viewer_close(&v);
}

/* H32: the manifest is updated first; the event follows, and again each second. */
static void take_update(struct ending *e, struct watched_track *t, int64_t sequence, double rate)
{
    if (t->first_update < 0) {
        t->first_update = sequence;
        look_at_manifest(e);
        assert_true(e->announced);
    } else {
        assert_true((double)(sequence - t->last_update) < rate + 1);
        assert_true((double)(sequence - t->last_update) > rate - 1);
    }
    t->last_update = sequence;
}

static void take_sample(void *context, struct crowd_member *m, const struct cmaf_chunk *chunk,
                        int64_t sequence)
{
    struct ending *e = context;
    struct crowd_place place = crowd_place(m);
    if (place.index == LATE_JOINER)
        return;
    struct watched_track *t = &e->tracks[place.track];
    if (!sequence || place.segment_id != t->segment)
        t->segment_first = sequence;
    t->segment = place.segment_id;
    t->samples = sequence + 1;
    if (chunk->manifest_update)
        take_update(e, t, sequence, rate_of(e, place.track));
}

static void take_leave(void *context, struct crowd_member *m, enum crowd_leaving leaving)
{
    struct ending *e = context;
    struct crowd_place place = crowd_place(m);
    bool ended = leaving == CROWD_TRACK_ENDED;
    if (place.index == LATE_JOINER)
        e->late_joiner_ended = ended;
    else
        e->tracks[place.track].ended = ended;
}

static void begin(struct ending *e, struct viewer *v)
{
    memset(e, 0, sizeof *e);
    packager_start(&e->packager, arguments, 1);
    snprintf(e->url, sizeof e->url, "%s/one/manifest.json", e->packager.url);
    if (!viewer_open(v, e->url))
        packager_fail(&e->packager, v->error);
    struct crowd_config config = {
        .viewer = v, .members = MEMBERS, .context = e, .sample = take_sample, .left = take_leave};
    e->crowd = crowd_create(&config);
    assert_int_equal(crowd_track_count(e->crowd), TRACKS);
    for (size_t i = 0; i < TRACKS; i++) {
        e->tracks[i].first_update = -1;
        crowd_watch_from_start(crowd_member(e->crowd, i), i, INT64_MAX);
    }
}

static void step(struct ending *e)
{
    if (!crowd_step(e->crowd, STEP_MS))
        packager_fail(&e->packager, crowd_error(e->crowd));
}

static bool all_ended(const struct ending *e)
{
    bool ended = e->late_joiner_ended;
    for (size_t i = 0; i < TRACKS; i++)
        ended = ended && e->tracks[i].ended;
    return ended;
}

/* Watches to the end. Somebody who joins after the announcement is served all the same. */
static void watch_the_end(struct ending *e)
{
    int steps = 0;
    while (!e->announced && steps++ < STEPS_MAX) {
        step(e);
        look_at_manifest(e);
    }
    assert_true(e->announced);
    crowd_join(crowd_member(e->crowd, LATE_JOINER), 1, HESP_NOW, INT64_MAX);
    while (!all_ended(e) && steps++ < STEPS_MAX)
        step(e);
    assert_true(all_ended(e));
}

/* In media time, which the announcement cannot wait for: what was told is compared with when. */
static void check_track(const struct ending *e, size_t index)
{
    const struct watched_track *t = &e->tracks[index];
    double rate = rate_of(e, index);
    assert_true(t->first_update > 0);
    /* H9: announced at least 2 s ahead. */
    assert_true((double)(t->samples - t->first_update) >= 2 * rate);
    /* H32: in the first samples after the announcement, and up to the end. */
    assert_true((double)t->first_update / rate <= e->current_s + 0.3);
    assert_true((double)(t->samples - t->last_update) < rate + 1);
    /* No last segment under a second. */
    assert_true((double)(t->samples - t->segment_first) >= rate);
}

static void a_signal_ends_all_tracks_in_order(int signal)
{
    struct ending e;
    struct viewer v;
    begin(&e, &v);
    while (crowd_newest(e.crowd, 0) < BEFORE)
        step(&e);
    look_at_manifest(&e);
    assert_false(e.announced);
    process_signal(&e.packager.process, signal);
    watch_the_end(&e);
    assert_int_equal(e.tracks[0].samples, e.end_frames);
    assert_int_equal(e.tracks[1].samples, e.end_frames);
    for (size_t i = 0; i < TRACKS; i++)
        check_track(&e, i);
    /* The joiner came within the 2 s, and saw the most of them. */
    assert_true((double)crowd_place(crowd_member(e.crowd, LATE_JOINER)).samples > rate_of(&e, 1));
    assert_int_equal(process_wait(&e.packager.process, 30000), 0);
    crowd_destroy(e.crowd);
    viewer_close(&v);
    process_finish(&e.packager.process);
}

static void h9_h32_sigterm_announces_the_end_and_serves_to_it(void **state)
{
    (void)state;
    a_signal_ends_all_tracks_in_order(SIGTERM);
}

static void h9_h32_sigint_announces_the_end_and_serves_to_it(void **state)
{
    (void)state;
    a_signal_ends_all_tracks_in_order(SIGINT);
}

/* A clean end would have given 0. */
static void a_second_signal_ends_at_once(void **state)
{
    struct ending e;
    struct viewer v;
    (void)state;
    begin(&e, &v);
    process_signal(&e.packager.process, SIGTERM);
    for (int i = 0; i < STEPS_MAX && !e.announced; i++)
        look_at_manifest(&e);
    assert_true(e.announced);
    process_signal(&e.packager.process, SIGINT);
    assert_int_equal(process_wait(&e.packager.process, 30000), SECOND_SIGNAL_CODE);
    char *log = process_log(&e.packager.process);
    assert_non_null(strstr(log, "again: stopped at once"));
    free(log);
    crowd_destroy(e.crowd);
    viewer_close(&v);
    process_finish(&e.packager.process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h9_h32_sigterm_announces_the_end_and_serves_to_it),
        cmocka_unit_test(h9_h32_sigint_announces_the_end_and_serves_to_it),
        cmocka_unit_test(a_second_signal_ends_at_once),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
