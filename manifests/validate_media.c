#include "manifests/address.h"
#include "manifests/check.h"
#include "manifests/language.h"
#include "media/core/err.h"

#include <string.h>

static void check_reference(struct check *c, const char *key, const char *text)
{
    if (text && !hesp_uri_is_reference(text))
        hesp_check_fail_at(c, key, "H15", "is no URI reference");
}

/* H16: the pattern asks for its identifier, and gives a URI reference once it has it. */
static void check_pattern(struct check *c, const char *key, const char *name, const char *pattern)
{
    char expanded[HESP_URL_BYTES];
    if (!pattern)
        return;
    int status = hesp_pattern_expand(pattern, name, 1, expanded);
    if (status == ERR_NOT_FOUND)
        hesp_check_fail_at(c, key, "H10", "does not contain {%s}", name);
    else if (status)
        hesp_check_fail_at(c, key, "H16", "is too long");
    else if (!hesp_uri_is_reference(expanded))
        hesp_check_fail_at(c, key, "H15", "is no URI reference");
}

static void check_rate(struct check *c, const struct hesp_value *rate, const char *key)
{
    if (rate->given && rate->value <= 0)
        hesp_check_fail_at(c, key, "H10", "must be above 0");
}

/* What sets and tracks have alike. */
static void check_own_media(struct check *c, const struct hesp_media *media)
{
    check_reference(c, "baseUrl", media->base_url);
    check_pattern(c, "initializationPattern", "initId", media->initialization_pattern);
    check_pattern(c, "continuationPattern", "segmentId", media->continuation_pattern);
    check_rate(c, &media->frame_rate, "frameRate.value");
}

static bool follows(const struct hesp_segment *a, const struct hesp_segment *b)
{
    return a->id < HESP_INTEGER_MAX && b->id == a->id + 1;
}

static void check_segment(struct check *c, const struct hesp_track *track, size_t i)
{
    const struct hesp_segment *s = &track->segments[i];
    bool last = i + 1 == track->segment_count;
    if (i && !follows(s - 1, s))
        hesp_check_fail_at(c, "id", "H12", "%lld does not follow %lld by 1", (long long)s->id,
                           (long long)s[-1].id);
    if (!i && s->id < track->start_segment_id)
        hesp_check_fail_at(c, "id", "H12", "%lld lies before startSegmentId %lld", (long long)s->id,
                           (long long)track->start_segment_id);
    if (!s->has_bounds) {
        if (!track->segment_duration.given)
            hesp_check_fail(c, "H12", "needs timeBounds, as its track has no segmentDuration");
        return;
    }
    size_t back = hesp_path_key(&c->path, "timeBounds");
    hesp_check_bounds(c, &s->bounds, "H12");
    if (!track->segment_duration.given && (!s->bounds.has_start || (!last && !s->bounds.has_end)))
        hesp_check_fail(c, "H12", "needs startTime, and endTime unless it is the last");
    hesp_path_back(&c->path, back);
}

static bool leaves_gap(const struct hesp_segment *a, const struct hesp_segment *b)
{
    return a->has_bounds && b->has_bounds && a->bounds.has_end && b->bounds.has_start &&
           hesp_compare(a->bounds.end, a->bounds.scale, b->bounds.start, b->bounds.scale) != 0;
}

static void check_segments(struct check *c, const struct hesp_track *track)
{
    size_t list = hesp_path_key(&c->path, "segments");
    for (size_t i = 0; i < track->segment_count; i++) {
        size_t element = hesp_path_index(&c->path, i);
        check_segment(c, track, i);
        if (i && leaves_gap(&track->segments[i - 1], &track->segments[i]))
            hesp_check_fail_at(c, "timeBounds.startTime", "H12",
                               "is not the endTime of the segment before");
        hesp_path_back(&c->path, element);
    }
    hesp_path_back(&c->path, list);
}

/* What every track must end up with, its own or its set's. */
static void check_complete(struct check *c, enum hesp_media_kind kind,
                           const struct hesp_media *media)
{
    static const char missing[] = "is given neither by the track nor by its Switching Set";
    if (!media->codecs)
        hesp_check_fail_at(c, "codecs", "H11", missing);
    if (!media->continuation_pattern)
        hesp_check_fail_at(c, "continuationPattern", "H11", missing);
    if (kind != HESP_METADATA && !media->initialization_pattern)
        hesp_check_fail_at(c, "initializationPattern", "H11", missing);
    if (kind == HESP_VIDEO && !media->frame_rate.given)
        hesp_check_fail_at(c, "frameRate", "H11", missing);
    if (kind == HESP_AUDIO && !media->sample_rate)
        hesp_check_fail_at(c, "sampleRate", "H11", missing);
}

static void check_track(struct check *c, enum hesp_media_kind kind,
                        const struct hesp_switching_set *set, const struct hesp_track *track)
{
    struct hesp_media media = hesp_track_media(set, track);
    check_own_media(c, &track->media);
    check_complete(c, kind, &media);
    if (kind != HESP_METADATA && track->bandwidth == 0)
        hesp_check_fail_at(c, "bandwidth", "H11", "must be above 0");
    if (track->segment_duration.given && track->segment_duration.value <= 0)
        hesp_check_fail_at(c, "segmentDuration.value", "H11", "must be above 0");
    check_segments(c, track);
}

static bool is_mime_type(const char *text, enum hesp_media_kind kind)
{
    static const char *const top[] = {"audio/", "video/", ""};
    size_t size = strlen(top[kind]);
    const char *slash = strchr(text, '/');
    return strncmp(text, top[kind], size) == 0 && slash && slash != text && slash[1] &&
           !strpbrk(text, " \t\r\n");
}

static void check_set(struct check *c, enum hesp_media_kind kind,
                      const struct hesp_switching_set *set)
{
    struct hesp_ids ids = {0};
    check_own_media(c, &set->media);
    if (set->language && !hesp_language_is_known(set->language))
        hesp_check_fail_at(c, "language", "H10", "\"%.20s\" is no ISO 639-2 code in lower case",
                           set->language);
    if (set->media.mime_type && !is_mime_type(set->media.mime_type, kind))
        hesp_check_fail_at(c, "mimeType", "H10", "\"%.40s\" does not fit the kind of media",
                           set->media.mime_type);
    size_t list = hesp_path_key(&c->path, "tracks");
    for (size_t i = 0; i < set->track_count; i++) {
        size_t element = hesp_path_index(&c->path, i);
        check_track(c, kind, set, &set->tracks[i]);
        hesp_path_back(&c->path, element);
        hesp_ids_add(c, &ids, set->tracks[i].id);
    }
    hesp_ids_check(c, &ids, "H11", "tracks");
    hesp_path_back(&c->path, list);
}

static void check_sets(struct check *c, enum hesp_media_kind kind, const char *key,
                       const struct hesp_switching_set *sets, size_t count, struct hesp_ids *ids)
{
    size_t list = hesp_path_key(&c->path, key);
    for (size_t i = 0; i < count && c->status != ERR_NOMEM; i++) {
        size_t element = hesp_path_index(&c->path, i);
        check_set(c, kind, &sets[i]);
        hesp_path_back(&c->path, element);
        hesp_ids_add(c, ids, sets[i].id);
    }
    hesp_path_back(&c->path, list);
}

void hesp_check_media(struct check *c, const struct hesp_presentation *p)
{
    struct hesp_ids ids = {0};
    check_sets(c, HESP_AUDIO, "audio", p->audio, p->audio_count, &ids);
    check_sets(c, HESP_VIDEO, "video", p->video, p->video_count, &ids);
    check_sets(c, HESP_METADATA, "metadata", p->metadata, p->metadata_count, &ids);
    hesp_ids_check(c, &ids, "H10", "Switching Sets");
}
