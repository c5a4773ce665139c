#include "player-sim/command/outputs.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* /dev/null takes as many as there are. */
static bool is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0 && strncmp(a, "/dev/", strlen("/dev/")) != 0;
}

bool output_paths_check(const struct output_paths *paths, char *error, size_t error_bytes)
{
    for (int kind = 1; kind < OUTPUTS; kind++) {
        int first = 0;
        while (first < kind && !is_same(paths->of[first], paths->of[kind]))
            first++;
        if (first == kind)
            continue;
        return error_line(error, error_bytes,
                          "--%s and --%s can't both be %.80s%s: give one of them a file of its own",
                          kinds[first].name, kinds[kind].name, paths->of[kind],
                          strcmp(paths->of[kind], "-") == 0 ? " (standard output)" : "");
    }
    return true;
}

/* -1, with errno. */
static int open_file(const char *path, bool *made)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    *made = fd >= 0;
    return fd >= 0 || errno != EEXIST ? fd : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
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
    int fd = open_file(path, &o->made[kind]);
    o->files[kind] = fd < 0 ? NULL : fdopen(fd, "w");
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
    if (good)
        output_begin(o, OUTPUT_CSV);
    return good;
}

FILE *output_begin(struct outputs *o, enum output_kind kind)
{
    FILE *file = o->files[kind];
    /* pipes and terminals have nothing to cut off; what a full disk says comes with the writing */
    if (file && file != stdout && ftruncate(fileno(file), 0))
        errno = 0;
    return file;
}

static void remove_made(struct outputs *o, enum output_kind kind)
{
    if (o->made[kind])
        unlink(o->paths.of[kind]);
    o->made[kind] = false;
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
        remove_made(o, kind);
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
        if (kind != OUTPUT_CSV)
            output_begin(o, kind);
        int status = o->files[kind] ? write_one(kind, r, facts, shard, o->files[kind]) : 0;
        good = output_close(o, kind, status) && good;
    }
    return good;
}

void output_drop(struct outputs *o, enum output_kind kind)
{
    if (!o->files[kind])
        return;
    if (o->files[kind] != stdout)
        fclose(o->files[kind]);
    o->files[kind] = NULL;
    remove_made(o, kind);
}

void outputs_close(struct outputs *o)
{
    for (int kind = 0; kind < OUTPUTS; kind++)
        output_drop(o, kind);
}
