/* The maker of packets: on demand, once however many ask, for the whole window; eagerly. */
#include "unit/packager/track/fixture.h"

#include "media/core/clock.h"
#include "media/core/log.h"
#include "packager/init/packet_desk.h"
#include "packager/init/packet_maker.h"
#include "support/moving_picture.h"
#include "support/null_encoder.h"

#include <pthread.h>

enum { WIDTH = 160, HEIGHT = 90, WINDOW_S = 4, WINDOW = 30 * WINDOW_S };

/* A rung in virtual time, whose maker the store asks as the packager's does. */
struct rung {
    struct store *store;
    struct video_track *track;
    struct video_track_format format;
    struct packet_maker *maker;
    AVFrame *picture;
    int64_t next;
};

struct rung_options {
    const struct encoder_ops *encoder;
    bool eager;
    size_t picture_bytes;
};

static void offer(void *context, struct reconstruction *r)
{
    packet_maker_offer(((struct rung *)context)->maker, r);
}

static int want(void *context, int64_t sequence, uint64_t client, bool exists)
{
    return packet_maker_want(((struct rung *)context)->maker, sequence, client, exists);
}

static void unwant(void *context, int64_t sequence)
{
    packet_maker_unwant(((struct rung *)context)->maker, sequence);
}

static struct packet_maker_config maker_config(const struct video_track_format *format)
{
    return (struct packet_maker_config){.format = format, .picture_bytes = 64 << 20, .threads = 2};
}

static struct rung *rung_start(const struct rung_options *options)
{
    struct rung *r = calloc(1, sizeof *r);
    struct store_packet_maker maker = {.context = r, .want = want, .unwant = unwant};
    r->store = fixture_store(WINDOW_S * 1000000);
    struct video_track_config config = fixture_video(r->store, WIDTH, HEIGHT);
    config.encoder = options->encoder;
    config.maker = &maker;
    config.reconstructed = offer;
    config.context = r;
    r->track = fixture_video_track(&config);
    video_track_format(r->track, &r->format);
    struct packet_maker_config packets = maker_config(&r->format);
    packets.eager = options->eager;
    packets.picture_bytes = options->picture_bytes;
    assert_int_equal(packet_maker_create(&packets, &r->maker), ERR_OK);
    r->picture = moving_picture_create(WIDTH, HEIGHT);
    return r;
}

static void rung_stop(struct rung *r)
{
    packet_maker_destroy(r->maker);
    av_frame_free(&r->picture);
    video_track_destroy(r->track);
    store_destroy(r->store);
    free(r);
}

static void rung_run(struct rung *r, int frames)
{
    for (int i = 0; i < frames; i++, r->next++) {
        moving_picture_paint(r->picture, r->next, 4);
        assert_int_equal(fixture_push(r->track, r->picture, r->next), ERR_OK);
    }
}

static struct packet_maker_state state_of(struct rung *r)
{
    struct packet_maker_state state;
    packet_maker_state(r->maker, &state);
    return state;
}

/* Waits until it holds; gives up after 20 s. */
#define rung_await(condition)                                                                      \
    do {                                                                                           \
        int64_t until_us_ = clock_monotonic_us() + 20000000;                                       \
        while (!(condition) && clock_monotonic_us() < until_us_)                                   \
            clock_sleep_until_us(clock_monotonic_us() + 1000);                                     \
        assert_true(condition);                                                                    \
    } while (0)

static struct blob *found(struct rung *r, int64_t n)
{
    struct blob *packet = NULL;
    store_find_packet(r->format.store_track, n, &packet);
    return packet;
}

static struct blob *ask(struct rung *r, int64_t n)
{
    struct blob *packet = NULL;
    assert_int_equal(store_want_packet(r->format.store_track, n, n), ERR_OK);
    rung_await((packet = packet ? packet : found(r, n)) != NULL);
    store_unwant_packet(r->format.store_track, n);
    return packet;
}

static void expect_packet(const struct blob *bytes, int64_t n)
{
    struct cmaf_packet packet;
    assert_int_equal(cmaf_packet_read(bytes->data, bytes->size, &packet), ERR_OK);
    assert_int_equal(packet.sample.decode_time, n);
    assert_int_equal(packet.sample.mfhd_sequence, n + 1);
    assert_int_equal(packet.sample.capture_utc_us, fixture_capture_us(n));
    assert_int_equal(packet.continuation.segment_id, (n + 1) / 60);
}

/* ---- on demand ---- */

static const struct rung_options plenty = {.encoder = &encoder_x264, .picture_bytes = 64 << 20};
static const struct rung_options little = {.encoder = &encoder_x264, .picture_bytes = 0};

/* H22, H23: any packet of the window can be had, whether its picture is at hand or has to be
 * decoded again, and either way it is the same packet, but for a bit behind the end of its picture
 * that x264 sets by its own count of pictures. */
static void h23_the_whole_window_can_be_asked_for(void **state)
{
    (void)state;
    struct rung *near = rung_start(&plenty), *far = rung_start(&little);
    rung_run(near, 2 * WINDOW + 7);
    rung_run(far, 2 * WINDOW + 7);
    int64_t newest = near->next - 1;
    for (int64_t n = newest; n >= newest - WINDOW; n--) {
        struct blob *one = ask(near, n), *other = ask(far, n);
        expect_packet(one, n);
        assert_int_equal(one->size, other->size);
        assert_memory_equal(one->data, other->data, one->size - 1);
        blob_unref(one);
        blob_unref(other);
    }
    assert_int_equal(state_of(near).packets, WINDOW + 2); /* and the first */
    assert_int_equal(state_of(near).replayed_frames, 0);
    assert_true(state_of(far).replayed_frames >= WINDOW - 10);
    struct blob *gone = NULL;
    assert_int_equal(store_find_packet(far->format.store_track, newest - WINDOW - 1, &gone),
                     ERR_NOT_FOUND);
    rung_stop(near);
    rung_stop(far);
}

/* Whoever joins there sees from the start what everybody sees. */
static void h21_a_segments_first_packet_holds_its_first_picture(void **state)
{
    (void)state;
    struct rung *r = rung_start(&plenty);
    rung_run(r, 130);
    for (int64_t n = 60; n <= 120; n += 60) {
        struct blob *bytes = ask(r, n);
        struct store_sample sample;
        struct cmaf_packet packet;
        struct cmaf_chunk chunk;
        expect_packet(bytes, n);
        assert_int_equal(cmaf_packet_read(bytes->data, bytes->size, &packet), ERR_OK);
        assert_int_equal(store_find_sample(r->format.store_track, n, &sample), ERR_OK);
        assert_int_equal(cmaf_chunk_read(sample.chunk->data, sample.chunk->size, &chunk), ERR_OK);
        assert_int_equal(packet.sample.size, chunk.size);
        assert_memory_equal(packet.sample.data, chunk.data, chunk.size);
        assert_int_equal(packet.continuation.offset, chunk.total_bytes);
        blob_unref(sample.chunk);
        blob_unref(bytes);
    }
    rung_stop(r);
}

static void nobody_asks_and_nothing_is_made(void **state)
{
    (void)state;
    struct rung *r = rung_start(&plenty);
    rung_run(r, 90);
    rung_await(state_of(r).packets == 1); /* the first, which shows that the rung works */
    clock_sleep_until_us(clock_monotonic_us() + 50000);
    assert_int_equal(state_of(r).packets, 1);
    assert_int_equal(state_of(r).orders, 0);
    rung_stop(r);
}

/* A replay makes all that it comes by: decoding is done once for many. */
static void older_packets_share_their_decoding(void **state)
{
    (void)state;
    struct rung *r = rung_start(&little);
    rung_run(r, WINDOW);
    int64_t first = 61, last = 100; /* of one segment */
    for (int64_t n = last; n >= first; n--)
        assert_int_equal(store_want_packet(r->format.store_track, n, n), ERR_OK);
    for (int64_t n = first; n <= last; n++) {
        struct blob *packet = NULL;
        rung_await((packet = packet ? packet : found(r, n)) != NULL);
        expect_packet(packet, n);
        blob_unref(packet);
        store_unwant_packet(r->format.store_track, n);
    }
    assert_true(state_of(r).replayed_frames < 2 * (last - 60 + 1));
    rung_stop(r);
}

/* ---- an encoder that waits to be let go on ---- */

static struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    int waiting, encoded;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static int encode_at_gate(struct encoder *e, const AVFrame *picture, bool idr, int qp_plus1,
                          struct encoder_output *out)
{
    if (qp_plus1) { /* a packet: the continuation is not told a QP */
        pthread_mutex_lock(&gate.lock);
        gate.waiting++;
        while (!gate.open)
            pthread_cond_wait(&gate.changed, &gate.lock);
        gate.waiting--;
        gate.encoded++;
        pthread_mutex_unlock(&gate.lock);
    }
    return null_encoder.encode(e, picture, idr, qp_plus1, out);
}

static void set_gate(bool open)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = open;
    if (!open)
        gate.encoded = 0;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static int at_gate(const int *count)
{
    pthread_mutex_lock(&gate.lock);
    int value = *count;
    pthread_mutex_unlock(&gate.lock);
    return value;
}

static struct rung *gated_rung(const struct encoder_ops *ops)
{
    struct rung *r = rung_start(&(struct rung_options){.encoder = ops, .picture_bytes = 64 << 20});
    set_gate(true);
    rung_run(r, 100);
    rung_await(state_of(r).packets == 1);
    set_gate(false);
    return r;
}

static void a_thousand_requests_cause_one_encode(void **state)
{
    (void)state;
    struct encoder_ops gated = null_encoder;
    gated.encode = encode_at_gate;
    struct rung *r = gated_rung(&gated);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(store_want_packet(r->format.store_track, 77, 77), ERR_OK);
    rung_await(at_gate(&gate.waiting) == 1);
    assert_null(found(r, 77));
    set_gate(true);
    struct blob *packet = ask(r, 77);
    expect_packet(packet, 77);
    blob_unref(packet);
    for (int i = 0; i < 1000; i++)
        store_unwant_packet(r->format.store_track, 77);
    assert_int_equal(at_gate(&gate.encoded), 1);
    assert_int_equal(state_of(r).packets, 2);
    rung_stop(r);
}

static void orders_are_bounded_and_can_be_taken_back(void **state)
{
    (void)state;
    struct encoder_ops gated = null_encoder;
    gated.encode = encode_at_gate;
    struct rung *r = gated_rung(&gated);
    struct store_track *t = r->format.store_track;
    int64_t older = PACKET_DESK_MAX - PACKET_DESK_LIVE;
    assert_int_equal(store_want_packet(t, 10, 10), ERR_OK);
    assert_int_equal(store_want_packet(t, 11, 11), ERR_OK);
    rung_await(at_gate(&gate.waiting) == 2); /* both encoders */
    for (int64_t n = 12; n < 10 + older; n++)
        assert_int_equal(store_want_packet(t, n, n), ERR_OK);
    assert_int_equal(store_want_packet(t, 90, 90), ERR_FULL);
    assert_int_equal(state_of(r).refused, 1);
    for (int64_t n = 12; n < 10 + older; n++)
        store_unwant_packet(t, n);
    assert_int_equal(state_of(r).orders, 2);
    assert_int_equal(store_want_packet(t, 90, 90), ERR_OK);
    set_gate(true);
    rung_await(state_of(r).orders == 0);
    assert_int_equal(at_gate(&gate.encoded), 3); /* 10, 11 and 90 */
    rung_stop(r);
}

/* ---- eager ---- */

static void h25_every_frame_gets_its_packet(void **state)
{
    (void)state;
    struct rung *r = rung_start(
        &(struct rung_options){.encoder = &encoder_x264, .eager = true, .picture_bytes = 64 << 20});
    for (int n = 0; n < 90; n++) {
        rung_run(r, 1);
        rung_await(state_of(r).orders == 0);
        struct blob *packet = found(r, n);
        assert_non_null(packet);
        expect_packet(packet, n);
        blob_unref(packet);
    }
    assert_int_equal(state_of(r).packets, 90);
    assert_int_equal(state_of(r).skipped, 0);
    assert_int_equal(fixture_state(r->format.store_track).newest_packet, 89);
    rung_stop(r);
}

/* An eager rung that can't keep up gives packets up that nobody waits for, and makes them when
 * somebody asks. */
static void h23_late_packets_can_still_be_asked_for(void **state)
{
    (void)state;
    struct encoder_ops gated = null_encoder;
    gated.encode = encode_at_gate;
    struct rung *r = rung_start(
        &(struct rung_options){.encoder = &gated, .eager = true, .picture_bytes = 64 << 20});
    set_gate(false);
    rung_run(r, 60);
    assert_true(state_of(r).skipped >= 60 - PACKET_DESK_AHEAD - 3);
    assert_true(state_of(r).orders <= PACKET_DESK_AHEAD + 2);
    set_gate(true);
    rung_await(state_of(r).orders == 0);
    for (int64_t n = 0; n < 60; n++) {
        struct blob *packet = ask(r, n);
        expect_packet(packet, n);
        blob_unref(packet);
    }
    rung_stop(r);
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
    int encoder_status = packet_encoder_create(&format, &e);
    struct packet_maker_config packets = maker_config(&format);
    int maker_status = packet_maker_create(&packets, &m);
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
        cmocka_unit_test(h23_the_whole_window_can_be_asked_for),
        cmocka_unit_test(h21_a_segments_first_packet_holds_its_first_picture),
        cmocka_unit_test(nobody_asks_and_nothing_is_made),
        cmocka_unit_test(older_packets_share_their_decoding),
        cmocka_unit_test(a_thousand_requests_cause_one_encode),
        cmocka_unit_test(orders_are_bounded_and_can_be_taken_back),
        cmocka_unit_test(h25_every_frame_gets_its_packet),
        cmocka_unit_test(h23_late_packets_can_still_be_asked_for),
        cmocka_unit_test(h21_other_parameter_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
