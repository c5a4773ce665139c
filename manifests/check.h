/* Inside the validator: the run of a check, and the parts that are checked in files of their own.
 */
#ifndef MANIFESTS_CHECK_H
#define MANIFESTS_CHECK_H

#include "manifests/path.h"
#include "manifests/validate.h"

struct check {
    const struct hesp_manifest *manifest;
    struct hesp_path path;
    hesp_report *report;
    void *context;
    int status; /* ERR_INVALID once something was reported */
};

void hesp_check_fail(struct check *c, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for an attribute of what the path names. */
void hesp_check_fail_at(struct check *c, const char *key, const char *rule, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* One Presentation's Switching Sets with their tracks (H10 to H12); validate_media.c. The path
 * names the Presentation. */
void hesp_check_media(struct check *c, const struct hesp_presentation *p);

/* No two tracks have an address in common (3.4.1); validate_address.c. */
void hesp_check_addresses(struct check *c);

/* Ids, borrowed, that must differ. NULL ids are passed over when they are added. */
struct hesp_ids {
    const char **ids;
    size_t count;
};
int hesp_ids_add(struct check *c, struct hesp_ids *ids, const char *id);
/* Reports each id that is there twice, and frees. what is "Switching Sets", ... */
void hesp_ids_check(struct check *c, struct hesp_ids *ids, const char *rule, const char *what);

/* Bounds with a start or an end, in this order (H9, H12). */
void hesp_check_bounds(struct check *c, const struct hesp_bounds *bounds, const char *rule);

/* -1, 0 or 1: how a/a_scale compares with b/b_scale. Scales of 0 mean 1. */
int hesp_compare(int64_t a, int64_t a_scale, int64_t b, int64_t b_scale);

#endif
