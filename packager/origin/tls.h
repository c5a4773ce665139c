/* What a connection with TLS has besides: a certificate of its own, and a handshake that is
 * watched. Thread-safety: from the origin's loop only. */
#ifndef PACKAGER_ORIGIN_TLS_H
#define PACKAGER_ORIGIN_TLS_H

#include "packager/origin/request.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>

/* TLS 1.2 and 1.3, ephemeral keys and authenticated ciphers only; the cheapest of these first. */
extern const char origin_tls_priorities[];

/* For libmicrohttpd, which wants such a function where it has no certificate itself. Gives none:
 * each connection has its own from the start. */
int origin_tls_no_certificate(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                              const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                              gnutls_pcert_st **certificate, unsigned *length,
                              gnutls_privkey_t *key);

/* A connection has been accepted: it has the current certificate as long as it is open. */
void origin_tls_begin(struct origin_service *s, struct MHD_Connection *connection,
                      struct origin_client *client);
/* It is being closed. Fine without TLS, too. */
void origin_tls_end(struct origin_service *s, struct origin_client *client);

#endif
