/* Values as people write them. */
#include "media/core/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void rates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t num, den; /* num 0: refused */
    } list[] = {
        {"30", 30, 1},
        {"30000/1001", 30000, 1001},
        {"60/2", 30, 1},
        {"29.97", 30000, 1001},
        {"23.976", 24000, 1001},
        {"23.98", 24000, 1001},
        {"59.94", 60000, 1001},
        {"12.5", 25, 2},
        {"1000000/999999", 1000000, 999999},
        {"0", 0, 1},
        {"", 0, 1},
        {"30/0", 0, 1},
        {"30/", 0, 1},
        {"/1001", 0, 1},
        {"29.97/1", 0, 1},
        {"30000/1001/1", 0, 1},
        {"-30", 0, 1},
        {"+30", 0, 1},
        {" 30", 0, 1},
        {"30 ", 0, 1},
        {"30fps", 0, 1},
        {"0x1e", 0, 1},
        {"nan", 0, 1},
        {"1e1", 0, 1},
        {"9999999999", 0, 1},
        {"1000001", 0, 1},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct rational rate = {0, 1};
        bool read = value_rate(list[i].text, &rate);
        if (read != (list[i].num != 0) || rate.num != list[i].num || rate.den != list[i].den)
            fail_msg("%s: %lld/%lld", list[i].text, (long long)rate.num, (long long)rate.den);
    }
}

static void amounts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t bits, bytes; /* -1: refused */
    } list[] = {
        {"800000", 800000, 800000},
        {"2500k", 2500000, 2560000},
        {"2500K", 2500000, 2560000},
        {"2.5M", 2500000, 2621440},
        {"2G", 2000000000, 2147483648},
        {"0", 0, 0},
        {"1.5", -1, -1},
        {"0.3k", 300, -1},
        {"2500kk", -1, -1},
        {"2500kbit", -1, -1},
        {"2500 k", -1, -1},
        {"k", -1, -1},
        {".5M", -1, -1},
        {"5.M", -1, -1},
        {"-5M", -1, -1},
        {"", -1, -1},
        {"999999999.999999999G", -1, -1},
        {"9999999999", -1, -1},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        int64_t bits = -1, bytes = -1;
        bool read = value_bits(list[i].text, &bits);
        if (read != (list[i].bits >= 0) || bits != list[i].bits)
            fail_msg("%s: %lld bits", list[i].text, (long long)bits);
        read = value_bytes(list[i].text, &bytes);
        if (read != (list[i].bytes >= 0) || bytes != list[i].bytes)
            fail_msg("%s: %lld bytes", list[i].text, (long long)bytes);
    }
}

static void numbers(void **state)
{
    (void)state;
    int64_t n = -1;
    double d = -1;
    assert_true(value_integer("8080", 0, 65535, &n));
    assert_int_equal(n, 8080);
    assert_false(value_integer("65536", 0, 65535, &n));
    assert_false(value_integer("80a", 0, 65535, &n));
    assert_true(value_decimal("0.25", &d));
    assert_true(d == 0.25);
    assert_false(value_decimal("1,5", &d));
    assert_false(value_decimal("inf", &d));
    assert_false(value_decimal("1e3", &d));
    assert_true(d == 0.25);
}

static void switches_and_items(void **state)
{
    (void)state;
    bool on = false;
    char item[8];
    assert_true(value_switch("yes", &on) && on);
    assert_true(value_switch("off", &on) && !on);
    assert_false(value_switch("1", &on));
    const char *rest = value_next_item("  one , two", item, sizeof item);
    assert_string_equal(item, "one");
    assert_null(value_next_item(rest, item, sizeof item));
    assert_string_equal(item, "two");
    assert_null(value_next_item("far too long", item, sizeof item));
    assert_string_equal(item, "far too");
    assert_string_equal(value_next_item(",x", item, sizeof item), "x");
    assert_string_equal(item, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates),
        cmocka_unit_test(amounts),
        cmocka_unit_test(numbers),
        cmocka_unit_test(switches_and_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
