#include "player-sim/transport/http/client.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "player-sim/transport/http/fetch.h"
#include "player-sim/transport/http/sockets.h"
#include "player-sim/transport/http/spares.h"

#include <stdlib.h>

/* libcurl is called again at once while it wants to be, so that what a handler asks for is on its
 * way before others have their turn; but not for ever. */
enum { CALLS_MAX = 4, CONNECTIONS_BESIDES_SPARES = 8 };

const struct http_config http_config_default = {
    .version = HTTP_VERSION_1_1,
    .spares = 1,
    .connect_us = 5000000,
    .answer_us = 10000000,
    .silence_us = 10000000,
};

void http_client_wake(struct http_client *c, int64_t at_us)
{
    if (!c->in_turn && at_us < c->timer.at_us)
        timers_set(loop_timers(c->loop), &c->timer, at_us);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct http_client *c = context;
    (void)multi;
    c->curl_us = timeout_ms < 0 ? INT64_MAX : clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    http_client_wake(c, c->curl_us);
    return 0;
}

/* ---- a turn ---- */

static void collect(struct http_client *c)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(c->multi, &left))) {
        struct http_fetch *f = NULL;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &f);
        http_fetch_end(f, result);
    }
}

/* libcurl is not usable any more (no memory): all is over, and told. */
static void give_up(struct http_client *c, CURLMcode code)
{
    while (c->fetches)
        http_fetch_fail(c->fetches, curl_multi_strerror(code));
}

static void call_curl(struct http_client *c, curl_socket_t fd, int readiness)
{
    int running;
    c->turn_us = clock_monotonic_us();
    if (fd == CURL_SOCKET_TIMEOUT)
        c->curl_us = INT64_MAX;
    CURLMcode code = curl_multi_socket_action(c->multi, fd, readiness, &running);
    collect(c);
    http_fetch_release(c);
    if (code)
        give_up(c, code);
}

/* Those that are there now: what the handler brings about has to wait, lest this never ends. Time
 * does not go back for it: it may have been told of later things before this turn. */
static void hand_out(struct http_client *c)
{
    uint64_t before = c->events.count;
    struct http_event *e;
    while ((e = http_events_take(&c->events, before))) {
        if (e->event.kind == SESSION_MANIFEST)
            http_spares_learn(c, e->event.channel);
        loop_note_event(c->loop);
        c->handler(c->context, e->now_us > c->turn_us ? e->now_us : c->turn_us, &e->event);
        http_event_free(e);
    }
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the client has something to do, other than what its sockets bring. */
static int64_t next_us(const struct http_client *c)
{
    int64_t at_us = smaller(c->curl_us, c->spares_us);
    if (c->events.first)
        return 0;
    for (const struct http_fetch *f = c->fetches; f; f = f->next)
        at_us = smaller(at_us, http_fetch_deadline_us(f));
    return at_us;
}

void http_client_turn(struct http_client *c, curl_socket_t fd, int readiness)
{
    c->in_turn = true;
    c->turn_us = clock_monotonic_us();
    hand_out(c);
    for (int i = 0; i < CALLS_MAX; i++) {
        call_curl(c, fd, readiness);
        hand_out(c);
        if (c->spares_us <= c->turn_us)
            http_spares_look(c, c->turn_us);
        if (c->curl_us > clock_monotonic_us())
            break;
        fd = CURL_SOCKET_TIMEOUT;
        readiness = 0;
    }
    c->in_turn = false;
    timers_set(loop_timers(c->loop), &c->timer, next_us(c));
}

static void timer_due(void *context)
{
    struct http_client *c = context;
    int64_t now_us = clock_monotonic_us();
    c->in_turn = true;
    for (struct http_fetch *f = c->fetches, *next; f; f = next) {
        next = f->next;
        http_fetch_check(f, now_us);
    }
    http_client_turn(c, CURL_SOCKET_TIMEOUT, 0);
}

/* ---- what its user calls ---- */

static bool set_up(struct http_client *c)
{
    long connections = (long)c->config.spares + CONNECTIONS_BESIDES_SPARES;
    return c->multi && c->sessions && http_sockets_set_multi(c) &&
           !curl_share_setopt(c->sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) &&
           !curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer) &&
           !curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c) &&
           !curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, connections);
}

int http_client_create(struct http_loop *l, const struct http_config *config, http_handler *handler,
                       void *context, struct http_client **out)
{
    struct http_client *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    *c = (struct http_client){.loop = l,
                              .config = *config,
                              .handler = handler,
                              .context = context,
                              .timer = {.due = timer_due, .context = c},
                              .curl_us = INT64_MAX,
                              .spares_us = INT64_MAX,
                              .facts = {.rtt_us = -1, .clock_error_us = -1}};
    int status = timers_add(loop_timers(l), &c->timer);
    c->multi = curl_multi_init();
    c->sessions = curl_share_init();
    if (!status && (!c->multi || !c->sessions))
        status = ERR_NOMEM;
    if (!status && !set_up(c))
        status = ERR_STATE;
    if (status) {
        http_client_destroy(c);
        return status;
    }
    *out = c;
    return 0;
}

void http_client_destroy(struct http_client *c)
{
    if (!c)
        return;
    while (c->fetches)
        http_fetch_cancel(c->fetches);
    curl_multi_cleanup(c->multi);
    curl_share_cleanup(c->sessions);
    http_sockets_finish(c);
    http_origins_finish(&c->origins);
    http_events_finish(&c->events);
    timers_remove(loop_timers(c->loop), &c->timer);
    free(c);
}

void http_client_start(struct http_client *c, const struct session_request *request)
{
    int status = http_fetch_start(c, request, clock_monotonic_us());
    if (status)
        log_error("http", "request %u is lost: %s", (unsigned)request->id, err_text(status));
}

void http_client_cancel(struct http_client *c, uint32_t request)
{
    struct http_fetch *f = c->fetches;
    http_events_drop(&c->events, request);
    while (f && (f->small || f->request != request))
        f = f->next;
    if (f)
        http_fetch_cancel(f);
}

void http_client_facts(const struct http_client *c, struct http_facts *out)
{
    *out = c->facts;
}
