/* Channels made up from a ladder: sizes within what the manifest promises and the VBV holds, alike
 * for a seed on every machine, and shaped as those that were measured. */
#include "player-sim/content/synthetic.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

#include <math.h>
#include <string.h>

static struct content make(const struct content_ladder *l)
{
    struct content c;
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(content_synthesize(l, &c, error), ERR_OK);
    assert_int_equal(content_check(&c, error), ERR_OK);
    return c;
}

/* FNV-1a of all sizes, as they are in little-endian order of bytes. */
static uint64_t digest(const struct content *c)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < c->rung_count; i++)
        for (size_t n = 0; n < c->frame_count; n++) {
            hash = (hash ^ content_frame_bytes(c, i, (int64_t)n)) * 0x100000001b3;
            hash = (hash ^ content_packet_bytes(c, i, (int64_t)n)) * 0x100000001b3;
        }
    return hash;
}

static void test_default_is_as_told(void **state)
{
    (void)state;
    struct content c = make(&content_ladder_default);
    assert_int_equal(c.rung_count, 3);
    assert_int_equal(c.frame_count, 1800);
    assert_int_equal(c.segment_frames, 180);
    assert_string_equal(c.rungs[0].name, "426x240-400k");
    assert_string_equal(c.rungs[2].name, "1280x720-2500k");
    /* As hesp-packager's manifests have them. */
    assert_int_equal(c.rungs[1].bandwidth_bps, 871734);
    assert_int_equal(c.rungs[2].bandwidth_bps, 2642567);
    assert_int_equal(c.sound.bandwidth_bps, 213334);
    assert_int_equal(c.sound.rate.num, 375);
    assert_int_equal(c.sound.rate.den, 8);
    content_finish(&c);
}

/* The sizes themselves: a change of the model has to change this number too, and nothing else may,
 * least of all another machine. */
static void test_seed_gives_the_same_everywhere(void **state)
{
    (void)state;
    struct content_ladder l = content_ladder_default;
    struct content a = make(&l), b = make(&l);
    uint64_t first = digest(&a);
    assert_int_equal(digest(&b), first);
    assert_int_equal(first, 0x2a1753326eb67a33);
    content_finish(&b);
    l.seed = 2;
    b = make(&l);
    assert_int_not_equal(digest(&b), first);
    content_finish(&a);
    content_finish(&b);
}

/* No run of frames takes more than the bit rate and a full buffer (VBV), boxes aside. */
static void expect_vbv_held(const struct content *c, size_t rung, int64_t bitrate_bps)
{
    double share = (double)bitrate_bps * (double)c->rate.den / (double)c->rate.num;
    double buffer = (double)bitrate_bps / 4, fill = buffer;
    for (size_t n = 0; n < c->frame_count; n++) {
        fill -= (content_frame_bytes(c, rung, (int64_t)n) - (double)c->box_bytes) * 8;
        assert_true(fill > -64 * 8); /* the least frame is sent whatever the buffer holds */
        fill = fmin(buffer, fmax(fill, 0) + share);
    }
}

static void expect_promise_held(const struct content *c, size_t rung)
{
    for (size_t n = 0; n < c->frame_count; n += c->segment_frames) {
        double bits =
            (double)content_bytes(c, rung, (int64_t)n, (int64_t)n + c->segment_frames) * 8;
        double seconds = c->segment_frames * (double)c->rate.den / (double)c->rate.num;
        assert_true(bits / seconds <= (double)c->rungs[rung].bandwidth_bps);
    }
}

static void test_rates_are_held(void **state)
{
    (void)state;
    static const struct rational rates[] = {{25, 1}, {30000, 1001}, {60, 1}, {2, 1}};
    static const int64_t bitrates[] = {400000, 800000, 2500000};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct content_ladder l = content_ladder_default;
        l.rate = rates[i];
        l.seed = i;
        l.duration_us = 300000000;
        struct content c = make(&l);
        for (size_t rung = 0; rung < c.rung_count; rung++) {
            expect_vbv_held(&c, rung, rates[i].num > 2 ? bitrates[rung] : bitrates[rung] * 2);
            expect_promise_held(&c, rung);
        }
        content_finish(&c);
    }
}

struct shape {
    double kbps, keyframe, deviation, correlation;
};

/* keyframe: their mean size by that of all; deviation and correlation (of neighbours): of the
 * logarithms of frames a good while after a keyframe. */
static struct shape shape_of(const struct content *c, size_t rung)
{
    double all = (double)content_bytes(c, rung, 0, (int64_t)c->frame_count);
    double mean = all / (double)c->frame_count, keys = 0, sum = 0, squares = 0, products = 0,
           last = 0, n = 0;
    for (size_t at = 0; at < c->frame_count; at++) {
        double bytes = content_frame_bytes(c, rung, (int64_t)at);
        double log_bytes = log(bytes - c->box_bytes);
        if (at % c->segment_frames == 0)
            keys += bytes;
        if (at % c->segment_frames < 12)
            continue;
        if (at % c->segment_frames > 12) {
            n++;
            sum += log_bytes;
            squares += log_bytes * log_bytes;
            products += log_bytes * last;
        }
        last = log_bytes;
    }
    double variance = squares / n - sum / n * sum / n;
    double rate = (double)c->rate.num / (double)c->rate.den;
    return (struct shape){.kbps = mean * 8 * rate / 1000,
                          .keyframe = keys / ((double)c->frame_count / c->segment_frames) / mean,
                          .deviation = sqrt(variance),
                          .correlation = (products / n - sum / n * sum / n) / variance};
}

/* Within the range of what docs/content.md tells as measured. */
static void test_shape_is_the_measured_one(void **state)
{
    (void)state;
    struct content_ladder l = content_ladder_default;
    l.rate = (struct rational){25, 1};
    l.duration_us = 1200000000;
    struct content c = make(&l);
    struct shape s = shape_of(&c, 1);
    assert_true(s.kbps > 720 && s.kbps < 828);
    assert_true(s.keyframe > 2 && s.keyframe < 4);
    assert_true(s.deviation > 0.3 && s.deviation < 0.6);
    assert_true(s.correlation > 0.2 && s.correlation < 0.55);
    content_finish(&c);
}

/* docs/packets.md: 18, 35 and 94 kB; neighbours are alike unless a scene begins; what is hard for
 * one rung is for all. A segment's first frame is its own packet, with a header. */
static void test_packets_are_as_measured(void **state)
{
    (void)state;
    static const double measured[] = {18000, 35000, 94000};
    struct content_ladder l = content_ladder_default;
    l.duration_us = 1200000000;
    struct content c = make(&l);
    for (size_t rung = 0; rung < c.rung_count; rung++) {
        double sum = 0;
        size_t alike = 0;
        for (size_t n = 0; n < c.frame_count; n += c.segment_frames)
            assert_int_equal(content_packet_bytes(&c, rung, (int64_t)n),
                             content_frame_bytes(&c, rung, (int64_t)n) + 758);
        for (size_t n = 0; n < c.frame_count; n++) {
            if (n % c.segment_frames == 0)
                continue;
            double bytes = content_packet_bytes(&c, rung, (int64_t)n);
            double next = content_packet_bytes(&c, rung, (int64_t)n + 1);
            double lowest = content_packet_bytes(&c, 0, (int64_t)n);
            sum += bytes;
            alike += fabs(next / bytes - 1) < 0.06;
            assert_true(fabs(bytes / lowest / (measured[rung] / measured[0]) - 1) < 0.06);
        }
        assert_true(fabs(sum / (double)c.frame_count / measured[rung] - 1) < 0.1);
        assert_true(alike > c.frame_count * 95 / 100);
    }
    content_finish(&c);
}

/* Whole segments: 29.97 fps and 6 s are 180 frames, and 61 s are eleven segments. */
static void test_lengths_are_whole_segments(void **state)
{
    (void)state;
    struct content_ladder l = content_ladder_default;
    l.rate = (struct rational){30000, 1001};
    l.duration_us = 61000000;
    l.sound_bps = 0;
    struct content c = make(&l);
    assert_int_equal(c.segment_frames, 180);
    assert_int_equal(c.frame_count, 11 * 180);
    assert_int_equal(c.sound.rate.num, 0);
    content_finish(&c);
}

static void expect_refused(const struct content_ladder *l, const char *what)
{
    struct content c = {.name = "untouched"};
    char error[CONTENT_ERROR_BYTES] = "";
    assert_int_equal(content_synthesize(l, &c, error), ERR_INVALID);
    assert_string_equal(c.name, "untouched");
    if (!strstr(error, what))
        fail_msg("\"%s\" does not name %s", error, what);
}

static void test_ladders_out_of_range_are_refused(void **state)
{
    (void)state;
    struct content_ladder l = content_ladder_default;
    l.rung_count = 0;
    expect_refused(&l, "1 to 64 rungs");
    l = content_ladder_default;
    l.rungs[1].bitrate_bps = 9999;
    expect_refused(&l, "rung 640x360");
    l = content_ladder_default;
    l.rungs[2].bitrate_bps = l.rungs[0].bitrate_bps;
    expect_refused(&l, "two rungs");
    l = content_ladder_default;
    l.rate = (struct rational){1, 2};
    expect_refused(&l, "frame rate");
    l = content_ladder_default;
    l.duration_us = 0;
    expect_refused(&l, "lasts");
    l = content_ladder_default;
    l.rate = (struct rational){1000, 1};
    l.duration_us = 3600000000;
    expect_refused(&l, "shorter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_is_as_told),
        cmocka_unit_test(test_seed_gives_the_same_everywhere),
        cmocka_unit_test(test_rates_are_held),
        cmocka_unit_test(test_shape_is_the_measured_one),
        cmocka_unit_test(test_packets_are_as_measured),
        cmocka_unit_test(test_lengths_are_whole_segments),
        cmocka_unit_test(test_ladders_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
