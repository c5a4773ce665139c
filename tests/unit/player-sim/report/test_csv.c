/* The CSV: each kind of line, quoting, and a disk that is full. */
#include "fixture.h"

struct csv {
    char *text;
    size_t size;
    FILE *out;
    struct report *report;
};

static void open_csv(struct csv *csv, const char *const *channels)
{
    struct report_config config = fixture_config();
    csv->out = open_memstream(&csv->text, &csv->size);
    assert_non_null(csv->out);
    config.csv = csv->out;
    if (channels)
        config.channels = channels;
    csv->report = fixture_report(&config);
}

static void assert_csv(struct csv *csv, const char *expected)
{
    report_destroy(csv->report);
    fclose(csv->out);
    assert_string_equal(csv->text, expected);
    free(csv->text);
}

static void head_alone(void **state)
{
    (void)state;
    struct csv csv;
    open_csv(&csv, NULL);
    assert_csv(&csv, "session,time_ms,event,channel,rendition,value_ms\n");
}

static void a_line_an_event(void **state)
{
    (void)state;
    struct csv csv;
    open_csv(&csv, NULL);
    struct report_place place = fixture_place(3, 1, "720p", 1000);
    assert_int_equal(report_saw(csv.report, &place, SESSION_ZAP, 33367), 0);
    place.at_us = 1;
    place.rendition = NULL;
    assert_int_equal(report_saw(csv.report, &place, SESSION_STARTUP, 5), 0);
    assert_int_equal(report_saw(csv.report, &place, SESSION_FIRST_BYTE, 7000), 0);
    assert_int_equal(report_saw(csv.report, &place, SESSION_LATENCY, -1), 0); /* no sample */
    assert_int_equal(report_packet(csv.report, &place, 60000, true), 0);      /* no time */
    assert_int_equal(report_stalls(csv.report, &place, 1), 0);
    const struct qoe_figures worth = {.shown = true, .received_bytes = 1};
    assert_int_equal(report_worth(csv.report, &place, &worth), 0);
    assert_int_equal(report_rung(csv.report, &place, 1000000), 0);
    report_fault(csv.report, &place, SESSION_FAULT_SEQUENCE_GAP, "text");
    report_missed(csv.report, &place, SESSION_SWITCH);
    assert_csv(&csv, "session,time_ms,event,channel,rendition,value_ms\n"
                     "3,1500.000,zap,two,720p,33.367\n"
                     "3,0.001,startup,two,,0.005\n"
                     "3,0.001,first_byte,two,,7.000\n"
                     "3,0.001,fault:sequence_gap,two,,\n"
                     "3,0.001,missed:switch,two,,\n");
}

static void decisions_have_lines(void **state)
{
    (void)state;
    struct csv csv;
    open_csv(&csv, NULL);
    struct report_place place = fixture_place(3, 1, "720p", 1000);
    assert_int_equal(report_decided(csv.report, &place, 1234567), 0);
    assert_int_equal(report_decided(csv.report, &place, 0), 0);
    assert_int_equal(report_decided(csv.report, &place, -1), ERR_INVALID);
    assert_csv(&csv, "session,time_ms,event,channel,rendition,value_ms\n"
                     "3,1500.000,decided,two,720p,1234.567\n"
                     "3,1500.000,decided,two,720p,0.000\n");
}

static void texts_are_quoted(void **state)
{
    (void)state;
    static const char *const channels[] = {"a,b", "say \"x\"\r\n"};
    struct csv csv;
    open_csv(&csv, channels);
    struct report_place place = fixture_place(0, 0, "\"", -1);
    report_saw(csv.report, &place, SESSION_GAP, 0);
    place.channel = 1;
    report_saw(csv.report, &place, SESSION_GAP, 0);
    assert_csv(&csv, "session,time_ms,event,channel,rendition,value_ms\n"
                     "0,1500.000,gap,\"a,b\",\"\"\"\",0.000\n"
                     "0,1500.000,gap,\"say \"\"x\"\"\xef\xbf\xbd\xef\xbf\xbd\",\"\"\"\",0.000\n");
}

/* A fault's line is lost without a status of its own: the next sample tells. */
static void a_full_disk_is_told(void **state)
{
    (void)state;
    struct fixture_disk disk = {10};
    struct report_config config = fixture_config();
    struct report *r = NULL;
    config.csv = fixture_full_disk(&disk);
    assert_int_equal(report_create(&config, &r), ERR_IO);
    assert_null(r);
    fclose(config.csv);

    disk.room = 200;
    config.csv = fixture_full_disk(&disk);
    r = fixture_report(&config);
    struct report_place place = fixture_place(0, 0, "a", 0);
    assert_int_equal(report_saw(r, &place, SESSION_ZAP, 1000), 0);
    disk.room = 0;
    report_fault(r, &place, SESSION_FAULT_HTTP, "x");
    disk.room = 200;
    assert_int_equal(report_saw(r, &place, SESSION_ZAP, 1000), ERR_IO);
    assert_int_equal(report_saw(r, &place, SESSION_LATENCY, -5), ERR_IO);
    assert_int_equal(disk.room, 200); /* no line after a hole */
    double mean_ms;
    assert_int_equal(report_count(r, SESSION_ZAP, &mean_ms), 2);
    report_destroy(r);
    fclose(config.csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(head_alone),           cmocka_unit_test(a_line_an_event),
        cmocka_unit_test(decisions_have_lines), cmocka_unit_test(texts_are_quoted),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
