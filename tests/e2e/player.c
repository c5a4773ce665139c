#include "e2e/player.h"
#include "support/cmocka_all.h"
#include "support/json_expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 48, PATIENCE_MS = 120000, TABLE_BYTES = 65536 };

/* argv, NULL-terminated, with these arguments behind what it has. */
static void append(const char *argv[ARGUMENTS_MAX + 1], const char *const arguments[])
{
    size_t count = 0;
    while (argv[count])
        count++;
    for (size_t i = 0; arguments[i]; i++) {
        assert_true(count < ARGUMENTS_MAX);
        argv[count++] = arguments[i];
    }
}

/* command: live, simulate. link: its arguments, or NULL for none. */
static void start(struct player *p, const char *const link[], const char *command,
                  const char *const arguments[])
{
    const char *argv[ARGUMENTS_MAX + 1] = {0};
    strcpy(p->json_path, "/tmp/openhesp-report-XXXXXX");
    int fd = mkstemp(p->json_path);
    assert_true(fd >= 0);
    close(fd);
    if (link) {
        append(argv, (const char *const[]){OPENHESP_PLAYER_SIM, "link", NULL});
        append(argv, link);
        append(argv, (const char *const[]){"--", NULL});
    }
    append(argv, (const char *const[]){OPENHESP_PLAYER_SIM, command, "--json", p->json_path, NULL});
    append(argv, arguments);
    assert_true(process_start(&p->process, argv, PROCESS_STDOUT));
}

void player_start(struct player *p, const char *const arguments[])
{
    start(p, NULL, "live", arguments);
}

/* cmocka's own cuts it short. */
static void tell(const struct player_report *r)
{
    fprintf(stderr, "player-sim (exit code %d) said:\n%s\n%s\n", r->code, r->table, r->log);
}

static char *read_table(struct process *p)
{
    char *text = malloc(TABLE_BYTES);
    size_t size = 0;
    ssize_t got;
    assert_non_null(text);
    while (size + 1 < TABLE_BYTES && (got = read(p->out, text + size, TABLE_BYTES - 1 - size)) > 0)
        size += (size_t)got;
    text[size] = 0;
    return text;
}

void player_wait(struct player *p, struct player_report *out)
{
    json_error_t error;
    out->table = read_table(&p->process);
    out->code = process_wait(&p->process, PATIENCE_MS);
    out->log = process_log(&p->process);
    out->json = json_load_file(p->json_path, 0, &error);
    unlink(p->json_path);
    process_finish(&p->process);
    if (!out->json) {
        tell(out);
        fail_msg("its report can't be read: %s", error.text);
    }
}

void player_report_finish(struct player_report *r)
{
    json_decref(r->json);
    free(r->table);
    free(r->log);
}

void player_simulate(const char *const arguments[], struct player_report *out)
{
    struct player player;
    start(&player, NULL, "simulate", arguments);
    player_wait(&player, out);
}

void player_run(const char *const arguments[], struct player_report *out)
{
    struct player player;
    player_start(&player, arguments);
    player_wait(&player, out);
}

void player_run_behind(const char *const link[], const char *const arguments[],
                       struct player_report *out)
{
    struct player player;
    start(&player, link, "live", arguments);
    player_wait(&player, out);
}

static json_t *metric_of(const struct player_report *r, const char *metric)
{
    return json_expect(json_expect(r->json, "metrics", JSON_OBJECT), metric, JSON_OBJECT);
}

double player_figure(const struct player_report *r, const char *metric, const char *figure)
{
    json_t *value = json_object_get(metric_of(r, metric), figure);
    if (!json_is_number(value)) {
        tell(r);
        fail_msg("%s has no %s", metric, figure);
    }
    return json_number_value(value);
}

int64_t player_count(const struct player_report *r, const char *metric)
{
    return json_expect_integer(metric_of(r, metric), "n");
}

json_t *player_split(const struct player_report *r, const char *metric, const char *by)
{
    return json_expect(json_expect(metric_of(r, metric), "split", JSON_OBJECT), by, JSON_OBJECT);
}

int64_t player_errors(const struct player_report *r, const char *kind)
{
    json_t *errors = json_expect(r->json, "errors", JSON_OBJECT), *value;
    const char *name;
    int64_t sum = 0;
    if (kind)
        return json_expect_integer(errors, kind);
    json_object_foreach(errors, name, value) sum += json_integer_value(value);
    return sum;
}

void player_expect_code(const struct player_report *r, int code)
{
    if (r->code == code)
        return;
    tell(r);
    fail_msg("player-sim's exit code is %d instead of %d", r->code, code);
}
