#include "packager/origin/files.h"

#include <stdlib.h>
#include <string.h>

static int compare_path(const void *path, const void *file)
{
    return strcmp(path, ((const struct origin_file *)file)->path);
}

const struct origin_file *origin_files_find(const struct origin_file *files, size_t count,
                                            const char *path)
{
    return count > 0 ? bsearch(path, files, count, sizeof *files, compare_path) : NULL;
}

/* A tag in quotes is found wherever in the list it is, weak or not. */
bool origin_file_is_known(const struct origin_file *file, const char *if_none_match)
{
    return if_none_match != NULL &&
           (strcmp(if_none_match, "*") == 0 || strstr(if_none_match, file->etag) != NULL);
}
