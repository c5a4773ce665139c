/* What the rules choose, one decision at a time. Whole runs are compared in
 * tests/unit/player-sim/segmented. */
#include "player-sim/abr/abr.h"

#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum { RUNGS = 5, S = 1000000 };

static const int64_t rates[RUNGS] = {250000, 500000, 1000000, 2000000, 4000000};
static const struct abr_setup setup = {.bitrates_bps = rates,
                                       .rung_count = RUNGS,
                                       .segment_us = 2 * S,
                                       .buffer_max_us = 20 * S,
                                       .target_latency_us = -1,
                                       .wanted_bps = 1500000};

struct deciding {
    const struct abr_rule *rule;
    void *state;
    struct abr_moment m;
};

/* In the middle of a film, at 3 Mbit/s and 100 ms. */
static struct deciding begin(const char *name)
{
    struct deciding d = {
        .rule = abr_rule_find(name),
        .m = {.segment = 100,
              .segments_left = 100,
              .playing = true,
              .latency_us = -1,
              .playback_rate = 1,
              .estimate = {.throughput_bps = 3000000, .rtt_us = 100000}},
    };
    assert_non_null(d.rule);
    d.state = calloc(1, d.rule->state_bytes);
    assert_non_null(d.state);
    d.rule->init(d.state, &setup);
    return d;
}

static size_t choose(struct deciding *d, int64_t buffer_us)
{
    d->m.buffer_us = buffer_us;
    struct abr_choice c = d->rule->choose(d->state, &d->m);
    assert_true(c.rung < RUNGS);
    assert_true(c.delay_us >= 0);
    d->m.rung = c.rung;
    d->m.segment++;
    return c.rung;
}

static void tables_are_found_by_name(void **state)
{
    (void)state;
    static const char *const names[] = {"throughput", "bola", "bola-e", "dynamic",
                                        "l2a-ll",     "lol+", "hls.js", "fixed"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(abr_rule_find(names[i])->name, names[i]);
    assert_null(abr_rule_find("bol"));
    assert_null(abr_estimator_find(""));
    for (size_t i = 0; abr_rules[i]; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(abr_rules[i]->name, abr_rules[k]->name);
}

/* A unit of 2 s has 1.9 s to come in: 2 Mbit/s need 4 / 1.9 = 2.106 Mbit/s. */
static void sustainable_rung_counts_the_round_trip(void **state)
{
    (void)state;
    assert_int_equal(abr_sustainable_rung(&setup, 2100000, 100000), 2);
    assert_int_equal(abr_sustainable_rung(&setup, 2110000, 100000), 3);
    assert_int_equal(abr_sustainable_rung(&setup, 2000000, 0), 3);
    assert_int_equal(abr_sustainable_rung(&setup, 9e9, 2100000), 0);
    assert_int_equal(abr_sustainable_rung(&setup, 0, 0), 0);
}

static void fixed_is_the_rung_that_is_wanted(void **state)
{
    (void)state;
    struct deciding d = begin("fixed");
    assert_int_equal(abr_first_rung(d.rule, d.state, &setup, &d.m), 2);
    assert_int_equal(choose(&d, 0), 2);
    struct abr_setup low = setup;
    low.wanted_bps = 1;
    d.rule->init(d.state, &low);
    assert_int_equal(choose(&d, 10 * S), 0);
    free(d.state);
}

/* The highest rung that 0.9 times 3 Mbit/s carry, or that hls.js's 3 do; without an estimate the
 * lowest, but hls.js takes 500 kbit/s to be there. "burst" goes by what a packet weighs. */
static void first_rung_goes_by_the_estimate(void **state)
{
    (void)state;
    for (size_t i = 0; abr_rules[i]; i++) {
        const char *name = abr_rules[i]->name;
        if (!strcmp(name, "fixed") || !strcmp(name, "burst"))
            continue;
        struct deciding d = begin(name);
        assert_int_equal(abr_first_rung(d.rule, d.state, &setup, &d.m), 3);
        d.m.estimate = (struct abr_estimate){0};
        size_t unknown = !strcmp(name, "hls.js") ? 1 : 0;
        assert_int_equal(abr_first_rung(d.rule, d.state, &setup, &d.m), unknown);
        free(d.state);
    }
}

/* 0.9 x 3 Mbit/s carry 2; a buffer of 1 s does not bear it: 0.9 x 0.9 s x 3 Mbit/s = 2.43 Mbit, a
 * unit of rung 2 has 2. Later only half is trusted: 1.35 Mbit, rung 1 has 1. */
static void throughput_minds_a_low_buffer(void **state)
{
    (void)state;
    struct deciding d = begin("throughput");
    assert_int_equal(choose(&d, 1 * S), 2);
    for (int i = 0; i < 8; i++)
        choose(&d, 20 * S);
    assert_int_equal(choose(&d, 20 * S), 3);
    assert_int_equal(choose(&d, 1 * S), 1);
    free(d.state);
}

/* Vp = 18 s / (ln 16 + 5) = 2.316 s: the lowest rung's score is 0 at 11.6 s, the highest's at 18.
 */
static void bola_goes_by_the_level(void **state)
{
    (void)state;
    struct deciding d = begin("bola");
    assert_int_equal(choose(&d, 8 * S), 0);
    assert_int_equal(choose(&d, 14 * S), 3); /* the link carries that much */
    assert_int_equal(choose(&d, 18 * S), 4); /* one above it, as the buffer is full */
    d.m.estimate.throughput_bps = 600000;
    assert_int_equal(choose(&d, 18 * S), 4); /* still: no step up */
    assert_int_equal(choose(&d, 8 * S), 0);
    assert_int_equal(choose(&d, 18 * S), 2); /* one above what it carries now */
    free(d.state);
}

/* Near the beginning the curve ends at 4 s: what is low later is high there. */
static void bola_climbs_early_at_the_beginning(void **state)
{
    (void)state;
    struct deciding d = begin("bola");
    d.m.segment = 1;
    assert_int_equal(choose(&d, 4 * S), 4);
    d.m.segment = 1;
    d.m.segments_left = INT64_MAX;
    assert_int_equal(choose(&d, 4 * S), 4);
    d.m.segment = 100;
    d.rule->note_seek(d.state, &d.m);
    assert_int_equal(choose(&d, 4 * S), 4);
    d.m.segment = 200;
    assert_int_equal(choose(&d, 4 * S), 0);
    free(d.state);
}

/* It starts with what the link carries, though the buffer is low, and waits that are not its own
 * are no reason to go down. */
static void bola_e_has_a_placeholder(void **state)
{
    (void)state;
    struct deciding d = begin("bola-e");
    d.m.segment = 1;
    assert_int_equal(choose(&d, 6 * S), 3);
    struct abr_download done = {.rung = 3, .bytes = 1, .request_us = 0, .end_us = S};
    d.m.buffer_us = 7 * S;
    d.rule->note_download(d.state, &d.m, &done);
    assert_int_equal(choose(&d, 7 * S), 3);
    d.rule->note_wait(d.state, 60 * S);
    assert_int_equal(choose(&d, 7 * S), 4); /* as if the buffer was full */
    free(d.state);
}

static void bola_e_keeps_to_what_the_buffer_bears(void **state)
{
    (void)state;
    struct deciding d = begin("bola-e");
    d.m.segment = 1;
    assert_int_equal(choose(&d, 1 * S), 3);
    assert_int_equal(choose(&d, 1 * S), 2); /* as the throughput rule */
    free(d.state);
}

/* BOLA takes over above 10 s, and not before it wants as much; throughput below that. */
static void dynamic_changes_at_ten_seconds(void **state)
{
    (void)state;
    struct deciding d = begin("dynamic");
    assert_int_equal(choose(&d, 9 * S), 3);  /* throughput; BOLA: 0 */
    assert_int_equal(choose(&d, 17 * S), 4); /* BOLA */
    assert_int_equal(choose(&d, 11 * S), 1); /* BOLA still */
    assert_int_equal(choose(&d, 9 * S), 3);  /* throughput again */
    assert_int_equal(choose(&d, 11 * S), 3); /* still: BOLA wants less */
    free(d.state);
}

/* Ladders and buffers that leave no choice are no trouble, nor is a link of which nothing is known.
 */
static void every_rule_bears_odd_setups(void **state)
{
    (void)state;
    for (size_t i = 0; abr_rules[i]; i++) {
        for (int kind = 0; kind < 3; kind++) {
            struct abr_setup odd = setup;
            odd.rung_count = kind == 0 ? 1 : RUNGS;
            odd.buffer_max_us = kind == 1 ? 1 : 20 * S;
            struct deciding d = begin(abr_rules[i]->name);
            d.rule->init(d.state, &odd);
            if (kind == 2)
                d.m.estimate = (struct abr_estimate){0};
            for (int64_t level = 0; level < 40 * S; level += S)
                assert_true(choose(&d, level) < odd.rung_count);
            free(d.state);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_found_by_name),
        cmocka_unit_test(sustainable_rung_counts_the_round_trip),
        cmocka_unit_test(fixed_is_the_rung_that_is_wanted),
        cmocka_unit_test(first_rung_goes_by_the_estimate),
        cmocka_unit_test(throughput_minds_a_low_buffer),
        cmocka_unit_test(bola_goes_by_the_level),
        cmocka_unit_test(bola_climbs_early_at_the_beginning),
        cmocka_unit_test(bola_e_has_a_placeholder),
        cmocka_unit_test(bola_e_keeps_to_what_the_buffer_bears),
        cmocka_unit_test(dynamic_changes_at_ten_seconds),
        cmocka_unit_test(every_rule_bears_odd_setups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
