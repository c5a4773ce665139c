/* What those ask who mean no good, and what they may be told. The same for a seed.
 * Thread-safety: a random state belongs to one thread at a time. */
#ifndef TESTS_SUPPORT_ABUSE_REQUEST_H
#define TESTS_SUPPORT_ABUSE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum abuse {
    ABUSE_SILENT,   /* connects and says nothing */
    ABUSE_TYPIST,   /* writes a header that never ends, letter by letter */
    ABUSE_BODY,     /* the same with a body */
    ABUSE_STALLED,  /* asks for the live segment and never reads */
    ABUSE_SLOW,     /* asks for it and reads a little now and then */
    ABUSE_SCAN,     /* looks for what isn't there, by tricks */
    ABUSE_RANGES,   /* asks for ranges of all sorts */
    ABUSE_HOG,      /* wants every packet of every rung */
    ABUSE_LEAVERS,  /* watches, and leaves with all the others at once */
    ABUSE_WATCHERS, /* watches on, as one should: to compare with */
    ABUSE_KINDS
};

enum { ABUSE_TRACKS_MAX = 8, ABUSE_PATH_BYTES = 160, ABUSE_REQUEST_BYTES = 24 * 1024 };

/* Where it hurts. */
struct abuse_target {
    uint16_t port;                                   /* of 127.0.0.1 */
    char tracks[ABUSE_TRACKS_MAX][ABUSE_PATH_BYTES]; /* "/one/p/640x360-800k/", the largest first */
    size_t track_count;
    int64_t newest; /* sequence number ... */
    int64_t at_us;  /* ... at that time of the monotonic clock */
    double fps;
    int64_t segment_frames, window_frames;
};

struct abuse_random {
    uint64_t state;
};
/* 0 to below - 1. */
uint64_t abuse_chance(struct abuse_random *r, uint64_t below);

/* "silent", ... */
const char *abuse_name(enum abuse kind);

/* A whole request, or what of it is ever sent at once. Returns its length; it has no NUL. */
size_t abuse_request(struct abuse_random *r, enum abuse kind, const struct abuse_target *target,
                     int64_t now_us, char out[ABUSE_REQUEST_BYTES]);

/* Whether an origin that knows what to do may answer so. */
bool abuse_expects(enum abuse kind, int status);

#endif
