#include "media/core/bits.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

/* ISO/IEC 14496-10 table 9-2. */
static void exp_golomb_codes_as_the_standard_lists_them(void **state)
{
    static const uint8_t codes[] = {0xa6, 0x42, 0x98,
                                    0xe2, 0x04, 0x8a}; /* 1 010 011 00100 00101 ... */
    struct bits_reader r;
    (void)state;
    bits_reader_init(&r, codes, sizeof codes);
    for (uint32_t expected = 0; expected < 9; expected++)
        assert_int_equal(bits_read_ue(&r), expected);
    assert_int_equal(r.status, 0);
}

static void what_is_written_is_read(void **state)
{
    static const uint32_t values[] = {0, 1, 2, 7, 8, 255, 65535, 1000000, 0x7fffffff, 0xfffffffe};
    struct bytes_writer out;
    struct bits_writer w;
    struct bits_reader r;
    (void)state;
    bytes_writer_init(&out);
    bits_writer_init(&w, &out);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        bits_write_ue(&w, values[i]);
        bits_write_se(&w, (int32_t)(values[i] & 0x3fffffff) * (i & 1 ? -1 : 1));
        bits_write(&w, values[i], 32);
    }
    bits_align(&w, true);
    assert_int_equal(w.pending_bits, 0);
    bits_reader_init(&r, out.data, out.size);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (values[i] < 0xffffffff)
            assert_int_equal(bits_read_ue(&r), values[i]);
        assert_int_equal(bits_read_se(&r), (int32_t)(values[i] & 0x3fffffff) * (i & 1 ? -1 : 1));
        assert_int_equal(bits_read(&r, 32), values[i]);
    }
    assert_int_equal(r.status, 0);
    bytes_writer_finish(&out);
}

static void an_error_sticks_and_moves_nothing(void **state)
{
    static const uint8_t zeros[5] = {0};
    struct bits_reader r;
    (void)state;
    bits_reader_init(&r, zeros, 1);
    assert_int_equal(bits_read(&r, 9), 0);
    assert_int_equal(r.status, ERR_TRUNCATED);
    assert_int_equal(bits_read(&r, 1), 0);
    assert_int_equal(r.at, 0);
    bits_reader_init(&r, zeros, sizeof zeros);
    assert_int_equal(bits_read_ue(&r), 0);
    assert_int_equal(r.status, ERR_INVALID); /* more leading zeros than a code has */
}

static void a_copy_at_any_offset_is_the_same_bits(void **state)
{
    uint8_t in[40];
    (void)state;
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(i * 37 + 11);
    for (unsigned offset = 0; offset < 32; offset++) {
        struct bytes_writer out;
        struct bits_writer w;
        struct bits_reader from, a, b;
        bytes_writer_init(&out);
        bits_writer_init(&w, &out);
        bits_reader_init(&from, in, sizeof in);
        bits_skip(&from, offset);
        bits_write(&w, 5, 3);
        bits_copy(&w, &from, 8 * sizeof in - offset);
        bits_align(&w, false);
        bits_reader_init(&a, in, sizeof in);
        bits_skip(&a, offset);
        bits_reader_init(&b, out.data, out.size);
        assert_int_equal(bits_read(&b, 3), 5);
        while (bits_reader_left(&a))
            assert_int_equal(bits_read(&a, 1), bits_read(&b, 1));
        assert_int_equal(b.status, 0);
        bytes_writer_finish(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_golomb_codes_as_the_standard_lists_them),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(an_error_sticks_and_moves_nothing),
        cmocka_unit_test(a_copy_at_any_offset_is_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
