/* The Range header of a request (RFC 9110 14.1.2 and 14.2).
 * Thread-safety: pure function, any thread. */
#ifndef PACKAGER_ORIGIN_RANGE_H
#define PACKAGER_ORIGIN_RANGE_H

#include "packager/store/store.h"

#include <stdbool.h>

/* Whether value asks for the one kind of range that is served: "bytes=FIRST-LAST" or
 * "bytes=FIRST-". Everything else (several ranges, a suffix, another unit, what breaks the grammar)
 * is to be ignored, which RFC 9110 14.2 allows: false, *range untouched. A number above 2^63-1
 * counts as 2^63-1; range->last is INT64_MAX where the range has no end. */
bool origin_range_parse(const char *value, struct store_range *range);

#endif
