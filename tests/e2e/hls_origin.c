#include "e2e/hls_origin.h"
#include "support/cmocka_all.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES = 1 << 20 };

static bool send_file(struct http_script_talk *t, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    uint8_t *bytes = malloc(FILE_BYTES);
    assert_non_null(bytes);
    http_script_whole(t, "200 OK", bytes, fread(bytes, 1, FILE_BYTES, file));
    free(bytes);
    fclose(file);
    return true;
}

static void answer(void *context, struct http_script_talk *t)
{
    struct hls_origin *o = context;
    char text[512];
    bool segment = strstr(t->path, ".ts") != NULL;
    t->close = true;
    if (atomic_load(&o->hostile) && !segment) {
        snprintf(text, sizeof text,
                 "#EXTM3U\n#EXT-X-TARGETDURATION:45\n#EXTINF:45,\nfile://%s\n#EXTINF:45,\n%s\n"
                 "#EXT-X-ENDLIST\n",
                 o->secret_file, o->secret_file);
        http_script_whole(t, "200 OK", text, strlen(text));
        atomic_fetch_add(&o->traps, 1);
        return;
    }
    snprintf(text, sizeof text, "%s%.*s", o->folder, (int)strcspn(t->path, "?"), t->path);
    bool forget = segment && atomic_exchange(&o->forget_one, false);
    if (forget || !send_file(t, text)) {
        http_script_whole(t, "404 Not Found", "", 0);
        atomic_fetch_add(&o->forgotten, forget);
    } else if (segment) {
        atomic_fetch_add(&o->segments, 1);
    }
}

void hls_origin_start(struct hls_origin *o, const char *secret_file)
{
    *o = (struct hls_origin){.folder = "/tmp/openhesp-hls-XXXXXX", .secret_file = secret_file};
    assert_non_null(mkdtemp(o->folder));
    o->server = http_script_start(answer, o);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about, (void)kind, (void)walk;
    return remove(path);
}

void hls_origin_stop(struct hls_origin *o)
{
    http_script_stop(o->server);
    nftw(o->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
