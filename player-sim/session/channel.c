#include "player-sim/session/channel.h"

#include "manifests/check.h"
#include "manifests/parse.h"
#include "manifests/validate.h"
#include "media/core/err.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

/* What keeps every product below within 128 bits. Frames: ten thousand years of them. */
static const int64_t frames_max = (int64_t)1 << 44;
static const int64_t rate_num_max = INT32_MAX;
static const int64_t rate_den_max = 1 << 20;
static const int64_t time_den_max = INT32_MAX;
static const int64_t poll_s_max = 86400;
static const int64_t us_most = (int64_t)1 << 60;

static wide divide_floor(wide a, wide b)
{
    wide q = a / b;
    return a % b < 0 ? q - 1 : q;
}

static bool within(struct rational r, int64_t num_max, int64_t den_max)
{
    return r.num <= num_max && r.num >= -num_max && r.den > 0 && r.den <= den_max;
}

static struct rational seconds(int64_t value, int64_t scale)
{
    return timebase_reduce((struct rational){value, hesp_scale(scale)});
}

/* The media time at which the track starts: H14. false: a figure that nobody can mean. */
static bool media_start(const struct session_track *t, struct rational *out)
{
    struct rational a = t->start, b = t->media_offset;
    int64_t gcd =
        a.den == b.den ? a.den : a.den / timebase_reduce((struct rational){a.den, b.den}).num;
    wide den = (wide)a.den / gcd * b.den;
    wide num = (wide)a.num * (b.den / gcd) + (wide)b.num * (a.den / gcd);
    const wide num_max = (wide)HESP_INTEGER_MAX * 2;
    if (den > time_den_max || num > num_max || num < -num_max)
        return false;
    *out = (struct rational){(int64_t)num, (int64_t)den};
    return true;
}

static bool is_usable(const struct session_track *t, const struct hesp_media *media)
{
    struct rational zero;
    return media->initialization_pattern && media->continuation_pattern && t->rate.num > 0 &&
           within(t->rate, rate_num_max, rate_den_max) &&
           within(t->start, HESP_INTEGER_MAX, time_den_max) &&
           within(t->media_offset, HESP_INTEGER_MAX, time_den_max) &&
           within(t->segment_duration, INT32_MAX, INT32_MAX) && media_start(t, &zero);
}

static bool read_track(const struct session_channel *c, enum hesp_media_kind kind,
                       const struct hesp_switching_set *set, const struct hesp_track *track,
                       struct session_track *out)
{
    const struct hesp_bounds *bounds = &c->presentation->bounds;
    struct hesp_media media = hesp_track_media(set, track);
    struct session_track t = {
        .place = {&c->manifest, c->presentation, kind, set, track},
        .name = track->id,
        .bandwidth_bps = track->bandwidth,
        .start = seconds(bounds->start, bounds->scale),
        .media_offset = seconds(media.media_time_offset.value, media.media_time_offset.scale),
        .segment_duration = seconds(track->segment_duration.value, track->segment_duration.scale),
        .first_sequence = track->start_sequence_number,
        .first_segment = track->start_segment_id,
    };
    t.rate = timebase_reduce(hesp_frame_rate(&t.place));
    if (kind == HESP_VIDEO && track->resolution.given && track->resolution.width <= INT32_MAX &&
        track->resolution.height <= INT32_MAX) {
        t.width = (int)track->resolution.width;
        t.height = (int)track->resolution.height;
    }
    if (!is_usable(&t, &media))
        return false;
    *out = t;
    return true;
}

static int by_bandwidth(const void *a, const void *b)
{
    const struct session_track *left = a, *right = b;
    if (left->bandwidth_bps != right->bandwidth_bps)
        return left->bandwidth_bps < right->bandwidth_bps ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int read_rungs(struct session_channel *c)
{
    const struct hesp_presentation *p = c->presentation;
    const struct hesp_switching_set *set = p->video_count ? &p->video[0] : NULL;
    size_t count = set ? set->track_count : 0;
    c->rungs = calloc(count ? count : 1, sizeof *c->rungs);
    if (!c->rungs)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        c->rung_count += read_track(c, HESP_VIDEO, set, &set->tracks[i], &c->rungs[c->rung_count]);
    if (!c->rung_count)
        return ERR_UNSUPPORTED;
    qsort(c->rungs, c->rung_count, sizeof *c->rungs, by_bandwidth);
    if (c->rung_count > SESSION_RUNGS_MAX)
        c->rung_count = SESSION_RUNGS_MAX;
    return ERR_OK;
}

static void read_sound(struct session_channel *c)
{
    const struct hesp_presentation *p = c->presentation;
    for (size_t i = 0; p->audio_count && i < p->audio[0].track_count; i++) {
        struct session_track t;
        if (!read_track(c, HESP_AUDIO, &p->audio[0], &p->audio[0].tracks[i], &t) ||
            (c->has_sound && t.bandwidth_bps <= c->sound.bandwidth_bps))
            continue;
        c->sound = t;
        c->has_sound = true;
    }
}

static int by_start(const void *a, const void *b)
{
    const struct hesp_presentation *left = *(const struct hesp_presentation *const *)a;
    const struct hesp_presentation *right = *(const struct hesp_presentation *const *)b;
    const struct hesp_bounds *l = &left->bounds, *r = &right->bounds;
    int order = hesp_compare(l->start, l->scale, r->start, r->scale);
    return order ? order : strcmp(left->id, right->id);
}

/* false: it is of no use. */
static bool read_view(struct session_channel *whole, const struct hesp_presentation *p,
                      struct session_channel *out)
{
    *out = *whole;
    out->presentation = p;
    out->rungs = NULL;
    out->rung_count = 0;
    out->has_sound = false;
    out->views = NULL;
    out->view_count = 0;
    out->whole = whole;
    if (read_rungs(out)) {
        free(out->rungs);
        return false;
    }
    read_sound(out);
    return true;
}

/* Those that are to come after the active one. Without memory there are none. */
static void read_views(struct session_channel *c)
{
    const struct hesp_manifest *m = &c->manifest;
    const struct hesp_bounds *active = &c->presentation->bounds;
    const struct hesp_presentation **later =
        calloc(m->presentation_count, sizeof *later); /* at least 1: the active one */
    size_t count = 0;
    for (size_t i = 0; later && i < m->presentation_count; i++) {
        const struct hesp_bounds *b = &m->presentations[i].bounds;
        if (b->has_start && hesp_compare(b->start, b->scale, active->start, active->scale) > 0)
            later[count++] = &m->presentations[i];
    }
    if (count) {
        qsort(later, count, sizeof *later, by_start);
        c->views = calloc(SESSION_VIEWS_MAX, sizeof *c->views);
    }
    for (size_t i = 0; c->views && i < count && c->view_count < SESSION_VIEWS_MAX; i++)
        c->view_count += read_view(c, later[i], &c->views[c->view_count]);
    free(later);
}

/* The parts of a valid manifest that a viewer follows. */
static int choose(struct session_channel *c, char *error)
{
    const struct hesp_manifest *m = &c->manifest;
    if (m->stream_type != HESP_LIVE) {
        snprintf(error, SESSION_CHANNEL_ERROR_BYTES, "streamType: is not live");
        return ERR_UNSUPPORTED;
    }
    c->presentation = session_channel_presentation(c, m->active_presentation);
    assert(c->presentation); /* or it would not be valid (H7) */
    int64_t poll_s = m->fallback_poll_rate;
    c->current_us = session_time_us(m->current_time.value, m->current_time.scale);
    c->poll_us = 1000000 * (poll_s < 1 ? 1 : poll_s > poll_s_max ? poll_s_max : poll_s);
    int status = read_rungs(c);
    if (status == ERR_UNSUPPORTED)
        snprintf(error, SESSION_CHANNEL_ERROR_BYTES,
                 "Presentation \"%.40s\": has no video track with a frame rate and both patterns",
                 c->presentation->id);
    if (status)
        return status;
    read_sound(c);
    read_views(c);
    return ERR_OK;
}

int session_channel_read(const char *url, const void *json, size_t size,
                         struct session_channel **out, char error[SESSION_CHANNEL_ERROR_BYTES])
{
    static_assert((int)SESSION_CHANNEL_ERROR_BYTES >= (int)HESP_ERROR_BYTES, "one text");
    struct session_channel *c = calloc(1, sizeof *c);
    int status = c ? ERR_OK : ERR_NOMEM;
    if (c) {
        hesp_manifest_init(&c->manifest);
        c->references = 1;
        c->url = strdup(url);
        status = c->url ? hesp_parse(json, size, &c->manifest, error) : ERR_NOMEM;
    }
    if (!status)
        status = hesp_validate(&c->manifest, error);
    if (!status)
        status = choose(c, error);
    if (!status) {
        *out = c;
        return ERR_OK;
    }
    session_channel_unref(c);
    if (status == ERR_NOMEM)
        snprintf(error, SESSION_CHANNEL_ERROR_BYTES, "%s", err_text(status));
    return status == ERR_FULL ? ERR_INVALID : status;
}

struct session_channel *session_channel_ref(struct session_channel *c)
{
    (c->whole ? c->whole : c)->references++;
    return c;
}

void session_channel_unref(struct session_channel *c)
{
    if (c && c->whole)
        c = c->whole;
    if (!c || --c->references)
        return;
    for (size_t i = 0; i < c->view_count; i++)
        free(c->views[i].rungs);
    free(c->views);
    hesp_manifest_finish(&c->manifest);
    free(c->rungs);
    free(c->url);
    free(c);
}

int64_t session_track_time_us(const struct session_track *t, int64_t sequence)
{
    int64_t n = sequence - t->first_sequence;
    n = n > frames_max ? frames_max : n < -frames_max ? -frames_max : n;
    int64_t product; /* within 64 bits: as a rule */
    if (!t->start.num && t->start.den == 1 && n >= 0 &&
        !__builtin_mul_overflow(n, t->rate.den * 1000000, &product) && product <= us_most)
        return product / t->rate.num;
    wide ticks = (wide)t->start.num * t->rate.num + (wide)n * t->rate.den * t->start.den;
    wide us = divide_floor(ticks * 1000000, (wide)t->start.den * t->rate.num);
    return (int64_t)(us > us_most ? us_most : us < -us_most ? -us_most : us);
}

bool session_track_sequence(const struct session_track *t, int64_t ticks, uint32_t timescale,
                            int64_t *sequence)
{
    struct rational zero;
    if (!timescale || ticks < 0 || !media_start(t, &zero))
        return false;
    wide since = (wide)ticks * zero.den - (wide)zero.num * timescale;
    if (since < 0)
        return false;
    wide unit = (wide)timescale * zero.den * t->rate.den;
    if (since <= INT64_MAX / t->rate.num && unit <= INT64_MAX) { /* as a rule */
        int64_t frames = (int64_t)since * t->rate.num;
        if (frames / (int64_t)unit > frames_max)
            return false;
        *sequence = t->first_sequence + frames / (int64_t)unit;
        return frames % (int64_t)unit == 0;
    }
    wide frames = since * t->rate.num;
    if (frames / unit > frames_max)
        return false;
    *sequence = t->first_sequence + (int64_t)(frames / unit);
    return frames % unit == 0;
}

int64_t session_track_beside(const struct session_track *t, const struct session_track *other,
                             int64_t sequence)
{
    assert(t->start.num == other->start.num && t->start.den == other->start.den);
    int64_t n = sequence - other->first_sequence;
    n = n > frames_max ? frames_max : n < 0 ? 0 : n;
    wide frames = (wide)n * other->rate.den * t->rate.num / ((wide)other->rate.num * t->rate.den);
    return t->first_sequence + (int64_t)(frames > frames_max ? frames_max : frames);
}

/* The last frame that starts before manifest time value/scale; -1 where it can't be told. */
static int64_t last_before(const struct session_track *t, int64_t value, int64_t scale)
{
    struct rational end = seconds(value, scale);
    if (!within(end, HESP_INTEGER_MAX, time_den_max))
        return -1;
    wide length = (wide)end.num * t->start.den - (wide)t->start.num * end.den;
    wide unit = (wide)end.den * t->start.den * t->rate.den;
    wide frames = -divide_floor(-(length * t->rate.num), unit);
    if (frames < 0)
        return -1;
    return frames > frames_max ? -1 : t->first_sequence + (int64_t)frames - 1;
}

static int64_t listed_end(const struct session_track *t, int64_t segment)
{
    const struct hesp_track *track = t->place.track;
    for (size_t i = 0; i < track->segment_count; i++) {
        const struct hesp_segment *s = &track->segments[i];
        if (s->id == segment && s->has_bounds && s->bounds.has_end)
            return last_before(t, s->bounds.end, s->bounds.scale);
        if (s->id == segment + 1 && s->has_bounds && s->bounds.has_start)
            return last_before(t, s->bounds.start, s->bounds.scale);
    }
    return -1;
}

int64_t session_track_segment_end(const struct session_track *t, int64_t segment)
{
    struct rational d = t->segment_duration;
    int64_t end = -1;
    if (segment < t->first_segment || segment >= HESP_INTEGER_MAX)
        return -1;
    if (d.num <= 0) {
        end = listed_end(t, segment);
    } else {
        wide k = segment - t->first_segment + 1;
        wide frames = -divide_floor(-(k * d.num * t->rate.num), (wide)d.den * t->rate.den);
        end = frames > frames_max ? -1 : t->first_sequence + (int64_t)frames - 1;
    }
    int64_t last = session_track_last(t);
    return end >= 0 && last >= 0 && last < end ? last : end;
}

int64_t session_track_last(const struct session_track *t)
{
    const struct hesp_bounds *bounds = &t->place.presentation->bounds;
    return bounds->has_end ? last_before(t, bounds->end, bounds->scale) : -1;
}
