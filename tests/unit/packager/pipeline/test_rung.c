/* A rung whose encoder is too slow, or fails: its frames go on without a gap, what it cannot make
 * in time is repeated and counted, and how late it is stays bounded. Time passes where the encoder
 * works: what a slow one misses is offered meanwhile. */
#include "media/cmaf/chunk.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/pipeline/mailbox.h"
#include "packager/pipeline/restarts.h"
#include "packager/pipeline/rung.h"
#include "support/cmocka_all.h"
#include "support/moving_picture.h"
#include "support/null_encoder.h"
#include "support/odd_encoder.h"
#include "support/picture_decoder.h"

#include <stdlib.h>
#include <string.h>

static const int64_t start_utc_us = 1764000000000000;

enum { WIDTH = 64, HEIGHT = 48, FPS = 25, SEGMENT_S = 2, PATIENCE_US = 60000000 };

struct work {
    struct store *store;
    struct store_track *track;
    struct rung *rung;
    AVFrame *picture;
    int64_t offered, frames; /* so far, and in all */
    int frames_a_picture;    /* that pass while one is encoded */
    int64_t most_waiting;
};

static void offer(struct work *w)
{
    if (w->offered == w->frames)
        return;
    int64_t n = w->offered++; /* before the rung's thread can come here */
    moving_picture_paint(w->picture, n, 0);
    rung_offer(w->rung, n, w->picture, start_utc_us + n * 1000000 / FPS,
               start_utc_us + n * 1000000 / FPS);
}

static void time_passes(void *context)
{
    struct work *w = context;
    for (int i = 0; i < w->frames_a_picture; i++)
        offer(w);
    int64_t waiting = rung_waiting(w->rung);
    w->most_waiting = waiting > w->most_waiting ? waiting : w->most_waiting;
}

static void quiet(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static void begin(struct work *w, const struct encoder_ops *inner)
{
    struct store_limits limits = {.window_us = 600000000, .max_bytes = (size_t)1 << 30};
    *w = (struct work){.picture = moving_picture_create(WIDTH, HEIGHT)};
    odd_encoder_plan = (struct odd_encoder_plan){.inner = inner};
    assert_int_equal(store_create(&limits, &w->store), 0);
    struct rung_config config = {.channel = "one",
                                 .encoder = &odd_encoder,
                                 .preset = "ultrafast",
                                 .size = {WIDTH, HEIGHT, 400000},
                                 .frame_rate = {FPS, 1},
                                 .segment_duration = {SEGMENT_S, 1},
                                 .init_memory_bytes = 1 << 20,
                                 .store = w->store};
    assert_int_equal(rung_create(&config, &w->rung), 0);
    w->track = store_track_at(w->store, 0);
}

static void end(struct work *w)
{
    rung_destroy(w->rung);
    store_destroy(w->store);
    av_frame_free(&w->picture);
    odd_encoder_plan = (struct odd_encoder_plan){0};
}

static void await(struct work *w, bool (*there)(struct work *w))
{
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    while (!there(w)) {
        assert_true(clock_monotonic_us() < deadline_us);
        clock_sleep_until_us(clock_monotonic_us() + 1000);
    }
}

static bool all_stored(struct work *w)
{
    struct store_track_state state;
    store_track_state(w->track, &state);
    return state.newest_sequence == w->frames - 1;
}

static bool has_failed(struct work *w)
{
    struct rung_state state;
    rung_state(w->rung, &state);
    return state.failed && state.finished;
}

/* Frame n's chunk. */
static struct store_sample sample(struct work *w, int64_t n, struct cmaf_chunk *chunk)
{
    struct store_sample s;
    assert_int_equal(store_find_sample(w->track, n, &s), 0);
    assert_int_equal(cmaf_chunk_read(s.chunk->data, s.chunk->size, chunk), 0);
    assert_int_equal(chunk->mfhd_sequence, n + 1);
    assert_int_equal(chunk->decode_time, n);
    return s;
}

static void a_slow_encoder_costs_pictures_and_no_latency_h5(void **state)
{
    static const int slowness[] = {2, 3, 10, 40}; /* frames that pass while a picture is encoded */
    (void)state;
    for (size_t i = 0; i < sizeof slowness / sizeof *slowness; i++) {
        struct work w;
        struct rung_state got;
        begin(&w, &null_encoder);
        w.frames = 1000;
        w.frames_a_picture = slowness[i];
        odd_encoder_plan.context = &w;
        odd_encoder_plan.during = time_passes;
        offer(&w);
        await(&w, all_stored);
        rung_state(w.rung, &got);
        int64_t encoded = atomic_load(&odd_encoder_plan.pictures);
        print_message("%d frames a picture: %d encoded, %d repeated, %d waiting at most\n",
                      slowness[i], (int)encoded, (int)got.repeated_pictures, (int)w.most_waiting);
        assert_in_range(encoded, w.frames / slowness[i], w.frames / slowness[i] + MAILBOX_DEPTH);
        /* a segment's first frame is encoded even where its picture is gone */
        assert_in_range(got.repeated_pictures, w.frames - encoded,
                        w.frames - encoded + w.frames / (SEGMENT_S * FPS));
        /* one picture at work, and the first of a segment, though its own is gone */
        assert_in_range(w.most_waiting, 1, MAILBOX_DEPTH + 2 * slowness[i]);
        assert_int_equal(got.shed_pictures, 0);
        assert_false(got.failed);
        end(&w);
    }
}

static void what_a_rung_is_not_given_it_repeats_for_nothing(void **state)
{
    struct work w;
    struct rung_state got;
    (void)state;
    begin(&w, &null_encoder);
    for (w.frames = 1; w.frames <= 40; w.frames++) {
        rung_offer(w.rung, w.offered, w.offered % 4 ? NULL : w.picture, 0, 0);
        w.offered++;
        await(&w, all_stored);
    }
    rung_state(w.rung, &got);
    assert_int_equal(got.shed_pictures, 30);
    assert_int_equal(got.repeated_pictures, 0);
    assert_int_equal(odd_encoder_plan.pictures, 10);
    end(&w);
}

/* Every frame decodes, and shows what the one before did where it was repeated. */
static void check_decodes(struct work *w)
{
    struct picture_decoder *d;
    AVFrame *before = NULL;
    const char *reason = "";
    struct blob *packet;
    struct cmaf_packet read;
    await(w, all_stored);
    assert_int_equal(store_want_packet(w->track, 0, 1), 0);
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    while (store_find_packet(w->track, 0, &packet) == ERR_AGAIN)
        assert_true(clock_monotonic_us() < deadline_us);
    assert_int_equal(cmaf_packet_read(packet->data, packet->size, &read), 0);
    const uint8_t *box = memmem(read.header, read.header_size, "avcC", 4);
    assert_non_null(box);
    d = picture_decoder_create(box + 4, ((size_t)box[-2] << 8 | box[-1]) - 8);
    assert_non_null(d);
    store_unwant_packet(w->track, 0);
    blob_unref(packet);
    for (int64_t n = 0; n < w->frames; n++) {
        struct cmaf_chunk chunk;
        struct store_sample s = sample(w, n, &chunk);
        const AVFrame *f = picture_decoder_decode(d, chunk.data, chunk.size, n, &reason);
        if (!f)
            fail_msg("frame %d: %s", (int)n, reason);
        if (n % 3)
            assert_true(picture_psnr(before, f) == 99);
        av_frame_free(&before);
        before = av_frame_clone(f);
        blob_unref(s.chunk);
    }
    av_frame_free(&before);
    picture_decoder_destroy(d);
}

static void an_encoder_that_fails_is_started_again_without_a_gap_h4(void **state)
{
    struct work w;
    struct rung_state got;
    struct cmaf_chunk chunk;
    (void)state;
    log_redirect(quiet, NULL);
    begin(&w, &encoder_x264);
    for (w.frames = 1; w.frames <= 30; w.frames++) {
        if (w.frames == 13)
            atomic_store(&odd_encoder_plan.failures, 1);
        if (w.frames == 25) { /* three times over, and once there is no other to be had */
            atomic_store(&odd_encoder_plan.failures, 3);
            atomic_store(&odd_encoder_plan.create_failures, 1);
        }
        moving_picture_paint(w.picture, w.offered, 0);
        rung_offer(w.rung, w.offered, w.offered % 3 ? NULL : w.picture, 0, 0);
        w.offered++;
        await(&w, all_stored);
    }
    w.frames--;
    rung_state(w.rung, &got);
    assert_int_equal(got.restarts, 1 + 4);
    assert_false(got.failed);
    struct store_sample s = sample(&w, 12, &chunk);
    assert_true(chunk.sync); /* its first picture refers to none before it */
    blob_unref(s.chunk);
    s = sample(&w, 13, &chunk);
    assert_false(chunk.sync);
    blob_unref(s.chunk);
    check_decodes(&w);
    end(&w);
    log_redirect(NULL, NULL);
}

static void one_that_always_fails_ends_its_rung(void **state)
{
    struct work w;
    struct rung_state got;
    struct store_track_state stored;
    (void)state;
    log_redirect(quiet, NULL);
    begin(&w, &null_encoder);
    atomic_store(&odd_encoder_plan.failures, INT32_MAX);
    w.frames = 1;
    assert_int_equal(rung_waiting(w.rung), 0);
    offer(&w);
    await(&w, has_failed);
    rung_state(w.rung, &got);
    assert_int_equal(got.restarts, RESTARTS_MAX);
    assert_int_equal(rung_waiting(w.rung), -1);
    store_track_state(w.track, &stored);
    assert_true(stored.ended);
    end(&w);
    log_redirect(NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_encoder_costs_pictures_and_no_latency_h5),
        cmocka_unit_test(what_a_rung_is_not_given_it_repeats_for_nothing),
        cmocka_unit_test(an_encoder_that_fails_is_started_again_without_a_gap_h4),
        cmocka_unit_test(one_that_always_fails_ends_its_rung),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
