/* What the page is made of: files of page/ and uPlot, built in by embed.cmake.
 * Thread-safety: constants. */
#ifndef PLAYER_SIM_REPORT_ASSETS_H
#define PLAYER_SIM_REPORT_ASSETS_H

#include <stddef.h>

struct report_asset {
    const char *name; /* of its place in page.html: "page.css"; ends with one that is NULL */
    const unsigned char *bytes;
    size_t size;
};

extern const struct report_asset report_assets[];
/* Why uPlot is not among them; NULL where it is. */
extern const char *const report_assets_missing;

#endif
