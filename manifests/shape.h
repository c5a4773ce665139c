/* The attributes of each object of a manifest (HESP 3.2.2 to 3.2.16) as tables, which parser,
 * writer, validator and destructor walk. So an attribute is described once, and what is written is
 * what is read.
 * Thread-safety: constant data and pure functions, any thread. */
#ifndef MANIFESTS_SHAPE_H
#define MANIFESTS_SHAPE_H

#include "manifests/hesp.h"

/* Where an object stands; some attributes exist in certain contexts only. */
enum hesp_context {
    IN_LIVE = 1,
    IN_VOD = 2,
    IN_AUDIO = 4,
    IN_VIDEO = 8,
    IN_METADATA = 16,
    IN_MEDIA = IN_AUDIO | IN_VIDEO,
    IN_ALL = 31,
};

enum hesp_kind {
    KIND_TEXT,        /* char * */
    KIND_INT,         /* int64_t */
    KIND_UINT,        /* int64_t, not negative */
    KIND_POSITIVE,    /* int64_t, at least 1; 0 in the model is "not given" */
    KIND_OBJECT,      /* the struct itself */
    KIND_LIST,        /* a pointer to structs, and their count */
    KIND_VERSION,     /* no member: HESP_MANIFEST_VERSION */
    KIND_STREAM_TYPE, /* enum hesp_stream_type */
};

#define HESP_NO_FLAG SIZE_MAX

struct hesp_shape;

struct hesp_attribute {
    const char *name;
    enum hesp_kind kind;
    unsigned allowed;  /* contexts in which the attribute exists */
    unsigned required; /* contexts in which it must be there */
    size_t member;     /* offset in the struct */
    size_t flag; /* KIND_LIST: offset of the count; else of the bool that says "given", if any */
    const struct hesp_shape *shape; /* KIND_OBJECT, KIND_LIST: what is inside */
    unsigned inside;                /* the context in there; 0: the same */
};

struct hesp_shape {
    const struct hesp_attribute *attributes;
    size_t count;
    size_t size;      /* of the struct */
    const char *rule; /* the requirement that the attributes come from */
};

extern const struct hesp_shape hesp_manifest_shape;
extern const struct hesp_shape hesp_track_shape;

/* Whether the model holds a value for the attribute of object. Numbers and objects without a flag
 * that are required in the context always do. */
bool hesp_is_given(const struct hesp_attribute *a, const void *object, unsigned context);

/* Members by offset. */
static inline char **hesp_text_member(const struct hesp_attribute *a, const void *object)
{
    return (char **)((char *)object + a->member);
}

static inline int64_t *hesp_int_member(const struct hesp_attribute *a, const void *object)
{
    return (int64_t *)((char *)object + a->member);
}

static inline void *hesp_object_member(const struct hesp_attribute *a, const void *object)
{
    return (char *)object + a->member;
}

static inline size_t *hesp_list_count(const struct hesp_attribute *a, const void *object)
{
    return (size_t *)((char *)object + a->flag);
}

/* The list's elements; NULL while it is empty. */
void *hesp_list_get(const struct hesp_attribute *a, const void *object);
void hesp_list_set(const struct hesp_attribute *a, void *object, void *elements);

#endif
