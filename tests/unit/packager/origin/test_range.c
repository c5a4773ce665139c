/* The Range header: H28, RFC 9110 14.1.2. */
#include "support/cmocka_all.h"

#include "packager/origin/range.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void expect_range(const char *value, int64_t first, int64_t last)
{
    struct store_range range = {-1, -1};

    if (!origin_range_parse(value, &range))
        fail_msg("refused: %s", value);
    assert_int_equal(range.first, first);
    assert_int_equal(range.last, last);
}

static void expect_ignored(const char *value)
{
    struct store_range range = {-1, -1};

    if (origin_range_parse(value, &range))
        fail_msg("taken: %s", value);
    assert_int_equal(range.first, -1);
    assert_int_equal(range.last, -1);
}

static void test_h28_both_ends(void **state)
{
    (void)state;
    expect_range("bytes=0-0", 0, 0);
    expect_range("bytes=0-499", 0, 499);
    expect_range("bytes=81234-9007199254740991", 81234, INT64_C(9007199254740991));
    expect_range("bytes=007-0010", 7, 10);
    expect_range("BYTES=1-2", 1, 2);
}

static void test_h28_open_end(void **state)
{
    (void)state;
    expect_range("bytes=0-", 0, INT64_MAX);
    expect_range("bytes=9500-", 9500, INT64_MAX);
}

static void test_h28_numbers_of_any_size(void **state)
{
    (void)state;
    expect_range("bytes=9223372036854775806-9223372036854775807", INT64_MAX - 1, INT64_MAX);
    expect_range("bytes=1-9223372036854775808", 1, INT64_MAX);
    expect_range("bytes=1-99999999999999999999999999999999999999999", 1, INT64_MAX);
    expect_range("bytes=18446744073709551616-", INT64_MAX, INT64_MAX);
    expect_range("bytes=9007199254740992-", INT64_C(9007199254740992), INT64_MAX);
    expect_range("bytes=9223372036854775808-18446744073709551616", INT64_MAX, INT64_MAX);
}

static void test_h28_others_are_ignored(void **state)
{
    static const char *const values[] = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=-500",
        "bytes=5",
        "bytes=5-4",
        "bytes=0-1,3-",
        "bytes=0-1, 3",
        "bytes=0-1,",
        "bytes=0-99,50-149",
        "bytes=-18446744073709551616",
        "bytes=9007199254740993-9007199254740992",
        "bytes=,0-1",
        "bytes= 0-1",
        "bytes=0 -1",
        "bytes=0- 1",
        "bytes=0-1 ",
        " bytes=0-1",
        "bytes =0-1",
        "items=0-1",
        "byte=0-1",
        "bytes=+1-2",
        "bytes=1-+2",
        "bytes=0x1-2",
        "bytes=1--2",
        "bytes=a-b",
        "bytes=1-2-3",
        "bytes=--1",
        "bytes:0-1",
        "bytes=1-2\r",
        "bytes=\xff-1",
        "0-1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        expect_ignored(values[i]);
}

/* Every string of up to six characters over what the grammar is made of is taken if and only if
 * printing the result gives it back. */
static void test_h28_every_short_string(void **state)
{
    static const char alphabet[] = "019-, =";
    const unsigned letters = sizeof alphabet - 1;
    unsigned taken = 0;

    (void)state;
    for (unsigned number = 0; number < 7 * 7 * 7 * 7 * 7 * 7; number++) {
        char value[16] = "bytes=";
        char again[64];
        struct store_range range;
        unsigned rest = number;
        size_t length = 6;
        for (; rest > 0; rest /= letters)
            value[length++] = alphabet[rest % letters];
        if (!origin_range_parse(value, &range))
            continue;
        taken++;
        assert_true(range.first >= 0 && range.last >= range.first);
        if (range.last == INT64_MAX)
            snprintf(again, sizeof again, "%" PRId64 "-", range.first);
        else
            snprintf(again, sizeof again, "%" PRId64 "-%" PRId64, range.first, range.last);
        /* Leading zeros are the one thing that a number doesn't give back. */
        if (strstr(value, "=0") == NULL && strstr(value, "-0") == NULL)
            assert_string_equal(value + 6, again);
    }
    assert_true(taken > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h28_both_ends),
        cmocka_unit_test(test_h28_open_end),
        cmocka_unit_test(test_h28_numbers_of_any_size),
        cmocka_unit_test(test_h28_others_are_ignored),
        cmocka_unit_test(test_h28_every_short_string),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
