#include "packager/origin/request.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/timebase.h"
#include "packager/origin/files.h"
#include "packager/origin/live.h"
#include "packager/origin/loop.h"
#include "packager/origin/respond.h"

#include <stdlib.h>
#include <string.h>

static enum origin_method method_of(const char *name)
{
    if (strcmp(name, MHD_HTTP_METHOD_GET) == 0)
        return ORIGIN_GET;
    if (strcmp(name, MHD_HTTP_METHOD_HEAD) == 0)
        return ORIGIN_HEAD;
    if (strcmp(name, MHD_HTTP_METHOD_OPTIONS) == 0)
        return ORIGIN_OPTIONS;
    return ORIGIN_OTHER_METHOD;
}

struct origin_request *origin_request_create(struct origin_service *service,
                                             struct origin_client *client,
                                             struct MHD_Connection *connection, const char *method)
{
    struct origin_request *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->service = service;
    r->client = client;
    r->connection = connection;
    r->method = method_of(method);
    r->waiter.connection = connection;
    r->wanted_packet = -1;
    atomic_fetch_add(&service->counters.requests, 1);
    return r;
}

/* Ends the wait for something that has come, or whose patience is at an end. */
static void stop_waiting(struct origin_request *r)
{
    if (r->wait == ORIGIN_WAIT_NONE)
        return;
    if (r->wait != ORIGIN_WAIT_PENALTY)
        atomic_fetch_sub(&r->service->counters.parked_requests, 1);
    r->wait = ORIGIN_WAIT_NONE;
    origin_hangups_unwatch(&r->service->hangups, r->client->fd);
}

void origin_request_finish(struct origin_request *r, bool completed)
{
    struct origin_service *service = r->service;

    stop_waiting(r);
    r->client->track = NULL;
    if (r->wanted_from != NULL) {
        store_unwant_packet(r->wanted_from->track, r->wanted_packet);
        r->wanted_from->users--;
    }
    if (completed)
        atomic_fetch_add(&service->counters.bytes_sent, r->body_bytes);
    origin_client_asks(r->client, clock_monotonic_us() + service->limits.request_us);
    free(r);
}

/* The whole grid of deadlines is one: those who wait for theirs are looked through when one has
 * passed. */
static int64_t penalty_ends_us(const struct origin_limits *limits, int64_t now_us)
{
    return (now_us / limits->penalty_us + 2) * limits->penalty_us;
}

/* Suspends the request that came too fast. False: it has waited for long enough. */
static bool keep_back(struct origin_request *r)
{
    int64_t now_us = clock_monotonic_us();

    if (r->wait == ORIGIN_WAIT_NONE) {
        r->wait = ORIGIN_WAIT_PENALTY;
        r->waiter.deadline_us = penalty_ends_us(&r->service->limits, now_us);
        origin_hangups_watch(&r->service->hangups, r->client->fd, &r->waiter);
    } else if (now_us >= r->waiter.deadline_us) {
        stop_waiting(r);
        return false;
    }
    origin_suspend(&r->service->penalties, &r->waiter);
    return true;
}

static int64_t patience_us(const struct origin_request *r, const struct origin_track *track,
                           enum origin_wait wait)
{
    const struct origin_limits *limits = &r->service->limits;
    int64_t frames_us;

    if (wait == ORIGIN_WAIT_RANGE)
        return limits->range_wait_us;
    if (wait == ORIGIN_WAIT_MAKING)
        return limits->making_wait_us;
    /* The store has requests wait up to three frames ahead: below 16 fps that takes longer. */
    frames_us = timebase_frame_us(4, store_track_info(track->track)->frame_rate);
    return frames_us > limits->packet_wait_us ? frames_us : limits->packet_wait_us;
}

/* The store has said ERR_AGAIN: suspends the request until it is to ask again. False: its patience
 * is at an end. */
static bool keep_waiting(struct origin_request *r, struct origin_track *track,
                         enum origin_wait wait)
{
    bool packet = wait == ORIGIN_WAIT_PACKET || wait == ORIGIN_WAIT_MAKING;
    struct origin_lot *lot = packet ? &track->packets : &track->segments;
    int64_t now_us = clock_monotonic_us();

    if (r->wait != wait) {
        stop_waiting(r);
        r->wait = wait;
        r->waiter.deadline_us = now_us + patience_us(r, track, wait);
        atomic_fetch_add(&r->service->counters.parked_requests, 1);
        origin_hangups_watch(&r->service->hangups, r->client->fd, &r->waiter);
    } else if (now_us >= r->waiter.deadline_us) {
        return false;
    }
    origin_suspend(lot, &r->waiter);
    return true;
}

static enum MHD_Result answer_page(struct origin_request *r, const struct origin_page *page)
{
    struct bytes_writer body;
    int status;

    bytes_writer_init(&body);
    status = page->render(page->context, &body);
    return origin_respond_page(r, (unsigned)status, page->content_type, &body);
}

static enum MHD_Result answer_file(struct origin_request *r, const struct origin_file *file)
{
    const char *known =
        MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);

    return origin_respond_file(r, file, origin_file_is_known(file, known));
}

/* One look into the store. ERR_OK and a reference in *out, or the store's status. */
static int find_packet(struct origin_request *r, struct store_track *track,
                       const struct origin_route *route, struct blob **out)
{
    int64_t found = -1;
    int status;

    if (route->kind == ORIGIN_ROUTE_PACKET) {
        r->wanted_packet = route->number;
        return store_find_packet(track, route->number, out);
    }
    status = store_newest_packet(track, r->wanted_packet, out, &found);
    if (r->wanted_packet < 0)
        r->wanted_packet = found;
    return status;
}

/* Tells the maker of packets, once for each request, also of those that are served at once: they
 * say how busy the track is. */
static int tell_maker(struct origin_request *r, struct origin_track *track)
{
    int status;

    if (r->wanted_from != NULL)
        return ERR_OK;
    status = store_want_packet(track->track, r->wanted_packet, origin_client_number(r->client));
    if (status != ERR_OK)
        return status;
    r->wanted_from = track;
    track->users++;
    return ERR_OK;
}

static enum MHD_Result refuse_packet(struct origin_request *r, int status, bool is_made)
{
    if (status == ERR_FULL)
        return origin_respond_busy(r, "too many packets are asked for at once\n");
    if (status == ERR_AGAIN && is_made)
        return origin_respond_busy(r, "the packet could not be made in time\n");
    if (status == ERR_NOT_FOUND || status == ERR_AGAIN)
        return origin_respond_text(r, MHD_HTTP_NOT_FOUND, "no such packet\n");
    return origin_respond_failure(r);
}

static enum MHD_Result answer_packet(struct origin_request *r, struct origin_track *track,
                                     const struct origin_route *route)
{
    struct blob *packet = NULL;
    enum origin_wait wait = ORIGIN_WAIT_PACKET;
    int status = find_packet(r, track->track, route, &packet);
    int told = status == ERR_OK || status == ERR_AGAIN ? tell_maker(r, track) : ERR_OK;

    if (status == ERR_AGAIN && told != ERR_OK)
        status = told;
    if (status == ERR_AGAIN && (store_has_sample(track->track, r->wanted_packet) ||
                                store_is_late(track->track, r->wanted_packet)))
        wait = ORIGIN_WAIT_MAKING;
    if (status == ERR_AGAIN && keep_waiting(r, track, wait))
        return MHD_YES;
    stop_waiting(r);

    if (status == ERR_OK)
        return origin_respond_packet(r, store_track_info(track->track)->mime, packet,
                                     route->kind == ORIGIN_ROUTE_PACKET);
    return refuse_packet(r, status, wait == ORIGIN_WAIT_MAKING);
}

static enum MHD_Result answer_segment(struct origin_request *r, struct origin_track *track,
                                      int64_t segment_id)
{
    struct origin_segment_opening opening;
    int status;

    origin_live_prepare(r, &opening);
    status = origin_live_open(track, segment_id, &opening);
    if (status == ERR_AGAIN && keep_waiting(r, track, opening.wait))
        return MHD_YES;
    stop_waiting(r);

    if (status == ERR_OK)
        return origin_live_respond(r, track, &opening);
    if (status == ERR_RANGE)
        return origin_respond_unsatisfiable(r, opening.length);
    if (status == ERR_AGAIN && opening.wait == ORIGIN_WAIT_RANGE)
        return origin_respond_busy(r, "the segment has not grown so far yet\n");
    if (status == ERR_NOT_FOUND || status == ERR_AGAIN)
        return origin_respond_text(r, MHD_HTTP_NOT_FOUND, "no such segment\n");
    return origin_respond_failure(r);
}

static enum MHD_Result answer_media(struct origin_request *r, const char *path)
{
    struct origin_route route;
    struct origin_track *track;
    const char *missing = "no such page\n";
    int status = ERR_NOT_FOUND;

    if (origin_route_parse(path, &route))
        status = origin_site_find_track(&r->service->site, &route, &track, &missing);
    if (status == ERR_NOT_FOUND)
        return origin_respond_text(r, MHD_HTTP_NOT_FOUND, missing);
    if (status != ERR_OK)
        return origin_respond_failure(r);
    if (route.kind == ORIGIN_ROUTE_SEGMENT)
        return answer_segment(r, track, route.number);
    return answer_packet(r, track, &route);
}

/* Once for each request, before anything says whether there is what it asks for. */
static enum access_verdict admit(struct origin_request *r, const struct origin_page *page,
                                 const char *path)
{
    enum access_verdict verdict;

    if (r->admitted)
        return ACCESS_GRANTED;
    verdict = origin_gate_judge(
        &r->service->gate, page != NULL ? page->rule : ORIGIN_SIGNED, path,
        MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION),
        clock_utc_us() / 1000000);
    r->admitted = verdict == ACCESS_GRANTED;
    return verdict;
}

enum MHD_Result origin_request_answer(struct origin_request *r, const char *target)
{
    const char *signed_path = origin_route_path(target);
    const char *path = access_path(signed_path);
    const struct origin_page *page = origin_site_find_page(&r->service->site, path);
    const struct origin_file *file =
        origin_files_find(r->service->files, r->service->file_count, path);
    enum access_verdict verdict;

    origin_client_waits(r->client);
    if (r->waiter.gone)
        return MHD_NO;
    if (r->too_fast && keep_back(r))
        return MHD_YES;
    /* The page is made of more files than some limits allow a second: they come late, but come. */
    if (r->too_fast && file == NULL && (page == NULL || !page->always))
        return origin_respond_too_fast(r);
    r->too_fast = false;
    if (r->method == ORIGIN_OTHER_METHOD)
        return origin_respond_bad_method(r);
    if (r->method == ORIGIN_OPTIONS)
        return origin_respond_options(r);
    if (file != NULL)
        return answer_file(r, file);
    verdict = admit(r, page, signed_path);
    if (verdict != ACCESS_GRANTED && page != NULL && page->rule == ORIGIN_WITH_TOKEN)
        return origin_respond_unauthorized(r);
    if (verdict != ACCESS_GRANTED)
        return origin_respond_forbidden(r, verdict);
    return page != NULL ? answer_page(r, page) : answer_media(r, path);
}
