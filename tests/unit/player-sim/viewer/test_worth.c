/* What a HESP viewer tells of a session's worth, by hand: which pictures count, which bytes were in
 * vain, and the wishes of its rule. Channels are those of the session's own tests. */
#include "player-sim/viewer/viewer.h"
#include "unit/player-sim/session/fixture.h"

#include <jansson.h>

static const char *const channel_names[] = {"one"};

struct stage {
    struct report *report;
    struct viewer *viewer;
    char *csv;
    size_t csv_bytes;
    FILE *lines;
    struct session_request last; /* of a packet or segment, its pointers apart */
    char rendition[16];
    int64_t now_us;
    uint64_t cut_bytes; /* of each request that is cancelled */
    int cancels;
};

static void request(void *context, const struct session_request *r)
{
    struct stage *s = context;
    s->last = *r;
    snprintf(s->rendition, sizeof s->rendition, "%s", r->track ? r->track->name : "");
}

static uint64_t cancel(void *context, uint32_t id)
{
    struct stage *s = context;
    (void)id;
    s->cancels++;
    return s->cut_bytes;
}

static void advance_to(struct stage *s, int64_t now_us)
{
    while (viewer_next_us(s->viewer) <= now_us) {
        s->now_us = viewer_next_us(s->viewer) > s->now_us ? viewer_next_us(s->viewer) : s->now_us;
        viewer_advance(s->viewer, s->now_us);
    }
    s->now_us = now_us;
}

static void tell(struct stage *s, struct session_event event)
{
    viewer_handle(s->viewer, s->now_us, &event, 20000);
}

/* Frame n is captured (n - 100) * 40,000 us after the session's start. */
static struct session_sample picture(int64_t n, size_t bytes)
{
    struct session_sample sample = frame(n, false);
    sample.capture_us = 1000000000 + (n - 100) * 40000;
    sample.bytes = bytes;
    return sample;
}

static void tell_packet(struct stage *s, uint32_t request, int64_t n, size_t bytes)
{
    tell(s, (struct session_event){.kind = SESSION_PACKET,
                                   .request = request,
                                   .sample = picture(n, bytes),
                                   .has_sample = true,
                                   .timescale = 25,
                                   .segment_id = (n + 1) / 50,
                                   .offset = (n + 1) % 50 * 100,
                                   .connected_us = s->now_us,
                                   .first_byte_us = s->now_us});
}

static void tell_chunk(struct stage *s, uint32_t request, int64_t n, size_t bytes)
{
    tell(s, (struct session_event){
                .kind = SESSION_CHUNK, .request = request, .sample = picture(n, bytes)});
}

/* A viewer of a silent channel, whose manifest is there at 10,000 us and the packet of frame 100,
 * 4,000 bytes, at 50,000. Frame n > 100 is due at 83,000 + (n - 100) * 40,000. */
static struct stage *watch(const struct abr_rule *rule)
{
    struct stage *s = calloc(1, sizeof *s);
    struct shape silent = plain;
    silent.silent = true;
    s->lines = open_memstream(&s->csv, &s->csv_bytes);
    struct report_config report = {.mode = "live",
                                   .sessions = 1,
                                   .channels = channel_names,
                                   .channel_count = 1,
                                   .command = "",
                                   .csv = s->lines};
    struct viewer_config config = {
        .session = world_config(), .rule = rule, .estimator = abr_estimators[0]};
    const struct viewer_ports ports = {.request = request, .cancel = cancel, .context = s};
    assert_int_equal(report_create(&report, &s->report), 0);
    assert_int_equal(viewer_create(&config, &ports, s->report, &s->viewer), 0);
    advance_to(s, 10000);
    struct session_channel *c = make_channel(&silent, NULL);
    tell(s, (struct session_event){.kind = SESSION_MANIFEST, .request = 1, .channel = c});
    session_channel_unref(c);
    advance_to(s, 50000);
    tell_packet(s, 2, 100, 4000);
    return s;
}

static json_t *leave(struct stage *s, int64_t now_us)
{
    struct report_facts facts = {.duration_s = 1, .clock_error_us = -1};
    char *text;
    size_t size;
    advance_to(s, now_us);
    viewer_leave(s->viewer, now_us);
    assert_int_equal(viewer_report_status(s->viewer), 0);
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(report_write_json(s->report, &facts, out), 0);
    fclose(out);
    json_t *report = json_loads(text, 0, NULL);
    free(text);
    return report;
}

static void strike(struct stage *s, json_t *report)
{
    json_decref(report);
    viewer_destroy(s->viewer);
    report_destroy(s->report);
    fclose(s->lines);
    free(s->csv);
    free(s);
}

static double told_of(json_t *report, const char *metric, const char *figure)
{
    json_t *m = json_object_get(json_object_get(report, "metrics"), metric);
    json_t *value = json_object_get(m, figure);
    if (!json_is_number(value))
        fail_msg("no %s of %s", figure, metric);
    return json_number_value(value);
}

static void expect_figure(json_t *report, const char *metric, double value)
{
    if (told_of(report, metric, "n") != 1 || told_of(report, metric, "max") != value)
        fail_msg("%s is %.9g, not %.9g", metric, told_of(report, metric, "max"), value);
}

/* Frames 101 to 110 come 33 ms early, 1,000 bytes each; he leaves when 109 is on screen, so that
 * 110 was in vain: 1,000 of 14,000 bytes. Ten frames of 800 kbit/s are 320 kbit. Yin: 320 / 4 -
 * 3000 * 0.05. NQoE: 320 - 0.05 * 300 * 0.04 * (0.05 + 9 * 0.083). */
static void pictures_shown_and_bytes_in_vain(void **state)
{
    (void)state;
    struct stage *s = watch(NULL);
    for (int64_t n = 101; n <= 110; n++) {
        advance_to(s, 90000 + (n - 101) * 40000);
        tell_chunk(s, 3, n, 1000);
    }
    json_t *report = leave(s, 460000);
    expect_figure(report, "bitrate_kbps", 800);
    expect_figure(report, "rung_ms", 400);
    expect_figure(report, "quality_switches", 0);
    expect_figure(report, "stall_percent", 0);
    expect_figure(report, "speed_percent", 100);
    expect_figure(report, "wasted_percent", 7.143);
    expect_figure(report, "qoe_yin", -70);
    expect_figure(report, "qoe_mmsys", 319.522);
    strike(s, report);
}

/* What had come of a chunk is in vain when the request is given up: 1,000 of 5,000 bytes. */
static void what_is_cut_off_is_in_vain(void **state)
{
    (void)state;
    struct stage *s = watch(NULL);
    s->cut_bytes = 1000;
    json_t *report = leave(s, 60000);
    assert_int_equal(s->cancels, 1);
    expect_figure(report, "wasted_percent", 20);
    strike(s, report);
}

/* He leaves 200 ms after frame 101 was due, which never came: with the 40 ms of frame 100's own
 * time, 5/6 of it stood still. */
static void a_stall_has_its_share(void **state)
{
    (void)state;
    struct stage *s = watch(NULL);
    json_t *report = leave(s, 323000);
    assert_true(told_of(report, "stall_ms", "max") == 200);
    expect_figure(report, "stall_percent", 83.333);
    expect_figure(report, "wasted_percent", 0);
    strike(s, report);
}

/* The wait for a first picture that never came is told by nothing but `unfinished`. */
static void nothing_shown(void **state)
{
    (void)state;
    struct report_config config = {
        .mode = "live", .sessions = 1, .channels = channel_names, .channel_count = 1};
    struct viewer_config viewer = {.session = world_config()};
    struct stage s = {0};
    const struct viewer_ports ports = {.request = request, .cancel = cancel, .context = &s};
    assert_int_equal(report_create(&config, &s.report), 0);
    assert_int_equal(viewer_create(&viewer, &ports, s.report, &s.viewer), 0);
    advance_to(&s, 10000);
    json_t *report = leave(&s, 1000000);
    assert_true(told_of(report, "qoe_yin", "n") == 0);
    assert_true(told_of(report, "wasted_percent", "n") == 0);
    json_decref(report);
    viewer_destroy(s.viewer);
    report_destroy(s.report);
}

/* ---- a rule that joins on the lowest rung and then wants the highest ---- */

static void begin_climbing(void *state, const struct abr_setup *setup)
{
    (void)setup;
    *(size_t *)state = 0;
}

static size_t lowest(void *state, const struct abr_moment *m)
{
    (void)state, (void)m;
    return 0;
}

static struct abr_choice highest(void *state, const struct abr_moment *m)
{
    (void)state, (void)m;
    return (struct abr_choice){.rung = 2};
}

static const struct abr_rule climbs = {.name = "climbs",
                                       .summary = "",
                                       .state_bytes = sizeof(size_t),
                                       .init = begin_climbing,
                                       .first = lowest,
                                       .choose = highest};

/* The packet of a join is news for the rule: the wish is told at once, with nothing ahead but the
 * first picture's own buffer. The old rung's frames go on; once the new one flows it takes over,
 * and what came of the old one for the same times was in vain. */
static void wishes_and_switches(void **state)
{
    (void)state;
    struct stage *s = watch(&climbs);
    tell_chunk(s, 3, 101, 1000);
    assert_string_equal(s->rendition, "high");
    assert_int_equal(s->last.kind, SESSION_GET_PACKET);
    assert_int_equal(s->last.number, 102);
    uint32_t packet = s->last.id;
    tell_chunk(s, 3, 102, 1000);
    tell_chunk(s, 3, 103, 1000);
    tell_packet(s, packet, 102, 8000);
    uint32_t segment = s->last.id;
    tell_chunk(s, segment, 103, 2000);
    tell_chunk(s, segment, 104, 2000);
    json_t *report = leave(s, 210000); /* 103 is on screen since 203,000 */
    fflush(s->lines);
    assert_non_null(strstr(s->csv, "\n0,10.000,decided,one,low,0.000\n"));
    const char *wish = strstr(s->csv, "\n0,50.000,decided,one,high,");
    assert_non_null(wish);
    assert_null(strstr(wish + strlen("\n0,50.000,decided"), "decided"));
    expect_figure(report, "quality_switches", 1);
    expect_figure(report, "switched_kbps", 2200);
    expect_figure(report, "bitrate_kbps", (300 + 300 + 2500 + 2500) / 4);
    assert_true(told_of(report, "rung_ms", "n") == 2);
    assert_true(told_of(report, "rung_ms", "max") == 80);
    /* 102 and 103 of the old rung, and 104, of 4000 + 3 * 1000 + 8000 + 2 * 2000 bytes */
    expect_figure(report, "wasted_percent", 21.053);
    strike(s, report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_shown_and_bytes_in_vain),
        cmocka_unit_test(what_is_cut_off_is_in_vain),
        cmocka_unit_test(a_stall_has_its_share),
        cmocka_unit_test(nothing_shown),
        cmocka_unit_test(wishes_and_switches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
