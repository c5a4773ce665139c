#include "fixture.h"
#include "media/core/err.h"
#include "support/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void write_video(struct bytes_writer *w, struct cmaf_continuation continuation)
{
    struct blob *header = fixture_video_header();
    assert_non_null(header);
    struct cmaf_sample sample = fixture_sample();
    bytes_writer_init(w);
    assert_int_equal(cmaf_packet_write_video(w, header, 30000, &sample, &continuation), 0);
    blob_unref(header);
}

static void write_audio(struct bytes_writer *w, struct cmaf_continuation continuation)
{
    struct blob *header = fixture_audio_header();
    assert_non_null(header);
    bytes_writer_init(w);
    assert_int_equal(cmaf_packet_write_audio(w, header, &continuation), 0);
    blob_unref(header);
}

static void h18_h20_video_packet(void **state)
{
    (void)state;
    struct bytes_writer w, chunk;
    write_video(&w, (struct cmaf_continuation){12, 345678});
    struct blob *header = fixture_video_header();
    assert_non_null(header);
    assert_memory_equal(w.data, header->data, header->size);

    struct cmaf_sample sample = fixture_sample();
    bytes_writer_init(&chunk);
    assert_int_equal(cmaf_chunk_write(&chunk, &sample, false), 0);
    assert_memory_equal(w.data + w.size - chunk.size, chunk.data, chunk.size);

    /* timescale 30000, event_duration 1001 */
    hex_assert(w.data + header->size, w.size - header->size - chunk.size,
               "00000054 'emsg' 00000000 'urn:theo:hesp:2020' 00 'initdata' 00 "
               "00007530 00000000 000003e9 00000000 '{\"index\":12,\"offset\":345678}'");
    bytes_writer_finish(&chunk);
    blob_unref(header);
    bytes_writer_finish(&w);
}

/* The offset is written although it is 0: THEO's own reader asks for it. */
static void h19_h20_audio_packet(void **state)
{
    (void)state;
    struct bytes_writer w;
    write_audio(&w, (struct cmaf_continuation){7, 0});
    struct blob *header = fixture_audio_header();
    assert_non_null(header);
    assert_memory_equal(w.data, header->data, header->size);
    hex_assert(w.data + header->size, w.size - header->size,
               "0000004e 'emsg' 00000000 'urn:theo:hesp:2020' 00 'initdata' 00 "
               "00000001 00000000 00000000 00000000 '{\"index\":7,\"offset\":0}'");
    blob_unref(header);
    bytes_writer_finish(&w);
}

static void h18_video_packet_is_read(void **state)
{
    (void)state;
    struct bytes_writer w;
    struct cmaf_continuation far = {((int64_t)1 << 53) - 1, ((int64_t)1 << 53) - 1};
    write_video(&w, far);
    struct cmaf_packet packet;
    assert_int_equal(cmaf_packet_read(w.data, w.size, &packet), 0);
    struct blob *header = fixture_video_header();
    assert_non_null(header);
    assert_ptr_equal(packet.header, w.data);
    assert_int_equal(packet.header_size, header->size);
    assert_int_equal(packet.timescale, 30000);
    assert_true(packet.continuation.segment_id == far.segment_id);
    assert_true(packet.continuation.offset == far.offset);
    assert_true(packet.has_sample);
    assert_true(packet.sample.sync);
    assert_true(packet.sample.decode_time == 33033);
    assert_int_equal(packet.sample.duration, 1001);
    assert_int_equal(packet.sample.mfhd_sequence, 34);
    assert_true(packet.sample.capture_utc_us == 1700000000500000);
    assert_memory_equal(packet.sample.data, "picture", 7);
    assert_int_equal(packet.sample.total_bytes, w.size);
    blob_unref(header);
    bytes_writer_finish(&w);
}

static void h19_audio_packet_is_read(void **state)
{
    (void)state;
    struct bytes_writer w;
    write_audio(&w, (struct cmaf_continuation){7, 0});
    struct cmaf_packet packet;
    assert_int_equal(cmaf_packet_read(w.data, w.size, &packet), 0);
    assert_int_equal(packet.timescale, 48000);
    assert_true(packet.continuation.segment_id == 7);
    assert_true(packet.continuation.offset == 0);
    assert_false(packet.has_sample);
    bytes_writer_finish(&w);
}

static void h18_a_packet_starts_with_an_independent_sample(void **state)
{
    (void)state;
    struct blob *header = fixture_video_header();
    assert_non_null(header);
    struct cmaf_continuation continuation = {0, 0};
    struct cmaf_sample sample = fixture_sample();
    sample.sync = false;
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_packet_write_video(&w, header, 30000, &sample, &continuation),
                     ERR_INVALID);
    assert_int_equal(w.size, 0);
    blob_unref(header);

    write_video(&w, continuation);
    struct cmaf_packet packet;
    bytes_patch_u32(&w, w.size - 15 - 4, 0x01010000); /* the sample's flags */
    assert_int_equal(cmaf_packet_read(w.data, w.size, &packet), ERR_INVALID);
    bytes_writer_finish(&w);
}

static void values_out_of_range_are_invalid(void **state)
{
    (void)state;
    struct blob *header = fixture_video_header();
    assert_non_null(header);
    struct cmaf_sample sample = fixture_sample();
    struct cmaf_continuation good = {0, 0}, bad_id = {-1, 0}, bad_offset = {0, -1};
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_packet_write_video(&w, header, 0, &sample, &good), ERR_INVALID);
    assert_int_equal(cmaf_packet_write_video(&w, header, 1, &sample, &bad_id), ERR_INVALID);
    assert_int_equal(cmaf_packet_write_video(&w, header, 1, &sample, &bad_offset), ERR_INVALID);
    assert_int_equal(cmaf_packet_write_audio(&w, header, &bad_id), ERR_INVALID);
    sample.size = 0;
    assert_int_equal(cmaf_packet_write_video(&w, header, 1, &sample, &good), ERR_INVALID);
    assert_int_equal(w.size, 0);
    blob_unref(header);
}

/* Cut where its sample would begin, a video packet looks like an audio packet; everywhere else the
 * cut shows. */
static void every_cut_is_truncated(void **state)
{
    (void)state;
    struct bytes_writer w;
    write_video(&w, (struct cmaf_continuation){1, 2});
    size_t chunk_size = CMAF_CHUNK_OVERHEAD_BYTES + 7;
    struct cmaf_packet packet;
    for (size_t n = 0; n < w.size; n++) {
        uint8_t *cut = fixture_copy(w.data, n);
        assert_non_null(cut);
        int expected = n == w.size - chunk_size ? 0 : ERR_TRUNCATED;
        assert_int_equal(cmaf_packet_read(cut, n, &packet), expected);
        free(cut);
    }
    bytes_writer_finish(&w);
}

/* Any value of any byte: no status is wrong here, a sanitizer's report would be. */
static void any_changed_byte_is_survived(void **state)
{
    (void)state;
    static const uint8_t values[] = {0, 1, 7, 8, 0x7f, 0x80, 0xff};
    struct bytes_writer w;
    write_video(&w, (struct cmaf_continuation){1, 2});
    uint8_t *copy = fixture_copy(w.data, w.size);
    assert_non_null(copy);
    unsigned refused = 0;
    for (size_t i = 0; i < w.size; i++) {
        for (size_t j = 0; j < sizeof(values); j++) {
            struct cmaf_packet packet;
            copy[i] = values[j];
            refused += cmaf_packet_read(copy, w.size, &packet) != 0;
        }
        copy[i] = w.data[i];
    }
    assert_true(refused > 100);
    free(copy);
    bytes_writer_finish(&w);
}

static void expect_parts(const struct blob *header, const char *between, size_t between_size,
                         bool sample, int status)
{
    struct bytes_writer w;
    bytes_writer_init(&w);
    bytes_write(&w, header->data, header->size);
    bytes_write(&w, between, between_size);
    struct cmaf_sample example = fixture_sample();
    if (sample)
        assert_int_equal(cmaf_chunk_write(&w, &example, false), 0);
    struct cmaf_packet packet;
    assert_int_equal(cmaf_packet_read(w.data, w.size, &packet), status);
    bytes_writer_finish(&w);
}

static void h20_an_event_is_required_and_single(void **state)
{
    (void)state;
    static const char event[] = "\0\0\0\x43"
                                "emsg\0\0\0\0urn:theo:hesp:2020\0initdata\0"
                                "\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0{\"index\":1}\0";
    struct blob *header = fixture_video_header();
    assert_non_null(header);
    expect_parts(header, "", 0, true, ERR_INVALID);
    expect_parts(header, "", 0, false, ERR_TRUNCATED);
    char twice[134];
    memcpy(twice, event, 67);
    memcpy(twice + 67, event, 67);
    expect_parts(header, event, 67, true, 0); /* without an offset */
    expect_parts(header, twice, 134, true, ERR_INVALID);
    twice[66] = ','; /* the object is not closed */
    expect_parts(header, twice, 67, true, ERR_INVALID);
    blob_unref(header);
}

static void what_follows_the_sample_is_invalid(void **state)
{
    (void)state;
    struct bytes_writer w;
    write_video(&w, (struct cmaf_continuation){1, 2});
    struct cmaf_packet packet;
    bytes_write(&w, "\0\0\0\x08skip", 8);
    assert_int_equal(cmaf_packet_read(w.data, w.size, &packet), ERR_INVALID);
    bytes_writer_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h18_h20_video_packet),
        cmocka_unit_test(h19_h20_audio_packet),
        cmocka_unit_test(h18_video_packet_is_read),
        cmocka_unit_test(h19_audio_packet_is_read),
        cmocka_unit_test(h18_a_packet_starts_with_an_independent_sample),
        cmocka_unit_test(values_out_of_range_are_invalid),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(any_changed_byte_is_survived),
        cmocka_unit_test(h20_an_event_is_required_and_single),
        cmocka_unit_test(what_follows_the_sample_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
