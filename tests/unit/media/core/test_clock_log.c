#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

/* H7: ISO 8601 with milliseconds and a zone. */
static void h7_date_times(void **state)
{
    char out[CLOCK_ISO8601_BYTES];
    (void)state;
    clock_iso8601(0, out);
    assert_string_equal(out, "1970-01-01T00:00:00.000Z");
    clock_iso8601(INT64_C(1617177600123999), out);
    assert_string_equal(out, "2021-03-31T08:00:00.123Z");
    clock_iso8601(-1, out);
    assert_string_equal(out, "1969-12-31T23:59:59.999Z");
}

static void ntp_times_come_back_to_the_microsecond(void **state)
{
    (void)state;
    assert_true(clock_ntp_from_utc(0) >> 32 == 2208988800u);
    int64_t year_2040 = INT64_C(2208988800000001);
    assert_int_equal(clock_utc_from_ntp(clock_ntp_from_utc(year_2040)), year_2040);
    for (int64_t us = INT64_C(1764000000000000); us < INT64_C(1764000001000000); us += 37)
        assert_int_equal(clock_utc_from_ntp(clock_ntp_from_utc(us)), us);
}

static void keep(void *context, const char *line)
{
    snprintf(context, 4096, "%s", line);
}

static void log_lines_are_one_line_whatever_they_say(void **state)
{
    char line[4096] = "";
    (void)state;
    log_redirect(keep, line);
    log_info("news", "a\nb \"%s\"", "c");
    assert_non_null(strstr(line, " info  news: a\\x0ab \"c\""));
    log_debug("news", "not wanted");
    assert_null(strstr(line, "not wanted"));
    log_setup(LOG_FORMAT_JSON, LOG_LEVEL_INFO);
    log_warn("news", "a\n\"b\"\\");
    assert_non_null(strstr(
        line, "\"level\":\"warn\",\"subject\":\"news\",\"message\":\"a\\u000a\\\"b\\\"\\\\\"}"));
    log_warn(NULL, "nobody");
    assert_non_null(strstr(line, "\"subject\":\"\",\"message\":\"nobody\"}"));
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO);
    log_redirect(NULL, NULL);
}

static void every_status_has_a_text(void **state)
{
    (void)state;
    for (int status = ERR_RANGE; status <= ERR_OK; status++)
        assert_string_not_equal(err_text(status), err_text(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h7_date_times),
        cmocka_unit_test(ntp_times_come_back_to_the_microsecond),
        cmocka_unit_test(log_lines_are_one_line_whatever_they_say),
        cmocka_unit_test(every_status_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
