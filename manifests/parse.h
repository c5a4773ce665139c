/* A manifest from JSON (HESP 3.2). */
#ifndef MANIFESTS_PARSE_H
#define MANIFESTS_PARSE_H

#include "manifests/hesp.h"

enum {
    HESP_ERROR_BYTES = 320,
    HESP_MANIFEST_BYTES_MAX = 4 * 1024 * 1024,
    HESP_LIST_MAX = 65536, /* elements of one list */
};

/* Reads a manifest: attributes of the draft must have the type that it gives, and be there where it
 * requires them; others are passed over (H8), and so are Presentation Events and protection. An
 * integer has neither fraction nor exponent, and stays within +-(2^53 - 1); a scale, a rate and a
 * size are not 0. Keys that appear twice are refused. A VOD stream's activePresentation,
 * currentTime and timeSource are ignored, as 3.2.2 asks. What else must hold: see hesp_validate.
 *
 * On success *out is filled (no need to initialize it before) and is the caller's to finish; on
 * failure it is untouched, and error names the place (presentations[0].id, or line and column of
 * what is no JSON) and what is wrong with it.
 * ERR_INVALID; ERR_UNSUPPORTED: another manifestVersion; ERR_FULL: larger than
 * HESP_MANIFEST_BYTES_MAX, or a list longer than HESP_LIST_MAX; ERR_NOMEM.
 * Thread-safety: any thread. */
int hesp_parse(const void *data, size_t size, struct hesp_manifest *out,
               char error[HESP_ERROR_BYTES]);

#endif
