/* A column of durations: one number a line.
 * Thread-safety: one thread. */
#ifndef PLAYER_SIM_COMMAND_NUMBER_FILE_H
#define PLAYER_SIM_COMMAND_NUMBER_FILE_H

#include "player-sim/stats/stats.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads path, "-" for standard input, to its end. Blank lines and lines whose first character is #
 * are passed over, as are blanks around a number. Numbers are decimal, with an exponent if need be:
 * 12, 12.5, 1.2e-3. On success *samples, all of session 0, is the caller's to free (NULL where *n
 * is 0). false: error is one line that names path, the line's number and its text, and the remedy;
 * nothing is left to free. */
bool number_file_read(const char *path, struct stats_sample **samples, size_t *n, char *error,
                      size_t error_bytes);

#endif
