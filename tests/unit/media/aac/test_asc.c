/* The AudioSpecificConfig of AAC-LC (ISO/IEC 14496-3 1.6.2.1; H10: codecs by RFC 6381). */
#include "media/aac/asc.h"
#include "media/core/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct aac_asc make(uint32_t sample_rate, uint8_t channels)
{
    return (struct aac_asc){
        .audio_object_type = AAC_OBJECT_TYPE_LC,
        .sample_rate = sample_rate,
        .channels = channels,
        .samples_per_frame = 1024,
    };
}

static void test_known_bytes(void **state)
{
    static const struct {
        uint32_t sample_rate;
        uint8_t channels;
        size_t size;
        uint8_t bytes[5];
    } cases[] = {
        {48000, 2, 2, {0x11, 0x90}},
        {44100, 1, 2, {0x12, 0x08}},
        {44100, 2, 2, {0x12, 0x10}},
        {7350, 8, 2, {0x16, 0x38}},
        {50000, 2, 5, {0x17, 0x80, 0x61, 0xa8, 0x10}}, /* a rate without an index */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct aac_asc asc = make(cases[i].sample_rate, cases[i].channels);
        struct aac_asc read;
        struct bytes_writer out;
        bytes_writer_init(&out);
        assert_int_equal(aac_asc_write(&out, &asc), 0);
        assert_int_equal(out.size, cases[i].size);
        assert_memory_equal(out.data, cases[i].bytes, out.size);
        assert_int_equal(aac_asc_read(&read, out.data, out.size), 0);
        assert_int_equal(read.audio_object_type, AAC_OBJECT_TYPE_LC);
        assert_int_equal(read.sample_rate, asc.sample_rate);
        assert_int_equal(read.channels, asc.channels);
        assert_int_equal(read.samples_per_frame, 1024);
        bytes_writer_finish(&out);
    }
}

static void test_refused_values(void **state)
{
    struct bytes_writer out;
    (void)state;
    bytes_writer_init(&out);
    struct aac_asc cases[] = {make(0, 2),     make(1 << 24, 2), make(48000, 0), make(48000, 7),
                              make(48000, 9), make(48000, 2),   make(48000, 2)};
    size_t count = sizeof cases / sizeof cases[0];
    cases[count - 2].audio_object_type = 5;
    cases[count - 1].samples_per_frame = 512;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(aac_asc_write(&out, &cases[i]), ERR_INVALID);
    assert_int_equal(out.size, 0);
    bytes_writer_finish(&out);
}

static void test_reading(void **state)
{
    static const struct {
        size_t size;
        uint8_t bytes[8];
        int status;
    } cases[] = {
        {5, {0x11, 0x90, 0x56, 0xe5, 0x00}, 0}, /* a sync extension that says: no SBR */
        {5, {0x11, 0x90, 0x56, 0xe5, 0x80}, ERR_UNSUPPORTED}, /* SBR */
        {2, {0x11, 0x94}, 0},                                 /* 960 samples */
        {0, {0}, ERR_TRUNCATED},
        {1, {0x11}, ERR_TRUNCATED},
        {4, {0x17, 0x80, 0x61, 0xa8}, ERR_TRUNCATED},
        {2, {0x29, 0x90}, ERR_UNSUPPORTED}, /* object type 5 */
        {2, {0x11, 0x80}, ERR_UNSUPPORTED}, /* program_config_element */
        {2, {0x11, 0x92}, ERR_UNSUPPORTED}, /* a core coder */
        {2, {0x11, 0xc0}, ERR_INVALID},     /* channelConfiguration 8 */
        {2, {0x16, 0x90}, ERR_INVALID},     /* samplingFrequencyIndex 13 */
        {5, {0x17, 0x80, 0, 0, 0x10}, ERR_INVALID},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct aac_asc asc = {.channels = 99};
        uint8_t *exact = malloc(cases[i].size + !cases[i].size);
        memcpy(exact, cases[i].bytes, cases[i].size);
        int status = aac_asc_read(&asc, exact, cases[i].size);
        free(exact);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(asc.channels, status ? 99 : 2);
    }
}

static void test_codec_name(void **state)
{
    struct aac_asc asc = make(48000, 2);
    char name[AAC_CODEC_NAME_BYTES];
    (void)state;
    aac_codec_name(&asc, name);
    assert_string_equal(name, "mp4a.40.2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_bytes),
        cmocka_unit_test(test_refused_values),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_codec_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
