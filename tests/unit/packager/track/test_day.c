/* A day of each frame rate in virtual time (H4, H5, H24, H27): through the production path with an
 * encoder that costs nothing, against a formula of its own: frame n lies at n * den / num seconds,
 * and segment k starts at the first frame that lies at k * D seconds or later. */
#include "fixture.h"

#include "media/core/timebase.h"
#include "support/null_encoder.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

#ifdef SANITIZED
enum { SECONDS = 3600 };
#else
enum { SECONDS = 86400 };
#endif

enum { SIDE = 16, LOOK_EVERY = 4999 };

struct day {
    int64_t num, den;  /* frames per second */
    int64_t segment_s; /* seconds of a segment */
    struct video_track *track;
    struct video_track_format format;
    struct packet_encoder *packets;
    struct store_place place; /* of the frame that is pushed next, as its predecessor was told */
    int64_t segment;          /* of the newest frame, by our formula */
    int64_t looks, packets_made;
};

/* Whether frame n lies in the segment after `segment`. */
static bool is_beyond(const struct day *d, int64_t n, int64_t segment)
{
    return n * d->den >= (segment + 1) * d->segment_s * d->num;
}

static void look_at_chunk(struct day *d, int64_t n, bool starts)
{
    struct cmaf_chunk chunk;
    struct fixture_bytes bytes =
        fixture_segment(d->format.store_track, d->place.segment_id, d->place.offset);
    assert_non_null(bytes.data);
    assert_int_equal(cmaf_chunk_read(bytes.data, bytes.size, &chunk), ERR_OK);
    assert_int_equal(chunk.total_bytes, bytes.size);
    assert_int_equal(chunk.mfhd_sequence, n + 1);
    assert_int_equal(chunk.decode_time, n * d->den);
    assert_int_equal(chunk.duration, d->den);
    assert_int_equal(chunk.sync, starts);
    struct rational rate = {d->num, d->den};
    assert_int_equal(timebase_sequence(chunk.decode_time, 0, d->num, rate, 0), n);
    assert_int_equal(timebase_sequence(chunk.decode_time + d->den - 1, 0, d->num, rate, 0), n);
    free(bytes.data);
    d->looks++;
}

static void look_at_packet(struct day *d, const struct reconstruction *r)
{
    struct blob *made = NULL, *found = NULL;
    struct cmaf_packet packet;
    int64_t n = r->sequence;
    assert_int_equal(packet_encoder_make(d->packets, r, &made), ERR_OK);
    assert_int_equal(store_put_packet(d->format.store_track, n, made), ERR_OK);
    assert_int_equal(store_find_packet(d->format.store_track, n, &found), ERR_OK);
    assert_int_equal(cmaf_packet_read(found->data, found->size, &packet), ERR_OK);
    assert_int_equal(packet.timescale, d->num);
    assert_int_equal(packet.sample.decode_time, n * d->den);
    assert_int_equal(packet.sample.mfhd_sequence, n + 1);
    assert_int_equal(packet.continuation.segment_id, r->next.segment_id);
    assert_int_equal(packet.continuation.offset, r->next.offset);
    blob_unref(found);
    d->packets_made++;
}

static void reconstructed(void *context, struct reconstruction *r)
{
    struct day *d = context;
    int64_t n = r->sequence;
    bool starts = n == 0 || is_beyond(d, n, d->segment);
    if (n && starts)
        d->segment++;
    bool ends = is_beyond(d, n + 1, d->segment);
    bool right = d->place.segment_id == d->segment && (d->place.offset == 0) == starts &&
                 r->next.segment_id == d->segment + ends && (r->next.offset == 0) == ends;
    if (!right)
        fail_msg("frame %lld of segment %lld", (long long)n, (long long)d->segment);
    if (starts || ends || n % LOOK_EVERY == 0) {
        look_at_chunk(d, n, starts);
        look_at_packet(d, r);
    }
    d->place = r->next;
    av_frame_free(&r->frame);
}

static void run_day(int64_t num, int64_t den, int64_t segment_s)
{
    struct day d = {.num = num, .den = den, .segment_s = segment_s};
    struct store *store = fixture_store(4000000);
    struct video_track_config config = fixture_video(store, SIDE, SIDE);
    config.encoder = &null_encoder;
    config.frame_rate = (struct rational){num, den};
    config.segment_duration = (struct rational){segment_s, 1};
    config.reconstructed = reconstructed;
    config.context = &d;
    d.track = fixture_video_track(&config);
    video_track_format(d.track, &d.format);
    assert_int_equal(packet_encoder_create(&d.format, &d.packets), ERR_OK);

    int64_t n = 0;
    for (; n * den < SECONDS * num; n++) {
        int64_t at_us = n * den * 1000000 / num;
        int status = video_track_push(d.track, NULL, n, FIXTURE_UTC_US + at_us, false);
        if (status)
            fail_msg("frame %lld: %s", (long long)n, err_text(status));
    }
    struct store_track_state s = fixture_state(d.format.store_track);
    assert_int_equal(s.newest_sequence, (SECONDS * num - 1) / den);
    assert_int_equal(s.newest_segment, SECONDS / segment_s - 1);
    assert_true(s.bytes < 8000000);
    print_message("%lld/%lld, %d s%s: %lld frames, segments 0..%lld, %lld chunks and %lld packets "
                  "read back\n",
                  (long long)num, (long long)den, SECONDS,
                  SECONDS < 86400 ? " (a whole day only without sanitizers)" : "", (long long)n,
                  (long long)s.newest_segment, (long long)d.looks, (long long)d.packets_made);
    packet_encoder_destroy(d.packets);
    video_track_destroy(d.track);
    store_destroy(store);
}

static void h4_h5_h24_h27_a_day_at_24000_1001(void **state)
{
    (void)state;
    run_day(24000, 1001, 6);
}

static void h4_h5_h24_h27_a_day_at_25(void **state)
{
    (void)state;
    run_day(25, 1, 6);
}

static void h4_h5_h24_h27_a_day_at_30000_1001(void **state)
{
    (void)state;
    run_day(30000, 1001, 6);
}

static void h4_h5_h24_h27_a_day_at_30(void **state)
{
    (void)state;
    run_day(30, 1, 2);
}

static void h4_h5_h24_h27_a_day_at_50(void **state)
{
    (void)state;
    run_day(50, 1, 60);
}

static void h4_h5_h24_h27_a_day_at_60(void **state)
{
    (void)state;
    run_day(60, 1, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h4_h5_h24_h27_a_day_at_24000_1001),
        cmocka_unit_test(h4_h5_h24_h27_a_day_at_25),
        cmocka_unit_test(h4_h5_h24_h27_a_day_at_30000_1001),
        cmocka_unit_test(h4_h5_h24_h27_a_day_at_30),
        cmocka_unit_test(h4_h5_h24_h27_a_day_at_50),
        cmocka_unit_test(h4_h5_h24_h27_a_day_at_60),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
