#include "media/isobmff/decoder_config.h"
#include "media/core/err.h"
#include "media/isobmff/box.h"
#include "media/isobmff/movie.h"
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t avcc[] = {1, 0x64, 0, 0x1f, 0xff, 0xe0, 0};
static const uint8_t asc[] = {0x11, 0x90};

/* Headers as the writers make them. */
static void write_header(struct bytes_writer *w, bool video)
{
    static const char *const brands[] = {"cmf2"};
    const struct isobmff_avc1 avc1 = {.width = 640,
                                      .height = 360,
                                      .sar_width = 4,
                                      .sar_height = 3,
                                      .avcc = avcc,
                                      .avcc_size = sizeof avcc,
                                      .bandwidth = 800000};
    const struct isobmff_mp4a mp4a = {
        .sample_rate = 48000, .channels = 2, .asc = asc, .asc_size = sizeof asc, .bandwidth = 1};
    const struct isobmff_track track = {.track_id = 1,
                                        .timescale = 30,
                                        .language = "und",
                                        .video = video ? &avc1 : NULL,
                                        .audio = video ? NULL : &mp4a};
    bytes_writer_init(w);
    isobmff_ftyp_write(w, brands, 1);
    isobmff_movie_write(w, &track);
    assert_int_equal(w->status, 0);
}

/* moov with nothing but the path to stsd, and entries' bytes as its content. */
static void write_stsd(struct bytes_writer *w, uint32_t count, const void *entries, size_t size)
{
    static const char *const path[] = {"moov", "trak", "mdia", "minf", "stbl"};
    size_t begins[5];
    bytes_writer_init(w);
    for (int i = 0; i < 5; i++)
        begins[i] = isobmff_box_begin(w, path[i]);
    size_t stsd = isobmff_full_box_begin(w, "stsd", 0, 0);
    bytes_write_u32(w, count);
    bytes_write(w, entries, size);
    isobmff_box_end(w, stsd);
    for (int i = 4; i >= 0; i--)
        isobmff_box_end(w, begins[i]);
}

/* Reads a heap copy of exactly that size, so that a sanitizer sees a read beyond it. */
static int read_copy(const void *data, size_t size, struct isobmff_decoder_config *config,
                     uint8_t out[64])
{
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    int status = isobmff_decoder_config_read(copy, size, config);
    if (!status) {
        assert_in_range(config->size, 1, 64);
        memcpy(out, config->data, config->size);
    }
    free(copy);
    return status;
}

static int read_entry(uint32_t count, const void *entry, size_t size, uint8_t out[64])
{
    struct isobmff_decoder_config config = {0};
    struct bytes_writer w;
    write_stsd(&w, count, entry, size);
    int status = read_copy(w.data, w.size, &config, out);
    bytes_writer_finish(&w);
    return status;
}

static void h18_the_record_of_a_video_header(void **state)
{
    (void)state;
    struct isobmff_decoder_config config = {0};
    struct bytes_writer w;
    uint8_t out[64];
    write_header(&w, true);
    assert_int_equal(read_copy(w.data, w.size, &config, out), 0);
    assert_true(config.video);
    assert_int_equal(config.size, sizeof avcc);
    assert_memory_equal(out, avcc, sizeof avcc);
    bytes_writer_finish(&w);
}

static void h19_the_asc_of_an_audio_header(void **state)
{
    (void)state;
    struct isobmff_decoder_config config = {.video = true};
    struct bytes_writer w;
    uint8_t out[64];
    write_header(&w, false);
    assert_int_equal(read_copy(w.data, w.size, &config, out), 0);
    assert_false(config.video);
    assert_int_equal(config.size, sizeof asc);
    assert_memory_equal(out, asc, sizeof asc);
    bytes_writer_finish(&w);
}

static void every_cut_is_noticed_and_leaves_the_output_alone(void **state)
{
    (void)state;
    for (int video = 0; video < 2; video++) {
        struct isobmff_decoder_config config = {.size = 12345};
        struct bytes_writer w;
        uint8_t out[64];
        write_header(&w, video);
        for (size_t size = 0; size < w.size; size++)
            assert_int_equal(read_copy(w.data, size, &config, out), ERR_INVALID);
        assert_int_equal(config.size, 12345);
        assert_null(config.data);
        bytes_writer_finish(&w);
    }
}

/* An avc1 or avc3 entry whose avcC has that content. */
static int read_avc(const char *type, const void *record, size_t size)
{
    uint8_t out[64];
    struct bytes_writer w;
    bytes_writer_init(&w);
    size_t entry = isobmff_box_begin(&w, type);
    for (int i = 0; i < 78; i++)
        bytes_write_u8(&w, 0);
    size_t box = isobmff_box_begin(&w, "avcC");
    bytes_write(&w, record, size);
    isobmff_box_end(&w, box);
    isobmff_box_end(&w, entry);
    int status = read_entry(1, w.data, w.size, out);
    bytes_writer_finish(&w);
    return status;
}

/* What libavcodec would take for parameter sets with start codes is no record. */
static void a_record_has_version_1_and_a_length(void **state)
{
    (void)state;
    static const uint8_t start_code[] = {0, 0, 0, 1, 0x67, 0x64, 0, 0x1f};
    assert_int_equal(read_avc("avc1", avcc, sizeof avcc), 0);
    assert_int_equal(read_avc("avc3", avcc, sizeof avcc), 0);
    assert_int_equal(read_avc("avc1", avcc, sizeof avcc - 1), ERR_INVALID);
    assert_int_equal(read_avc("avc1", start_code, sizeof start_code), ERR_INVALID);
    assert_int_equal(read_avc("hvc1", avcc, sizeof avcc), ERR_UNSUPPORTED);
    assert_int_equal(read_avc("encv", avcc, sizeof avcc), ERR_UNSUPPORTED);
}

static void one_entry_of_one_track(void **state)
{
    (void)state;
    uint8_t out[64];
    static const uint8_t short_entry[] = {0, 0, 0, 12, 'a', 'v', 'c', '1', 0, 0, 0, 0};
    assert_int_equal(read_entry(0, NULL, 0, out), ERR_INVALID);
    assert_int_equal(read_entry(1, NULL, 0, out), ERR_INVALID);
    assert_int_equal(read_entry(2, short_entry, sizeof short_entry, out), ERR_UNSUPPORTED);
    assert_int_equal(read_entry(1, short_entry, sizeof short_entry, out), ERR_INVALID);
    assert_int_equal(read_entry(1, short_entry, 8, out), ERR_INVALID);

    struct bytes_writer w;
    struct isobmff_decoder_config config;
    bytes_writer_init(&w);
    size_t moov = isobmff_box_begin(&w, "moov");
    for (int i = 0; i < 2; i++)
        isobmff_box_end(&w, isobmff_box_begin(&w, "trak"));
    isobmff_box_end(&w, moov);
    assert_int_equal(read_copy(w.data, w.size, &config, out), ERR_UNSUPPORTED);
    bytes_writer_finish(&w);
}

/* An mp4a entry of that version whose esds has that content behind its version and flags. */
static int read_mp4a(uint8_t version, const void *descriptors, size_t size, uint8_t out[64])
{
    struct bytes_writer w;
    bytes_writer_init(&w);
    size_t entry = isobmff_box_begin(&w, "mp4a");
    for (int i = 0; i < 28; i++)
        bytes_write_u8(&w, i == 9 ? version : 0);
    size_t esds = isobmff_full_box_begin(&w, "esds", 0, 0);
    bytes_write(&w, descriptors, size);
    isobmff_box_end(&w, esds);
    isobmff_box_end(&w, entry);
    int status = read_entry(1, w.data, w.size, out);
    bytes_writer_finish(&w);
    return status;
}

/* As FFmpeg writes them: sizes of four bytes. And with every optional field of the ES. */
static void descriptors_of_other_writers(void **state)
{
    (void)state;
    static const uint8_t four_byte_sizes[] = {
        3,    0x80, 0x80, 0x80, 34, 0,    1,    0,    4,    0x80, 0x80, 0x80, 20,
        0x40, 0x15, 0,    0,    0,  0,    1,    0xf4, 0,    0,    1,    0xf4, 0,
        5,    0x80, 0x80, 0x80, 2,  0x12, 0x10, 6,    0x80, 0x80, 0x80, 1,    2};
    static const uint8_t all_fields[] = {
        0x0f, 1,  7,                                              /* something else first */
        3,    31, 0,    1,    0xe0, 0, 9, 3, 'u', 'r', 'l', 0, 8, /* dependence, URL, clock */
        4,    18, 0x40, 0x15, 0,    0, 0, 0, 0,   0,   0,   0, 0, 0, 0, 0x05, 3, 0x13, 0x88, 0x56};
    uint8_t out[64];
    assert_int_equal(read_mp4a(0, four_byte_sizes, sizeof four_byte_sizes, out), 0);
    assert_memory_equal(out, "\x12\x10", 2);
    assert_int_equal(read_mp4a(1, four_byte_sizes, sizeof four_byte_sizes, out), ERR_UNSUPPORTED);
    assert_int_equal(read_mp4a(0, all_fields, sizeof all_fields, out), 0);
    assert_memory_equal(out, "\x13\x88\x56", 3);
}

static void broken_descriptors(void **state)
{
    (void)state;
    static const uint8_t good[] = {3, 22, 0, 0, 0, 4, 17, 0x40, 0x15, 0, 0,    0,
                                   0, 0,  0, 0, 0, 0, 0,  0,    5,    2, 0x11, 0x90};
    uint8_t bytes[sizeof good], out[64];
    assert_int_equal(read_mp4a(0, good, sizeof good, out), 0);
    for (size_t size = 0; size < sizeof good; size++)
        assert_int_equal(read_mp4a(0, good, size, out), ERR_INVALID);

    static const struct {
        size_t at;
        uint8_t value;
        int status;
    } changes[] = {
        {0, 4, ERR_INVALID},        /* no ES */
        {1, 23, ERR_INVALID},       /* longer than the box */
        {6, 18, ERR_INVALID},       /* longer than its ES */
        {7, 0x6b, ERR_UNSUPPORTED}, /* MP3 */
        {20, 6, ERR_INVALID},       /* no DecoderSpecificInfo */
        {21, 0, ERR_INVALID},       /* an empty one */
        {21, 3, ERR_INVALID},       /* longer than its parent */
        {4, 0x40, ERR_INVALID},     /* what follows is taken for a URL */
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        memcpy(bytes, good, sizeof good);
        bytes[changes[i].at] = changes[i].value;
        assert_int_equal(read_mp4a(0, bytes, sizeof bytes, out), changes[i].status);
    }
    static const uint8_t endless_size[] = {3, 0x80, 0x80, 0x80, 0x80, 0x80, 0};
    assert_int_equal(read_mp4a(0, endless_size, sizeof endless_size, out), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h18_the_record_of_a_video_header),
        cmocka_unit_test(h19_the_asc_of_an_audio_header),
        cmocka_unit_test(every_cut_is_noticed_and_leaves_the_output_alone),
        cmocka_unit_test(a_record_has_version_1_and_a_length),
        cmocka_unit_test(one_entry_of_one_track),
        cmocka_unit_test(descriptors_of_other_writers),
        cmocka_unit_test(broken_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
