/* The inside of a loop: one epoll for the sockets of all clients, and a heap of their timers, so
 * that a turn costs what it brings, however many clients there are.
 * Thread-safety: as of client.h. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_LOOP_H
#define PLAYER_SIM_TRANSPORT_HTTP_LOOP_H

#include "media/core/timers.h"
#include "player-sim/transport/http/client.h"

#include <stddef.h>
#include <stdint.h>

/* One descriptor in the epoll. The loop's; it outlives a removal until the batch at hand is over.
 */
struct loop_watch;

typedef void loop_ready(void *context, int fd, uint32_t events);

/* ready is called with EPOLLIN and so on, level-triggered. events 0: not yet. NULL: no memory, or
 * epoll refused. */
struct loop_watch *loop_watch_add(struct http_loop *l, int fd, uint32_t events, loop_ready *ready,
                                  void *context);
/* ERR_IO. */
int loop_watch_change(struct http_loop *l, struct loop_watch *w, uint32_t events);
/* Call it before fd is closed. NULL is fine. */
void loop_watch_remove(struct http_loop *l, struct loop_watch *w);

/* The clients' timers, by clock_monotonic_us. */
struct timers *loop_timers(struct http_loop *l);

/* Something has been handed out: http_loop_run returns after this batch. */
void loop_note_event(struct http_loop *l);

#endif
