/* The table's parts. For table.c alone. Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_TABLE_H
#define PLAYER_SIM_REPORT_TABLE_H

#include "player-sim/report/report.h"

enum { TABLE_FIGURE_BYTES = 40 };

/* A figure as a table shows it: so many digits as the metric's values deserve, "12.3". digits is
 * table_digits of a value that stands for the row. */
void table_figure(double value, int digits, char out[TABLE_FIGURE_BYTES]);
int table_digits(double value);

/* 58,211 */
void table_grouped(uint64_t value, char out[TABLE_FIGURE_BYTES]);

/* Columns that a line may have: the terminal's, within reason; 80 where out is none. */
size_t table_width(FILE *out);

/* The moments of a zap as bars; nothing where there was none. ERR_NOMEM. */
int table_anatomy(struct report *r, FILE *out);

/* Transport, clock, decoding, stalls, what was not finished. */
void table_facts(const struct report *r, const struct report_facts *facts, FILE *out);

/* "no errors", or their counts and the first texts. */
void table_errors(const struct report *r, FILE *out);

#endif
