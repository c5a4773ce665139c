/* Where one is in a manifest, for messages: presentations[0].video[0].tracks[1].bandwidth.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef MANIFESTS_PATH_H
#define MANIFESTS_PATH_H

#include <stddef.h>

/* Invariant: text is terminated at length. What does not fit is left out. */
struct hesp_path {
    char text[160];
    size_t length;
};

/* One step down; the result is what hesp_path_back takes to undo it. */
size_t hesp_path_key(struct hesp_path *p, const char *key);
size_t hesp_path_index(struct hesp_path *p, size_t index);
void hesp_path_back(struct hesp_path *p, size_t length);

#endif
