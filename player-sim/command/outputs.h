/* What a report is written to besides the table: the options for it, and the files, opened before a
 * run so that who can't write them hears so at once. Errors are one line on standard error.
 * Thread-safety: one thread. */
#ifndef PLAYER_SIM_COMMAND_OUTPUTS_H
#define PLAYER_SIM_COMMAND_OUTPUTS_H

#include "player-sim/report/samples.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

enum output_kind {
    OUTPUT_JSON,
    OUTPUT_CSV,
    OUTPUT_HTML,
    OUTPUT_PROMETHEUS,
    OUTPUT_CLOUDWATCH,
    OUTPUT_SAMPLES,
    OUTPUTS
};

struct output_paths {
    const char *of[OUTPUTS]; /* NULL: not wanted; "-": standard output; borrowed */
};

/* Its option, --json and so on, with the key first_key + kind. */
struct argp_option output_option(enum output_kind kind, int first_key);

/* false: two want standard output, or one file, where they could not be told apart; error is one
 * line. */
bool output_paths_check(const struct output_paths *paths, char *error, size_t error_bytes);

struct outputs {
    const char *program; /* "player-sim live", for errors; borrowed */
    struct output_paths paths;
    FILE *files[OUTPUTS]; /* NULL: not wanted */
    FILE *table;          /* standard output, or standard error where that is taken */
    bool made[OUTPUTS];   /* there was no such file before */
};

/* false, with one line told: a file can't be opened, or there is no page in this build; to be
 * closed all the same. Files that were there keep what is in them until they are written, but for
 * the CSV, which is written from now on. */
bool outputs_open(struct outputs *o, const char *program, const struct output_paths *paths);

/* The table and all files, which are closed. shard: for OUTPUT_SAMPLES; NULL where that is not
 * wanted. false, with a line told for each: what did not reach its file. */
bool outputs_write(struct outputs *o, struct report *r, const struct report_facts *facts,
                   const struct report_shard *shard);

/* Gives one up: it is not written. */
void output_drop(struct outputs *o, enum output_kind kind);

/* What is still open was not written to its end; files that were not there before are removed. */
void outputs_close(struct outputs *o);

/* One of them: whether it can be written; the file, now empty, or NULL where it is not wanted; and,
 * status being what writing it gave, whether it was. */
bool output_open(struct outputs *o, enum output_kind kind);
FILE *output_begin(struct outputs *o, enum output_kind kind);
bool output_close(struct outputs *o, enum output_kind kind, int status);

#endif
