/* `player-sim simulate` against Sabre (UMass-LIDS/sabre, src/sabre.py, BSD-2): the same trace,
 * movie and rule give the same rungs, asked for at the same times, with the same media in the
 * buffer, and stalls of the same length. Here it is the whole program that is compared, with its
 * trace and content readers, engine, link and report; tests/unit/player-sim/segmented compares its
 * rules alone. Sabre itself is run, with python3. By hand:
 *
 *     OPENHESP_SABRE=.../src/sabre.py build/tests/e2e-player_sabre
 *
 * Skips, saying so, where Sabre, python3 or the traces are absent. */
#include "support/cmocka_all.h"

#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PATH_BYTES = 1024,
    TRACES_MAX = 64,
    LINE_BYTES = 512,
    DECISIONS_MAX = 1024,
    NAME_BYTES = 64
};

/* Of one run. Times and levels in ms. */
struct decisions {
    struct decision {
        double at_ms, buffer_ms;
        long kbps;
    } list[DECISIONS_MAX];
    size_t count;
    double stalled_ms;
};

struct rule { /* here, and as Sabre calls it */
    const char *name, *sabre;
};

static const struct rule rules[] = {
    {"throughput", "throughput"}, {"bola", "bola"}, {"bola-e", "bolae"}, {"dynamic", "dynamic"}};
static const char *const movies[] = {"sabre-movie", "sabre-bbb"};

/* Beside the source directory, or where OPENHESP_TRACES says. */
static const char *traces_path(void)
{
    const char *path = getenv("OPENHESP_TRACES");
    return path ? path : OPENHESP_TRACES;
}

static FILE *start(const char *format, ...)
{
    char *command;
    va_list arguments;
    va_start(arguments, format);
    assert_true(vasprintf(&command, format, arguments) > 0);
    va_end(arguments);
    FILE *out = popen(command, "r");
    free(command);
    assert_non_null(out);
    return out;
}

/* ---- what both say ---- */

static void read_event(const char *line, struct decisions *out)
{
    double at_ms, value_ms;
    long kbps;
    char event[NAME_BYTES];
    if (sscanf(line, "0,%lf,%63[^,],%*[^,],%ldk,%lf", &at_ms, event, &kbps, &value_ms) != 4)
        return;
    if (strcmp(event, "stall") == 0)
        out->stalled_ms += value_ms;
    if (strcmp(event, "decided") != 0)
        return;
    assert_true(out->count < DECISIONS_MAX);
    out->list[out->count++] = (struct decision){at_ms, value_ms, kbps};
}

static void simulate(const char *rule, const char *movie, const char *trace, struct decisions *out)
{
    char line[LINE_BYTES];
    *out = (struct decisions){0};
    FILE *in = start("'%s' simulate --delivery segment --on-demand --http ideal --sessions 1 "
                     "--ramp 0 --zap-every 0 --duration 100000 --trace-from 0 --buffer-max 25 "
                     "--abr %s --content '%s' --trace '%s' --csv /dev/fd/3 3>&1 >/dev/null",
                     OPENHESP_PLAYER_SIM, rule, movie, trace);
    while (fgets(line, sizeof line, in))
        read_event(line, out);
    assert_int_equal(pclose(in), 0);
}

/* A line of Sabre for each segment is told of; before it, whether it waited as its rule wanted. */
static void read_line(const char *line, double *waited_ms, const long *kbps, struct decisions *out)
{
    double at_ms, level_ms, value;
    long rung;
    if (sscanf(line, "abr delay %lf", &value) == 1)
        *waited_ms += value;
    if (sscanf(line, "total rebuffer: %lf", &value) == 1)
        out->stalled_ms = value * 1e3;
    if (sscanf(line, "[%lf-%*d] %*d: q=%ld s=%*d/%*d t=%*d=%*d+%*d bl=%lf->", &at_ms, &rung,
               &level_ms) != 3)
        return;
    assert_true(out->count < DECISIONS_MAX);
    out->list[out->count++] =
        (struct decision){at_ms - *waited_ms, level_ms + *waited_ms, kbps[rung]};
    *waited_ms = 0;
}

static void ask_sabre(const char *rule, const char *movie, const char *trace, struct decisions *out)
{
    static const long kbps[] = {230, 331, 477, 688, 991, 1427, 2056, 2962, 5027, 6000};
    char line[LINE_BYTES];
    double waited_ms = 0;
    *out = (struct decisions){0};
    FILE *in = start("python3 '%s' -v -noa -a %s -m '%s' -n '%s'", getenv("OPENHESP_SABRE"), rule,
                     movie, trace);
    while (fgets(line, sizeof line, in))
        read_line(line, &waited_ms, kbps, out);
    assert_int_equal(pclose(in), 0);
}

/* ---- comparing ---- */

/* Within a millisecond and its rounding: Sabre prints times rounded and levels cut off. */
static bool agrees(const struct decision *a, const struct decision *b)
{
    return a->kbps == b->kbps && fabs(a->at_ms - b->at_ms) < 1.5 &&
           fabs(a->buffer_ms - b->buffer_ms) < 2;
}

static size_t compare(const struct decisions *ours, const struct decisions *theirs,
                      const char *what)
{
    size_t differing =
        ours->count > theirs->count ? ours->count - theirs->count : theirs->count - ours->count;
    for (size_t i = 0; i < ours->count && i < theirs->count; i++) {
        const struct decision *a = &ours->list[i], *b = &theirs->list[i];
        if (agrees(a, b))
            continue;
        if (!differing++)
            print_message("%s: decision %zu is %ld kbit/s at %.3f ms with %.3f ms; Sabre: %ld at "
                          "%.0f with %.0f\n",
                          what, i, a->kbps, a->at_ms, a->buffer_ms, b->kbps, b->at_ms,
                          b->buffer_ms);
    }
    if (fabs(ours->stalled_ms - theirs->stalled_ms) > 1) {
        print_message("%s: stalled %.3f ms; Sabre: %.3f\n", what, ours->stalled_ms,
                      theirs->stalled_ms);
        differing++;
    }
    return differing;
}

struct tally {
    size_t runs, decisions, differing;
    double stalled_ms;
};

static void compare_all(const char *movie, const char *trace, struct tally *tally)
{
    static struct decisions ours, theirs;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char what[2 * PATH_BYTES + NAME_BYTES];
        snprintf(what, sizeof what, "%s, %s, %s", rules[i].name, movie, trace);
        simulate(rules[i].name, movie, trace, &ours);
        ask_sabre(rules[i].sabre, movie, trace, &theirs);
        assert_true(theirs.count > 0);
        tally->runs++;
        tally->decisions += theirs.count;
        tally->stalled_ms += theirs.stalled_ms;
        tally->differing += compare(&ours, &theirs, what);
    }
}

static size_t list_traces(char paths[TRACES_MAX][PATH_BYTES])
{
    char folder[PATH_BYTES / 2];
    size_t count = 0;
    snprintf(folder, sizeof folder, "%s/hsdpa-norway", traces_path());
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir)) && count + 1 < TRACES_MAX;)
        if (strstr(e->d_name, ".json"))
            snprintf(paths[count++], PATH_BYTES, "%s/%s", folder, e->d_name);
    if (dir)
        closedir(dir);
    snprintf(paths[count++], PATH_BYTES, "%s/sabre-network.json", traces_path());
    return count;
}

static void decides_as_sabre_does(void **state)
{
    (void)state;
    static char traces[TRACES_MAX][PATH_BYTES];
    struct tally tally = {0};
    char movie[PATH_BYTES];
    snprintf(movie, sizeof movie, "%s/%s.json", traces_path(), movies[0]);
    if (!getenv("OPENHESP_SABRE") || access(movie, R_OK) || system("python3 -c '' 2>/dev/null")) {
        print_message("skipped: this needs python3, Sabre's sabre.py named by OPENHESP_SABRE, and "
                      "the traces in %s (or OPENHESP_TRACES)\n",
                      traces_path());
        skip();
    }
    size_t count = list_traces(traces);
    for (size_t m = 0; m < sizeof movies / sizeof *movies; m++) {
        snprintf(movie, sizeof movie, "%s/%s.json", traces_path(), movies[m]);
        for (size_t t = 0; t < count; t++)
            compare_all(movie, traces[t], &tally);
    }
    print_message("%zu runs, %zu decisions compared, %.1f s of stalls; %zu differ\n", tally.runs,
                  tally.decisions, tally.stalled_ms / 1e3, tally.differing);
    assert_int_equal(tally.differing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(decides_as_sabre_does)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
