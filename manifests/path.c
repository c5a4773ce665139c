#include "manifests/path.h"

#include <stdio.h>

static size_t grown(struct hesp_path *p, int more)
{
    size_t before = p->length;
    size_t room = sizeof p->text - 1 - before;
    p->length += more < 0 ? 0 : (size_t)more < room ? (size_t)more : room;
    return before;
}

size_t hesp_path_key(struct hesp_path *p, const char *key)
{
    return grown(p, snprintf(p->text + p->length, sizeof p->text - p->length, "%s%s",
                             p->length ? "." : "", key));
}

size_t hesp_path_index(struct hesp_path *p, size_t index)
{
    return grown(p, snprintf(p->text + p->length, sizeof p->text - p->length, "[%zu]", index));
}

void hesp_path_back(struct hesp_path *p, size_t length)
{
    p->length = length;
    p->text[length] = '\0';
}
