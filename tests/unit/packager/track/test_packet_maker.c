/* The eager maker: a packet for every reconstruction, bounded, and nothing lost at the end. */
#include "fixture.h"

#include "media/core/log.h"
#include "support/moving_picture.h"
#include "support/null_encoder.h"

enum { FRAMES = 90 };

struct feed {
    struct packet_maker *maker;
};

static void offer(void *context, struct reconstruction *r)
{
    struct feed *feed = context;
    packet_maker_offer(feed->maker, r);
}

static void check_packets(struct store_track *t, int64_t frames)
{
    for (int64_t n = 0; n < frames; n++) {
        struct blob *bytes = NULL;
        struct cmaf_packet packet;
        assert_int_equal(store_find_packet(t, n, &bytes), ERR_OK);
        assert_int_equal(cmaf_packet_read(bytes->data, bytes->size, &packet), ERR_OK);
        assert_int_equal(packet.sample.decode_time, n);
        assert_int_equal(packet.sample.mfhd_sequence, n + 1);
        assert_int_equal(packet.continuation.segment_id, (n + 1) / 60);
        blob_unref(bytes);
    }
    assert_int_equal(fixture_state(t).newest_packet, frames - 1);
}

static void h25_every_frame_gets_its_packet(void **state)
{
    (void)state;
    struct feed feed;
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, 160, 90);
    config.reconstructed = offer;
    config.context = &feed;
    struct video_track *t = fixture_video_track(&config);
    struct video_track_format format;
    video_track_format(t, &format);
    assert_int_equal(packet_maker_create(&format, -3, &feed.maker), ERR_OK);
    AVFrame *picture = moving_picture_create(160, 90);
    for (int n = 0; n < FRAMES; n++) {
        moving_picture_paint(picture, n, 4);
        assert_int_equal(fixture_push(t, picture, n), ERR_OK);
        assert_true(packet_maker_packets(feed.maker) <= n + 1);
        assert_true(packet_maker_packets(feed.maker) >= n - 7); /* the queue is bounded */
    }
    packet_maker_destroy(feed.maker); /* finishes what is queued */
    check_packets(format.store_track, FRAMES);
    av_frame_free(&picture);
    video_track_destroy(t);
    store_destroy(store);
}

static void packets_of_several_makers_do_not_meet(void **state)
{
    (void)state;
    enum { TRACKS = 3 };
    static const char *const ids[TRACKS] = {"a", "b", "c"};
    struct feed feeds[TRACKS];
    struct video_track *tracks[TRACKS];
    struct store *store = fixture_store(60000000);
    for (int i = 0; i < TRACKS; i++) {
        struct video_track_config config = fixture_video(store, 64 << i, 48 << i);
        struct video_track_format format;
        config.id = ids[i];
        config.encoder = &null_encoder;
        config.reconstructed = offer;
        config.context = &feeds[i];
        tracks[i] = fixture_video_track(&config);
        video_track_format(tracks[i], &format);
        assert_int_equal(packet_maker_create(&format, -3, &feeds[i].maker), ERR_OK);
    }
    for (int n = 0; n < 10 * FRAMES; n++) {
        for (int i = 0; i < TRACKS; i++)
            assert_int_equal(fixture_push(tracks[i], NULL, n), ERR_OK);
    }
    for (int i = 0; i < TRACKS; i++) {
        struct store_track *t = fixture_store_track(tracks[i]);
        packet_maker_destroy(feeds[i].maker);
        check_packets(t, 10 * FRAMES);
        video_track_destroy(tracks[i]);
    }
    store_destroy(store);
}

/* An encoder whose Initialization role writes another PPS. */
static int other_headers(struct encoder *e, const uint8_t **sps, size_t *sps_size,
                         const uint8_t **pps, size_t *pps_size)
{
    static const uint8_t other[] = {0x68, 0xce, 0x38, 0x80};
    int status = null_encoder.headers(e, sps, sps_size, pps, pps_size);
    *pps = other;
    *pps_size = sizeof other;
    return status;
}

static void swallow(void *context, const char *line)
{
    if (strstr(line, "SPS and PPS"))
        ++*(int *)context;
}

static void h21_other_parameter_sets_are_refused(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, 64, 48);
    config.encoder = &null_encoder;
    struct video_track *t = fixture_video_track(&config);
    struct video_track_format format;
    video_track_format(t, &format);
    struct encoder_ops other = null_encoder;
    other.headers = other_headers;
    format.ops = &other;
    struct packet_encoder *e = NULL;
    struct packet_maker *m = NULL;
    int lines = 0;
    log_redirect(swallow, &lines);
    int encoder_status = packet_encoder_create(&format, 0, &e);
    int maker_status = packet_maker_create(&format, 0, &m);
    log_redirect(NULL, NULL);
    assert_int_equal(encoder_status, ERR_UNSUPPORTED);
    assert_int_equal(maker_status, ERR_UNSUPPORTED);
    assert_int_equal(lines, 2);
    assert_null(e);
    assert_null(m);
    packet_encoder_destroy(NULL);
    packet_maker_destroy(NULL);
    video_track_destroy(t);
    store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h25_every_frame_gets_its_packet),
        cmocka_unit_test(packets_of_several_makers_do_not_meet),
        cmocka_unit_test(h21_other_parameter_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
