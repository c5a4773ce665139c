/* What a time source says (HESP 3.2.3). */
#include "support/cmocka_all.h"

#include "player-sim/transport/http/time_source.h"

#include <string.h>

static void expect(const char *text, int64_t utc_us, int64_t step_us)
{
    int64_t utc = 0, step = 0;
    if (!time_source_read(text, strlen(text), &utc, &step))
        fail_msg("\"%s\" is refused", text);
    assert_int_equal(utc, utc_us);
    assert_int_equal(step, step_us);
}

static void test_times(void **state)
{
    (void)state;
    expect("1970-01-01T00:00:00Z", 0, 1000000);
    expect("2026-11-23T21:55:37.647Z", 1795470937647000, 1000);
    expect("2026-11-23T21:55:37.647Z\r\n", 1795470937647000, 1000);
    expect(" 2026-11-23T21:55:37,6Z", 1795470937600000, 100000);
    expect("2026-11-23T21:55:37", 1795470937000000, 1000000);
    expect("2026-11-23T23:55:37.647+02:00", 1795470937647000, 1000);
    expect("2026-11-23T18:25:37.647-0330", 1795470937647000, 1000);
    expect("2024-02-29T23:59:60.123456789Z", 1709251200123456, 1);
    expect("2000-03-01T00:00:00Z", 951868800000000, 1000000);
}

static void test_no_times(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "now",
        "2026-11-23",
        "2026-11-23 21:55:37Z",
        "2026-13-23T21:55:37Z",
        "2026-11-32T21:55:37Z",
        "2026-11-23T24:55:37Z",
        "2026-11-23T21:60:37Z",
        "2026-11-23T21:55:61Z",
        "2026-11-23T21:55:37.Z",
        "2026-11-23T21:55:37ZZ",
        "2026-11-23T21:55:37+2:00",
        "2026-11-23T21:55:37.647Z and much more text than any time would ever need",
    };
    int64_t utc = 7, step = 7;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (time_source_read(texts[i], strlen(texts[i]), &utc, &step))
            fail_msg("\"%s\" is taken", texts[i]);
    assert_false(time_source_read("2026-11-23T21:55:37Z", 12, &utc, &step));
    assert_int_equal(utc, 7);
    assert_int_equal(step, 7);
}

/* Asked at 1.000 s, answered at 1.010 s, with 5.007 s in whole milliseconds: then the source's
 * clock showed 5.0075 s +- 0.5 ms at some time from 1.000 to 1.010 s. */
static void test_estimate(void **state)
{
    struct time_source_estimate e = time_source_estimate(5007000, 1000, 1000000, 1010000);
    (void)state;
    assert_int_equal(e.offset_us, 5007500 - 1005000);
    assert_int_equal(e.error_us, 5000 + 500 + 500);
}

static void test_schemes(void **state)
{
    (void)state;
    assert_true(time_source_is_iso("urn:mpeg:dash:utc:http-iso:2014"));
    assert_true(time_source_is_iso("urn:mpeg:dash:utc:http-iso"));
    assert_false(time_source_is_iso("urn:mpeg:dash:utc:http-isolated:2014"));
    assert_false(time_source_is_iso("urn:mpeg:dash:utc:http-xsdate:2014"));
    assert_false(time_source_is_iso(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_no_times),
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_schemes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
