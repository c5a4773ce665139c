/* The table on the terminal: whole texts of small runs. */
#include "fixture.h"

static void assert_table(struct report *r, const struct report_facts *facts, const char *expected)
{
    char *text = fixture_text(r, facts, report_write_table);
    assert_string_equal(text, expected);
    free(text);
}

static void nothing_measured(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    assert_table(r, &facts,
                 "nothing was measured\n"
                 "\n"
                 "transport:  HTTP/1.1, cubic on this side, 4 connections, 1,234 requests, 2.5 MB\n"
                 "clock:      the origin's is 0.2 ms behind ours, ±0.1 ms\n"
                 "decoding:   1 of 2 sessions; 0.5 s of CPU\n"
                 "stalls:     none\n"
                 "errors:     none\n"
                 "\n"
                 "2 sessions, 30.0 s, HTTP/1.1, seed 7, no errors\n");
    report_destroy(r);
}

/* Equal values in two sessions, so that every figure of a row is that value. */
static void saw(struct report *r, enum session_metric metric, int64_t value_us)
{
    for (size_t session = 0; session < 2; session++) {
        struct report_place place = fixture_place(session, 0, "a", 1000);
        assert_int_equal(report_saw(r, &place, metric, value_us), 0);
    }
}

static void a_zap_taken_apart(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    saw(r, SESSION_ZAP, 20000);
    saw(r, SESSION_CONNECTION, 0);
    saw(r, SESSION_FIRST_BYTE, 8500);
    saw(r, SESSION_INIT, 10000);
    saw(r, SESSION_CONTINUATION, 40000);
    saw(r, SESSION_SOUND, 44000);
    for (size_t session = 0; session < 2; session++) {
        struct report_place place = fixture_place(session, 0, "a", 1000);
        report_packet(r, &place, 58211, session == 1);
    }
    assert_table(
        r, &facts,
        "                       n     tm90       95 % of tm90       p50      p99      max\n"
        "zap_ms                 2     20.0  [   20.0,    20.0]     20.0     20.0     20.0\n"
        "connection_ms          2     0.00  [   0.00,    0.00]     0.00     0.00     0.00\n"
        "first_byte_ms          2     8.50  [   8.50,    8.50]     8.50     8.50     8.50\n"
        "init_ms                2     10.0  [   10.0,    10.0]     10.0     10.0     10.0\n"
        "continuation_ms        2     40.0  [   40.0,    40.0]     40.0     40.0     40.0\n"
        "sound_ms               2     44.0  [   44.0,    44.0]     44.0     44.0     44.0\n"
        "packet_bytes           2    58211  [  58211,   58211]    58211    58211    58211\n"
        "\n"
        "anatomy of a zap: ms since it was asked for, 2 zaps\n"
        "packet: tm90 58,211, p50 58,211 bytes\n"
        "                     tm90      p50\n"
        "  connection         0.00     0.00  ▏\n"
        "  first byte         8.50     8.50  ████████▌\n"
        "  packet             10.0     10.0  ········██\n"
        "  first picture      20.0     20.0  ··········██████████\n"
        "  next picture       40.0     40.0  ····················████████████████████\n"
        "  sound              44.0     44.0  ···········································◆\n"
        "\n"
        "transport:  HTTP/1.1, cubic on this side, 4 connections, 1,234 requests, 2.5 MB\n"
        "            1 of 2 zap packets needed a new connection\n"
        "clock:      the origin's is 0.2 ms behind ours, ±0.1 ms\n"
        "decoding:   1 of 2 sessions; 0.5 s of CPU\n"
        "stalls:     none\n"
        "errors:     none\n"
        "\n"
        "zap_ms tm90 20.0 [20.0, 20.0] n=2, 2 sessions, 30.0 s, HTTP/1.1, seed 7, no errors\n");
    report_destroy(r);
}

static void what_went_wrong(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(0, 0, NULL, -1);
    facts.clock_offset_us = 5101;
    assert_int_equal(report_saw(r, &place, SESSION_STARTUP, 12345678), 0);
    assert_int_equal(report_saw(r, &place, SESSION_STALL, 40000), 0);
    assert_int_equal(report_saw(r, &place, SESSION_LATENCY, -1), 0);
    report_stalls(r, &place, 1);
    report_missed(r, &place, SESSION_STARTUP);
    report_missed(r, &place, SESSION_SWITCH);
    report_missed(r, &place, SESSION_SWITCH);
    report_repeated_picture(r);
    report_fault(r, &place, SESSION_FAULT_HTTP, "URL:\x1b[2J 404\nerrors: none");
    report_fault(r, &place, SESSION_FAULT_DECODE, NULL);
    assert_table(
        r, &facts,
        "                       n     tm90       95 % of tm90       p50      p99      max\n"
        "startup_ms             1    12346  [  12346,   12346]    12346    12346    12346\n"
        "stall_ms               1     40.0  [   40.0,    40.0]     40.0     40.0     40.0\n"
        "stall_count            1     1.00  [   1.00,    1.00]     1.00     1.00     1.00\n"
        "\n"
        "transport:  HTTP/1.1, cubic on this side, 4 connections, 1,234 requests, 2.5 MB\n"
        "clock:      the origin's is 5.1 ms ahead of ours, ±0.1 ms\n"
        "warning:    latency_ms is off by that\n"
        "warning:    1 picture seemed to come before being taken: the clocks differ; not in "
        "latency_ms\n"
        "decoding:   1 of 2 sessions, 1 repeated picture; 0.5 s of CPU\n"
        "stalls:     1 stall in 1 session, 40 ms together\n"
        "unfinished: 1 start, 2 switches\n"
        "errors:     http 1, decode 1\n"
        "  http: URL:\xef\xbf\xbd[2J 404\xef\xbf\xbd"
        "errors: none\n"
        "\n"
        "startup_ms tm90 12346 [12346, 12346] n=1, 2 sessions, 30.0 s, HTTP/1.1, seed 7, "
        "2 errors\n");
    facts.clock_offset_us = -5100; /* not above +- error and 5 ms */
    char *text = fixture_text(r, &facts, report_write_table);
    assert_null(strstr(text, "off by that"));
    free(text);
    report_destroy(r);
}

static void trims_beside_each_other(void **state)
{
    (void)state;
    static const char *const specifications[] = {
        "TM(2%:98%)", "PR(:30)", "TM(150:1000)", "WM(5.0000000001%:95.0000000001%)", "TC(:90%)",
    };
    struct trim trims[5];
    char error[TRIM_ERROR_BYTES];
    for (size_t i = 0; i < 5; i++)
        assert_true(trim_read(specifications[i], &trims[i], error));
    struct report_config config = fixture_config();
    config.trims = trims;
    config.trim_count = 5;
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    saw(r, SESSION_SWITCH, 40000);
    char *text = fixture_text(r, &facts, report_write_table);
    assert_non_null(strstr(text, "\n"
                                 "                 TM(2%:98%)    PR(:30) TM(150:1000)\n"
                                 "switch_ms              40.0       0.00            -\n"
                                 "\n"
                                 "                 WM(5.0000000001%:95.0000000001%)   TC(:90%)\n"
                                 "switch_ms                                    40.0       1.80\n"));
    free(text);
    report_destroy(r);
}

static void a_simulation_has_no_clock_to_warn_of(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    config.mode = "simulate";
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    char *text = fixture_text(r, &facts, report_write_table);
    assert_null(strstr(text, "clock:"));
    assert_null(strstr(text, "decoding:"));
    assert_non_null(strstr(text, "\nsimulated:  0.5 s of CPU\n"));
    free(text);
    report_destroy(r);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    struct fixture_disk disk = {20};
    struct report_config config = fixture_config();
    struct report *r = fixture_report(&config);
    struct report_facts facts = fixture_facts();
    FILE *full = fixture_full_disk(&disk);
    assert_int_equal(report_write_table(r, &facts, full), ERR_IO);
    fclose(full);
    report_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_measured),
        cmocka_unit_test(a_zap_taken_apart),
        cmocka_unit_test(what_went_wrong),
        cmocka_unit_test(trims_beside_each_other),
        cmocka_unit_test(a_simulation_has_no_clock_to_warn_of),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
