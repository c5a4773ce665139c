/* The manifests of all channels: that of the one being watched is fetched again every so often and
 * where an event says so, those of the others once, one after the other. */
#include "manifests/uri.h"
#include "player-sim/session/state.h"

#include <stdlib.h>
#include <string.h>

/* A manifestupdate event is repeated each second, in sound and picture (H32). */
static const int64_t update_gap_us = 1000000;

void session_manifests_ask(struct session *s, size_t channel)
{
    struct session_known_manifest *m = &s->manifests[channel];
    if (m->request)
        return;
    m->asked = true;
    m->request =
        session_actions_manifest(&s->actions, channel, m->url ? m->url : s->config.urls[channel]);
}

void session_manifests_told(struct session *s, size_t channel, struct session_channel *told)
{
    struct session_known_manifest *m = &s->manifests[channel];
    session_channel_ref(told);
    session_channel_unref(m->told);
    m->told = told;
    m->request = 0;
    m->answered_us = m->told_us = s->actions.now_us;
    if (channel != s->channel)
        return;
    s->poll_us = s->actions.now_us + told->poll_us;
    s->poll_tries = (struct session_tries){0};
    s->join.manifest_first = false;
    session_stream_told(&s->picture, &s->actions, told);
    session_stream_told(&s->next, &s->actions, told);
    session_stream_told(&s->sound, &s->actions, told);
    session_stream_told(&s->sound_next, &s->actions, told);
}

void session_manifests_failed(struct session *s, size_t channel)
{
    struct session_known_manifest *m = &s->manifests[channel];
    m->request = 0;
    m->answered_us = s->actions.now_us;
    free(m->url); /* it may be wrong, or gone */
    m->url = NULL;
    if (channel != s->channel)
        return;
    session_tries_failed(&s->poll_tries, s->actions.now_us);
    s->poll_us = s->poll_tries.next_us;
    if (s->join.pending)
        session_join_again(s, false);
}

/* Taken as relative to where the manifest came from. One that can't be followed is passed over. */
static void learn_url(struct session *s, const char *reference)
{
    struct session_known_manifest *m = &s->manifests[s->channel];
    char url[HESP_URL_BYTES];
    if (!m->told || hesp_uri_resolve_http(m->told->url, reference, url))
        return;
    char *copy = strdup(url);
    if (!copy)
        return;
    free(m->url);
    m->url = copy;
}

void session_manifests_update(struct session *s, const char *url)
{
    if (url)
        learn_url(s, url);
    int64_t at_us = s->manifests[s->channel].answered_us + update_gap_us;
    if (at_us < s->actions.now_us)
        at_us = s->actions.now_us;
    if (s->poll_us > at_us)
        s->poll_us = at_us;
}

void session_manifests_leave_channel(struct session *s)
{
    struct session_known_manifest *m = &s->manifests[s->channel];
    session_actions_cancel(&s->actions, &m->request);
    m->asked = m->told != NULL;
}

int64_t session_manifests_edge_us(const struct session *s, size_t channel)
{
    const struct session_known_manifest *m = &s->manifests[channel];
    return m->told ? m->told->current_us + s->actions.now_us - m->told_us : INT64_MIN;
}

bool session_manifests_old(const struct session *s, size_t channel)
{
    const struct session_known_manifest *m = &s->manifests[channel];
    return m->told && s->actions.now_us - m->told_us >= update_gap_us;
}

/* At the end of a Presentation end.c does the polling. */
static bool polls(const struct session *s)
{
    bool ending = session_stream_ended(&s->picture) && !s->end.over && !session_follow_target(s);
    return s->picture.of.channel && !ending && !s->manifests[s->channel].request;
}

/* The other channels' manifests, so that a zap needs none. One that failed waits for a zap. */
static void fetch_others(struct session *s)
{
    size_t wanted = s->config.channel_count;
    for (size_t i = s->config.channel_count; i-- > 0;) {
        if (i == s->channel)
            continue;
        if (s->manifests[i].request)
            return;
        if (!s->manifests[i].asked)
            wanted = i;
    }
    if (wanted < s->config.channel_count)
        session_manifests_ask(s, wanted);
}

void session_manifests_go_on(struct session *s)
{
    if (polls(s) && s->actions.now_us >= s->poll_us)
        session_manifests_ask(s, s->channel);
    if (s->shown_once)
        fetch_others(s);
}

int64_t session_manifests_next_us(const struct session *s)
{
    return polls(s) ? s->poll_us : SESSION_NEVER;
}
