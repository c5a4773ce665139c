#include "e2e/player_command.h"
#include "support/cmocka_all.h"
#include "support/process.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

struct feed {
    int fd;
    const char *text;
};

static void *write_feed(void *context)
{
    const struct feed *f = context;
    size_t size = strlen(f->text);
    for (size_t at = 0; at < size;) {
        ssize_t done = write(f->fd, f->text + at, size - at);
        if (done <= 0)
            break;
        at += (size_t)done;
    }
    close(f->fd);
    return NULL;
}

static void read_output(const struct process *p, char out[PLAYER_OUTPUT_BYTES])
{
    size_t size = 0;
    ssize_t got;
    while (size + 1 < PLAYER_OUTPUT_BYTES &&
           (got = read(p->out, out + size, PLAYER_OUTPUT_BYTES - 1 - size)) > 0)
        size += (size_t)got;
    out[size] = 0;
}

void player_command_run(const char *const arguments[], const char *input, struct player_command *r)
{
    const char *argv[PLAYER_ARGUMENTS_MAX + 2] = {OPENHESP_PLAYER_SIM};
    struct process p;
    pthread_t writer;
    for (size_t i = 0; i < PLAYER_ARGUMENTS_MAX && arguments[i]; i++)
        argv[i + 1] = arguments[i];
    assert_true(process_start(&p, argv, PROCESS_STDOUT | (input ? PROCESS_STDIN : 0)));
    struct feed feed = {p.in, input};
    if (input)
        assert_int_equal(pthread_create(&writer, NULL, write_feed, &feed), 0);
    read_output(&p, r->out);
    r->code = process_wait(&p, PATIENCE_MS);
    if (input) {
        pthread_join(writer, NULL);
        p.in = -1;
    }
    r->log = process_log(&p);
    process_finish(&p);
}

void player_command_finish(struct player_command *r)
{
    free(r->log);
}

void player_command_well(const char *const arguments[], const char *input, struct player_command *r)
{
    player_command_run(arguments, input, r);
    if (r->code || *r->log)
        fail_msg("exit code %d: %s", r->code, r->log);
}

/* Exactly one line, with its end. */
static bool is_one_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end && end > text && !end[1];
}

void player_expect_refusal(const struct player_mistake *m, int code)
{
    struct player_command r;
    player_command_run(m->arguments, m->input, &r);
    if (r.code != code || *r.out || !is_one_line(r.log) ||
        strncmp(r.log, "player-sim", strlen("player-sim")) != 0)
        fail_msg("exit code %d instead of %d, output \"%s\", or not one line: \"%s\"", r.code, code,
                 r.out, r.log);
    for (size_t i = 0; i < PLAYER_TEXTS_MAX && m->texts[i]; i++) {
        if (!strstr(r.log, m->texts[i]))
            fail_msg("\"%s\" does not name \"%s\"", r.log, m->texts[i]);
    }
    player_command_finish(&r);
}

void player_expect_texts(const char *text, const char *const *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strstr(text, wanted[i]))
            fail_msg("\"%s\" is not in\n%s", wanted[i], text);
}

void player_file(const char *text, char path[PLAYER_PATH_BYTES])
{
    snprintf(path, PLAYER_PATH_BYTES, "%s", "/tmp/openhesp-player-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}
