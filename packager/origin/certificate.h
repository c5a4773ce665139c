/* The certificate that the origin shows and its key. One that is replaced is kept as long as
 * connections use it.
 * Thread-safety: a shelf's functions any thread; a connection's certificate is given back by
 * whoever took it. */
#ifndef PACKAGER_ORIGIN_CERTIFICATE_H
#define PACKAGER_ORIGIN_CERTIFICATE_H

#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stddef.h>

enum { ORIGIN_WHY_BYTES = 512 };

struct origin_certificate {
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t ticket_key; /* of sessions that are resumed: they end with their certificate */
    int users;                 /* the shelf's lock */
    struct origin_certificate *next;
};

/* The current certificate first, then those that connections still use. */
struct origin_certificates {
    pthread_mutex_t lock; /* guards the list */
    struct origin_certificate *first;
};

void origin_certificates_init(struct origin_certificates *c);
/* When nobody uses any. */
void origin_certificates_finish(struct origin_certificates *c);

/* Reads a certificate with its chain, and its key, from two PEM files: what connections get from
 * now on. ERR_IO, ERR_INVALID, ERR_NOMEM: the current one stays, and why says in one line what is
 * wrong with which file. Tells in the log how long it is valid. */
int origin_certificates_load(struct origin_certificates *c, const char *certificate_path,
                             const char *key_path, char why[ORIGIN_WHY_BYTES]);

/* The current one, for origin_certificates_release; NULL before the first. */
struct origin_certificate *origin_certificates_use(struct origin_certificates *c);
void origin_certificates_release(struct origin_certificates *c, struct origin_certificate *used);

#endif
