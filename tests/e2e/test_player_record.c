/* player-sim record: what it writes of a real channel is what plain HTTP requests find there. */
#include "e2e/live_channel.h"
#include "e2e/player_command.h"
#include "e2e/whole_segment.h"
#include "player-sim/content/file.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FPS = 30, SEGMENTS_LOOKED_AT = 30, EVERY = 7, PATIENCE_MS = 60000 };

struct record_case {
    struct live_channel live;
    struct viewer_track track; /* of the first rung */
    char folder[64], file[96];
};

static int set_up(void **state)
{
    static struct record_case test;
    static const struct live_channel_config config = {
        .ladder = "320x180@300k,160x90@100k",
        .preset = "ultrafast",
        .fps = "30",
        .segment_duration = "1",
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    live_channel_start(&test.live, &config);
    assert_true(viewer_video(&test.live.viewer, 0, &test.track));
    strcpy(test.folder, "/tmp/openhesp-record-XXXXXX");
    assert_non_null(mkdtemp(test.folder));
    snprintf(test.file, sizeof test.file, "%s/c.json", test.folder);
    *state = &test;
    return 0;
}

static int tear_down(void **state)
{
    struct record_case *test = *state;
    viewer_close(&test->live.viewer); /* the last test has ended the packager */
    process_finish(&test->live.packager);
    assert_int_equal(rmdir(test->folder), 0); /* and nothing was left there */
    curl_global_cleanup();
    return 0;
}

static struct content read_back(struct record_case *test)
{
    struct content c;
    char error[CONTENT_ERROR_BYTES];
    if (content_read(test->file, &c, error))
        fail_msg("%s", error);
    unlink(test->file);
    return c;
}

/* ---- what HTTP finds ---- */

static struct viewer_track track_called(struct record_case *test, const char *name)
{
    struct viewer_track track;
    for (size_t i = 0; viewer_video(&test->live.viewer, i, &track); i++)
        if (strcmp(track.place.track->id, name) == 0)
            return track;
    fail_msg("the channel has no rendition %s", name);
    return track;
}

static bool is_segment(const struct content *c, size_t rung, size_t at,
                       const struct whole_segment *s)
{
    if (s->count != c->segment_frames)
        return false;
    for (size_t n = 0; n < s->count; n++)
        if (content_frame_bytes(c, rung, (int64_t)(at + n)) != s->chunks[n].total_bytes)
            return false;
    return true;
}

static void get_segment(struct record_case *test, const struct viewer_track *track, int64_t id,
                        struct whole_segment *s)
{
    if (!whole_segment_get(&test->live.viewer, track, id, s))
        fail_msg("%s", test->live.viewer.error);
}

/* The segment that the recording began with, by the sizes of its frames. */
static int64_t first_segment(struct record_case *test, const struct content *c)
{
    struct viewer_track track = track_called(test, c->rungs[0].name);
    for (int64_t id = 0; id < SEGMENTS_LOOKED_AT; id++) {
        struct whole_segment s;
        get_segment(test, &track, id, &s);
        bool found = is_segment(c, 0, 0, &s);
        whole_segment_finish(&s);
        if (found)
            return id;
    }
    fail_msg("no segment of the channel is the recording's first");
    return -1;
}

static void expect_frames_as_fetched(struct record_case *test, const struct content *c,
                                     int64_t first)
{
    for (size_t rung = 0; rung < c->rung_count; rung++) {
        struct viewer_track track = track_called(test, c->rungs[rung].name);
        assert_int_equal(c->rungs[rung].bandwidth_bps, track.place.track->bandwidth);
        for (size_t at = 0; at < c->frame_count; at += c->segment_frames) {
            struct whole_segment s;
            get_segment(test, &track, first + (int64_t)(at / c->segment_frames), &s);
            assert_true(is_segment(c, rung, at, &s));
            whole_segment_finish(&s);
        }
    }
}

static void expect_packets_as_fetched(struct record_case *test, const struct content *c,
                                      int64_t first)
{
    for (size_t rung = 0; rung < c->rung_count; rung++) {
        struct viewer_track track = track_called(test, c->rungs[rung].name);
        for (int64_t n = 0; n < (int64_t)c->frame_count; n++) {
            struct viewer_packet packet;
            int64_t at = n % c->segment_frames;
            if (at && at != 4 && (at - 1) % EVERY)
                continue;
            if (!viewer_get_packet(&test->live.viewer, &track, first * c->segment_frames + n,
                                   &packet))
                fail_msg("%s", test->live.viewer.error);
            assert_int_equal(packet.size, content_packet_bytes(c, rung, n));
            viewer_packet_finish(&packet);
        }
    }
}

static void expect_sound_as_fetched(struct record_case *test, const struct content *c)
{
    struct viewer_track track;
    struct viewer_packet packet;
    assert_true(viewer_audio(&test->live.viewer, &track));
    assert_true(viewer_get_packet(&test->live.viewer, &track, HESP_NOW, &packet));
    assert_int_equal(c->sound.rate.num, 375);
    assert_int_equal(c->sound.rate.den, 8);
    assert_int_equal(c->sound.bandwidth_bps, track.place.track->bandwidth);
    /* Offsets have more digits in some packets than in others. */
    assert_true(llabs((long long)packet.size - (long long)c->sound.packet_bytes) < 16);
    assert_true(c->sound.frame_bytes > 140);
    viewer_packet_finish(&packet);
}

static void a_recording_is_what_plain_requests_find(void **state)
{
    struct record_case *test = *state;
    const char *const arguments[] = {"record", "--duration", "3.5",      "--packets-every",
                                     "7",      "-o",         test->file, test->live.viewer.url,
                                     NULL};
    struct player_command r;
    player_command_well(arguments, NULL, &r);
    const char *const told[] = {test->file, "4 s in 4 segments", "2 renditions and sound",
                                "packets fetched"};
    player_expect_texts(r.out, told, sizeof told / sizeof *told);
    player_command_finish(&r);

    struct content c = read_back(test);
    assert_string_equal(c.name, "live");
    assert_int_equal(c.rate.num, FPS);
    assert_int_equal(c.segment_frames, FPS);
    assert_int_equal(c.frame_count, 4 * FPS);
    assert_int_equal(c.rung_count, 2);
    assert_string_equal(c.rungs[0].name, "160x90-100k");
    assert_int_equal(c.rungs[1].width, 320);
    assert_int_equal(c.box_bytes, CMAF_CHUNK_OVERHEAD_BYTES);
    for (size_t i = 0; i < c.rung_count; i++)
        assert_true(c.rungs[i].made_us > 0);
    int64_t first = first_segment(test, &c);
    expect_frames_as_fetched(test, &c, first);
    expect_packets_as_fetched(test, &c, first);
    expect_sound_as_fetched(test, &c);
    content_finish(&c);
}

static void start(struct process *p, struct record_case *test)
{
    const char *const argv[] = {
        OPENHESP_PLAYER_SIM,   "record", "--duration", "1000", "-o", test->file,
        test->live.viewer.url, NULL};
    assert_true(process_start(p, argv, PROCESS_STDOUT));
}

/* Five segments later something is whole. */
static void wait_for_segments(struct record_case *test)
{
    struct viewer_packet packet;
    assert_true(viewer_get_packet(&test->live.viewer, &test->track, HESP_NOW, &packet));
    int64_t now = packet.sequence;
    viewer_packet_finish(&packet);
    live_channel_await(&test->live, &test->track, now + 5 * FPS);
}

static void an_interrupt_keeps_whole_segments(void **state)
{
    struct record_case *test = *state;
    struct process p;
    start(&p, test);
    wait_for_segments(test);
    process_signal(&p, SIGINT);
    assert_int_equal(process_wait(&p, PATIENCE_MS), 0);
    char *log = process_log(&p);
    const char *const told[] = {"stopped before its time", "what is whole is written"};
    player_expect_texts(log, told, 2);
    free(log);
    process_finish(&p);
    struct content c = read_back(test);
    assert_true(c.frame_count && c.frame_count % FPS == 0);
    expect_frames_as_fetched(test, &c, first_segment(test, &c));
    content_finish(&c);
}

static void what_cannot_be_recorded_is_told(void **state)
{
    struct record_case *test = *state;
    char wrong[256];
    snprintf(wrong, sizeof wrong, "%s/time", test->live.url);
    const struct player_mistake usage[] = {
        {{"record"}, {"player-sim record:", "nothing to record", "manifest.json"}, NULL},
        {{"record", "one.json"}, {"one.json", "no HTTP address"}, NULL},
        {{"record", "http://a/m", "http://b/m"}, {"http://a/m", "one channel"}, NULL},
        {{"record", "--duration", "0", "http://a/m"}, {"--duration 0", "0.1"}, NULL},
        {{"record", "--packets-every", "0", "http://a/m"}, {"--packets-every 0", "auto"}, NULL},
        {{"record", "--fsp", "http://a/m"}, {"--fsp is not known", "--help"}, NULL},
    };
    const struct player_mistake failures[] = {
        {{"record", "-o", test->file, "http://127.0.0.1:1/x/manifest.json"},
         {"http://127.0.0.1:1/x/manifest.json", "nothing was written"},
         NULL},
        {{"record", "-o", test->file, wrong}, {wrong, "nothing was written"}, NULL},
        {{"record", "-o", "/nowhere/c.json", test->live.viewer.url},
         {"/nowhere/c.json", "No such file", "give a file"},
         NULL},
    };
    for (size_t i = 0; i < sizeof usage / sizeof *usage; i++)
        player_expect_refusal(&usage[i], 2);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        player_expect_refusal(&failures[i], 1);
    assert_int_equal(access(test->file, F_OK), -1);
}

/* The disk is full when it comes to writing: one line, exit code 1. */
static void a_full_disk_is_told(void **state)
{
    struct record_case *test = *state;
    const struct player_mistake full = {
        {"record", "--duration", "0.5", "-o", "/dev/full", test->live.viewer.url},
        {"/dev/full could not be written", "No space left on device"},
        NULL};
    player_expect_refusal(&full, 1);
}

/* The last test: the channel ends. */
static void the_channels_end_keeps_whole_segments(void **state)
{
    struct record_case *test = *state;
    struct process p;
    start(&p, test);
    wait_for_segments(test);
    process_signal(&test->live.packager, SIGTERM);
    assert_int_equal(process_wait(&p, PATIENCE_MS), 0);
    assert_int_equal(process_wait(&test->live.packager, PATIENCE_MS), 0);
    char *log = process_log(&p);
    const char *const told[] = {"what is whole is written"};
    player_expect_texts(log, told, 1);
    free(log);
    process_finish(&p);
    struct content c = read_back(test);
    assert_true(c.frame_count >= FPS && c.frame_count % FPS == 0);
    assert_true(content_has_packets(&c));
    content_finish(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_is_what_plain_requests_find),
        cmocka_unit_test(an_interrupt_keeps_whole_segments),
        cmocka_unit_test(what_cannot_be_recorded_is_told),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(the_channels_end_keeps_whole_segments),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
