/* Languages by their ISO 639-2 code (HESP 3.2.7).
 * Thread-safety: any thread. */
#ifndef MANIFESTS_LANGUAGE_H
#define MANIFESTS_LANGUAGE_H

#include <stdbool.h>

/* Whether code is one of ISO 639-2, in lower case. */
bool hesp_language_is_known(const char *code);

#endif
