/* One rung: what reaches the store, and whether a viewer can join it at every frame. */
#include "fixture.h"

#include "media/core/log.h"
#include "support/moving_picture.h"
#include "support/picture_decoder.h"

#include <stdio.h>

enum { WIDTH = 320, HEIGHT = 180, NOISE = 6 };

static void paint_and_push(struct video_track *t, AVFrame *picture, int64_t sequence)
{
    moving_picture_paint(picture, sequence, NOISE);
    assert_int_equal(fixture_push(t, picture, sequence), ERR_OK);
}

static void h5_h24_h25_chunks_and_segments_are_as_promised(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, WIDTH, HEIGHT);
    config.frame_rate = (struct rational){30000, 1001};
    struct video_track *t = fixture_video_track(&config);
    AVFrame *picture = moving_picture_create(WIDTH, HEIGHT);
    for (int n = 0; n < 150; n++)
        paint_and_push(t, picture, n);

    /* 2 s are 59.94 frames: segments begin at 0, 60, 120 (HESP 5.2). */
    static const int64_t firsts[] = {0, 60, 120};
    struct fixture_walk walk;
    struct cmaf_chunk chunk;
    fixture_walk_init(&walk, fixture_store_track(t), 0, 0);
    for (int64_t n = 0; n < 150; n++) {
        assert_true(fixture_walk_next(&walk, &chunk));
        bool first = n == firsts[0] || n == firsts[1] || n == firsts[2];
        assert_int_equal(chunk.sync, first);
        assert_int_equal(walk.first_of_segment, first);
        assert_int_equal(chunk.mfhd_sequence, n + 1);
        assert_int_equal(chunk.decode_time, n * 1001);
        assert_int_equal(chunk.duration, 1001);
        assert_true(chunk.has_prft);
        assert_int_equal(chunk.capture_utc_us, fixture_capture_us(n));
    }
    assert_false(fixture_walk_next(&walk, &chunk));
    fixture_walk_finish(&walk);
    av_frame_free(&picture);
    video_track_destroy(t);
    store_destroy(store);
}

static void the_store_is_told_what_the_manifest_needs(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, WIDTH, HEIGHT);
    config.frame_rate = (struct rational){48000, 2002};
    struct video_track *t = fixture_video_track(&config);
    const struct store_track_info *info = store_track_info(fixture_store_track(t));
    assert_int_equal(info->kind, STORE_VIDEO);
    assert_string_equal(info->id, "v");
    assert_string_equal(info->mime, "video/mp4");
    assert_int_equal(strlen(info->codecs), strlen("avc1.64000c"));
    assert_memory_equal(info->codecs, "avc1.", 5);
    assert_int_equal(info->timescale, 24000);
    assert_int_equal(info->ticks_per_frame, 1001);
    assert_int_equal(info->width, WIDTH);
    assert_int_equal(info->height, HEIGHT);
    assert_int_equal(info->sar_width, info->sar_height);
    assert_int_equal(info->bandwidth_bps,
                     video_track_bandwidth_bps(400000, 100000, config.segment_duration,
                                               (struct rational){24000, 1001}));
    assert_true(info->bandwidth_bps > 400000 + 50000 + 24 * 140 * 8 - 1000);
    video_track_destroy(t);
    store_destroy(store);
}

static void keep(void *context, struct reconstruction *r)
{
    struct reconstruction *kept = context;
    kept[r->sequence] = *r;
    kept[r->sequence].qp_plus1 -= 3; /* finer than the continuation */
}

enum { FRAMES = 200, FIRST_JOIN = 28, JOINS = 66, AFTER = 40 };

struct joined {
    struct video_track *track;
    struct video_track_format format;
    struct packet_encoder *packets;
    struct reconstruction kept[FRAMES];
    AVFrame *unjoined[FRAMES]; /* the decoder's pictures of the whole stream */
};

static void decode_unjoined(struct joined *j)
{
    struct picture_decoder *decoder = picture_decoder_create(j->format.avcc, j->format.avcc_size);
    struct fixture_walk walk;
    struct cmaf_chunk chunk;
    const char *reason;
    fixture_walk_init(&walk, j->format.store_track, 0, 0);
    for (int n = 0; n < FRAMES; n++) {
        assert_true(fixture_walk_next(&walk, &chunk));
        const AVFrame *picture =
            picture_decoder_decode(decoder, chunk.data, chunk.size, chunk.decode_time, &reason);
        assert_non_null(picture);
        j->unjoined[n] = av_frame_clone(picture);
    }
    fixture_walk_finish(&walk);
    picture_decoder_destroy(decoder);
}

static void the_reconstruction_is_the_decoders_picture(const struct joined *j)
{
    for (int n = 0; n < FRAMES; n++) {
        const AVFrame *nv12 = j->kept[n].frame;
        assert_int_equal(nv12->format, AV_PIX_FMT_NV12);
        for (int y = 0; y < HEIGHT; y++)
            assert_memory_equal(nv12->data[0] + y * nv12->linesize[0],
                                j->unjoined[n]->data[0] + y * j->unjoined[n]->linesize[0], WIDTH);
        for (int i = 0; i < WIDTH / 2 * (HEIGHT / 2); i++) {
            int x = i % (WIDTH / 2);
            int y = i / (WIDTH / 2);
            const uint8_t *pair = nv12->data[1] + y * nv12->linesize[1] + 2 * x;
            assert_int_equal(pair[0], j->unjoined[n]->data[1][y * j->unjoined[n]->linesize[1] + x]);
            assert_int_equal(pair[1], j->unjoined[n]->data[2][y * j->unjoined[n]->linesize[2] + x]);
        }
    }
}

struct psnr {
    double sum, least;
    int count;
};

static void add(struct psnr *p, double value)
{
    p->least = p->count && p->least < value ? p->least : value;
    p->sum += value;
    p->count++;
}

/* Packet n, then the continuation from where it says: every picture comes out, at its time. */
static void join_at(const struct joined *j, int64_t n, struct psnr *at_once, struct psnr *later)
{
    struct blob *bytes = NULL;
    struct cmaf_packet packet;
    struct cmaf_chunk chunk;
    struct fixture_walk walk;
    const char *reason;
    assert_int_equal(store_find_packet(j->format.store_track, n, &bytes), ERR_OK);
    assert_int_equal(cmaf_packet_read(bytes->data, bytes->size, &packet), ERR_OK);
    assert_true(packet.has_sample && packet.sample.sync);
    assert_int_equal(packet.timescale, 30);
    assert_int_equal(packet.sample.decode_time, n);
    assert_int_equal(packet.sample.capture_utc_us, fixture_capture_us(n));

    struct picture_decoder *decoder = picture_decoder_create(j->format.avcc, j->format.avcc_size);
    const AVFrame *picture =
        picture_decoder_decode(decoder, packet.sample.data, packet.sample.size, n, &reason);
    if (!picture)
        fail_msg("packet %lld: %s", (long long)n, reason);
    add(at_once, picture_psnr(picture, j->unjoined[n]));
    fixture_walk_init(&walk, j->format.store_track, packet.continuation.segment_id,
                      packet.continuation.offset);
    for (int64_t k = n + 1; k < n + AFTER; k++) {
        assert_true(fixture_walk_next(&walk, &chunk));
        assert_int_equal(chunk.decode_time, k);
        picture = picture_decoder_decode(decoder, chunk.data, chunk.size, k, &reason);
        if (!picture)
            fail_msg("packet %lld, frame %lld: %s", (long long)n, (long long)k, reason);
        double psnr = picture_psnr(picture, j->unjoined[k]);
        if (k / 60 == n / 60)
            add(later, psnr);
        else
            assert_true(psnr == 99); /* the segment's IDR has healed everything */
    }
    fixture_walk_finish(&walk);
    picture_decoder_destroy(decoder);
    blob_unref(bytes);
}

static void make_packets(struct joined *j)
{
    for (int n = FIRST_JOIN; n < FIRST_JOIN + JOINS; n++) {
        struct blob *packet = NULL;
        assert_int_equal(packet_encoder_make(j->packets, &j->kept[n], &packet), ERR_OK);
        assert_int_equal(store_put_packet(j->format.store_track, n, packet), ERR_OK);
    }
}

static void check_joins(const char *preset)
{
    struct joined *j = calloc(1, sizeof *j);
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, WIDTH, HEIGHT);
    config.preset = preset;
    config.reconstructed = keep;
    config.context = j->kept;
    j->track = fixture_video_track(&config);
    video_track_format(j->track, &j->format);
    assert_int_equal(packet_encoder_create(&j->format, &j->packets), ERR_OK);
    AVFrame *picture = moving_picture_create(WIDTH, HEIGHT);
    for (int n = 0; n < FRAMES; n++)
        paint_and_push(j->track, picture, n);
    decode_unjoined(j);
    the_reconstruction_is_the_decoders_picture(j);
    make_packets(j);

    struct psnr at_once = {0}, later = {0};
    for (int n = FIRST_JOIN; n < FIRST_JOIN + JOINS; n++)
        join_at(j, n, &at_once, &later);
    print_message("%s, %d joins: PSNR to the unjoined picture at once mean %.1f least %.1f dB, "
                  "up to %d frames later mean %.1f least %.1f dB\n",
                  preset, JOINS, at_once.sum / at_once.count, at_once.least, AFTER - 1,
                  later.sum / later.count, later.least);
    assert_true(at_once.least > 30 && later.least > 28);

    for (int n = 0; n < FRAMES; n++) {
        av_frame_free(&j->kept[n].frame);
        av_frame_free(&j->unjoined[n]);
    }
    av_frame_free(&picture);
    packet_encoder_destroy(j->packets);
    video_track_destroy(j->track);
    store_destroy(store);
    free(j);
}

static void h18_h21_every_packet_joins_across_a_segment_boundary(void **state)
{
    (void)state;
    check_joins("superfast");
    check_joins("ultrafast");
}

static void h3_h20_a_packet_says_where_the_next_sample_is(void **state)
{
    (void)state;
    struct reconstruction kept[70] = {{0}};
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, 64, 48);
    config.reconstructed = keep;
    config.context = kept;
    struct video_track *t = fixture_video_track(&config);
    AVFrame *picture = moving_picture_create(64, 48);
    int64_t offset = 0;
    for (int n = 0; n < 70; n++) {
        paint_and_push(t, picture, n);
        struct fixture_bytes bytes = fixture_segment(fixture_store_track(t), n / 60, 0);
        offset = n == 59 ? 0 : (int64_t)bytes.size;
        assert_int_equal(kept[n].next.segment_id, n < 59 ? 0 : 1);
        assert_int_equal(kept[n].next.offset, offset);
        assert_int_equal(kept[n].sequence, n);
        assert_in_range(kept[n].qp_plus1, 1, 52);
        free(bytes.data);
        av_frame_free(&kept[n].frame);
    }
    av_frame_free(&picture);
    video_track_destroy(t);
    store_destroy(store);
}

static void a_missing_picture_repeats_the_last_and_a_bad_one_does_too(void **state)
{
    (void)state;
    struct reconstruction kept[8] = {{0}};
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, 64, 48);
    config.reconstructed = keep;
    config.context = kept;
    struct video_track *t = fixture_video_track(&config);
    AVFrame *picture = moving_picture_create(96, 72);
    AVFrame *bad = av_frame_alloc();
    assert_int_equal(fixture_push(t, NULL, 0), ERR_OK);
    assert_in_range(kept[0].frame->data[0][0], 15, 17); /* black before the first */
    assert_int_equal(fixture_push(t, picture, 1), ERR_OK);
    av_frame_free(&picture); /* nothing of it may be needed any more */
    assert_int_equal(fixture_push(t, NULL, 2), ERR_OK);
    assert_int_equal(fixture_push(t, bad, 3), ERR_OK);
    for (int n = 1; n < 4; n++)
        assert_in_range(kept[n].frame->data[0][20 * kept[n].frame->linesize[0] + 30], 124, 132);
    AVFrame *exact = moving_picture_create(64, 48);
    assert_int_equal(fixture_push(t, exact, 4), ERR_OK);
    av_frame_free(&exact);
    assert_int_equal(fixture_push(t, NULL, 5), ERR_OK);
    struct video_track_cpu cpu;
    video_track_cpu(t, &cpu);
    assert_true(cpu.scale_us >= 0 && cpu.encode_us >= 0 && cpu.package_us >= 0);
    assert_true(cpu.scale_us + cpu.encode_us + cpu.package_us > 0);
    video_track_destroy(t);
    for (int n = 0; n < 6; n++)
        av_frame_free(&kept[n].frame); /* they outlive the track */
    av_frame_free(&bad);
    store_destroy(store);
}

static void h4_sequence_numbers_must_follow(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, 64, 48);
    struct video_track *t = fixture_video_track(&config);
    assert_int_equal(fixture_push(t, NULL, 1), ERR_INVALID);
    assert_int_equal(fixture_push(t, NULL, 0), ERR_OK);
    assert_int_equal(fixture_push(t, NULL, 0), ERR_INVALID);
    assert_int_equal(fixture_push(t, NULL, 2), ERR_INVALID);
    assert_int_equal(fixture_push(t, NULL, 1), ERR_OK);
    assert_int_equal(fixture_state(fixture_store_track(t)).newest_sequence, 1);
    video_track_destroy(t);
    store_destroy(store);
}

static void h32_a_manifest_update_is_inside_its_chunk(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct video_track_config config = fixture_video(store, 64, 48);
    struct video_track *t = fixture_video_track(&config);
    struct fixture_walk walk;
    struct cmaf_chunk chunk;
    for (int n = 0; n < 4; n++)
        assert_int_equal(video_track_push(t, NULL, n, FIXTURE_UTC_US, n == 2), ERR_OK);
    fixture_walk_init(&walk, fixture_store_track(t), 0, 0);
    for (int n = 0; n < 4; n++) {
        assert_true(fixture_walk_next(&walk, &chunk));
        assert_int_equal(chunk.manifest_update, n == 2);
    }
    fixture_walk_finish(&walk);
    video_track_destroy(t);
    store_destroy(store);
}

static void swallow(void *context, const char *line)
{
    (void)line;
    ++*(int *)context;
}

static void refuse(struct video_track_config config)
{
    struct video_track *t = NULL;
    int lines = 0;
    log_redirect(swallow, &lines);
    int status = video_track_create(&config, &t);
    log_redirect(NULL, NULL);
    assert_int_equal(status, ERR_INVALID);
    assert_true(lines > 0);
    assert_null(t);
}

static void bad_configurations_are_refused(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct video_track_config good = fixture_video(store, 64, 48);
    struct video_track_config bad = good;
    bad.width = 63;
    refuse(bad);
    bad = good;
    bad.frame_rate.num = 0;
    refuse(bad);
    bad = good;
    bad.segment_duration = (struct rational){0, 1};
    refuse(bad);
    bad.segment_duration = (struct rational){1, 0};
    refuse(bad);
    bad = good;
    bad.bitrate_bps = 0;
    refuse(bad);
    bad = good;
    bad.preset = "placebo";
    refuse(bad);
    bad.preset = NULL;
    refuse(bad);
    assert_int_equal(store_track_count(store), 0);
    video_track_destroy(NULL);
    store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h5_h24_h25_chunks_and_segments_are_as_promised),
        cmocka_unit_test(the_store_is_told_what_the_manifest_needs),
        cmocka_unit_test(h18_h21_every_packet_joins_across_a_segment_boundary),
        cmocka_unit_test(h3_h20_a_packet_says_where_the_next_sample_is),
        cmocka_unit_test(a_missing_picture_repeats_the_last_and_a_bad_one_does_too),
        cmocka_unit_test(h4_sequence_numbers_must_follow),
        cmocka_unit_test(h32_a_manifest_update_is_inside_its_chunk),
        cmocka_unit_test(bad_configurations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
