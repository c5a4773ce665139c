#include "fixture.h"
#include "media/core/err.h"
#include "media/isobmff/box.h"
#include "support/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void h18_video_header_is_ftyp_and_moov(void **state)
{
    (void)state;
    struct blob *header = fixture_video_header();
    assert_non_null(header);
    hex_assert(header->data, 28, "0000001c 'ftyp' 'cmf2' 00000000 'cmf2' 'cmfc' 'iso6'");
    struct bytes_reader r;
    bytes_reader_init(&r, header->data + 28, header->size - 28);
    struct isobmff_box moov, trak, tkhd, mvex, trex;
    assert_int_equal(isobmff_box_read(&r, &moov), 0);
    assert_true(isobmff_box_is(&moov, "moov"));
    assert_int_equal(isobmff_box_read(&r, &tkhd), ERR_END);
    assert_int_equal(isobmff_box_child(&moov, "trak", &trak), 0);
    assert_int_equal(isobmff_box_child(&trak, "tkhd", &tkhd), 0);
    hex_assert(tkhd.payload + 12, 4, "00000001");          /* CMAF_TRACK_ID */
    hex_assert(tkhd.payload + 76, 8, "02800000 01680000"); /* 640 x 360 */
    assert_int_equal(isobmff_box_child(&moov, "mvex", &mvex), 0);
    assert_int_equal(isobmff_box_child(&mvex, "trex", &trex), 0);
    assert_int_equal(isobmff_box_child(&mvex, "mehd", &trex), ERR_INVALID);
    blob_unref(header);
}

static void h19_audio_header_is_ftyp_and_moov(void **state)
{
    (void)state;
    struct blob *header = fixture_audio_header();
    assert_non_null(header);
    hex_assert(header->data, 28, "0000001c 'ftyp' 'cmf2' 00000000 'cmf2' 'cmfc' 'iso6'");
    /* mp4a is the last entry before the four empty tables and mvex: esds and btrt end it. */
    size_t tail = 16 + 16 + 20 + 16 + 40;
    hex_assert(header->data + header->size - tail - 20, 20,
               "00000014 'btrt' 00000000 0001f400 0001f400");
    blob_unref(header);
}

static void expect_video(const struct cmaf_video_header *video, int status)
{
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_header_write_video(&w, video), status);
    assert_int_equal(w.size == 0, status != 0);
    bytes_writer_finish(&w);
}

static void video_values_out_of_range_are_invalid(void **state)
{
    (void)state;
    struct cmaf_video_header video = fixture_video();
    expect_video(&video, 0);
    video.timescale = 0;
    expect_video(&video, ERR_INVALID);
    video = fixture_video();
    video.width = 0;
    expect_video(&video, ERR_INVALID);
    video = fixture_video();
    video.height = 0;
    expect_video(&video, ERR_INVALID);
    video = fixture_video();
    video.sar_width = 0;
    expect_video(&video, ERR_INVALID);
    video = fixture_video();
    video.sar_height = 0;
    expect_video(&video, ERR_INVALID);
    video = fixture_video();
    video.sar_width = 1000; /* shown 640,000 wide */
    expect_video(&video, ERR_INVALID);
    video = fixture_video();
    video.avcc_size = 0;
    expect_video(&video, ERR_INVALID);
}

static void expect_audio(const struct cmaf_audio_header *audio, int status)
{
    struct bytes_writer w;
    bytes_writer_init(&w);
    assert_int_equal(cmaf_header_write_audio(&w, audio), status);
    assert_int_equal(w.size == 0, status != 0);
    bytes_writer_finish(&w);
}

static void audio_values_out_of_range_are_invalid(void **state)
{
    (void)state;
    struct cmaf_audio_header audio = fixture_audio();
    expect_audio(&audio, 0);
    audio.timescale = 0;
    expect_audio(&audio, ERR_INVALID);
    audio = fixture_audio();
    audio.sample_rate = 65536;
    expect_audio(&audio, ERR_INVALID);
    audio = fixture_audio();
    audio.channels = 0;
    expect_audio(&audio, ERR_INVALID);
    audio = fixture_audio();
    audio.asc = NULL;
    expect_audio(&audio, ERR_INVALID);
    audio = fixture_audio();
    audio.asc_size = 65;
    expect_audio(&audio, ERR_INVALID);
    audio = fixture_audio();
    memcpy(audio.language, "en", 3);
    expect_audio(&audio, ERR_INVALID);
    memcpy(audio.language, "ENG", 4);
    expect_audio(&audio, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h18_video_header_is_ftyp_and_moov),
        cmocka_unit_test(h19_audio_header_is_ftyp_and_moov),
        cmocka_unit_test(video_values_out_of_range_are_invalid),
        cmocka_unit_test(audio_values_out_of_range_are_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
