/* The heart of HESP, proved on live output over real HTTP: for every n of a stretch that crosses a
 * segment boundary, on every rung, packet n followed by the continuation from its offset is a legal
 * stream that decodes without a flaw (H2, H3, H18, H20, H21, H25). Once with CAVLC, once with
 * CABAC.
 */
#include "e2e/live_channel.h"
#include "e2e/strict_decode.h"
#include "support/cmocka_all.h"
#include "support/picture_decoder.h"
#include "support/slice_check.h"
#include "support/slice_syntax.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BOUNDARY = 90, /* 3 s at 30 fps */
    FIRST = 58,
    JOINS = 64,
    FOLLOW = 16, /* frames of the continuation behind each packet */
    FRAMES = FIRST + JOINS + FOLLOW,
    PSNR_POINTS = 3,
};

static const int psnr_at[PSNR_POINTS] = {0, 5, 12};
/* Generous: joins measure several dB more, a picture of another moment less. */
static const double psnr_floor_db = 28;

struct join_case {
    const char *preset;
    bool cabac;
    struct live_channel live;
};

/* What a rung looks like to a viewer who has been there from the start. */
struct rung_view {
    struct join_case *test;
    struct viewer_track track;
    struct viewer_packet header; /* packet 0 */
    struct viewer_samples samples;
    struct strict_pictures pictures;
};

struct psnr_sum {
    double min, sum;
    int count;
};

static void decode_or_fail(const struct strict_stream *stream, struct strict_pictures *pictures)
{
    char error[STRICT_ERROR_BYTES];
    if (!strict_decode(stream, pictures, error))
        fail_msg("%s", error);
}

/* The repeats are asked for once everything that is looked at has been made. */
static struct strict_stream stream_of(const struct rung_view *rung)
{
    return (struct strict_stream){.track = &rung->track,
                                  .header = &rung->header,
                                  .channel = LIVE_CHANNEL_NUMBER,
                                  .may_repeat =
                                      live_channel_repeats(&rung->test->live, &rung->track) > 0};
}

static void watch_rung(struct join_case *test, size_t index, struct rung_view *rung)
{
    struct viewer *v = &test->live.viewer;
    const struct cmaf_continuation start = {0, 0};
    *rung = (struct rung_view){.test = test};
    if (!viewer_video(v, index, &rung->track) ||
        !viewer_get_samples(v, &rung->track, &start, FRAMES, &rung->samples) ||
        !viewer_get_packet(v, &rung->track, 0, &rung->header))
        fail_msg("%s", v->error);
    struct strict_stream stream = stream_of(rung);
    stream.samples = rung->samples.list;
    stream.count = rung->samples.count;
    decode_or_fail(&stream, &rung->pictures);
    assert_int_equal(rung->pictures.count, FRAMES);
    if (rung->pictures.repeats)
        print_message("%s: %zu pictures repeated, the machine is busy\n",
                      rung->track.place.track->id, rung->pictures.repeats);
}

static void leave_rung(struct rung_view *rung)
{
    strict_pictures_finish(&rung->pictures);
    viewer_samples_finish(&rung->samples);
    viewer_packet_finish(&rung->header);
}

/* H3, H18, H20: one header for all packets of the rung, and an offset that names exactly the next
 * sample, which is the next segment's first where a segment ends. */
static void check_packet(const struct rung_view *rung, const struct viewer_packet *packet)
{
    const struct cmaf_packet *p = &packet->packet;
    const struct viewer_sample *next = &rung->samples.list[packet->sequence + 1];
    char initdata[80];
    assert_int_equal(p->header_size, rung->header.packet.header_size);
    assert_memory_equal(p->header, rung->header.packet.header, p->header_size);
    assert_int_equal(p->timescale, rung->track.rate.num);
    assert_true(p->has_sample);
    assert_true(p->sample.capture_utc_us <= packet->arrived_utc_us);
    assert_int_equal(p->sample.capture_utc_us,
                     rung->samples.list[packet->sequence].chunk.capture_utc_us);
    assert_int_equal(next->sequence, packet->sequence + 1);
    assert_int_equal(p->continuation.segment_id, next->segment_id);
    assert_int_equal(p->continuation.offset, next->offset);
    snprintf(initdata, sizeof initdata, "{\"index\":%" PRId64 ",\"offset\":%" PRId64 "}",
             next->segment_id, next->offset);
    assert_non_null(memmem(packet->bytes, packet->size, initdata, strlen(initdata)));
    if (packet->sequence == BOUNDARY - 1) {
        assert_int_equal(p->continuation.segment_id, 1);
        assert_int_equal(p->continuation.offset, 0);
    }
}

/* What a ranged request brings is what the whole segment brought. */
static void check_samples(const struct rung_view *rung, const struct viewer_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct viewer_sample *got = &samples->list[i];
        const struct viewer_sample *known = &rung->samples.list[got->sequence];
        assert_int_equal(got->chunk.total_bytes, known->chunk.total_bytes);
        assert_memory_equal(got->bytes, known->bytes, known->chunk.total_bytes);
    }
}

static void add_psnr(struct psnr_sum *sum, double psnr)
{
    sum->min = sum->count ? fmin(sum->min, psnr) : psnr;
    sum->sum += psnr;
    sum->count++;
}

/* From the next IDR picture of the continuation on nothing reminds of the join; until then the
 * picture has to be the same moment's. */
static void compare(const struct rung_view *rung, const struct strict_pictures *joined,
                    struct psnr_sum sums[PSNR_POINTS])
{
    bool before = joined->first < BOUNDARY;
    for (size_t i = 0; i < joined->count; i++) {
        int64_t n = joined->first + (int64_t)i;
        double psnr = picture_psnr(joined->list[i], strict_picture(&rung->pictures, n));
        if (before && n >= BOUNDARY) {
            assert_true(psnr >= 99);
            continue;
        }
        if (psnr < psnr_floor_db)
            fail_msg("%s: frame %" PRId64 " of the join at %" PRId64 ": %.1f dB",
                     rung->track.place.track->id, n, joined->first, psnr);
        for (int k = 0; k < PSNR_POINTS; k++)
            if ((size_t)psnr_at[k] == i)
                add_psnr(&sums[k], psnr);
    }
}

static void join_at(struct rung_view *rung, int64_t n, bool may_repeat,
                    struct psnr_sum sums[PSNR_POINTS])
{
    struct viewer *v = &rung->test->live.viewer;
    struct viewer_packet packet;
    struct viewer_samples samples = {0};
    struct strict_pictures pictures;
    if (!viewer_get_packet(v, &rung->track, n, &packet) ||
        !viewer_get_samples(v, &rung->track, &packet.packet.continuation, FOLLOW, &samples))
        fail_msg("%s", v->error);
    assert_int_equal(packet.sequence, n);
    check_packet(rung, &packet);
    check_samples(rung, &samples);
    struct strict_stream stream = {.track = &rung->track,
                                   .header = &packet,
                                   .joined = true,
                                   .samples = samples.list,
                                   .count = samples.count,
                                   .channel = LIVE_CHANNEL_NUMBER,
                                   .may_repeat = may_repeat};
    decode_or_fail(&stream, &pictures);
    assert_int_equal(pictures.first, n);
    assert_int_equal(pictures.count, 1 + FOLLOW);
    compare(rung, &pictures, sums);
    strict_pictures_finish(&pictures);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
}

static void every_frame_of_every_rung_can_be_joined(void **state)
{
    struct join_case *test = *state;
    size_t rungs = viewer_video_count(&test->live.viewer);
    assert_int_equal(rungs, 3);
    for (size_t i = 0; i < rungs; i++) {
        struct rung_view rung;
        struct psnr_sum sums[PSNR_POINTS] = {{0}};
        watch_rung(test, i, &rung);
        bool may_repeat = rung.pictures.repeats > 0;
        for (int64_t n = FIRST; n < FIRST + JOINS; n++)
            join_at(&rung, n, may_repeat, sums);
        print_message("%s %s: %d joins; luma PSNR to the un-joined picture, min/mean dB:",
                      test->preset, rung.track.place.track->id, JOINS);
        for (int k = 0; k < PSNR_POINTS; k++)
            print_message(" +%d %.1f/%.1f", psnr_at[k], sums[k].min, sums[k].sum / sums[k].count);
        print_message("\n");
        leave_rung(&rung);
    }
}

/* H2: at the live edge packet n is there when chunk n is; one that is due soon is waited for; and
 * what was followed live decodes. */
static void packets_are_there_when_their_chunks_are(void **state)
{
    struct join_case *test = *state;
    struct viewer *v = &test->live.viewer;
    struct viewer_track track;
    struct viewer_packet first, packet;
    struct viewer_samples samples = {0};
    struct strict_pictures pictures;
    if (!viewer_video(v, 0, &track) || !viewer_get_packet(v, &track, HESP_NOW, &first))
        fail_msg("%s", v->error);
    struct cmaf_continuation next = first.packet.continuation;
    for (int i = 1; i <= FOLLOW; i++) {
        if (!viewer_get_samples(v, &track, &next, 1, &samples) ||
            !viewer_get_packet(v, &track, first.sequence + i, &packet))
            fail_msg("%s", v->error);
        assert_int_equal(packet.sequence, samples.list[i - 1].sequence);
        next = packet.packet.continuation;
        viewer_packet_finish(&packet);
    }
    /* Two ahead of what is known to exist. */
    if (!viewer_get_packet(v, &track, first.sequence + FOLLOW + 2, &packet))
        fail_msg("%s", v->error);
    viewer_packet_finish(&packet);
    struct strict_stream stream = {.track = &track,
                                   .header = &first,
                                   .joined = true,
                                   .samples = samples.list,
                                   .count = samples.count,
                                   .channel = LIVE_CHANNEL_NUMBER,
                                   .may_repeat = live_channel_repeats(&test->live, &track) > 0};
    decode_or_fail(&stream, &pictures);
    assert_int_equal(pictures.count, 1 + FOLLOW);
    strict_pictures_finish(&pictures);
    viewer_samples_finish(&samples);
    viewer_packet_finish(&first);
}

/* Packet n and then sample n + 2, told to the checker as what it is, or passed off as n + 1: it has
 * to refuse both, or it proves nothing about the joins above. */
static void a_join_at_the_wrong_offset_is_refused(void **state)
{
    struct join_case *test = *state;
    struct viewer *v = &test->live.viewer;
    for (int64_t pretended = 1; pretended <= 2; pretended++) {
        struct viewer_track track;
        struct viewer_packet packet, wrong;
        struct viewer_samples samples = {0};
        if (!viewer_video(v, 1, &track) || !viewer_get_packet(v, &track, FIRST, &packet) ||
            !viewer_get_packet(v, &track, FIRST + 1, &wrong) ||
            !viewer_get_samples(v, &track, &wrong.packet.continuation, 1, &samples))
            fail_msg("%s", v->error);
        const struct cmaf_chunk *idr = &packet.packet.sample, *p = &samples.list[0].chunk;
        struct slice_check *check = slice_check_create(packet.avcc, packet.avcc_size);
        assert_int_equal(slice_check_packet_sample(check, idr->data, idr->size, FIRST), 0);
        assert_int_equal(slice_check_sample(check, p->data, p->size, FIRST + pretended), -1);
        print_message("refused: %s\n", slice_check_error(check));
        slice_check_destroy(check);
        viewer_samples_finish(&samples);
        viewer_packet_finish(&wrong);
        viewer_packet_finish(&packet);
    }
}

/* A picture of another moment stays below the floor that the joins have to reach. */
static void the_floor_tells_pictures_apart(void **state)
{
    struct join_case *test = *state;
    struct rung_view rung;
    watch_rung(test, 1, &rung);
    for (int64_t n = FIRST; n < FIRST + JOINS; n++) {
        const AVFrame *a = strict_picture(&rung.pictures, n);
        const AVFrame *b = strict_picture(&rung.pictures, n - FOLLOW);
        assert_true(picture_psnr(a, b) < psnr_floor_db);
    }
    leave_rung(&rung);
}

/* The first PPS of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1). */
static bool uses_cabac(const uint8_t *avcc, size_t size)
{
    struct slice_syntax_bits bits;
    struct slice_syntax_pps pps;
    size_t sps_size = (size_t)avcc[6] << 8 | avcc[7];
    const uint8_t *at = avcc + 8 + sps_size + 1;
    assert_true(at + 2 < avcc + size);
    size_t pps_size = (size_t)at[0] << 8 | at[1];
    assert_true(at + 2 + pps_size <= avcc + size);
    assert_true(slice_syntax_open(&bits, at + 2, pps_size));
    assert_true(slice_syntax_read_pps(&pps, &bits));
    slice_syntax_close(&bits);
    return pps.cabac;
}

static void each_preset_brings_its_entropy_coding(void **state)
{
    struct join_case *test = *state;
    struct viewer *v = &test->live.viewer;
    struct viewer_track track;
    struct viewer_packet packet;
    if (!viewer_video(v, 0, &track) || !viewer_get_packet(v, &track, HESP_NOW, &packet))
        fail_msg("%s", v->error);
    assert_int_equal(uses_cabac(packet.avcc, packet.avcc_size), test->cabac);
    viewer_packet_finish(&packet);
}

static int start(void **state, const char *preset, bool cabac)
{
    static struct join_case test;
    const struct live_channel_config config = {
        .ladder = "640x360@800k,426x240@400k,256x144@200k",
        .preset = preset,
        .fps = "30",
        .segment_duration = "3",
    };
    test = (struct join_case){.preset = preset, .cabac = cabac};
    *state = &test;
    live_channel_start(&test.live, &config);
    return 0;
}

static int start_ultrafast(void **state)
{
    return start(state, "ultrafast", false);
}

static int start_superfast(void **state)
{
    return start(state, "superfast", true);
}

static int stop(void **state)
{
    struct join_case *test = *state;
    live_channel_stop(&test->live);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_preset_brings_its_entropy_coding),
        cmocka_unit_test(every_frame_of_every_rung_can_be_joined),
        cmocka_unit_test(packets_are_there_when_their_chunks_are),
        cmocka_unit_test(a_join_at_the_wrong_offset_is_refused),
        cmocka_unit_test(the_floor_tells_pictures_apart),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("ultrafast", tests, start_ultrafast, stop);
    failed += cmocka_run_group_tests_name("superfast", tests, start_superfast, stop);
    curl_global_cleanup();
    return failed;
}
