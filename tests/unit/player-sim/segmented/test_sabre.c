/* Agreement with Sabre (UMass-LIDS/sabre, src/sabre.py, BSD-2), decision by decision: the same
 * trace, movie and rule give the same rungs, at the same times, with the same buffer. Sabre itself
 * is run here, with python3. By hand:
 *
 *     OPENHESP_SABRE=.../src/sabre.py build/tests/unit-player-sim-segmented-sabre
 *
 * Skips, saying so, where Sabre, python3 or the traces are absent. */
#include "ideal_run.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, TRACES_MAX = 64, LINE_BYTES = 512 };

/* Beside the source directory, or where OPENHESP_TRACES says. */
static const char *traces_path(void)
{
    const char *path = getenv("OPENHESP_TRACES");
    return path ? path : OPENHESP_SOURCE "/../shared/traces";
}

struct trace_file {
    char path[PATH_BYTES];
    struct ideal_piece *pieces;
    struct ideal_trace trace;
};

static json_t *load(const char *path)
{
    json_t *root = json_load_file(path, 0, NULL);
    if (!root)
        fail_msg("%s is no JSON", path);
    return root;
}

static void load_trace(struct trace_file *f)
{
    json_t *root = load(f->path), *piece;
    size_t i, count = json_array_size(root);
    f->pieces = calloc(count, sizeof *f->pieces);
    assert_non_null(f->pieces);
    json_array_foreach(root, i, piece) f->pieces[i] = (struct ideal_piece){
        json_number_value(json_object_get(piece, "duration_ms")),
        json_number_value(json_object_get(piece, "bandwidth_kbps")),
        json_number_value(json_object_get(piece, "latency_ms")),
    };
    f->trace = (struct ideal_trace){f->pieces, count};
    json_decref(root);
}

static int64_t *load_movie(const char *path, struct ideal_movie *m)
{
    json_t *root = load(path), *rates = json_object_get(root, "bitrates_kbps");
    json_t *segments = json_object_get(root, "segment_sizes_bits");
    *m = (struct ideal_movie){
        .segment_ms = json_integer_value(json_object_get(root, "segment_duration_ms")),
        .rung_count = json_array_size(rates),
        .segment_count = json_array_size(segments),
    };
    int64_t *bits = calloc(m->rung_count * m->segment_count, sizeof *bits);
    assert_non_null(bits);
    for (size_t r = 0; r < m->rung_count; r++)
        m->bitrates_bps[r] = json_integer_value(json_array_get(rates, r)) * 1000;
    for (size_t s = 0; s < m->segment_count; s++)
        for (size_t r = 0; r < m->rung_count; r++)
            bits[s * m->rung_count + r] =
                json_integer_value(json_array_get(json_array_get(segments, s), r));
    m->bits = bits;
    json_decref(root);
    return bits;
}

static size_t list_traces(struct trace_file *files)
{
    char folder[PATH_BYTES / 2];
    snprintf(folder, sizeof folder, "%s/hsdpa-norway", traces_path());
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir)) && count + 1 < TRACES_MAX;)
        if (strstr(e->d_name, ".json"))
            snprintf(files[count++].path, PATH_BYTES, "%s/%s", folder, e->d_name);
    if (dir)
        closedir(dir);
    snprintf(files[count++].path, PATH_BYTES, "%s/sabre-network.json", traces_path());
    return count;
}

/* Within a millisecond: Sabre prints times rounded and levels cut off. */
static bool close_to(int64_t us, long ms)
{
    return labs((long)lround((double)us / IDEAL_US_PER_MS) - ms) <= 1;
}

static bool agrees(const struct ideal_decision *d, const char *line)
{
    long start, end, segment, rung, level;
    int n = sscanf(line, "[%ld-%ld] %ld: q=%ld s=%*d/%*d t=%*d=%*d+%*d bl=%ld->", &start, &end,
                   &segment, &rung, &level);
    return n == 5 && d->segment == segment && d->rung == (size_t)rung &&
           close_to(d->start_us, start) && close_to(d->end_us, end) &&
           close_to(d->buffer_us, level);
}

struct pair { /* a rule here, and its name there */
    const char *rule, *sabre;
};

/* What Sabre stalled in all. How often is not compared: it counts rests of its rounding, too. */
static void check_total(const struct ideal_result *r, const char *line)
{
    double value;
    if (sscanf(line, "total rebuffer: %lf", &value) == 1 &&
        fabs(value * 1e6 - (double)r->stalled_us) > 1000)
        fail_msg("stalled %lld us, Sabre %f s", (long long)r->stalled_us, value);
}

static size_t compare(const struct pair *pair, const char *average, const char *movie_path,
                      const struct ideal_movie *movie, const struct trace_file *f)
{
    static struct ideal_result result;
    ideal_run(pair->rule, average, &f->trace, movie, &result);
    assert_int_equal(result.shown, movie->segment_count);

    char *command, line[LINE_BYTES];
    assert_true(asprintf(&command, "python3 '%s' -v -noa -a %s -ma %s -n '%s' -m '%s'",
                         getenv("OPENHESP_SABRE"), pair->sabre, average, f->path, movie_path) > 0);
    FILE *sabre = popen(command, "r");
    free(command);
    assert_non_null(sabre);
    size_t seen = 0;
    while (fgets(line, sizeof line, sabre)) {
        check_total(&result, line);
        if (line[0] != '[' || !strstr(line, " bl="))
            continue;
        const struct ideal_decision *d = &result.decisions[seen];
        if (seen >= result.count || !agrees(d, line))
            fail_msg("%s, %s, %s: decision %zu is segment %lld rung %zu, %.3f to %.3f ms, buffer "
                     "%.3f ms; Sabre: %s",
                     pair->rule, f->path, movie_path, seen, (long long)d->segment, d->rung,
                     (double)d->start_us / 1e3, (double)d->end_us / 1e3, (double)d->buffer_us / 1e3,
                     line);
        seen++;
    }
    assert_int_equal(pclose(sabre), 0);
    assert_int_equal(seen, result.count);
    return seen;
}

static void sabre_decides_the_same(void **state)
{
    (void)state;
    static const struct pair pairs[] = {{"throughput", "throughput"},
                                        {"bola", "bola"},
                                        {"bola-e", "bolae"},
                                        {"dynamic", "dynamic"}};
    static const char *const movies[] = {"sabre-movie", "sabre-bbb"};
    static const char *const averages[] = {"ewma", "sliding"};
    static struct trace_file files[TRACES_MAX];
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/sabre-movie.json", traces_path());
    if (!getenv("OPENHESP_SABRE") || access(path, R_OK) || system("python3 -c '' 2>/dev/null")) {
        print_message("skipped: this needs python3, Sabre's sabre.py named by OPENHESP_SABRE, and "
                      "the traces in %s (or OPENHESP_TRACES)\n",
                      traces_path());
        skip();
    }
    size_t count = list_traces(files), decisions = 0, runs = 0;
    for (size_t t = 0; t < count; t++)
        load_trace(&files[t]);
    for (size_t m = 0; m < sizeof movies / sizeof *movies; m++) {
        struct ideal_movie movie;
        snprintf(path, sizeof path, "%s/%s.json", traces_path(), movies[m]);
        int64_t *bits = load_movie(path, &movie);
        for (size_t t = 0; t < count; t++)
            for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
                for (size_t a = 0; a < sizeof averages / sizeof *averages; a++, runs++)
                    decisions += compare(&pairs[p], averages[a], path, &movie, &files[t]);
        free(bits);
    }
    for (size_t t = 0; t < count; t++)
        free(files[t].pieces);
    print_message("%zu decisions of %zu runs are Sabre's\n", decisions, runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sabre_decides_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
