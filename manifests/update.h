/* What a manifestupdate event says (HESP 6.2.1.2, H32).
 * Thread-safety: a pure function, any thread. */
#ifndef MANIFESTS_UPDATE_H
#define MANIFESTS_UPDATE_H

#include "manifests/uri.h"

#include <stdint.h>

/* The largest message that is read. */
enum { HESP_UPDATE_BYTES_MAX = 16384 };

/* The `url` of the event's message, as it stands there: where the next manifest is to be fetched.
 * ERR_NOT_FOUND: it says none, or is no JSON object, which obliges nobody to anything; ERR_FULL:
 * larger than the maximum, or a url longer than HESP_URL_BYTES - 1. out is untouched then. */
int hesp_update_url(const uint8_t *message, size_t size, char out[HESP_URL_BYTES]);

#endif
