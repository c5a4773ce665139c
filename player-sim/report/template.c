#include "player-sim/report/template.h"
#include "media/core/err.h"
#include "player-sim/report/assets.h"
#include "player-sim/report/json.h"
#include "player-sim/report/names.h"

#include <stdlib.h>
#include <string.h>

/* Within a script element: "</script" and "<!--" are written with what JSON has for "<", which
 * stands in texts alone. */
static void write_json(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (strchr("<>&", *text))
            fprintf(out, "\\u%04x", (unsigned)*text);
        else
            fputc(*text, out);
    }
}

static int write_title(const char *command, FILE *out)
{
    char *clean = names_clean(command, 200);
    if (!clean)
        return ERR_NOMEM;
    for (const char *c = clean; *c; c++) {
        if (strchr("<>&\"'", *c))
            fprintf(out, "&#%d;", *c);
        else
            fputc(*c, out);
    }
    free(clean);
    return 0;
}

static const struct report_asset *find_asset(const char *name, size_t size)
{
    for (const struct report_asset *a = report_assets; a->name; a++)
        if (strlen(a->name) == size && memcmp(a->name, name, size) == 0)
            return a;
    return NULL;
}

/* What stands at "{{name}}" of the page. */
static int write_place(const char *command, const char *data, const char *name, size_t size,
                       FILE *out)
{
    const struct report_asset *asset = find_asset(name, size);
    if (asset)
        fwrite(asset->bytes, 1, asset->size, out);
    else if (strncmp(name, "title", size) == 0)
        return write_title(command, out);
    else if (strncmp(name, "data", size) == 0)
        write_json(data, out);
    else
        return ERR_STATE;
    return 0;
}

/* Only the page itself is searched for places, never what is put there. */
static int write_page(const struct report_asset *page, const char *command, const char *data,
                      FILE *out)
{
    const char *at = (const char *)page->bytes, *end = at + page->size, *open, *close;
    int status = 0;
    while (!status && (open = memmem(at, (size_t)(end - at), "{{", 2)) &&
           (close = memmem(open, (size_t)(end - open), "}}", 2))) {
        fwrite(at, 1, (size_t)(open - at), out);
        status = write_place(command, data, open + 2, (size_t)(close - open - 2), out);
        at = close + 2;
    }
    fwrite(at, 1, (size_t)(end - at), out);
    return status ? status : ferror(out) ? ERR_IO : 0;
}

static char *data_text(const char *command, json_t *data)
{
    char *clean = names_clean(command, strlen(command) * 3 + 4), *text = NULL;
    if (clean && !json_object_set_new(data, "command", json_string(clean)))
        text = json_dumps(data, REPORT_JSON_FLAGS | JSON_COMPACT | JSON_ENSURE_ASCII);
    free(clean);
    return text;
}

int template_write(const char *page, const char *command, json_t *data, FILE *out)
{
    const struct report_asset *asset = find_asset(page, strlen(page));
    if (!asset)
        return ERR_STATE;
    char *text = data_text(command, data);
    if (!text)
        return ERR_NOMEM;
    int status = write_page(asset, command, text, out);
    free(text);
    return status;
}
