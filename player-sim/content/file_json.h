/* Inside the reader of files: members of JSON objects that have to be of a type and within bounds,
 * with messages that name the file and the element; and the two kinds of file.
 * Thread-safety: an object belongs to one thread. */
#ifndef PLAYER_SIM_CONTENT_FILE_JSON_H
#define PLAYER_SIM_CONTENT_FILE_JSON_H

#include "player-sim/content/content.h"

#include <jansson.h>

struct content_json {
    const char *file;               /* borrowed */
    char *error;                    /* [CONTENT_ERROR_BYTES] */
    char inside[48];                /* "rungs[3]."; "" at the root */
    char text[CONTENT_ERROR_BYTES]; /* of others, to be told with the file's name */
};

/* Tells "FILE: INSIDE ELEMENT: what"; element may be "". ERR_INVALID, for the caller to return. */
int content_json_fault(struct content_json *r, const char *element, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The member of object, of that type. NULL: it is not, and that was told. */
json_t *content_json_member(struct content_json *r, json_t *object, const char *name,
                            json_type type);

/* A whole number within bounds. A member that is not there leaves *out alone if `may_lack`. */
int content_json_integer(struct content_json *r, json_t *object, const char *name, bool may_lack,
                         int64_t lowest, int64_t highest, int64_t *out);

/* [num, den], both 1 to 10^9. */
int content_json_rate(struct content_json *r, json_t *object, const char *name,
                      struct rational *out);

/* The file's own name, without folders and cut to size: a content without a name has that one. */
void content_json_name(const struct content_json *r, char out[CONTENT_NAME_BYTES]);

/* The two kinds. *out is zero-filled before; the caller finishes it on failure too, and checks what
 * content_check does. ERR_INVALID, ERR_UNSUPPORTED, ERR_NOMEM. */
int content_json_read(struct content_json *r, json_t *root, struct content *out);
int content_movie_read(struct content_json *r, json_t *root, struct content *out);

/* Room for c's rungs with frame_count frames, and packets if so. rung_count grows with each, so
 * that content_finish frees what there is. ERR_NOMEM, told. */
int content_json_room(struct content_json *r, struct content *c, size_t rungs, bool packets);

#endif
