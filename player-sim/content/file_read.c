#include "player-sim/content/file.h"
#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/content/file_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char remedy[] = "give a file that `player-sim record` wrote, or a movie of Sabre";

int content_parse(const char *file, const void *data, size_t size, struct content *out,
                  char error[CONTENT_ERROR_BYTES])
{
    struct content_json r = {.file = file, .error = error};
    struct content read = {0};
    json_error_t problem;
    json_t *root = json_loadb(data ? data : "", size, JSON_REJECT_DUPLICATES, &problem);
    int status;
    if (!root)
        status = content_json_fault(&r, "", "no JSON (line %d, column %d: %.80s): %s", problem.line,
                                    problem.column, problem.text, remedy);
    else if (json_object_get(root, "format"))
        status = content_json_read(&r, root, &read);
    else if (json_object_get(root, "segment_sizes_bits"))
        status = content_movie_read(&r, root, &read);
    else
        status = content_json_fault(&r, "", "neither a content nor a movie: %s", remedy);
    json_decref(root);
    if (!status && (status = content_check(&read, r.text)))
        content_json_fault(&r, "", "%s", r.text);
    if (status)
        content_finish(&read);
    else
        *out = read;
    return status;
}

/* All of a stream, at most CONTENT_FILE_BYTES_MAX; the caller frees. */
static int take(FILE *in, char **out, size_t *size)
{
    size_t capacity = 1 << 16, used = 0;
    char *bytes = malloc(capacity), *more;
    while (bytes) {
        used += fread(bytes + used, 1, capacity - used, in);
        if (used < capacity || used > CONTENT_FILE_BYTES_MAX)
            break;
        more = realloc(bytes, capacity *= 2);
        if (!more)
            free(bytes);
        bytes = more;
    }
    int status = !bytes                          ? ERR_NOMEM
                 : ferror(in)                    ? ERR_IO
                 : used > CONTENT_FILE_BYTES_MAX ? ERR_FULL
                                                 : ERR_OK;
    if (status) {
        free(bytes);
        return status;
    }
    *out = bytes;
    *size = used;
    return ERR_OK;
}

int content_read(const char *path, struct content *out, char error[CONTENT_ERROR_BYTES])
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *in = fopen(path, "re");
    errno = in ? 0 : errno;
    int status = in ? take(in, &bytes, &size) : ERR_IO;
    if (status == ERR_FULL)
        error_line(error, CONTENT_ERROR_BYTES, "%.160s: larger than %d MB: %s", path,
                   CONTENT_FILE_BYTES_MAX >> 20, remedy);
    else if (status)
        error_line(error, CONTENT_ERROR_BYTES, "%.160s: %s: %s", path,
                   status == ERR_IO ? strerror(errno) : err_text(status), remedy);
    else
        status = content_parse(path, bytes, size, out, error);
    free(bytes);
    if (in)
        fclose(in);
    return status;
}
