/* Every rule's decisions on the five profiles of the MMSys 2020 challenge, as tests/golden/abr
 * holds them: any difference fails. Where one is meant to be, they are written anew by
 *
 *     OPENHESP_GOLDEN=write build/tests/unit-player-sim-segmented-golden
 *
 * Times are whole microseconds, told in milliseconds, so that the last bit of a libm's log or pow
 * does not show; it could only where two scores tie, and none do here. */
#include "ideal_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SEGMENTS = 75,
    SEGMENT_MS = 2000,
    LATENCY_MS = 20,
    TEXT_BYTES = 1 << 17,
    PATH_BYTES = 512,
    RULES_MAX = 32
};

#define PIECE(seconds, kbps)                                                                       \
    {                                                                                              \
        (seconds) * 1000, (kbps), LATENCY_MS                                                       \
    }
#define PROFILE(name)                                                                              \
    {                                                                                              \
#name,                                                                                     \
        {                                                                                          \
            name, sizeof name / sizeof *name                                                       \
        }                                                                                          \
    }

static const struct ideal_piece cascade[] = {PIECE(30, 1200), PIECE(30, 800), PIECE(30, 400),
                                             PIECE(30, 800), PIECE(30, 1200)};
static const struct ideal_piece intra_cascade[] = {
    PIECE(15, 1000), PIECE(15, 800), PIECE(15, 600), PIECE(15, 400), PIECE(15, 200),
    PIECE(15, 400),  PIECE(15, 600), PIECE(15, 800), PIECE(15, 1000)};
static const struct ideal_piece spike[] = {PIECE(10, 1200), PIECE(10, 300), PIECE(10, 800)};
static const struct ideal_piece slow_jitter[] = {PIECE(5, 500),  PIECE(5, 1200), PIECE(5, 500),
                                                 PIECE(5, 1200), PIECE(5, 500),  PIECE(5, 1200)};
static const struct ideal_piece fast_jitter[] = {PIECE(0.25, 500), PIECE(5, 1200),
                                                 PIECE(0.1, 500),  PIECE(1, 1200),
                                                 PIECE(0.25, 500), PIECE(5, 1200)};

static const struct {
    const char *name;
    struct ideal_trace trace;
} profiles[] = {PROFILE(cascade), PROFILE(intra_cascade), PROFILE(spike), PROFILE(slow_jitter),
                PROFILE(fast_jitter)};

/* A movie of our own: each segment weighs between three quarters and five quarters of what its rung
 * promises, all rungs of a segment alike. */
static struct ideal_movie make_movie(int64_t *bits)
{
    static const int64_t kbps[] = {150, 250, 400, 600, 900, 1300};
    struct ideal_movie m = {.segment_ms = SEGMENT_MS,
                            .rung_count = sizeof kbps / sizeof *kbps,
                            .segment_count = SEGMENTS,
                            .bits = bits};
    for (size_t r = 0; r < m.rung_count; r++)
        m.bitrates_bps[r] = kbps[r] * 1000;
    for (size_t s = 0; s < SEGMENTS; s++)
        for (size_t r = 0; r < m.rung_count; r++)
            bits[s * m.rung_count + r] =
                kbps[r] * SEGMENT_MS * (int64_t)(750 + s * 7919 % 501) / 8000 * 8;
    return m;
}

static void write_down(char *text, size_t *length, const char *profile,
                       const struct ideal_result *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct ideal_decision *d = &r->decisions[i];
        *length += (size_t)snprintf(text + *length, TEXT_BYTES - *length,
                                    "%s,%" PRId64 ",%zu,%.3f,%.3f,%.3f\n", profile, d->segment,
                                    d->rung, (double)d->start_us / 1e3, (double)d->end_us / 1e3,
                                    (double)d->buffer_us / 1e3);
        assert_true(*length < TEXT_BYTES);
    }
}

static void save(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f))
        fail_msg("cannot write %s", path);
}

/* The first line that differs says more than two whole texts. */
static void compare(const char *path, const char *text)
{
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("no %s: run this test with OPENHESP_GOLDEN=write to make it", path);
    char line[PATH_BYTES];
    for (int number = 1; fgets(line, sizeof line, f); number++) {
        size_t length = strlen(line);
        if (strncmp(line, text, length))
            fail_msg("%s:%d is %sbut now comes %.*s\nIf that is meant to be, run this test with "
                     "OPENHESP_GOLDEN=write",
                     path, number, line, (int)strcspn(text, "\n"), text);
        text += length;
    }
    fclose(f);
    assert_string_equal(text, "");
}

static void decisions_are_the_golden_ones(void **state)
{
    static int64_t bits[SEGMENTS * ABR_RUNGS_MAX];
    static struct ideal_result result;
    static char text[TEXT_BYTES];
    const char *rule = *state;
    struct ideal_movie movie = make_movie(bits);
    size_t length =
        (size_t)snprintf(text, sizeof text, "profile,segment,rung,start_ms,end_ms,buffer_ms\n");
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        ideal_run(rule, "ewma", &profiles[i].trace, &movie, &result);
        assert_int_equal(result.shown, SEGMENTS);
        assert_int_equal(result.count, SEGMENTS);
        write_down(text, &length, profiles[i].name, &result);
    }
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/tests/golden/abr/%s.csv", OPENHESP_SOURCE, rule);
    const char *mode = getenv("OPENHESP_GOLDEN");
    if (mode && !strcmp(mode, "write"))
        save(path, text);
    compare(path, text);
}

int main(void)
{
    struct CMUnitTest tests[RULES_MAX];
    size_t count = 0;
    for (; abr_rules[count] && count < RULES_MAX; count++)
        tests[count] = (struct CMUnitTest){
            .name = abr_rules[count]->name,
            .test_func = decisions_are_the_golden_ones,
            .initial_state = (void *)abr_rules[count]->name,
        };
    return _cmocka_run_group_tests("golden", tests, count, NULL, NULL);
}
