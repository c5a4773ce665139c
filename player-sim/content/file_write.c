#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/content/file.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { A_LINE = 20 }; /* sizes on one */

/* JSON's form of a text, which needs its escapes. Not UTF-8: false. */
static bool put_text(FILE *out, const char *text)
{
    json_t *json = json_string(text);
    bool good = json && !json_dumpf(json, out, JSON_ENCODE_ANY);
    json_decref(json);
    return good;
}

static void put_sizes(FILE *out, const char *name, const uint64_t *ends, const uint32_t *sizes,
                      size_t count)
{
    fprintf(out, ",\n   \"%s\": [", name);
    for (size_t n = 0; n < count; n++) {
        uint64_t size = ends ? ends[n] - (n ? ends[n - 1] : 0) : sizes[n];
        fprintf(out, "%s%s%" PRIu64, n ? ", " : "", n % A_LINE ? "" : "\n    ", size);
    }
    fputs("]", out);
}

static bool put_rung(FILE *out, const struct content *c, const struct content_rung *r)
{
    fputs("  {\"name\": ", out);
    if (!put_text(out, r->name))
        return false;
    if (r->width && r->height)
        fprintf(out, ", \"width\": %d, \"height\": %d", r->width, r->height);
    fprintf(out, ", \"bandwidth\": %" PRId64 ", \"made_us\": %" PRId64, r->bandwidth_bps,
            r->made_us);
    put_sizes(out, "frame_bytes", r->ends, NULL, c->frame_count);
    if (r->packet_bytes)
        put_sizes(out, "packet_bytes", NULL, r->packet_bytes, c->frame_count);
    fputs("}", out);
    return true;
}

static void put_sound(FILE *out, const struct content_sound *s)
{
    fprintf(
        out,
        ",\n \"sound\": {\"rate\": [%" PRId64 ", %" PRId64 "], \"bandwidth\": %" PRId64
        ", \"frame_bytes\": %" PRIu32 ", \"packet_bytes\": %" PRIu32 ", \"made_us\": %" PRId64 "}",
        s->rate.num, s->rate.den, s->bandwidth_bps, s->frame_bytes, s->packet_bytes, s->made_us);
}

static bool put(FILE *out, const struct content *c, const char *note)
{
    bool good = true;
    fputs("{\"format\": \"openhesp-content\", \"version\": 1", out);
    if (*c->name) {
        fputs(",\n \"name\": ", out);
        good = put_text(out, c->name);
    }
    if (good && note) {
        fputs(",\n \"note\": ", out);
        good = put_text(out, note);
    }
    fprintf(out,
            ",\n \"rate\": [%" PRId64 ", %" PRId64 "], \"segment_frames\": %" PRIu32
            ", \"box_bytes\": %" PRIu32 ",\n \"rungs\": [\n",
            c->rate.num, c->rate.den, c->segment_frames, c->box_bytes);
    for (size_t i = 0; good && i < c->rung_count; i++) {
        fputs(i ? ",\n" : "", out);
        good = put_rung(out, c, &c->rungs[i]);
    }
    fputs("\n ]", out);
    if (c->sound.rate.num)
        put_sound(out, &c->sound);
    fputs("}\n", out);
    return good && !ferror(out);
}

/* false: errno tells why. */
static bool put_and_close(FILE *out, const struct content *c, const char *note, bool sync)
{
    bool good = put(out, c, note) && !fflush(out) && (!sync || !fsync(fileno(out)));
    int reason = errno;
    if (fclose(out) && good) {
        good = false;
        reason = errno;
    }
    errno = reason;
    return good;
}

/* The file beside it, which takes its place when it is whole. The caller frees; NULL: no memory. */
static char *temporary_of(const char *path)
{
    char *name;
    return asprintf(&name, "%s.%ld.part", path, (long)getpid()) < 0 ? NULL : name;
}

static bool replace(const char *path, const struct content *c, const char *note)
{
    char *temporary = temporary_of(path);
    FILE *out = temporary ? fopen(temporary, "wxe") : NULL;
    bool good = out && put_and_close(out, c, note, true) && !rename(temporary, path);
    int reason = errno;
    if (out && !good)
        unlink(temporary);
    free(temporary);
    errno = reason;
    return good;
}

/* A pipe or a device is written to, and not replaced. */
static bool is_special(const char *path)
{
    struct stat about;
    return strcmp(path, "-") == 0 || (!stat(path, &about) && !S_ISREG(about.st_mode));
}

static int fail(const char *path, char error[CONTENT_ERROR_BYTES])
{
    error_line(error, CONTENT_ERROR_BYTES, "%.160s could not be written: %s", path,
               errno ? strerror(errno) : "a name in it is not UTF-8");
    return ERR_IO;
}

int content_write_check(const char *path, char error[CONTENT_ERROR_BYTES])
{
    if (is_special(path))
        return strcmp(path, "-") == 0 || !access(path, W_OK) ? ERR_OK : fail(path, error);
    char *temporary = temporary_of(path);
    FILE *out = temporary ? fopen(temporary, "wxe") : NULL;
    int status = out ? ERR_OK : fail(path, error);
    if (out) {
        fclose(out);
        unlink(temporary);
    }
    free(temporary);
    return status;
}

int content_write(const struct content *c, const char *note, const char *path,
                  char error[CONTENT_ERROR_BYTES])
{
    bool good;
    errno = 0;
    if (strcmp(path, "-") == 0) {
        good = put(stdout, c, note) && !fflush(stdout);
        path = "standard output";
    } else if (is_special(path)) {
        FILE *out = fopen(path, "we");
        good = out && put_and_close(out, c, note, false);
    } else {
        good = replace(path, c, note);
    }
    return good ? ERR_OK : fail(path, error);
}
