/* Network namespaces: one of its own for the command, and those that "ip netns add" makes. The
 * caller's own namespace never changes: what is to be done in another is done by a short-lived
 * thread that enters it.
 * Thread-safety: any thread. Errors are one line that names the remedy. */
#ifndef PLAYER_SIM_LINK_NETNS_H
#define PLAYER_SIM_LINK_NETNS_H

#include <stddef.h>

#define NETNS_PRIVILEGES "run it as root (it needs CAP_SYS_ADMIN and CAP_NET_ADMIN)"

/* /run/netns/NAME; NULL is the caller's own. *out_fd is the caller's to close; closed on exec.
 * ERR_NOT_FOUND: there is none of that name. ERR_IO: the system refuses. */
int netns_open(const char *name, int *out_fd, char *error, size_t error_bytes);

/* A new one, its loopback up. It lives as long as a descriptor or a process holds it. *out_fd as
 * above. ERR_IO. */
int netns_create(int *out_fd, char *error, size_t error_bytes);

/* Runs work in the namespace and gives its status; ERR_IO where it can't be entered. work writes
 * the line of its own errors. */
int netns_run(int fd, int (*work)(void *argument), void *argument, char *error, size_t error_bytes);

/* Moves the calling thread there for good: for a child before it executes its program.
 * ERR_IO, errno set. */
int netns_enter(int fd);

#endif
