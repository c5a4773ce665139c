/* Traces by name: the built-in profiles, constant rates, and files of three formats, told apart by
 * what is in them and never by their names. docs/link.md describes the formats.
 * Thread-safety: any thread. */
#ifndef PLAYER_SIM_LINK_TRACE_READ_H
#define PLAYER_SIM_LINK_TRACE_READ_H

#include "player-sim/link/trace.h"

enum { TRACE_ERROR_BYTES = 320, TRACE_FILE_MAX_BYTES = 32 << 20 };

#define TRACE_NAMES "cascade, intra-cascade, spike, slow-jitter, fast-jitter"

/* name: one of TRACE_NAMES, constant:RATE (2.5M), or a file's path; a file whose name is one of
 * these is ./cascade. true: the caller destroys *out. false: error is one line that names the
 * input, the line or element, and the remedy; *out is as it was. */
bool trace_read(const char *name, struct trace **out, char error[TRACE_ERROR_BYTES]);

/* The same for a file's bytes, of which name is told in errors. */
bool trace_parse(const char *text, size_t bytes, const char *name, struct trace **out,
                 char error[TRACE_ERROR_BYTES]);

#endif
