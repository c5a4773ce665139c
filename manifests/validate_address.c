#include "manifests/address.h"
#include "manifests/check.h"
#include "media/core/err.h"

#include <stdlib.h>
#include <string.h>

/* Any manifest URL will do: only whether addresses differ matters. */
static const char manifest_url[] = "http://manifest.invalid/manifest.json";

/* One address of one track. Of its text only a hash is kept, as there may be many long ones; where
 * two hashes are alike, the texts are made again and compared. */
struct address {
    uint64_t hash;
    struct hesp_place place;
    enum hesp_stream stream;
};

struct addresses {
    struct address *list;
    size_t count, capacity;
};

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

static void add(struct check *c, struct addresses *all, const struct hesp_place *place,
                enum hesp_stream stream)
{
    char url[HESP_URL_BYTES];
    int status = hesp_content_url(manifest_url, place, stream, url);
    if (status == ERR_NOT_FOUND)
        return;
    if (status) {
        hesp_check_fail(c, "H15", "the address of track \"%.40s\" can't be made: %s",
                        place->track->id, err_text(status));
        return;
    }
    if (all->count == all->capacity) {
        size_t capacity = all->capacity ? all->capacity * 2 : 32;
        struct address *grown = realloc(all->list, capacity * sizeof *grown);
        if (!grown) {
            c->status = ERR_NOMEM;
            return;
        }
        all->list = grown;
        all->capacity = capacity;
    }
    all->list[all->count++] = (struct address){hash_of(url), *place, stream};
}

static void add_sets(struct check *c, struct addresses *all, struct hesp_place place,
                     const struct hesp_switching_set *sets, size_t count)
{
    for (size_t s = 0; s < count; s++) {
        place.set = &sets[s];
        for (size_t t = 0; t < sets[s].track_count && c->status != ERR_NOMEM; t++) {
            place.track = &sets[s].tracks[t];
            add(c, all, &place, HESP_INITIALIZATION);
            add(c, all, &place, HESP_CONTINUATION);
        }
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t left = ((const struct address *)a)->hash, right = ((const struct address *)b)->hash;
    return left < right ? -1 : left > right;
}

static void check_pair(struct check *c, const struct address *a, const struct address *b)
{
    char left[HESP_URL_BYTES], right[HESP_URL_BYTES];
    if (a->hash != b->hash || hesp_content_url(manifest_url, &a->place, a->stream, left) ||
        hesp_content_url(manifest_url, &b->place, b->stream, right) || strcmp(left, right) != 0)
        return;
    hesp_check_fail(c, "H15", "tracks \"%.40s\" and \"%.40s\" have one address: %.100s",
                    a->place.track->id, b->place.track->id, left);
}

void hesp_check_addresses(struct check *c)
{
    const struct hesp_manifest *m = c->manifest;
    struct addresses all = {0};
    for (size_t i = 0; i < m->presentation_count; i++) {
        const struct hesp_presentation *p = &m->presentations[i];
        struct hesp_place place = {.manifest = m, .presentation = p};
        add_sets(c, &all, place, p->audio, p->audio_count);
        add_sets(c, &all, place, p->video, p->video_count);
        add_sets(c, &all, place, p->metadata, p->metadata_count);
    }
    if (c->status != ERR_NOMEM && all.count)
        qsort(all.list, all.count, sizeof *all.list, compare);
    for (size_t i = 1; c->status != ERR_NOMEM && i < all.count; i++)
        check_pair(c, &all.list[i - 1], &all.list[i]);
    free(all.list);
}
