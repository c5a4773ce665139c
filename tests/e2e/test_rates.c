/* Each frame rate, in short: the manifest tells it exactly (H10), sequence numbers and times follow
 * from it to the tick (H4, H5), and joins around a segment boundary work (H3, H21). 25, 30 and
 * 30000/1001 are what the other end-to-end tests run at. */
#include "e2e/live_channel.h"
#include "e2e/strict_decode.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>

enum { FOLLOW = 12 };

struct rate_case {
    const char *fps;
    struct rational rate;
    int64_t segment_frames; /* of a segment of about 1 s */
};

static void check_manifest(const struct rate_case *test, const struct viewer_track *track)
{
    const struct hesp_value rate = track->place.set->media.frame_rate;
    assert_true(rate.given);
    assert_int_equal(rate.value, test->rate.num);
    assert_int_equal(rate.scale ? rate.scale : 1, test->rate.den);
    assert_int_equal(track->segment_duration.num * test->rate.num,
                     test->segment_frames * test->rate.den * track->segment_duration.den);
}

/* HESP 3.1.3, with the numbers of the packet itself. */
static void check_packet(const struct rate_case *test, const struct viewer_packet *packet,
                         int64_t n)
{
    const struct cmaf_packet *p = &packet->packet;
    bool last = (n + 1) % test->segment_frames == 0;
    assert_int_equal(packet->sequence, n);
    assert_int_equal(p->timescale, test->rate.num);
    assert_int_equal(p->sample.decode_time, n * test->rate.den);
    assert_int_equal(p->sample.duration, test->rate.den);
    assert_int_equal(p->sample.mfhd_sequence, n + 1);
    assert_int_equal(p->continuation.segment_id, (n + 1) / test->segment_frames);
    assert_int_equal(p->continuation.offset == 0, last);
}

static void join_at(struct live_channel *live, const struct viewer_track *track,
                    const struct rate_case *test, int64_t n)
{
    struct viewer *v = &live->viewer;
    struct viewer_packet packet;
    struct viewer_samples samples = {0};
    struct strict_pictures pictures;
    char error[STRICT_ERROR_BYTES];
    if (!viewer_get_packet(v, track, n, &packet) ||
        !viewer_get_samples(v, track, &packet.packet.continuation, FOLLOW, &samples))
        fail_msg("%s fps: %s", test->fps, v->error);
    check_packet(test, &packet, n);
    struct strict_stream stream = {.track = track,
                                   .header = &packet,
                                   .joined = true,
                                   .samples = samples.list,
                                   .count = samples.count,
                                   .channel = LIVE_CHANNEL_NUMBER,
                                   .may_repeat = live_channel_repeats(live, track) > 0};
    if (!strict_decode(&stream, &pictures, error))
        fail_msg("%s fps, joined at %" PRId64 ": %s", test->fps, n, error);
    assert_int_equal(pictures.count, 1 + FOLLOW);
    strict_pictures_finish(&pictures);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
}

static void run(const struct rate_case *test)
{
    const struct live_channel_config config = {
        .ladder = "256x144@200k", .preset = "ultrafast", .fps = test->fps, .segment_duration = "1"};
    struct live_channel live;
    struct viewer_track track;
    live_channel_start(&live, &config);
    if (!viewer_video(&live.viewer, 0, &track))
        fail_msg("%s", live.viewer.error);
    check_manifest(test, &track);
    live_channel_await(&live, &track, test->segment_frames + 1);
    join_at(&live, &track, test, 0);
    for (int64_t n = test->segment_frames - 4; n <= test->segment_frames + 1; n++)
        join_at(&live, &track, test, n);
    live_channel_stop(&live);
}

static void film(void **state)
{
    (void)state;
    run(&(struct rate_case){"24000/1001", {24000, 1001}, 24});
}

static void fifty(void **state)
{
    (void)state;
    run(&(struct rate_case){"50", {50, 1}, 50});
}

static void sixty(void **state)
{
    (void)state;
    run(&(struct rate_case){"60", {60, 1}, 60});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(film),
        cmocka_unit_test(fifty),
        cmocka_unit_test(sixty),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
