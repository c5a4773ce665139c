/* The listening socket.
 * Thread-safety: any thread. */
#ifndef PACKAGER_ORIGIN_LISTEN_H
#define PACKAGER_ORIGIN_LISTEN_H

#include "packager/origin/origin.h"

#include <stdint.h>

/* Listens where config says. *fd is the caller's, to close; *port is the one that is really
 * listened on. ERR_INVALID for an address that is none, ERR_IO where it can't be had; the reason is
 * in the log. */
int origin_listen(const struct origin_config *config, int *fd, uint16_t *port);

/* Raises the process's limit of open files so that `connections` fit beside what it has open
 * anyway. Returns how many do: fewer where the limit can't be raised so far, which the log says. */
unsigned origin_listen_raise_files(unsigned connections);

#endif
