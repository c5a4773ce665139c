/* The CSV form: one line an event, as it comes.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_CSV_H
#define PLAYER_SIM_REPORT_CSV_H

#include <stdint.h>
#include <stdio.h>

/* What a line is made of. */
struct csv_event {
    uint64_t session;
    int64_t at_us;
    const char *kind, *name;         /* "" and "zap", "fault:" and "http" */
    const char *channel, *rendition; /* "": not known */
    const int64_t *value_us;         /* NULL: none */
};

/* ERR_IO. */
int csv_write_head(FILE *out);
int csv_write_event(FILE *out, const struct csv_event *event);

#endif
