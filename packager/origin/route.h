/* From the target of a request to what it names.
 * Thread-safety: pure functions, any thread. */
#ifndef PACKAGER_ORIGIN_ROUTE_H
#define PACKAGER_ORIGIN_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

enum { ORIGIN_NAME_BYTES = 64 };

enum origin_route_kind {
    ORIGIN_ROUTE_PACKET,        /* .../init-NUMBER.mp4 */
    ORIGIN_ROUTE_NEWEST_PACKET, /* .../init-now.mp4 */
    ORIGIN_ROUTE_SEGMENT,       /* .../content-NUMBER.mp4 */
};

/* Whether a URL's route can hold name: 1 to 63 of A-Z a-z 0-9 . _ - */
bool origin_route_name_is_valid(const char *name);

/* Names are valid ones. */
struct origin_route {
    enum origin_route_kind kind;
    char channel[ORIGIN_NAME_BYTES];
    char presentation[ORIGIN_NAME_BYTES];
    char track[ORIGIN_NAME_BYTES];
    int64_t number; /* >= 0: sequence number or segment id (H16); 0 for init-now */
};

/* The path of a request target without its query: a target in absolute form (RFC 9112 3.2.2) loses
 * its scheme and authority. Points into target. */
const char *origin_route_path(const char *target);

/* Whether path is /CHANNEL/PRESENTATION/TRACK/init-{initId}.mp4 or .../content-{segmentId}.mp4,
 * exactly: numbers are decimal without sign or leading zeros, at most 2^63-1, and nothing is
 * percent-decoded. *route is untouched where it isn't. */
bool origin_route_parse(const char *path, struct origin_route *route);

#endif
