#include "support/link_run.h"
#include "support/cmocka_all.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 24, PATIENCE_MS = 60000 };

static bool read_way(const char *text, const char *name, struct link_run_way *way)
{
    const char *at = strstr(text, name);
    int size = 0;
    if (!at || sscanf(at + strlen(name),
                      " %" SCNu64 " packets, %" SCNu64 " bytes, %" SCNu64
                      " dropped, queue up to %" SCNd64 " bytes%n",
                      &way->packets, &way->bytes, &way->dropped, &way->queue_bytes, &size) != 4)
        return false;
    if (sscanf(at + strlen(name) + size, ", %" SCNu64 " lost by chance", &way->lost) != 1)
        way->lost = 0;
    return true;
}

void link_run_start(struct process *p, const char *const arguments[])
{
    const char *argv[ARGUMENTS_MAX + 3] = {OPENHESP_PLAYER_SIM, "link"};
    for (size_t i = 0; arguments[i]; i++)
        argv[i + 2] = arguments[i];
    assert_true(process_start(p, argv, PROCESS_STDOUT));
}

void link_run_end(struct process *p, struct link_run *r)
{
    size_t size = 0;
    ssize_t got;
    while (size + 1 < sizeof r->out &&
           (got = read(p->out, r->out + size, sizeof r->out - 1 - size)) > 0)
        size += (size_t)got;
    r->out[size] = 0;
    r->code = process_wait(p, PATIENCE_MS);
    r->log = process_log(p);
    r->told =
        read_way(r->log, "to the command", &r->to) && read_way(r->log, "; from it", &r->from_it);
    process_finish(p);
}

void link_run(const char *const arguments[], struct link_run *r)
{
    struct process p;
    link_run_start(&p, arguments);
    link_run_end(&p, r);
}

void link_run_finish(struct link_run *r)
{
    free(r->log);
}

void link_run_expect_code(const struct link_run *r, int code)
{
    if (r->code != code)
        fail_msg("exit code %d instead of %d; output \"%s\"; log \"%s\"", r->code, code, r->out,
                 r->log);
}

static bool is_one_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end && end > text && !end[1];
}

void link_run_expect_error(const struct link_run *r, int code,
                           const char *const texts[LINK_RUN_TEXTS_MAX])
{
    link_run_expect_code(r, code);
    if (*r->out || !is_one_line(r->log))
        fail_msg("output \"%s\", or not one line: \"%s\"", r->out, r->log);
    for (size_t i = 0; i < LINK_RUN_TEXTS_MAX && texts[i]; i++)
        if (!strstr(r->log, texts[i]))
            fail_msg("\"%s\" does not name \"%s\"", r->log, texts[i]);
}
