#include "media/core/err.h"
#include "media/isobmff/movie.h"
#include "support/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t avcc[] = {1, 0x64, 0, 0x1f};
static const uint8_t asc[] = {0x11, 0x90};

#define MATRIX "00010000 00000000 00000000 00000000 00010000 00000000 00000000 00000000 40000000 "
#define DINF   "00000024 'dinf' 0000001c 'dref' 00000000 00000001 0000000c 'url ' 00000001 "
#define EMPTY_TABLES                                                                               \
    "00000010 'stts' 00000000 00000000 00000010 'stsc' 00000000 00000000 "                         \
    "00000014 'stsz' 00000000 00000000 00000000 00000010 'stco' 00000000 00000000 "
#define MVEX                                                                                       \
    "00000028 'mvex' 00000020 'trex' 00000000 00000001 00000001 00000000 00000000 00000000 "
#define AVC1                                                                                       \
    "00000062 'avc1' 000000000000 0001 0000 0000 00000000 00000000 00000000 0500 02d0 "            \
    "00480000 00480000 00000000 0001 0000000000000000 0000000000000000 "                           \
    "0000000000000000 0000000000000000 0018 ffff 0000000c 'avcC' 0164001f "
#define MP4A                                                                                       \
    "0000004b 'mp4a' 000000000000 0001 0000000000000000 0002 0010 00000000 bb800000 "              \
    "00000027 'esds' 00000000 03 19 0000 00 04 11 40 15 000000 00000000 00000000 "                 \
    "05 02 1190 06 01 02 "

static struct isobmff_avc1 square_video(void)
{
    return (struct isobmff_avc1){.width = 1280,
                                 .height = 720,
                                 .sar_width = 1,
                                 .sar_height = 1,
                                 .avcc = avcc,
                                 .avcc_size = sizeof(avcc)};
}

static void ftyp_lists_its_major_brand_as_compatible_too(void **state)
{
    (void)state;
    static const char *const brands[] = {"cmf2", "iso6"};
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_ftyp_write(&w, brands, 2);
    hex_assert(w.data, w.size, "00000018 'ftyp' 'cmf2' 00000000 'cmf2' 'iso6'");
    bytes_writer_finish(&w);
}

static void avc1_without_options(void **state)
{
    (void)state;
    struct isobmff_avc1 entry = square_video();
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_avc1_write(&w, &entry);
    hex_assert(w.data, w.size, AVC1);
    bytes_writer_finish(&w);
}

static void avc1_with_pasp_and_btrt(void **state)
{
    (void)state;
    struct isobmff_avc1 entry = square_video();
    entry.sar_width = 12;
    entry.sar_height = 11;
    entry.bandwidth = 2500000;
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_avc1_write(&w, &entry);
    assert_int_equal(w.size, 0x62 + 16 + 20);
    hex_assert(w.data, 4, "00000086");
    hex_assert(w.data + 0x62, 36,
               "00000010 'pasp' 0000000c 0000000b "
               "00000014 'btrt' 00000000 002625a0 002625a0");
    bytes_writer_finish(&w);
}

static void mp4a_with_esds_and_btrt(void **state)
{
    (void)state;
    struct isobmff_mp4a entry = {.sample_rate = 48000,
                                 .channels = 2,
                                 .asc = asc,
                                 .asc_size = sizeof(asc),
                                 .bandwidth = 128000};
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_mp4a_write(&w, &entry);
    hex_assert(w.data, w.size,
               "0000005f 'mp4a' 000000000000 0001 0000000000000000 0002 0010 00000000 bb800000 "
               "00000027 'esds' 00000000 03 19 0000 00 04 11 40 15 000000 0001f400 0001f400 "
               "05 02 1190 06 01 02 00000014 'btrt' 00000000 0001f400 0001f400");
    bytes_writer_finish(&w);
}

static void the_largest_asc_keeps_one_byte_descriptor_sizes(void **state)
{
    (void)state;
    uint8_t config[ISOBMFF_ASC_BYTES_MAX] = {0x11};
    struct isobmff_mp4a entry = {
        .sample_rate = 44100, .channels = 1, .asc = config, .asc_size = sizeof(config)};
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_mp4a_write(&w, &entry);
    hex_assert(w.data + 36, 14, "00000065 'esds' 00000000 03 57");
    assert_int_equal(w.size, 36 + 0x65);
    bytes_writer_finish(&w);
}

/* H18: sample tables empty, mvex, and, so that players take the track as live, durations of 0 and
 * no mehd. */
static void h18_moov_of_video(void **state)
{
    (void)state;
    struct isobmff_avc1 video = square_video();
    struct isobmff_track track = {
        .track_id = 1, .timescale = 30000, .language = "und", .video = &video};
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_movie_write(&w, &track);
    hex_assert(w.data, w.size,
               "00000247 'moov' "
               "0000006c 'mvhd' 00000000 00000000 00000000 00007530 00000000 00010000 0100 0000 "
               "00000000 00000000 " MATRIX
               "00000000 00000000 00000000 00000000 00000000 00000000 00000002 "
               "000001ab 'trak' "
               "0000005c 'tkhd' 00000003 00000000 00000000 00000001 00000000 00000000 "
               "00000000 00000000 0000 0000 0000 0000 " MATRIX "05000000 02d00000 "
               "00000147 'mdia' "
               "00000020 'mdhd' 00000000 00000000 00000000 00007530 00000000 55c4 0000 "
               "00000021 'hdlr' 00000000 00000000 'vide' 00000000 00000000 00000000 00 "
               "000000fe 'minf' 00000014 'vmhd' 00000001 0000 0000 0000 0000 " DINF
               "000000be 'stbl' 00000072 'stsd' 00000000 00000001 " AVC1 EMPTY_TABLES MVEX);
    bytes_writer_finish(&w);
}

static void h19_moov_of_audio(void **state)
{
    (void)state;
    struct isobmff_mp4a audio = {
        .sample_rate = 48000, .channels = 2, .asc = asc, .asc_size = sizeof(asc)};
    struct isobmff_track track = {
        .track_id = 1, .timescale = 48000, .language = "eng", .audio = &audio};
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_movie_write(&w, &track);
    hex_assert(w.data, w.size,
               "0000022c 'moov' "
               "0000006c 'mvhd' 00000000 00000000 00000000 0000bb80 00000000 00010000 0100 0000 "
               "00000000 00000000 " MATRIX
               "00000000 00000000 00000000 00000000 00000000 00000000 00000002 "
               "00000190 'trak' "
               "0000005c 'tkhd' 00000003 00000000 00000000 00000001 00000000 00000000 "
               "00000000 00000000 0000 0000 0100 0000 " MATRIX "00000000 00000000 "
               "0000012c 'mdia' "
               "00000020 'mdhd' 00000000 00000000 00000000 0000bb80 00000000 15c7 0000 "
               "00000021 'hdlr' 00000000 00000000 'soun' 00000000 00000000 00000000 00 "
               "000000e3 'minf' 00000010 'smhd' 00000000 0000 0000 " DINF
               "000000a7 'stbl' 0000005b 'stsd' 00000000 00000001 " MP4A EMPTY_TABLES MVEX);
    bytes_writer_finish(&w);
}

static void pixels_that_are_not_square_stretch_the_shown_width(void **state)
{
    (void)state;
    struct isobmff_avc1 video = square_video();
    video.width = 720;
    video.sar_width = 16;
    video.sar_height = 11;
    assert_int_equal(isobmff_track_shown_width(&video), 720u * 65536 * 16 / 11);
    video.sar_width = 1u << 31;
    assert_int_equal(isobmff_track_shown_width(&video), 0);
}

static void the_timescale_is_read_back(void **state)
{
    (void)state;
    struct isobmff_avc1 video = square_video();
    struct isobmff_track track = {
        .track_id = 1, .timescale = 24000, .language = "und", .video = &video};
    struct bytes_writer w;
    bytes_writer_init(&w);
    isobmff_movie_write(&w, &track);
    struct isobmff_box moov = {.payload = w.data + 8, .payload_size = w.size - 8};
    uint32_t timescale = 1;
    assert_int_equal(isobmff_movie_read_timescale(&moov, &timescale), 0);
    assert_int_equal(timescale, 24000);

    size_t mdhd = 8 + 0x6c + 8 + 0x5c + 8;
    bytes_patch_u32(&w, mdhd + 20, 0); /* a timescale of 0 */
    assert_int_equal(isobmff_movie_read_timescale(&moov, &timescale), ERR_INVALID);
    bytes_patch_u32(&w, mdhd + 20, 1);
    bytes_patch_u32(&w, mdhd + 8, 0x02000000); /* version 2 */
    assert_int_equal(isobmff_movie_read_timescale(&moov, &timescale), ERR_INVALID);
    moov.payload_size = 0x6c;
    assert_int_equal(isobmff_movie_read_timescale(&moov, &timescale), ERR_INVALID);
    assert_int_equal(timescale, 24000);
    bytes_writer_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ftyp_lists_its_major_brand_as_compatible_too),
        cmocka_unit_test(avc1_without_options),
        cmocka_unit_test(avc1_with_pasp_and_btrt),
        cmocka_unit_test(mp4a_with_esds_and_btrt),
        cmocka_unit_test(the_largest_asc_keeps_one_byte_descriptor_sizes),
        cmocka_unit_test(h18_moov_of_video),
        cmocka_unit_test(h19_moov_of_audio),
        cmocka_unit_test(pixels_that_are_not_square_stretch_the_shown_width),
        cmocka_unit_test(the_timescale_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
