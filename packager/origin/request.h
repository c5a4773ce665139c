/* One request under way, and what answering it takes.
 * Thread-safety: from libmicrohttpd's callbacks, all of which the origin's loop calls. */
#ifndef PACKAGER_ORIGIN_REQUEST_H
#define PACKAGER_ORIGIN_REQUEST_H

#include "packager/origin/clients.h"
#include "packager/origin/counters.h"
#include "packager/origin/gate.h"
#include "packager/origin/hangups.h"
#include "packager/origin/limits.h"
#include "packager/origin/parking.h"
#include "packager/origin/site.h"
#include "packager/origin/visitors.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What all requests of an origin share. */
struct origin_service {
    struct origin_limits limits;
    const struct origin_file *files; /* borrowed; sorted by path */
    size_t file_count;
    struct origin_counters counters;
    struct origin_site site;
    struct origin_gate gate;
    struct origin_parking parking;
    struct origin_hangups hangups;
    struct origin_visitors visitors;
    struct origin_clients clients;
    struct origin_certificates certificates; /* none: no TLS */
    struct origin_handshakes handshakes;
    struct origin_lot penalties; /* for those who ask too fast; never changes */
};

enum origin_method { ORIGIN_GET, ORIGIN_HEAD, ORIGIN_OPTIONS, ORIGIN_OTHER_METHOD };

/* What a request waits for, each with a patience of its own. */
enum origin_wait {
    ORIGIN_WAIT_NONE,
    ORIGIN_WAIT_PACKET, /* of a frame to come */
    ORIGIN_WAIT_MAKING, /* a packet of a frame that is there, or late */
    ORIGIN_WAIT_SEGMENT,
    ORIGIN_WAIT_RANGE,
    ORIGIN_WAIT_PENALTY, /* its address asks too fast */
};

struct origin_request {
    struct origin_service *service;
    struct origin_client *client;
    struct MHD_Connection *connection;
    enum origin_method method;
    bool admitted;       /* by the gate */
    size_t upload_bytes; /* of its body, which nobody needs */
    bool too_fast;       /* its address has asked for too much of late */
    enum origin_wait wait;
    struct origin_waiter waiter;
    struct origin_track *wanted_from; /* whose maker knows of this request; NULL: none does */
    int64_t wanted_packet;            /* of init-now too, once it is known; -1 before */
    int64_t body_bytes; /* of a response of fixed size; counted when it has gone out */
};

/* NULL where memory is short. */
struct origin_request *origin_request_create(struct origin_service *service,
                                             struct origin_client *client,
                                             struct MHD_Connection *connection, const char *method);
/* The response is over, one way or the other; frees r. */
void origin_request_finish(struct origin_request *r, bool completed);

/* Answers, or parks the request to be called again. target is the request target without its
 * query. MHD_NO: cut the connection. */
enum MHD_Result origin_request_answer(struct origin_request *r, const char *target);

#endif
