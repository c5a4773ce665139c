/* Texts that come from outside (manifests, origins, the command line), made fit to be told, and
 * kept once each.
 * Thread-safety: one thread at a time. */
#ifndef PLAYER_SIM_REPORT_NAMES_H
#define PLAYER_SIM_REPORT_NAMES_H

#include <stddef.h>
#include <stdint.h>

enum { NAMES_MAX = 1024, NAMES_BYTES_MAX = 2000 };

/* A copy that is valid UTF-8 without control characters and marks that turn the direction of
 * writing (each is a U+FFFD), of at most max_bytes (>= 4) plus the 0, the last one an ellipsis
 * where it was cut. The caller frees; NULL where there is no memory. */
char *names_clean(const char *text, size_t max_bytes);

/* Zeroed memory is an empty list. */
struct names {
    char **list;
    size_t count;
};

/* The index of name, which is added where it is new, cleaned and cut to NAMES_BYTES_MAX. Beyond
 * NAMES_MAX names all new ones are "(others)", so that hostile manifests cost a bounded search.
 * ERR_NOMEM. */
int names_intern(struct names *n, const char *name, uint16_t *out);
void names_finish(struct names *n);

#endif
