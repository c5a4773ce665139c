#include "player-sim/report/compare.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS_MAX = 1000, WORD_BYTES_MAX = 40 };

char compare_letter(size_t run)
{
    return (char)('A' + run);
}

bool compare_is_word(const char *text)
{
    size_t size = text ? strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;
    return size && !text[size] && size <= WORD_BYTES_MAX;
}

void compare_finish(struct comparison *c)
{
    free(c->metrics);
    *c = (struct comparison){0};
}

/* ---- one run's figures ---- */

static bool read_number(json_t *object, const char *name, double *out)
{
    json_t *number = json_object_get(object, name);
    *out = json_number_value(number);
    return json_is_number(number);
}

static bool read_pair(json_t *pair, double out[2])
{
    for (size_t i = 0; i < 2; i++)
        out[i] = json_number_value(json_array_get(pair, i));
    return json_array_size(pair) == 2 && json_is_number(json_array_get(pair, 0)) &&
           json_is_number(json_array_get(pair, 1));
}

/* false: it isn't as reports have it. One without samples is not known. */
static bool read_figures(json_t *metric, struct compare_figures *f)
{
    json_t *n = json_object_get(metric, "n");
    if (!json_is_integer(n) || json_integer_value(n) < 0)
        return false;
    f->n = json_integer_value(n);
    f->known = f->n > 0;
    return !f->known ||
           (read_number(metric, "tm90", &f->tm90) && read_number(metric, "p50", &f->p50) &&
            read_number(metric, "p99", &f->p99) &&
            read_pair(json_object_get(metric, "ci95"), f->ci95));
}

static json_t *metrics_of(const struct compare_run *run)
{
    return json_object_get(run->report, "metrics");
}

/* ---- differences ---- */

static bool read_resamples(json_t *metric, double out[STATS_RESAMPLES])
{
    json_t *list = json_object_get(metric, "resamples");
    bool good = json_array_size(list) == STATS_RESAMPLES;
    for (size_t i = 0; good && i < STATS_RESAMPLES; i++) {
        good = json_is_number(json_array_get(list, i));
        out[i] = json_number_value(json_array_get(list, i));
    }
    return good;
}

static void compare_figures(json_t *first_metric, json_t *metric,
                            const struct compare_figures *first, struct compare_figures *f)
{
    double of_first[STATS_RESAMPLES], differences[STATS_RESAMPLES];
    f->difference = f->tm90 - first->tm90;
    f->ratio = first->tm90 > 0 && f->tm90 >= 0 ? f->tm90 / first->tm90 : NAN;
    f->has_interval = read_resamples(first_metric, of_first) && read_resamples(metric, differences);
    if (!f->has_interval)
        return;
    for (size_t i = 0; i < STATS_RESAMPLES; i++)
        differences[i] -= of_first[i];
    bootstrap_percentiles(differences, f->interval);
    f->differs = f->interval[0] > 0 || f->interval[1] < 0;
}

static bool wrong(char *error, const struct compare_run *run, const char *name)
{
    return error_line(error, REPORT_ERROR_BYTES,
                      "%.180s: its %.40s is not as player-sim writes it: give a file of its --json",
                      run->name, name);
}

/* Whether any other run has it too: in *any. false: a run's figures are wrong. */
static bool compare_metric(const struct comparison *c, const char *name, struct compare_metric *m,
                           bool *any, char *error)
{
    json_t *first = json_object_get(metrics_of(&c->runs[0]), name);
    *m = (struct compare_metric){.name = name};
    *any = false;
    for (size_t i = 0; i < c->run_count; i++) {
        json_t *metric = json_object_get(metrics_of(&c->runs[i]), name);
        if (metric && (!compare_is_word(name) || !read_figures(metric, &m->of[i])))
            return wrong(error, &c->runs[i], name);
        if (!i || !m->of[0].known || !m->of[i].known)
            continue;
        compare_figures(first, metric, &m->of[0], &m->of[i]);
        *any = true;
    }
    return true;
}

/* ---- all of it ---- */

static bool is_report(const struct compare_run *run, char *error)
{
    const char *tool = json_string_value(json_object_get(run->report, "tool"));
    json_t *metrics = metrics_of(run);
    if (tool && strcmp(tool, "player-sim") == 0 && json_is_object(metrics) &&
        json_object_size(metrics) <= METRICS_MAX)
        return true;
    return error_line(error, REPORT_ERROR_BYTES,
                      "%.200s is no report of player-sim: give a file of its --json", run->name);
}

static int compare_all(struct comparison *c, char *error)
{
    const char *name;
    json_t *metric;
    json_object_foreach(metrics_of(&c->runs[0]), name, metric)
    {
        bool any;
        if (!compare_metric(c, name, &c->metrics[c->metric_count], &any, error))
            return ERR_INVALID;
        c->metric_count += any;
    }
    if (c->metric_count)
        return 0;
    error_line(error, REPORT_ERROR_BYTES,
               "%.200s has no metric with samples that another one has too: compare reports of the "
               "same kind",
               c->runs[0].name);
    return ERR_NOT_FOUND;
}

int compare_make(const struct compare_run *runs, size_t run_count, struct comparison *out,
                 char error[REPORT_ERROR_BYTES])
{
    struct comparison c = {.runs = runs, .run_count = run_count};
    for (size_t i = 0; i < run_count; i++)
        if (!is_report(&runs[i], error))
            return ERR_INVALID;
    c.metrics = calloc(json_object_size(metrics_of(&runs[0])) + 1, sizeof *c.metrics);
    if (!c.metrics) {
        error_line(error, REPORT_ERROR_BYTES, "no memory for the comparison: free some");
        return ERR_NOMEM;
    }
    int status = compare_all(&c, error);
    if (status)
        compare_finish(&c);
    else
        *out = c;
    return status;
}
