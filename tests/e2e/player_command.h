/* Any command of player-sim under test, run to its end: exit code and both outputs, whole. Whatever
 * goes wrong fails the test with what it said. Thread-safety: one thread. */
#ifndef TESTS_E2E_PLAYER_COMMAND_H
#define TESTS_E2E_PLAYER_COMMAND_H

#include <stddef.h>

enum {
    PLAYER_ARGUMENTS_MAX = 16,
    PLAYER_TEXTS_MAX = 5,
    PLAYER_OUTPUT_BYTES = 16384,
    PLAYER_PATH_BYTES = 64,
};

struct player_command {
    int code;
    char out[PLAYER_OUTPUT_BYTES]; /* standard output */
    char *log;                     /* standard error; owned */
};

/* Runs player-sim with these arguments, NULL-terminated. input, unless it is NULL, is what stands
 * on its standard input. */
void player_command_run(const char *const arguments[], const char *input, struct player_command *r);

/* The same, and demands exit code 0 and nothing on standard error. */
void player_command_well(const char *const arguments[], const char *input,
                         struct player_command *r);

void player_command_finish(struct player_command *r);

struct player_mistake {
    const char *arguments[PLAYER_ARGUMENTS_MAX];
    const char *texts[PLAYER_TEXTS_MAX]; /* what the line names: the input, and the remedy */
    const char *input;                   /* or NULL */
};

/* Demands this exit code, nothing on standard output, and one line with all the texts on standard
 * error. */
void player_expect_refusal(const struct player_mistake *m, int code);

/* Demands that each of the texts is there. */
void player_expect_texts(const char *text, const char *const *wanted, size_t count);

/* A file with this text, for the caller to unlink. */
void player_file(const char *text, char path[PLAYER_PATH_BYTES]);

#endif
