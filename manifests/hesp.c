#include "manifests/hesp.h"
#include "manifests/shape.h"

#include <stdlib.h>

void hesp_manifest_init(struct hesp_manifest *m)
{
    *m = (struct hesp_manifest){0};
}

static void free_members(const struct hesp_shape *shape, void *object);

static void free_list(const struct hesp_attribute *a, void *object)
{
    char *elements = hesp_list_get(a, object);
    for (size_t i = 0; i < *hesp_list_count(a, object); i++)
        free_members(a->shape, elements + i * a->shape->size);
    free(elements);
}

static void free_members(const struct hesp_shape *shape, void *object)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct hesp_attribute *a = &shape->attributes[i];
        if (a->kind == KIND_TEXT)
            free(*hesp_text_member(a, object));
        else if (a->kind == KIND_OBJECT)
            free_members(a->shape, hesp_object_member(a, object));
        else if (a->kind == KIND_LIST)
            free_list(a, object);
    }
}

void hesp_manifest_finish(struct hesp_manifest *m)
{
    free_members(&hesp_manifest_shape, m);
    hesp_manifest_init(m);
}

static char *text_or(char *own, char *other)
{
    return own ? own : other;
}

static int64_t number_or(int64_t own, int64_t other)
{
    return own ? own : other;
}

struct hesp_media hesp_track_media(const struct hesp_switching_set *set,
                                   const struct hesp_track *track)
{
    const struct hesp_media *own = &track->media, *all = &set->media;
    return (struct hesp_media){
        .base_url = own->base_url,
        .codecs = text_or(own->codecs, all->codecs),
        .continuation_pattern = text_or(own->continuation_pattern, all->continuation_pattern),
        .initialization_pattern = text_or(own->initialization_pattern, all->initialization_pattern),
        .mime_type = all->mime_type,
        .media_time_offset =
            own->media_time_offset.given ? own->media_time_offset : all->media_time_offset,
        .frame_rate = own->frame_rate.given ? own->frame_rate : all->frame_rate,
        .channels = number_or(own->channels, all->channels),
        .sample_rate = number_or(own->sample_rate, all->sample_rate),
        .samples_per_frame = number_or(own->samples_per_frame, all->samples_per_frame),
    };
}
