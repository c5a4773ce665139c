/* What must hold in a manifest beyond its form: requirements H7 to H12, H15 and H16, and what
 * readers in use expect besides (ids unique at every level, a start of the active Presentation,
 * ...). Not checked here, as one manifest does not show it: what was announced when (H9, H12), that
 * ids do not change between manifests, and that bit rates are true (H11).
 * A padded placeholder ({segmentId:06d}) is valid, though some readers know the plain form only. */
#ifndef MANIFESTS_VALIDATE_H
#define MANIFESTS_VALIDATE_H

#include "manifests/hesp.h"
#include "manifests/parse.h"

struct hesp_violation {
    const char *path; /* presentations[0].video[0].tracks[1].bandwidth; "" is the root */
    const char *rule; /* "H11" */
    const char *text;
};

/* Borrowed for the call. */
typedef void hesp_report(void *context, const struct hesp_violation *violation);

/* Hands every violation to report; whether addresses are unique is looked at only where nothing
 * else is wrong. 0: there is none; ERR_INVALID; ERR_NOMEM: not all was checked.
 * Thread-safety: any thread, while nobody changes m. */
int hesp_validate_all(const struct hesp_manifest *m, hesp_report *report, void *context);

/* The same with the first violation only, as "PATH: TEXT (RULE)". error is "" on success. */
int hesp_validate(const struct hesp_manifest *m, char error[HESP_ERROR_BYTES]);

#endif
