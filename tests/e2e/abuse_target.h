/* Where a channel can be abused: its tracks, and where its live edge is.
 * Thread-safety: one thread. */
#ifndef TESTS_E2E_ABUSE_TARGET_H
#define TESTS_E2E_ABUSE_TARGET_H

#include "support/abuse_request.h"

#include <stdbool.h>

enum { ABUSE_ERROR_BYTES = 600 };

/* Reads the manifest, of an origin on 127.0.0.1. false: error says why. */
bool abuse_target_find(const char *manifest_url, struct abuse_target *out,
                       char error[ABUSE_ERROR_BYTES]);

#endif
