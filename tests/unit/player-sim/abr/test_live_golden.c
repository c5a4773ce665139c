/* Decisions of the rules for low latency on the five profiles of the MMSys 2020 challenge, on a
 * constant link and on one that falls, as tests/golden/abr-live.txt holds them, a line each: rule,
 * trace, rungs. Any difference fails. Where one is meant to be, they are written anew by
 *
 *     OPENHESP_GOLDEN=write build/tests/unit-player-sim-abr-live_golden */
#include "live_loop.h"

#include <stdio.h>
#include <stdlib.h>

#define GOLDEN OPENHESP_SOURCE "/tests/golden/abr-live.txt"

enum { LINE_BYTES = LIVE_STEPS + 64 };

static const struct {
    const char *rule, *estimator;
} rules[] = {{"l2a-ll", "dash.js"}, {"lol+", "dash.js"}, {"hls.js", "hls.js"}};

static const char *const traces[] = {"constant:900k", LIVE_FALLING,  "cascade",    "intra-cascade",
                                     "spike",         "slow-jitter", "fast-jitter"};

static void decide(size_t rule, const char *trace, char line[LINE_BYTES])
{
    static struct live_run run;
    struct live_world w = {.trace = trace,
                           .segment_us = 1000000,
                           .chunk_us = 200000,
                           .target_us = 3000000,
                           .rung_count = 5,
                           .bitrates_bps = {150000, 300000, 550000, 800000, 1100000}};
    live_loop(abr_rule_find(rules[rule].rule), abr_estimator_find(rules[rule].estimator), &w, &run);
    char rungs[LIVE_STEPS + 1] = "";
    for (size_t i = 0; i < run.count; i++)
        rungs[i] = (char)('0' + run.steps[i].rung);
    snprintf(line, LINE_BYTES, "%s %s %s\n", rules[rule].rule, trace, rungs);
}

static void each(FILE *f, void (*visit)(FILE *f, const char *line))
{
    char line[LINE_BYTES];
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        for (size_t t = 0; t < sizeof traces / sizeof *traces; t++) {
            decide(r, traces[t], line);
            visit(f, line);
        }
}

static void write_line(FILE *f, const char *line)
{
    assert_true(fputs(line, f) >= 0);
}

static void expect_line(FILE *f, const char *line)
{
    char golden[LINE_BYTES];
    if (!fgets(golden, sizeof golden, f))
        fail_msg("%s ends before %s", GOLDEN, line);
    assert_string_equal(line, golden);
}

static void decisions_are_as_they_were(void **state)
{
    (void)state;
    const char *mode = getenv("OPENHESP_GOLDEN");
    bool writes = mode && !strcmp(mode, "write");
    FILE *f = fopen(GOLDEN, writes ? "w" : "r");
    assert_non_null(f);
    each(f, writes ? write_line : expect_line);
    if (!writes)
        assert_int_equal(fgetc(f), EOF);
    assert_int_equal(fclose(f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(decisions_are_as_they_were)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
