#include "e2e/crowd.h"
#include "e2e/crowd_facts.h"
#include "media/core/err.h"

#include <assert.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct track {
    struct viewer_track viewer;
    struct crowd_facts packets, samples;
    int64_t newest;
    int64_t end; /* how many samples there are in all, INT64_MAX: nobody knows */
};

enum state { FREE, ASKS_PACKET, HANGS_UP, READS };

struct crowd_member {
    struct crowd *crowd;
    size_t index, track;
    enum state state;
    bool sent; /* HANGS_UP: the request has had a step to go out in */
    CURL *easy;
    uint8_t *body; /* a packet, or the start of a sample whose end is still to come */
    size_t size, capacity;
    int64_t asked;              /* the packet's number, or HESP_NOW */
    int64_t next;               /* the next sample's number, -1: whatever comes */
    int64_t segment_id, offset; /* of the next sample */
    int64_t response_offset;    /* where the response under way began */
    int64_t samples, wanted;
};

struct crowd {
    struct crowd_config config;
    CURLM *multi;
    struct track *tracks;
    size_t track_count;
    struct crowd_member *members;
    struct crowd_tally tally;
    char error[CROWD_ERROR_BYTES];
};

/* The first fault is the one that is told. */
__attribute__((format(printf, 2, 3))) static void fault(struct crowd_member *m, const char *format,
                                                        ...)
{
    char *error = m->crowd->error;
    va_list arguments;
    if (*error)
        return;
    int at = snprintf(error, CROWD_ERROR_BYTES, "member %zu on %s, sample %" PRId64 ": ", m->index,
                      m->crowd->tracks[m->track].viewer.place.track->id, m->next);
    va_start(arguments, format);
    vsnprintf(error + at, CROWD_ERROR_BYTES - (size_t)at, format, arguments);
    va_end(arguments);
}

/* Nobody may see anything else than somebody else has seen. */
static void compare(struct crowd_member *m, struct crowd_facts *facts, int64_t sequence,
                    const uint8_t *data, size_t size, const char *what)
{
    enum crowd_comparison comparison =
        crowd_facts_compare(facts, sequence, data, size, m->segment_id, m->offset);
    m->crowd->tally.compared += comparison == CROWD_FACT_SAME;
    if (comparison == CROWD_FACT_OTHER_BYTES)
        fault(m, "%s %" PRId64 " has other bytes than somebody else's", what, sequence);
    else if (comparison == CROWD_FACT_OTHER_PLACE)
        fault(m, "%s %" PRId64 " is at another place than somebody else's", what, sequence);
}

static void leave(struct crowd_member *m, enum crowd_leaving leaving)
{
    const struct crowd_config *config = &m->crowd->config;
    m->state = FREE;
    m->size = 0;
    if (config->left)
        config->left(config->context, m, leaving);
}

static size_t take(char *data, size_t unit, size_t count, void *context)
{
    struct crowd_member *m = context;
    size_t size = unit * count;
    if (m->size + size > m->capacity) {
        m->capacity = 2 * (m->size + size);
        m->body = realloc(m->body, m->capacity);
        assert(m->body);
    }
    memcpy(m->body + m->size, data, size);
    m->size += size;
    return size;
}

static void request(struct crowd_member *m, const char *url, const char *range)
{
    m->size = 0;
    curl_easy_setopt(m->easy, CURLOPT_URL, url);
    curl_easy_setopt(m->easy, CURLOPT_RANGE, range);
    CURLMcode added = curl_multi_add_handle(m->crowd->multi, m->easy);
    if (added)
        fault(m, "%s", curl_multi_strerror(added));
}

static void ask_for_segment(struct crowd_member *m)
{
    const struct track *t = &m->crowd->tracks[m->track];
    char url[HESP_URL_BYTES], range[64];
    if (hesp_continuation_url(m->crowd->config.viewer->url, &t->viewer.place, m->segment_id, url)) {
        fault(m, "no address for segment %" PRId64, m->segment_id);
        return;
    }
    m->state = READS;
    m->response_offset = m->offset;
    snprintf(range, sizeof range, "%" PRId64 "-9007199254740991", m->offset);
    request(m, url, m->offset ? range : NULL);
}

void crowd_join(struct crowd_member *m, size_t track, int64_t sequence, int64_t samples)
{
    struct crowd *c = m->crowd;
    char url[HESP_URL_BYTES];
    assert(m->state == FREE && track < c->track_count);
    m->track = track;
    m->asked = sequence;
    m->next = -1;
    m->samples = 0;
    m->wanted = samples;
    if (hesp_initialization_url(c->config.viewer->url, &c->tracks[track].viewer.place, sequence,
                                url)) {
        fault(m, "no address for packet %" PRId64, sequence);
        return;
    }
    m->state = samples ? ASKS_PACKET : HANGS_UP;
    m->sent = false;
    request(m, url, NULL);
}

void crowd_watch_from_start(struct crowd_member *m, size_t track, int64_t samples)
{
    assert(m->state == FREE && track < m->crowd->track_count);
    m->track = track;
    m->next = m->segment_id = m->offset = m->samples = 0;
    m->wanted = samples;
    ask_for_segment(m);
}

static void take_packet(struct crowd_member *m)
{
    struct track *t = &m->crowd->tracks[m->track];
    bool video = t->viewer.place.kind == HESP_VIDEO;
    struct cmaf_packet packet;
    int status = cmaf_packet_read(m->body, m->size, &packet);
    if (status || packet.has_sample != video) {
        fault(m, "packet %" PRId64 ": %s", m->asked, status ? err_text(status) : "its sample?");
        return;
    }
    int64_t sequence = m->asked;
    if (video)
        sequence = viewer_sequence(&t->viewer, packet.timescale, packet.sample.decode_time);
    if (m->asked != HESP_NOW && sequence != m->asked)
        fault(m, "packet %" PRId64 " is of sample %" PRId64, m->asked, sequence);
    m->segment_id = packet.continuation.segment_id;
    m->offset = packet.continuation.offset;
    if (sequence >= 0) {
        compare(m, &t->packets, sequence, m->body, m->size, "packet");
        m->next = sequence + 1;
    }
    m->crowd->tally.joins++;
    ask_for_segment(m);
}

static void take_sample(struct crowd_member *m, const uint8_t *data, const struct cmaf_chunk *chunk)
{
    struct crowd *c = m->crowd;
    struct track *t = &c->tracks[m->track];
    int64_t sequence =
        viewer_sequence(&t->viewer, viewer_timescale(&t->viewer), chunk->decode_time);
    if (sequence < 0 || (m->next >= 0 && sequence != m->next)) {
        fault(m, "sample %" PRId64 " comes instead", sequence);
        return;
    }
    compare(m, &t->samples, sequence, data, chunk->total_bytes, "sample");
    m->next = sequence + 1;
    m->offset += (int64_t)chunk->total_bytes;
    m->samples++;
    c->tally.samples++;
    if (sequence > t->newest)
        t->newest = sequence;
    if (c->config.sample)
        c->config.sample(c->config.context, m, chunk, sequence);
}

/* Takes whole samples off the front of what has come. */
static void take_samples(struct crowd_member *m)
{
    long status = 0;
    size_t at = 0;
    struct cmaf_chunk chunk;
    curl_easy_getinfo(m->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != (m->response_offset ? 206 : 200))
        return;
    while (m->samples < m->wanted && !*m->crowd->error) {
        int read = cmaf_chunk_read(m->body + at, m->size - at, &chunk);
        if (read == ERR_TRUNCATED)
            break;
        if (read) {
            fault(m, "%s", err_text(read));
            return;
        }
        take_sample(m, m->body + at, &chunk);
        at += chunk.total_bytes;
    }
    m->size -= at;
    if (at)
        memmove(m->body, m->body + at, m->size);
}

static void end_segment(struct crowd_member *m, long status)
{
    if (status != (m->response_offset ? 206 : 200)) {
        fault(m, "segment %" PRId64 " from %" PRId64 ": status %ld: %.*s", m->segment_id,
              m->response_offset, status, m->size < 80 ? (int)m->size : 80, (const char *)m->body);
        return;
    }
    if (m->size || m->offset == m->response_offset) {
        fault(m, "segment %" PRId64 " ends inside a sample, or has none", m->segment_id);
        return;
    }
    if (m->next == m->crowd->tracks[m->track].end) {
        leave(m, CROWD_TRACK_ENDED);
        return;
    }
    m->crowd->tally.segment_ends++;
    m->segment_id++;
    m->offset = 0;
    ask_for_segment(m);
}

static void end_response(struct crowd_member *m, CURLcode result)
{
    long status = 0;
    curl_easy_getinfo(m->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(m->crowd->multi, m->easy);
    if (result) {
        fault(m, "status %ld, %s", status, curl_easy_strerror(result));
    } else if (m->state == READS) {
        take_samples(m);
        if (m->samples >= m->wanted)
            leave(m, CROWD_HAD_ENOUGH);
        else if (!*m->crowd->error)
            end_segment(m, status);
    } else if (status != 200) {
        fault(m, "packet %" PRId64 ": status %ld", m->asked, status);
    } else if (m->state == HANGS_UP) {
        leave(m, CROWD_HAD_ENOUGH);
    } else {
        take_packet(m);
    }
}

/* Who has enough leaves in the middle of the response, as viewers do. */
static void look_after(struct crowd_member *m)
{
    if (m->state == READS && m->size)
        take_samples(m);
    bool enough = m->state == READS && m->samples >= m->wanted;
    bool hangs_up = m->state == HANGS_UP && m->sent;
    m->sent = true;
    if (!enough && !hangs_up)
        return;
    curl_multi_remove_handle(m->crowd->multi, m->easy);
    m->crowd->tally.hang_ups += hangs_up;
    leave(m, CROWD_HAD_ENOUGH);
}

void crowd_set_end(struct crowd *c, size_t track, int64_t samples)
{
    c->tracks[track].end = samples;
}

bool crowd_step(struct crowd *c, int timeout_ms)
{
    int left;
    const CURLMsg *message;
    curl_multi_poll(c->multi, NULL, 0, timeout_ms, NULL);
    curl_multi_perform(c->multi, &left);
    while (!*c->error && (message = curl_multi_info_read(c->multi, &left))) {
        struct crowd_member *m;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&m);
        end_response(m, message->data.result);
    }
    for (size_t i = 0; i < c->config.members && !*c->error; i++)
        look_after(&c->members[i]);
    return !*c->error;
}

static void add_tracks(struct crowd *c)
{
    struct viewer *v = c->config.viewer;
    size_t videos = viewer_video_count(v);
    c->tracks = calloc(videos + 1, sizeof *c->tracks);
    assert(c->tracks);
    for (size_t i = 0; i < videos; i++)
        c->track_count += viewer_video(v, i, &c->tracks[c->track_count].viewer);
    c->track_count += viewer_audio(v, &c->tracks[c->track_count].viewer);
    for (size_t i = 0; i < c->track_count; i++) {
        c->tracks[i].newest = -1;
        c->tracks[i].end = INT64_MAX;
    }
}

static void add_member(struct crowd *c, size_t index)
{
    struct crowd_member *m = &c->members[index];
    *m = (struct crowd_member){.crowd = c, .index = index, .easy = curl_easy_init()};
    assert(m->easy);
    curl_easy_setopt(m->easy, CURLOPT_PRIVATE, (char *)m);
    curl_easy_setopt(m->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(m->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(m->easy, CURLOPT_CONNECTTIMEOUT, 20L);
    curl_easy_setopt(m->easy, CURLOPT_LOW_SPEED_LIMIT, 1L); /* a viewer that is forgotten */
    curl_easy_setopt(m->easy, CURLOPT_LOW_SPEED_TIME, 20L);
    curl_easy_setopt(m->easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(m->easy, CURLOPT_WRITEDATA, m);
}

struct crowd *crowd_create(const struct crowd_config *config)
{
    struct crowd *c = calloc(1, sizeof *c);
    assert(c);
    c->config = *config;
    c->multi = curl_multi_init();
    c->members = calloc(config->members, sizeof *c->members);
    assert(c->multi && c->members);
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)config->members);
    add_tracks(c);
    for (size_t i = 0; i < config->members; i++)
        add_member(c, i);
    return c;
}

void crowd_destroy(struct crowd *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->config.members; i++) {
        curl_multi_remove_handle(c->multi, c->members[i].easy);
        curl_easy_cleanup(c->members[i].easy);
        free(c->members[i].body);
    }
    curl_multi_cleanup(c->multi);
    for (size_t i = 0; i < c->track_count; i++) {
        crowd_facts_finish(&c->tracks[i].packets);
        crowd_facts_finish(&c->tracks[i].samples);
    }
    free(c->tracks);
    free(c->members);
    free(c);
}

size_t crowd_track_count(const struct crowd *c)
{
    return c->track_count;
}

const struct viewer_track *crowd_track(const struct crowd *c, size_t track)
{
    return &c->tracks[track].viewer;
}

int64_t crowd_newest(const struct crowd *c, size_t track)
{
    return c->tracks[track].newest;
}

struct crowd_member *crowd_member(struct crowd *c, size_t index)
{
    return &c->members[index];
}

struct crowd_place crowd_place(const struct crowd_member *m)
{
    return (struct crowd_place){
        .index = m->index, .track = m->track, .segment_id = m->segment_id, .samples = m->samples};
}

const char *crowd_error(const struct crowd *c)
{
    return c->error;
}

struct crowd_tally crowd_tally(const struct crowd *c)
{
    return c->tally;
}
