#include "media/core/err.h"
#include "player-sim/report/compare.h"
#include "player-sim/report/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { NAME_COLUMN = 16 };

static int64_t integer_of(json_t *report, const char *name)
{
    return json_integer_value(json_object_get(report, name));
}

/* "A  one.json: simulate, 1,000 sessions, 300.0 s, seed 1" */
static void write_run(const struct compare_run *run, size_t i, FILE *out)
{
    const char *mode = json_string_value(json_object_get(run->report, "mode"));
    char sessions[TABLE_FIGURE_BYTES];
    int64_t count = integer_of(run->report, "sessions");
    table_grouped(count < 0 ? 0 : (uint64_t)count, sessions);
    fprintf(out, "%c  %s: %s, %s session%s, %.1f s, seed %" PRId64 "\n", compare_letter(i),
            run->name, compare_is_word(mode) ? mode : "?", sessions, count == 1 ? "" : "s",
            json_number_value(json_object_get(run->report, "duration_s")),
            integer_of(run->report, "seed"));
}

/* With its sign, so that one sees which way it goes. */
static void signed_figure(double value, int digits, char out[TABLE_FIGURE_BYTES])
{
    char size[TABLE_FIGURE_BYTES - 2];
    snprintf(size, sizeof size, "%.*f", digits, fabs(value));
    snprintf(out, TABLE_FIGURE_BYTES, "%s%s", value < 0 ? "-" : "+", size);
}

static void write_difference(const struct compare_figures *a, const struct compare_figures *b,
                             char letter, FILE *out)
{
    char texts[5][TABLE_FIGURE_BYTES], ratio[TABLE_FIGURE_BYTES] = "-";
    int digits = table_digits(fmax(a->tm90, b->tm90));
    table_figure(a->tm90, digits, texts[0]);
    table_figure(b->tm90, digits, texts[1]);
    signed_figure(b->difference, digits, texts[2]);
    if (!isnan(b->ratio))
        snprintf(ratio, sizeof ratio, "%.3f", b->ratio);
    fprintf(out, " %8s %8s %8s", texts[0], texts[1], texts[2]);
    if (b->has_interval) {
        signed_figure(b->interval[0], digits, texts[3]);
        signed_figure(b->interval[1], digits, texts[4]);
        fprintf(out, "  [%7s,%7s]", texts[3], texts[4]);
    } else {
        fprintf(out, "  %17s", "not known");
    }
    fprintf(out, " %6s", ratio);
    if (b->differs)
        fprintf(out, "  %c is %s", letter, b->difference > 0 ? "more" : "less");
    fputc('\n', out);
}

static void write_pair(const struct comparison *c, size_t run, FILE *out)
{
    char letter = compare_letter(run), title[40], of_a[8] = "A tm90", of_b[8];
    snprintf(of_b, sizeof of_b, "%c tm90", letter);
    snprintf(title, sizeof title, "95 %% of %c - A", letter);
    fprintf(out, "\n%-*s %8s %8s %4c - A  %17s %4c/A\n", NAME_COLUMN, "", of_a, of_b, letter, title,
            letter);
    for (size_t i = 0; i < c->metric_count; i++) {
        const struct compare_metric *m = &c->metrics[i];
        if (!m->of[run].known)
            continue;
        fprintf(out, "%-*.*s", NAME_COLUMN, NAME_COLUMN, m->name);
        write_difference(&m->of[0], &m->of[run], letter, out);
    }
}

int compare_write_table(const struct comparison *c, FILE *out)
{
    for (size_t i = 0; i < c->run_count; i++)
        write_run(&c->runs[i], i, out);
    for (size_t i = 1; i < c->run_count; i++)
        write_pair(c, i, out);
    return ferror(out) ? ERR_IO : 0;
}
