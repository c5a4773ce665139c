#include "support/abuse_request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t abuse_chance(struct abuse_random *r, uint64_t below)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = r->state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (x ^ x >> 31) % below;
}

const char *abuse_name(enum abuse kind)
{
    static const char *const names[ABUSE_KINDS] = {
        [ABUSE_SILENT] = "silent",     [ABUSE_TYPIST] = "typist", [ABUSE_BODY] = "body",
        [ABUSE_STALLED] = "stalled",   [ABUSE_SLOW] = "slow",     [ABUSE_SCAN] = "scan",
        [ABUSE_RANGES] = "ranges",     [ABUSE_HOG] = "hog",       [ABUSE_LEAVERS] = "leavers",
        [ABUSE_WATCHERS] = "watchers",
    };
    return names[kind];
}

static const char *any(struct abuse_random *r, const char *const *list, size_t count)
{
    return list[abuse_chance(r, count)];
}
#define ANY(r, list) any(r, list, sizeof(list) / sizeof *(list))

static const char *track_of(struct abuse_random *r, const struct abuse_target *t)
{
    return t->tracks[abuse_chance(r, t->track_count)];
}

static int64_t newest_frame(const struct abuse_target *t, int64_t now_us)
{
    return t->newest + (int64_t)((double)(now_us - t->at_us) * t->fps / 1e6);
}

static int64_t newest_segment(const struct abuse_target *t, int64_t now_us)
{
    return newest_frame(t, now_us) / t->segment_frames;
}

static size_t get(char *out, const char *path, const char *lines)
{
    return (size_t)snprintf(out, ABUSE_REQUEST_BYTES, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path,
                            lines);
}

/* ---- scan ---- */

/* A segment or packet with a number of any size, or what looks like one. */
static void odd_file(struct abuse_random *r, const struct abuse_target *t, char *path, size_t size)
{
    static const char *const numbers[] = {
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "9007199254740993",
        "99999999999999999999999999999999",
        "-1",
        "00",
        "1e3",
        "0x10",
        "",
        "nan",
        "now",
        "NOW",
        "%30",
        "1.5",
        "1 ",
        "1;x",
        "+1",
        "4294967296",
    };
    static const char *const files[] = {"init-", "content-", "Init-", "init", "seg-"};
    static const char *const ends[] = {".mp4", ".mp4", ".mp4", ".mp4/", ".MP4", ".m4s", "", "%00"};
    snprintf(path, size, "%s%s%s%s", track_of(r, t), ANY(r, files), ANY(r, numbers), ANY(r, ends));
}

static void random_path(struct abuse_random *r, char *path, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789/._-%~;=&?@:+";
    size_t length = 1 + abuse_chance(r, size - 2);
    path[0] = '/';
    for (size_t i = 1; i < length; i++)
        path[i] = letters[abuse_chance(r, sizeof letters - 1)];
    path[length] = '\0';
}

/* Sizes on both sides of every bound. */
static size_t long_request(struct abuse_random *r, char *out)
{
    size_t length = 1000 + abuse_chance(r, ABUSE_REQUEST_BYTES - 1200);
    bool in_path = abuse_chance(r, 2);
    int at =
        snprintf(out, ABUSE_REQUEST_BYTES, in_path ? "GET /" : "GET / HTTP/1.1\r\nHost: x\r\nA: ");
    memset(out + at, 'a', length);
    at += (int)length;
    at += snprintf(out + at, ABUSE_REQUEST_BYTES - (size_t)at, "%s",
                   in_path ? " HTTP/1.1\r\nHost: x\r\n\r\n" : "\r\n\r\n");
    return (size_t)at;
}

static size_t scan(struct abuse_random *r, const struct abuse_target *t, char *out)
{
    static const char *const tricks[] = {
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/one//x",
        "/..%2f..%2fetc/passwd",
        "/one/..%5c..%5cboot.ini",
        "/one\\x\\init-1.mp4",
        "/.git/config",
        "/one/manifest.json%00.txt",
        "/%00",
        "http://elsewhere/etc/passwd",
        "http://",
        "/wp-login.php",
        "/one/./manifest.json",
        "/ONE/manifest.json",
        "/one/manifest.json/",
        "/metrics/../healthz2",
        "/%c0%ae%c0%ae/etc/passwd",
        "/?x=%n%n%n%s",
        "/healthz%20",
        "*",
        "/one/../one/manifest.json",
    };
    static const char *const methods[] = {"POST", "PUT", "DELETE", "TRACE", "CONNECT", "PROPFIND"};
    char path[ABUSE_PATH_BYTES + 128];
    switch (abuse_chance(r, 9)) {
    case 0:
        return long_request(r, out);
    case 1:
        return (size_t)snprintf(out, ABUSE_REQUEST_BYTES, "%s /x HTTP/1.1\r\nHost: x\r\n\r\n",
                                ANY(r, methods));
    case 2:
    case 3:
        return get(out, ANY(r, tricks), "");
    case 4:
        random_path(r, path, sizeof path);
        return get(out, path, "");
    case 5:
        return get(out, "/", "Host: y\r\n");
    default:
        odd_file(r, t, path, sizeof path);
        return get(out, path, "");
    }
}

/* ---- ranges ---- */

static size_t ranges(struct abuse_random *r, const struct abuse_target *t, int64_t now_us,
                     char *out)
{
    static const char *const values[] = {
        "bytes=0-",
        "bytes=0-99",
        "bytes=5-4",
        "bytes=-500",
        "bytes=0-99,50-149,0-",
        "bytes=0-0,-1",
        "bytes=9007199254740992-",
        "bytes=9223372036854775807-",
        "bytes=9223372036854775808-",
        "bytes=18446744073709551616-18446744073709551617",
        "bytes=0-9007199254740993",
        "bytes=--1",
        "bytes=a-z",
        "bytes= 0 - 1",
        "items=0-1",
        "bytes",
        "bytes=",
        "bytes=-0",
        "bytes=1-1",
        "bytes=0-18446744073709551615",
    };
    char path[ABUSE_PATH_BYTES + 64], lines[2048];
    int64_t back = (int64_t)abuse_chance(r, (uint64_t)(t->window_frames / t->segment_frames) + 2);
    int64_t segment = newest_segment(t, now_us) - back;
    snprintf(path, sizeof path, "%scontent-%" PRId64 ".mp4", track_of(r, t),
             segment < 0 ? 0 : segment);
    if (abuse_chance(r, 8) == 0) { /* overlapping ones, as many as fit */
        int at = snprintf(lines, sizeof lines, "Range: bytes=0-");
        while (at < 1500)
            at += snprintf(lines + at, sizeof lines - (size_t)at, ",%u-",
                           (unsigned)abuse_chance(r, 100));
        snprintf(lines + at, sizeof lines - (size_t)at, "\r\n");
    } else {
        snprintf(lines, sizeof lines, "Range: %s\r\n%s", ANY(r, values),
                 abuse_chance(r, 4) ? "" : "If-Range: \"x\"\r\n");
    }
    return get(out, path, lines);
}

/* ---- the others ---- */

static size_t hog(struct abuse_random *r, const struct abuse_target *t, int64_t now_us, char *out)
{
    char path[ABUSE_PATH_BYTES + 64];
    int64_t n = newest_frame(t, now_us) + 3;
    n -= (int64_t)abuse_chance(r, (uint64_t)t->window_frames + 3);
    snprintf(path, sizeof path, "%sinit-%" PRId64 ".mp4", track_of(r, t), n < 0 ? 0 : n);
    return get(out, path, "");
}

static size_t watch(const struct abuse_target *t, size_t track, int64_t now_us, char *out)
{
    char path[ABUSE_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%scontent-%" PRId64 ".mp4", t->tracks[track],
             newest_segment(t, now_us));
    return get(out, path, "");
}

size_t abuse_request(struct abuse_random *r, enum abuse kind, const struct abuse_target *target,
                     int64_t now_us, char out[ABUSE_REQUEST_BYTES])
{
    switch (kind) {
    case ABUSE_TYPIST:
        return (size_t)snprintf(out, ABUSE_REQUEST_BYTES, "GET / HTTP/1.1\r\nHost: x\r\nX: ");
    case ABUSE_BODY:
        return get(out, "/", "Content-Length: 60000\r\n");
    case ABUSE_STALLED:
    case ABUSE_SLOW:
        return watch(target, 0, now_us, out);
    case ABUSE_LEAVERS:
    case ABUSE_WATCHERS:
        return watch(target, target->track_count - 1, now_us, out);
    case ABUSE_SCAN:
        return scan(r, target, out);
    case ABUSE_RANGES:
        return ranges(r, target, now_us, out);
    case ABUSE_HOG:
        return hog(r, target, now_us, out);
    default:
        return 0;
    }
}

bool abuse_expects(enum abuse kind, int status)
{
    static const int known[ABUSE_KINDS][10] = {
        [ABUSE_SCAN] = {400, 404, 405, 414, 431, 200, 501, 413},
        [ABUSE_RANGES] = {200, 206, 416, 404},
        [ABUSE_HOG] = {200, 404},
        [ABUSE_STALLED] = {200, 404},
        [ABUSE_SLOW] = {200, 404},
        [ABUSE_LEAVERS] = {200, 404},
        [ABUSE_WATCHERS] = {200, 404},
    };
    if (status == 429 || status == 503)
        return true;
    for (size_t i = 0; known[kind][i]; i++)
        if (known[kind][i] == status)
            return true;
    return false;
}
