#include "packager/origin/tls.h"

#include "media/core/clock.h"

const char origin_tls_priorities[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL:+AES-128-GCM:"
    "+AES-256-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE";

int origin_tls_no_certificate(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                              const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                              gnutls_pcert_st **certificate, unsigned *length,
                              gnutls_privkey_t *key)
{
    (void)session;
    (void)names;
    (void)name_count;
    (void)algorithms;
    (void)algorithm_count;
    (void)certificate;
    (void)length;
    (void)key;
    return -1;
}

void origin_tls_begin(struct origin_service *s, struct MHD_Connection *connection,
                      struct origin_client *client)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    gnutls_session_t session = info->tls_session;

    client->certificate = origin_certificates_use(&s->certificates);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, client->certificate->credentials);
    gnutls_session_ticket_enable_server(session, &client->certificate->ticket_key);
    origin_handshakes_begin(&s->handshakes, &client->handshake, connection, session, client->fd,
                            clock_monotonic_us() + s->limits.handshake_us);
}

void origin_tls_end(struct origin_service *s, struct origin_client *client)
{
    origin_handshakes_end(&s->handshakes, &client->handshake);
    origin_certificates_release(&s->certificates, client->certificate);
}
