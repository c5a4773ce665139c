/* The files that an origin was given: a sorted table that nobody changes, so that looking into it
 * takes no lock.
 * Thread-safety: pure. */
#ifndef PACKAGER_ORIGIN_FILES_H
#define PACKAGER_ORIGIN_FILES_H

#include "packager/origin/origin.h"

#include <stdbool.h>
#include <stddef.h>

/* NULL where there is none of that path; files are sorted by it. */
const struct origin_file *origin_files_find(const struct origin_file *files, size_t count,
                                            const char *path);

/* Whether an If-None-Match (RFC 9110 13.1.2; NULL: there was none) names the file as it is. */
bool origin_file_is_known(const struct origin_file *file, const char *if_none_match);

#endif
