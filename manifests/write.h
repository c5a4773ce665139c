/* A manifest as JSON (HESP 3.2). */
#ifndef MANIFESTS_WRITE_H
#define MANIFESTS_WRITE_H

#include "manifests/hesp.h"
#include "media/core/bytes.h"

/* Appends the manifest as compact JSON with keys in a fixed order; what is not given, or has no
 * place where it stands (a frame rate in an audio set), is left out.
 * Does not check the rules: see hesp_validate.
 * ERR_INVALID: an integer outside +-(2^53 - 1) (H8), a negative uint, text that is not UTF-8.
 * ERR_NOMEM. out is untouched on failure, except for its sticky error where its own memory runs
 * out. Thread-safety: any thread, while nobody changes m. */
int hesp_write(const struct hesp_manifest *m, struct bytes_writer *out);

#endif
