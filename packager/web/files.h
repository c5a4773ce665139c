/* The page that is served at /, and what it is made of: web/lib and web/page, and uPlot where npm
 * could fetch it, all built in by embed.cmake.
 * Thread-safety: constants. */
#ifndef PACKAGER_WEB_FILES_H
#define PACKAGER_WEB_FILES_H

#include "packager/origin/origin.h"

#include <stddef.h>

/* "/", "/web/lib/index.js" and so on, sorted by path. */
extern const struct origin_file web_files[];
extern const size_t web_file_count;

#endif
