/* What viewers of segments tell of their sessions' worth: bytes of frames are those of the pieces
 * that they came in, and a run whose figures can be worked out. */
#include "fixture.h"
#include "media/core/err.h"
#include "player-sim/simulate/segment_origin.h"
#include "player-sim/simulate/simulate.h"

#include <jansson.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

/* A piece weighs what its frames do, whatever the unit; and so do any frames in a row. */
static void expect_pieces(const struct stock *s, enum segmented_unit unit, uint32_t part_frames,
                          int64_t part)
{
    const struct segment_origin origin = {.channels = &s->channel,
                                          .channel_count = 1,
                                          .unit = unit,
                                          .live = true,
                                          .part_frames = part_frames};
    const struct virtual_origin o = segment_origin_of(&origin);
    struct virtual_answer a = {
        .ask = {.kind = SEGMENTED_GET_MEDIA, .rung = 1, .number = 1, .offset = part}};
    int64_t at_us = 0, from, first;
    o.answer(o.context, 0, &a.ask, &a, &at_us);
    for (from = first = a.next; a.next < a.end; from = a.next) {
        struct virtual_piece piece;
        o.piece(o.context, 0, &a, &piece);
        assert_int_equal(piece.bytes, segment_origin_bytes(&origin, 0, 1, from, a.next));
        assert_int_equal(a.next - first, piece.tag);
    }
    uint64_t sum = 0;
    for (int64_t n = first; n < a.end; n++)
        sum += segment_origin_bytes(&origin, 0, 1, n, n + 1);
    assert_int_equal(sum, segment_origin_bytes(&origin, 0, 1, first, a.end));
}

static void frames_weigh_what_their_pieces_do(void **state)
{
    (void)state;
    struct stock s;
    stock_fill(&s);
    s.content.box_bytes = 60;
    expect_pieces(&s, SEGMENTED_WHOLE, 1, -1);
    for (uint32_t frames = 1; frames <= SEGMENT; frames++) {
        expect_pieces(&s, SEGMENTED_CHUNKED, frames, -1);
        expect_pieces(&s, SEGMENTED_PARTS, frames, 0);
    }
    expect_pieces(&s, SEGMENTED_PARTS, 3, 3); /* of one frame */
}

static const atomic_bool never;

static json_t *run(const struct simulate_config *config, struct simulate_result *result)
{
    static const char *const names[] = {"stock"};
    struct report_config report_config = {
        .mode = "simulate", .sessions = 1, .channels = names, .channel_count = 1, .command = ""};
    struct report *report;
    char error[SIMULATE_TEXT_BYTES] = "", *text;
    size_t size;
    assert_int_equal(report_create(&report_config, &report), 0);
    if (simulate_run(config, report, NULL, NULL, result, error))
        fail_msg("%s", error);
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(report_write_json(report, &result->facts, out), 0);
    fclose(out);
    json_t *all = json_loads(text, 0, NULL), *metrics = json_object_get(all, "metrics");
    json_incref(metrics);
    json_decref(all);
    free(text);
    report_destroy(report);
    return metrics;
}

static double max_of(json_t *metrics, const char *name)
{
    json_t *value = json_object_get(json_object_get(metrics, name), "max");
    if (!json_is_number(value))
        fail_msg("no sample of %s", name);
    return json_number_value(value);
}

static void expect_near(json_t *metrics, const char *name, double value)
{
    if (!(fabs(max_of(metrics, name) - value) < 0.002))
        fail_msg("%s is %.9g, not %.9g", name, max_of(metrics, name), value);
}

static struct simulate_config one_session(const struct stock *s,
                                          const struct segmented_delivery *delivery)
{
    return (struct simulate_config){
        .contents = &s->content,
        .content_count = 1,
        .channel_count = 1,
        .sessions = 1,
        .sharing = 1,
        .shard_count = 1,
        .threads = 1,
        .duration_us = 10000000,
        .rtt_us = 40000,
        .rate_bps = 1000000,
        .http = virtual_config_default,
        .delivery = delivery,
        .rule = abr_rule_find("fixed"),
        .estimator = abr_estimators[0],
        .wanted_bps = INT64_MAX,
        .stop = &never,
    };
}

/* Twenty frames of 300 kbit/s, each of which is shown: 200 kbit, and nothing in vain. Yin: less
 * than a chunk counts as one, 200 / 4 - 3000 times the start-up. NQoE: 200, as nothing is live. */
static void on_demand_all_is_shown(void **state)
{
    (void)state;
    struct stock s;
    struct simulate_result result;
    stock_fill(&s);
    struct segmented_delivery delivery = *segmented_delivery_find("segment");
    delivery.live = false;
    struct simulate_config config = one_session(&s, &delivery);
    json_t *metrics = run(&config, &result);
    expect_near(metrics, "bitrate_kbps", 300);
    expect_near(metrics, "rung_ms", 666.666);
    expect_near(metrics, "quality_switches", 0);
    expect_near(metrics, "stall_percent", 0);
    expect_near(metrics, "speed_percent", 100);
    expect_near(metrics, "wasted_percent", 0);
    expect_near(metrics, "qoe_mmsys", 200);
    expect_near(metrics, "qoe_yin", 50 - 3 * max_of(metrics, "startup_ms"));
    json_decref(metrics);
}

/* Who leaves with media in the buffer, and a segment on its way, has received them in vain: what
 * was shown and what was not are all that came but for the manifest. */
static void live_what_is_buffered_is_in_vain(void **state)
{
    (void)state;
    struct stock s;
    struct simulate_result result;
    stock_fill(&s);
    s.content.sound.rate.num = 0;
    for (int n = 0; n < FRAMES; n++) /* all frames weigh the same */
        s.ends[1][n] = (uint64_t)(n + 1) * 1000;
    struct simulate_config config = one_session(&s, segmented_delivery_find("segment"));
    json_t *metrics = run(&config, &result);
    double frames = json_number_value(json_object_get(json_object_get(metrics, "latency_ms"), "n"));
    double received = (double)result.facts.bytes - SEGMENT_ORIGIN_MANIFEST_BYTES;
    if (segmented_delivery_find("segment")->headers)
        received -= SEGMENT_ORIGIN_INIT_BYTES;
    assert_true(frames > 200 && frames * 1000 < received);
    /* a segment that was cut off when he left is in neither figure of the connection's */
    double wasted = 100 * (received - frames * 1000) / received;
    assert_true(wasted > 0);
    assert_true(max_of(metrics, "wasted_percent") >= wasted - 0.001);
    assert_true(max_of(metrics, "wasted_percent") < wasted + 100 * 10000 / received);
    expect_near(metrics, "rung_ms", frames * 1000 / 30);
    json_decref(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_weigh_what_their_pieces_do),
        cmocka_unit_test(on_demand_all_is_shown),
        cmocka_unit_test(live_what_is_buffered_is_in_vain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
