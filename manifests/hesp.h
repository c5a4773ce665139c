/* The HESP manifest (draft-theo-hesp-06, 3.2) as a model: what one can say in it, and nothing of
 * JSON. Strings are owned by the model; NULL is "not given". Numbers are int64_t; what the draft
 * calls uint is never negative; all stay within +-(2^53 - 1) (H8). A scale of 0 is "not given",
 * which means 1. Lists are arrays with a count. Thread-safety: a model belongs to one thread at a
 * time. */
#ifndef MANIFESTS_HESP_H
#define MANIFESTS_HESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HESP_MANIFEST_MIME    "application/vnd.theo.hesp+json"
#define HESP_MANIFEST_VERSION "2.0.0"
#define HESP_INTEGER_MAX      9007199254740991 /* 2^53 - 1 */

struct hesp_value { /* ScaledValue, 3.2.4 */
    bool given;
    int64_t value;
    int64_t scale;
};

struct hesp_bounds { /* TimeBounds, 3.2.6 */
    bool has_start, has_end;
    int64_t start, end;
    int64_t scale;
};

struct hesp_time_source { /* 3.2.3 */
    char *scheme;         /* a DASH UTCTiming scheme */
    char *value;
};

struct hesp_resolution { /* 3.2.14 */
    bool given;
    int64_t width, height;
    int64_t sar_width, sar_height; /* 0: not given */
};

struct hesp_segment { /* 3.2.16 */
    int64_t id;
    struct hesp_bounds bounds;
    bool has_bounds;
};

enum hesp_media_kind { HESP_AUDIO, HESP_VIDEO, HESP_METADATA };

/* What a Switching Set and a Track can both say; the Track's wins (3.2.7, 3.2.10 to 3.2.15). */
struct hesp_media {
    char *base_url;
    char *codecs;
    char *continuation_pattern;
    char *initialization_pattern;
    char *mime_type; /* of a Switching Set only: the draft gives tracks none */
    struct hesp_value media_time_offset;
    struct hesp_value frame_rate; /* video */
    int64_t channels;             /* audio; 0: not given */
    int64_t sample_rate;          /* audio; 0: not given */
    int64_t samples_per_frame;    /* audio; 0: not given, which means 1024 */
};

struct hesp_track {
    char *id;
    char *label;
    struct hesp_media media;
    int64_t bandwidth;         /* bits/s; 0 only in metadata tracks */
    int64_t average_bandwidth; /* 0: not given */
    struct hesp_resolution resolution;
    struct hesp_value segment_duration;
    int64_t start_segment_id;      /* default 0 */
    int64_t start_sequence_number; /* default 0 */
    struct hesp_segment *segments;
    size_t segment_count;
};

struct hesp_switching_set {
    char *id;
    char *align_id;
    char *label;
    char *language;  /* audio: required, ISO 639-2 */
    char *scheme_id; /* metadata: required */
    struct hesp_media media;
    struct hesp_track *tracks;
    size_t track_count;
};

struct hesp_presentation {
    char *id;
    char *base_url;
    struct hesp_bounds bounds;
    struct hesp_switching_set *audio, *video, *metadata;
    size_t audio_count, video_count, metadata_count;
};

enum hesp_stream_type { HESP_LIVE, HESP_VOD };

struct hesp_manifest {
    struct hesp_value availability_duration;
    char *creation_date; /* ISO 8601, milliseconds, zone */
    int64_t fallback_poll_rate;
    enum hesp_stream_type stream_type;
    char *active_presentation;      /* live */
    struct hesp_value current_time; /* live */
    char *content_base_url;
    struct hesp_time_source time_source; /* scheme NULL: not given */
    struct hesp_presentation *presentations;
    size_t presentation_count;
};

void hesp_manifest_init(struct hesp_manifest *m);
void hesp_manifest_finish(struct hesp_manifest *m); /* frees all that it holds */

/* What holds for a track of this set: its own values, and the set's where it has none (3.2.12,
 * 3.2.13). base_url is the exception: it is the track's own, as both are resolved in turn (3.4.1).
 * Strings are borrowed from the model. */
struct hesp_media hesp_track_media(const struct hesp_switching_set *set,
                                   const struct hesp_track *track);

/* What a scale says: 0, not given, means 1. */
static inline int64_t hesp_scale(int64_t scale)
{
    return scale ? scale : 1;
}

#endif
