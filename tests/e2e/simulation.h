/* player-sim simulate under test, with its options in one text. Whatever does not work fails the
 * test with what it said. Thread-safety: one thread. */
#ifndef TESTS_E2E_SIMULATION_H
#define TESTS_E2E_SIMULATION_H

#include "e2e/player.h"

#include <stdbool.h>

enum { SIMULATION_WORDS_MAX = 47, SIMULATION_TEXT_BYTES = 1024 };

/* words cut at blanks, into text: a list with NULL at its end. first, unless NULL, comes before. */
void simulation_words(const char *words, const char *first, char text[SIMULATION_TEXT_BYTES],
                      const char *list[SIMULATION_WORDS_MAX + 1]);

/* Runs it with --json and these words; the report is the caller's to finish. */
void simulation_run(const char *words, struct player_report *out);

/* The same, and demands exit code 0 and no errors. */
void simulation_run_well(const char *words, struct player_report *out);

/* Demands that two reports are equal in everything but the CPU time, which is taken out of both. */
void simulation_expect_same(const struct player_report *a, const struct player_report *b);

/* The same of two files, in every byte. */
void simulation_expect_same_files(const char *a, const char *b);

/* A file's size; -1: there is none. */
int64_t simulation_file_bytes(const char *path);

#endif
