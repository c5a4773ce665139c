#include "player-sim/command/outputs.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name, *help;
} kinds[OUTPUTS] = {
    [OUTPUT_JSON] = {"json", "Write the report as JSON; - is standard output"},
    [OUTPUT_CSV] = {"csv", "Write a line for each event as it comes; - is standard output"},
    [OUTPUT_HTML] = {"html", "Write a page with the distributions; - is standard output"},
    [OUTPUT_PROMETHEUS] = {"prometheus", "Write the figures in Prometheus' text format"},
    [OUTPUT_CLOUDWATCH] = {"cloudwatch",
                           "Write the figures as a line in CloudWatch's embedded metric format"},
    [OUTPUT_SAMPLES] = {"samples", "Write what was measured, for player-sim merge"},
};

struct argp_option output_option(enum output_kind kind, int first_key)
{
    return (struct argp_option){
        kinds[kind].name, first_key + (int)kind, "FILE", 0, kinds[kind].help, 1};
}

bool output_paths_check(const struct output_paths *paths, char *error, size_t error_bytes)
{
    const char *first = NULL;
    for (int kind = 0; kind < OUTPUTS; kind++) {
        if (!paths->of[kind] || strcmp(paths->of[kind], "-") != 0)
            continue;
        if (first)
            return error_line(error, error_bytes,
                              "--%s and --%s can't both be - (standard output): give one of them a "
                              "file",
                              first, kinds[kind].name);
        first = kinds[kind].name;
    }
    return true;
}

bool output_open(struct outputs *o, enum output_kind kind)
{
    const char *path = o->paths.of[kind];
    if (!path)
        return true;
    if (strcmp(path, "-") == 0) {
        o->files[kind] = stdout;
        o->table = stderr;
        return true;
    }
    o->files[kind] = fopen(path, "w");
    if (!o->files[kind])
        fprintf(stderr, "%s: %s: %s: give a file that can be written\n", o->program, path,
                strerror(errno));
    return o->files[kind];
}

bool outputs_open(struct outputs *o, const char *program, const struct output_paths *paths)
{
    const char *missing = paths->of[OUTPUT_HTML] ? report_html_missing() : NULL;
    *o = (struct outputs){.program = program, .paths = *paths, .table = stdout};
    if (missing)
        fprintf(stderr, "%s: --html %s: %s\n", program, paths->of[OUTPUT_HTML], missing);
    bool good = !missing;
    for (int kind = 0; good && kind < OUTPUTS; kind++)
        good = output_open(o, kind);
    return good;
}

bool output_close(struct outputs *o, enum output_kind kind, int status)
{
    FILE *file = o->files[kind];
    if (!file)
        return true;
    bool failed = status || ferror(file);
    int reason = errno;
    if (file == stdout ? fflush(stdout) : fclose(file)) {
        failed = true;
        reason = errno;
    }
    o->files[kind] = NULL;
    if (failed)
        fprintf(stderr, "%s: %s could not be written: %s\n", o->program, o->paths.of[kind],
                status && status != ERR_IO ? err_text(status) : strerror(reason));
    return !failed;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int write_one(enum output_kind kind, struct report *r, const struct report_facts *facts,
                     const struct report_shard *shard, FILE *out)
{
    switch (kind) {
    case OUTPUT_JSON:
        return report_write_json(r, facts, out);
    case OUTPUT_HTML:
        return report_write_html(r, facts, out);
    case OUTPUT_PROMETHEUS:
        return report_write_prometheus(r, facts, out);
    case OUTPUT_CLOUDWATCH:
        return report_write_cloudwatch(r, facts, now_ms(), out);
    case OUTPUT_SAMPLES:
        return report_write_samples(r, facts, shard, out);
    default: /* the CSV was written as things happened */
        return 0;
    }
}

bool outputs_write(struct outputs *o, struct report *r, const struct report_facts *facts,
                   const struct report_shard *shard)
{
    errno = 0;
    bool good = !report_write_table(r, facts, o->table) && !fflush(o->table);
    if (!good)
        fprintf(stderr, "%s: the table could not be written: %s: send it where it can be\n",
                o->program, strerror(errno));
    for (int kind = 0; kind < OUTPUTS; kind++) {
        errno = 0;
        int status = o->files[kind] ? write_one(kind, r, facts, shard, o->files[kind]) : 0;
        good = output_close(o, kind, status) && good;
    }
    return good;
}

void outputs_close(struct outputs *o)
{
    for (int kind = 0; kind < OUTPUTS; kind++)
        if (o->files[kind] && o->files[kind] != stdout)
            fclose(o->files[kind]);
}
