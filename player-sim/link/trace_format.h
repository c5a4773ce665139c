/* What the readers of traces share, for this folder: the table of formats, a trace in the making,
 * and lines of text.
 * Thread-safety: one thread on the caller's data. */
#ifndef PLAYER_SIM_LINK_TRACE_FORMAT_H
#define PLAYER_SIM_LINK_TRACE_FORMAT_H

#include "player-sim/link/trace_read.h"

/* A trace in the making. Every function that gives false has written the error. */
struct trace_draft {
    const char *name; /* of the input, for errors */
    char *error;      /* TRACE_ERROR_BYTES */
    struct trace_piece *pieces;
    size_t count, room;
    int64_t total_us;
};

/* error: the name, a colon, and this; it is to end with a remedy. false. */
bool trace_draft_fail(struct trace_draft *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A piece within the ranges of trace.h, or one that lasts 0, which is passed over. */
bool trace_draft_add(struct trace_draft *d, struct trace_piece piece);

/* Makes the trace, if the whole is one. The pieces are freed in any case. */
bool trace_draft_end(struct trace_draft *d, struct trace **out);

/* One format of files. Its reader adds all pieces to the draft; false: the error is written. */
struct trace_format {
    bool (*recognises)(const char *text, size_t bytes);
    bool (*read)(struct trace_draft *d, const char *text, size_t bytes);
};
extern const struct trace_format trace_sabre, trace_mahimahi, trace_columns;

/* A built-in trace. ERR_OK, ERR_NOT_FOUND: no such name, error is not written; ERR_INVALID,
 * ERR_NOMEM: error is. */
int trace_profile(const char *name, struct trace **out, char error[TRACE_ERROR_BYTES]);

/* ---- lines ---- */

enum { TRACE_LINE_BYTES = 128, TRACE_FIELDS_MAX = 3 };

struct trace_lines {
    const char *at, *end;
    unsigned long number;        /* of the line read last, from 1 */
    char text[TRACE_LINE_BYTES]; /* that line without comment and blanks around it, cut to size; a 0
                                    byte is a question mark */
    bool cut;
    char split[TRACE_LINE_BYTES]; /* the same, with a 0 after each field */
    const char *fields[TRACE_FIELDS_MAX];
    int field_count; /* up to TRACE_FIELDS_MAX, which stands for more as well */
};

struct trace_lines trace_lines_of(const char *text, size_t bytes);

/* On to the next line that has something, # and what follows it not counted. false: the end. */
bool trace_lines_next(struct trace_lines *l);

/* "what" about the line read last, which is quoted. false. */
bool trace_lines_fail(const struct trace_lines *l, struct trace_draft *d, const char *what);

/* 12, -0.5, 1.2e-3, and nothing else in the text. Finite. */
bool trace_number(const char *text, double *out);

#endif
