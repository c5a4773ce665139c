/* What is sent through a link under test: datagrams that a sink counts, and one long stream. The
 * side at the host's end runs in a child of the test; the command's side is the test's own
 * program, called with arguments. Thread-safety: one thread. */
#ifndef TESTS_SUPPORT_LINK_TRAFFIC_H
#define TESTS_SUPPORT_LINK_TRAFFIC_H

#include "support/netns_lab.h"

#include <stdint.h>

enum { LINK_TRAFFIC_IP_UDP_BYTES = 28, LINK_TRAFFIC_IP_TCP_BYTES = 40 };

struct link_server {
    pid_t pid;
    int pipe; /* a byte when it is ready; a sink's count at its end */
    int stop; /* closing it ends a sink */
};

/* Counts datagrams that come to its port, until it is stopped. */
bool link_traffic_sink(struct link_server *s, const struct netns_lab *lab);
/* How many came, with all that stands in its socket still; ends it. -1: it failed. */
int64_t link_traffic_sink_count(struct link_server *s);

/* Sends so many bytes to everybody who connects. */
bool link_traffic_source(struct link_server *s, const struct netns_lab *lab, int64_t bytes);
void link_traffic_source_end(struct link_server *s);

/* The command's side, towards HESP_LINK_HOST; the exit code.
 *   burst COUNT BYTES LINGER_MS   datagrams that are IP packets of so many bytes, as fast as it can
 *   fetch                         prints the bytes that it got, and the microseconds since before
 *                                 it connected */
int link_traffic_main(int argc, char **argv);

#endif
