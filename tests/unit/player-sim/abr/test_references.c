/* Agreement with the rules and estimators that others published, step by step, on the same input:
 * theirs are run with node by the drivers in tests/reference, whose README says what is fetched and
 * how this is run. A test whose reference is absent skips, saying so. */
#include "live_loop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LADDER_OF_THREE                                                                            \
    .rung_count = 3, .bitrates_bps = {200000, 600000, 1000000} /* MMSys 2020's */
#define LADDER_OF_FIVE .rung_count = 5, .bitrates_bps = {150000, 300000, 550000, 800000, 1100000}

enum { COMMAND_BYTES = 2048, LINE_BYTES = 256 };

static const char *const traces[] = {"constant:900k", LIVE_FALLING,  "cascade",    "intra-cascade",
                                     "spike",         "slow-jitter", "fast-jitter"};

static const struct live_world worlds[] = {
    {.segment_us = 500000, .chunk_us = 100000, .target_us = 1500000, LADDER_OF_THREE},
    {.segment_us = 1000000, .chunk_us = 200000, .target_us = 3000000, LADDER_OF_FIVE},
    {.segment_us = 2000000, .chunk_us = 500000, .target_us = 4000000, LADDER_OF_FIVE},
};

struct reference {
    const char *variable, *driver;
    const char *rule, *estimator;
};

/* What the reference gives for a step: a rung, or what it believes, or both. */
struct answer {
    bool rung_told, estimate_told;
    size_t rung;
    struct abr_estimate estimate;
};

static void write_step(FILE *f, const struct live_step *s)
{
    const struct abr_download *d = &s->before;
    const struct abr_moment *m = &s->told;
    fprintf(
        f,
        "{\"segment\":%lld,\"rung\":%zu,\"bytes\":%llu,\"request_us\":%lld,"
        "\"first_byte_us\":%lld,\"end_us\":%lld,\"transfer_us\":%lld,\"buffer_us\":%lld,"
        "\"latency_us\":%lld,\"playback_rate\":%.17g,\"throughput_bps\":%.17g,\"rtt_us\":%.17g}",
        (long long)d->segment, d->rung, (unsigned long long)d->bytes, (long long)d->request_us,
        (long long)d->first_byte_us, (long long)d->end_us, (long long)d->transfer_us,
        (long long)m->buffer_us, (long long)m->latency_us, m->playback_rate,
        m->estimate.throughput_bps, m->estimate.rtt_us);
}

static void write_steps(const char *path, const struct live_world *w, const struct live_run *run)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "{\"setup\":{\"segment_us\":%lld,\"part_us\":%lld,\"bitrates_bps\":[",
            (long long)w->segment_us, (long long)w->chunk_us);
    for (size_t i = 0; i < w->rung_count; i++)
        fprintf(f, "%s%lld", i ? "," : "", (long long)w->bitrates_bps[i]);
    fprintf(f, "]},\"steps\":[");
    for (size_t i = 0; i < run->count; i++) {
        fprintf(f, "%s\n", i ? "," : "");
        write_step(f, &run->steps[i]);
    }
    fprintf(f, "]}\n");
    assert_int_equal(fclose(f), 0);
}

static void read_answers(FILE *f, const struct reference *r, struct answer *out, size_t count)
{
    char line[LINE_BYTES];
    for (size_t i = 0; i < count; i++) {
        if (!fgets(line, sizeof line, f))
            fail_msg("%s stops at step %zu", r->driver, i);
        struct answer *a = &out[i];
        double numbers[3];
        int told = sscanf(line, "%lf %lf %lf", &numbers[0], &numbers[1], &numbers[2]);
        if (told < 1)
            fail_msg("%s, step %zu: %s", r->driver, i, line);
        *a = (struct answer){.rung_told = told != 2, .estimate_told = told > 1};
        if (a->rung_told)
            a->rung = (size_t)numbers[0];
        if (a->estimate_told)
            a->estimate = (struct abr_estimate){numbers[told - 2], numbers[told - 1]};
    }
}

static void ask(const struct reference *r, const struct live_world *w, const struct live_run *run,
                struct answer *out)
{
    char path[] = "/tmp/openhesp-steps-XXXXXX", command[COMMAND_BYTES];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_steps(path, w, run);
    snprintf(command, sizeof command, "node '%s/tests/reference/%s' '%s' '%s'", OPENHESP_SOURCE,
             r->driver, getenv(r->variable), path);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    read_answers(f, r, out, run->count);
    assert_int_equal(pclose(f), 0);
    unlink(path);
}

/* Both come to the same sums by the same terms, in libms that may differ in the last bits. */
static bool alike(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fabs(b);
}

static bool agrees(const struct live_step *ours, const struct answer *theirs)
{
    const struct abr_estimate *e = &ours->told.estimate;
    return (!theirs->rung_told || theirs->rung == ours->rung) &&
           (!theirs->estimate_told || (alike(e->throughput_bps, theirs->estimate.throughput_bps) &&
                                       alike(e->rtt_us, theirs->estimate.rtt_us)));
}

static void tell(const struct reference *r, const struct live_world *w, size_t i,
                 const struct live_step *ours, const struct answer *theirs)
{
    print_message("%s, %s, %.1f s, step %zu: ours %zu (%.6f bit/s, %.3f us), theirs %zu (%.6f, "
                  "%.3f)\n",
                  r->driver, w->trace, (double)w->segment_us / 1e6, i, ours->rung,
                  ours->told.estimate.throughput_bps, ours->told.estimate.rtt_us, theirs->rung,
                  theirs->estimate.throughput_bps, theirs->estimate.rtt_us);
}

struct tally {
    size_t steps, differ, changes, stalls;
};

static void compare_world(const struct reference *r, const struct live_world *w, struct tally *t)
{
    static struct live_run run;
    static struct answer answers[LIVE_STEPS];
    live_loop(abr_rule_find(r->rule), abr_estimator_find(r->estimator), w, &run);
    ask(r, w, &run, answers);
    for (size_t i = 0; i < run.count; i++) {
        const struct live_step *s = &run.steps[i];
        if (!agrees(s, &answers[i])) {
            tell(r, w, i, s, &answers[i]);
            t->differ++;
        }
        t->changes += s->rung != s->told.rung;
    }
    t->steps += run.count;
    t->stalls += run.steps[run.count - 1].told.stalled_us > 0;
}

static void compare(const struct reference *r)
{
    if (!getenv(r->variable) || system("node --version >/dev/null 2>&1")) {
        print_message("%s and node are needed for %s: skipped\n", r->variable, r->driver);
        skip();
    }
    struct tally t = {0};
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++)
        for (size_t k = 0; k < sizeof traces / sizeof *traces; k++) {
            struct live_world w = worlds[i];
            w.trace = traces[k];
            compare_world(r, &w, &t);
        }
    print_message("%s: %zu steps, %zu of them changes of rung, %zu worlds with stalls; %zu steps "
                  "differ\n",
                  r->driver, t.steps, t.changes, t.stalls, t.differ);
    assert_int_equal(t.differ, 0);
}

static void l2a_ll(void **state)
{
    (void)state;
    compare(&(struct reference){"OPENHESP_L2A", "l2a.mjs", "l2a-ll", "dash.js"});
}

static void lol_plus(void **state)
{
    (void)state;
    compare(&(struct reference){"OPENHESP_LOLP", "lolp.mjs", "lol+", "dash.js"});
}

static void lol_plus_of_dash_js(void **state)
{
    (void)state;
    compare(&(struct reference){"OPENHESP_DASHJS", "dash-lolp.mjs", "lol+", "dash.js"});
}

static void bandwidth_of_dash_js(void **state)
{
    (void)state;
    compare(&(struct reference){"OPENHESP_DASHJS", "dash-throughput.mjs", "throughput", "dash.js"});
}

static void hls_js(void **state)
{
    (void)state;
    compare(&(struct reference){"OPENHESP_HLSJS", "hls.mjs", "hls.js", "hls.js"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(l2a_ll),
        cmocka_unit_test(lol_plus),
        cmocka_unit_test(lol_plus_of_dash_js),
        cmocka_unit_test(bandwidth_of_dash_js),
        cmocka_unit_test(hls_js),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
