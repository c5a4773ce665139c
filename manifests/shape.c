#include "manifests/shape.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* One row: name, kind, where allowed, where required, member, flag or count, what is inside, and
 * its context. */
#define PLAIN(type, member)         offsetof(type, member), HESP_NO_FLAG, NULL, 0
#define FLAGGED(type, member, flag) offsetof(type, member), offsetof(type, flag), NULL, 0
#define VALUE(type, member)         offsetof(type, member), offsetof(type, member.given), &value_shape, 0

static const struct hesp_attribute value_attributes[] = {
    {"value", KIND_INT, IN_ALL, IN_ALL, PLAIN(struct hesp_value, value)},
    {"scale", KIND_POSITIVE, IN_ALL, 0, PLAIN(struct hesp_value, scale)},
};
static const struct hesp_shape value_shape = {
    value_attributes,
    COUNT(value_attributes),
    sizeof(struct hesp_value),
    "H8",
};

static const struct hesp_attribute bounds_attributes[] = {
    {"startTime", KIND_UINT, IN_ALL, 0, FLAGGED(struct hesp_bounds, start, has_start)},
    {"endTime", KIND_UINT, IN_ALL, 0, FLAGGED(struct hesp_bounds, end, has_end)},
    {"scale", KIND_POSITIVE, IN_ALL, 0, PLAIN(struct hesp_bounds, scale)},
};
static const struct hesp_shape bounds_shape = {
    bounds_attributes,
    COUNT(bounds_attributes),
    sizeof(struct hesp_bounds),
    "H9",
};

static const struct hesp_attribute time_source_attributes[] = {
    {"scheme", KIND_TEXT, IN_ALL, IN_ALL, PLAIN(struct hesp_time_source, scheme)},
    {"value", KIND_TEXT, IN_ALL, IN_ALL, PLAIN(struct hesp_time_source, value)},
};
static const struct hesp_shape time_source_shape = {
    time_source_attributes,
    COUNT(time_source_attributes),
    sizeof(struct hesp_time_source),
    "H7",
};

static const struct hesp_attribute resolution_attributes[] = {
    {"width", KIND_POSITIVE, IN_ALL, IN_ALL, PLAIN(struct hesp_resolution, width)},
    {"height", KIND_POSITIVE, IN_ALL, IN_ALL, PLAIN(struct hesp_resolution, height)},
    {"sarWidth", KIND_POSITIVE, IN_ALL, 0, PLAIN(struct hesp_resolution, sar_width)},
    {"sarHeight", KIND_POSITIVE, IN_ALL, 0, PLAIN(struct hesp_resolution, sar_height)},
};
static const struct hesp_shape resolution_shape = {
    resolution_attributes,
    COUNT(resolution_attributes),
    sizeof(struct hesp_resolution),
    "H11",
};

static const struct hesp_attribute segment_attributes[] = {
    {"id", KIND_UINT, IN_ALL, IN_ALL, PLAIN(struct hesp_segment, id)},
    {"timeBounds", KIND_OBJECT, IN_ALL, 0, offsetof(struct hesp_segment, bounds),
     offsetof(struct hesp_segment, has_bounds), &bounds_shape, 0},
};
static const struct hesp_shape segment_shape = {
    segment_attributes,
    COUNT(segment_attributes),
    sizeof(struct hesp_segment),
    "H12",
};

/* Tables 13, 14 and 16. The mimeType of a track has its place in the model only. */
#define TRACK struct hesp_track
static const struct hesp_attribute track_attributes[] = {
    {"id", KIND_TEXT, IN_ALL, IN_ALL, PLAIN(TRACK, id)},
    {"label", KIND_TEXT, IN_ALL, 0, PLAIN(TRACK, label)},
    {"bandwidth", KIND_UINT, IN_ALL, IN_MEDIA, PLAIN(TRACK, bandwidth)},
    {"averageBandwidth", KIND_UINT, IN_ALL, 0, PLAIN(TRACK, average_bandwidth)},
    {"baseUrl", KIND_TEXT, IN_ALL, 0, PLAIN(TRACK, media.base_url)},
    {"mimeType", KIND_TEXT, 0, 0, PLAIN(TRACK, media.mime_type)},
    {"codecs", KIND_TEXT, IN_ALL, 0, PLAIN(TRACK, media.codecs)},
    {"initializationPattern", KIND_TEXT, IN_MEDIA, 0, PLAIN(TRACK, media.initialization_pattern)},
    {"continuationPattern", KIND_TEXT, IN_ALL, 0, PLAIN(TRACK, media.continuation_pattern)},
    {"resolution", KIND_OBJECT, IN_VIDEO, IN_VIDEO, offsetof(TRACK, resolution),
     offsetof(TRACK, resolution.given), &resolution_shape, 0},
    {"frameRate", KIND_OBJECT, IN_VIDEO, 0, VALUE(TRACK, media.frame_rate)},
    {"channels", KIND_POSITIVE, IN_AUDIO, 0, PLAIN(TRACK, media.channels)},
    {"sampleRate", KIND_POSITIVE, IN_AUDIO, 0, PLAIN(TRACK, media.sample_rate)},
    {"samplesPerFrame", KIND_POSITIVE, IN_AUDIO, 0, PLAIN(TRACK, media.samples_per_frame)},
    {"mediaTimeOffset", KIND_OBJECT, IN_ALL, 0, VALUE(TRACK, media.media_time_offset)},
    {"segmentDuration", KIND_OBJECT, IN_ALL, 0, VALUE(TRACK, segment_duration)},
    {"startSegmentId", KIND_UINT, IN_ALL, 0, PLAIN(TRACK, start_segment_id)},
    {"startSequenceNumber", KIND_UINT, IN_MEDIA, 0, PLAIN(TRACK, start_sequence_number)},
    {"segments", KIND_LIST, IN_ALL, IN_ALL, offsetof(TRACK, segments),
     offsetof(TRACK, segment_count), &segment_shape, 0},
};
const struct hesp_shape hesp_track_shape = {
    track_attributes,
    COUNT(track_attributes),
    sizeof(TRACK),
    "H11",
};

/* Tables 6, 11 and 12. */
#define SET struct hesp_switching_set
static const struct hesp_attribute set_attributes[] = {
    {"id", KIND_TEXT, IN_ALL, IN_ALL, PLAIN(SET, id)},
    {"alignId", KIND_TEXT, IN_ALL, 0, PLAIN(SET, align_id)},
    {"label", KIND_TEXT, IN_ALL, 0, PLAIN(SET, label)},
    {"language", KIND_TEXT, IN_AUDIO | IN_METADATA, IN_AUDIO, PLAIN(SET, language)},
    {"schemeId", KIND_TEXT, IN_METADATA, IN_METADATA, PLAIN(SET, scheme_id)},
    {"baseUrl", KIND_TEXT, IN_ALL, 0, PLAIN(SET, media.base_url)},
    {"mimeType", KIND_TEXT, IN_ALL, IN_METADATA, PLAIN(SET, media.mime_type)},
    {"codecs", KIND_TEXT, IN_ALL, 0, PLAIN(SET, media.codecs)},
    {"initializationPattern", KIND_TEXT, IN_MEDIA, 0, PLAIN(SET, media.initialization_pattern)},
    {"continuationPattern", KIND_TEXT, IN_ALL, 0, PLAIN(SET, media.continuation_pattern)},
    {"frameRate", KIND_OBJECT, IN_VIDEO, 0, VALUE(SET, media.frame_rate)},
    {"channels", KIND_POSITIVE, IN_AUDIO, 0, PLAIN(SET, media.channels)},
    {"sampleRate", KIND_POSITIVE, IN_AUDIO, 0, PLAIN(SET, media.sample_rate)},
    {"samplesPerFrame", KIND_POSITIVE, IN_AUDIO, 0, PLAIN(SET, media.samples_per_frame)},
    {"mediaTimeOffset", KIND_OBJECT, IN_ALL, 0, VALUE(SET, media.media_time_offset)},
    {"tracks", KIND_LIST, IN_ALL, IN_ALL, offsetof(SET, tracks), offsetof(SET, track_count),
     &hesp_track_shape, 0},
};
static const struct hesp_shape set_shape = {
    set_attributes,
    COUNT(set_attributes),
    sizeof(SET),
    "H10",
};

#define PRESENTATION struct hesp_presentation
static const struct hesp_attribute presentation_attributes[] = {
    {"id", KIND_TEXT, IN_ALL, IN_ALL, PLAIN(PRESENTATION, id)},
    {"timeBounds", KIND_OBJECT, IN_ALL, IN_ALL, offsetof(PRESENTATION, bounds), HESP_NO_FLAG,
     &bounds_shape, 0},
    {"baseUrl", KIND_TEXT, IN_ALL, 0, PLAIN(PRESENTATION, base_url)},
    {"audio", KIND_LIST, IN_ALL, 0, offsetof(PRESENTATION, audio),
     offsetof(PRESENTATION, audio_count), &set_shape, IN_AUDIO},
    {"video", KIND_LIST, IN_ALL, 0, offsetof(PRESENTATION, video),
     offsetof(PRESENTATION, video_count), &set_shape, IN_VIDEO},
    {"metadata", KIND_LIST, IN_ALL, 0, offsetof(PRESENTATION, metadata),
     offsetof(PRESENTATION, metadata_count), &set_shape, IN_METADATA},
};
static const struct hesp_shape presentation_shape = {
    presentation_attributes,
    COUNT(presentation_attributes),
    sizeof(PRESENTATION),
    "H9",
};

/* Table 1. What a VOD stream's reader has to ignore does not exist for it. */
#define MANIFEST struct hesp_manifest
static const struct hesp_attribute manifest_attributes[] = {
    {"manifestVersion", KIND_VERSION, IN_ALL, IN_ALL, 0, HESP_NO_FLAG, NULL, 0},
    {"creationDate", KIND_TEXT, IN_ALL, IN_ALL, PLAIN(MANIFEST, creation_date)},
    {"streamType", KIND_STREAM_TYPE, IN_ALL, IN_ALL, PLAIN(MANIFEST, stream_type)},
    {"availabilityDuration", KIND_OBJECT, IN_ALL, IN_ALL, VALUE(MANIFEST, availability_duration)},
    {"fallbackPollRate", KIND_UINT, IN_ALL, IN_ALL, PLAIN(MANIFEST, fallback_poll_rate)},
    {"activePresentation", KIND_TEXT, IN_LIVE, IN_LIVE, PLAIN(MANIFEST, active_presentation)},
    {"currentTime", KIND_OBJECT, IN_LIVE, IN_LIVE, VALUE(MANIFEST, current_time)},
    {"contentBaseUrl", KIND_TEXT, IN_ALL, 0, PLAIN(MANIFEST, content_base_url)},
    {"timeSource", KIND_OBJECT, IN_LIVE, 0, offsetof(MANIFEST, time_source), HESP_NO_FLAG,
     &time_source_shape, 0},
    {"presentations", KIND_LIST, IN_ALL, IN_ALL, offsetof(MANIFEST, presentations),
     offsetof(MANIFEST, presentation_count), &presentation_shape, 0},
};
const struct hesp_shape hesp_manifest_shape = {
    manifest_attributes,
    COUNT(manifest_attributes),
    sizeof(MANIFEST),
    "H7",
};

static bool flag_member(const struct hesp_attribute *a, const void *object)
{
    return *(const bool *)((const char *)object + a->flag);
}

static bool any_text_given(const struct hesp_shape *shape, const void *object)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct hesp_attribute *a = &shape->attributes[i];
        if (a->kind == KIND_TEXT && *hesp_text_member(a, object))
            return true;
    }
    return false;
}

bool hesp_is_given(const struct hesp_attribute *a, const void *object, unsigned context)
{
    switch (a->kind) {
    case KIND_TEXT:
        return *hesp_text_member(a, object) != NULL;
    case KIND_INT:
    case KIND_UINT:
    case KIND_POSITIVE:
        if (a->flag != HESP_NO_FLAG)
            return flag_member(a, object);
        return (a->required & context) || *hesp_int_member(a, object);
    case KIND_OBJECT:
        if (a->flag != HESP_NO_FLAG)
            return flag_member(a, object);
        return (a->required & context) || any_text_given(a->shape, hesp_object_member(a, object));
    case KIND_LIST:
        return (a->required & context) || *hesp_list_count(a, object);
    case KIND_VERSION:
    case KIND_STREAM_TYPE:
        return true;
    }
    return false;
}

/* Pointers to different structs may differ in form, so that they are copied as bytes. */
void *hesp_list_get(const struct hesp_attribute *a, const void *object)
{
    void *elements;
    memcpy(&elements, (const char *)object + a->member, sizeof elements);
    return elements;
}

void hesp_list_set(const struct hesp_attribute *a, void *object, void *elements)
{
    memcpy((char *)object + a->member, &elements, sizeof elements);
}
