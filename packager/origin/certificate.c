#include "packager/origin/certificate.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "media/core/option_errors.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void origin_certificates_init(struct origin_certificates *c)
{
    *c = (struct origin_certificates){0};
    pthread_mutex_init(&c->lock, NULL);
}

static void free_certificate(struct origin_certificate *certificate)
{
    gnutls_certificate_free_credentials(certificate->credentials);
    if (certificate->ticket_key.data != NULL)
        gnutls_memset(certificate->ticket_key.data, 0, certificate->ticket_key.size);
    gnutls_free(certificate->ticket_key.data);
    free(certificate);
}

void origin_certificates_finish(struct origin_certificates *c)
{
    while (c->first != NULL) {
        struct origin_certificate *certificate = c->first;
        c->first = certificate->next;
        free_certificate(certificate);
    }
    pthread_mutex_destroy(&c->lock);
}

/* Takes those off the list that are neither current nor used. */
static struct origin_certificate *take_unused(struct origin_certificates *c)
{
    struct origin_certificate *unused = NULL, **at = &c->first->next;

    while (*at != NULL) {
        struct origin_certificate *old = *at;
        if (old->users > 0) {
            at = &old->next;
            continue;
        }
        *at = old->next;
        old->next = unused;
        unused = old;
    }
    return unused;
}

static void put_first(struct origin_certificates *c, struct origin_certificate *certificate)
{
    struct origin_certificate *unused;

    pthread_mutex_lock(&c->lock);
    certificate->next = c->first;
    c->first = certificate;
    unused = take_unused(c);
    pthread_mutex_unlock(&c->lock);
    while (unused != NULL) {
        struct origin_certificate *next = unused->next;
        free_certificate(unused);
        unused = next;
    }
}

static int read_pem(const char *path, const char *what, gnutls_datum_t *out,
                    char why[ORIGIN_WHY_BYTES])
{
    errno = 0;
    if (gnutls_load_file(path, out) == 0)
        return ERR_OK;
    error_line(why, ORIGIN_WHY_BYTES, "%.200s: %s: give %s that can be read, PEM", path,
               errno != 0 ? strerror(errno) : "unreadable", what);
    return ERR_IO;
}

/* Tells of what may surprise: a certificate that has run out, a key that everybody may read. */
static void tell(time_t end_s, const char *certificate_path, const char *key_path)
{
    struct stat info;
    char until[CLOCK_ISO8601_BYTES];

    clock_iso8601((int64_t)end_s * 1000000, until);
    if ((int64_t)end_s <= clock_utc_us() / 1000000)
        log_warn("tls", "%s has run out on %s: viewers will refuse it, renew it", certificate_path,
                 until);
    else
        log_info("tls", "%s is valid until %s", certificate_path, until);
    if (stat(key_path, &info) == 0 && (info.st_mode & S_IROTH) != 0)
        log_warn("tls", "%s can be read by every user of this machine: chmod o-r %s", key_path,
                 key_path);
}

/* *end_s: when the first of them runs out. */
static int check_chain(const gnutls_datum_t *pem, const char *path, time_t *end_s,
                       char why[ORIGIN_WHY_BYTES])
{
    gnutls_x509_crt_t *chain = NULL;
    unsigned count = 0;
    int failed = gnutls_x509_crt_list_import2(&chain, &count, pem, GNUTLS_X509_FMT_PEM, 0);

    if (failed != 0 || count == 0) {
        error_line(why, ORIGIN_WHY_BYTES,
                   "%.200s is no certificate: %s: give a chain in PEM, the server's own first",
                   path, gnutls_strerror(failed));
        return ERR_INVALID;
    }
    *end_s = gnutls_x509_crt_get_expiration_time(chain[0]);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(chain[i]);
    gnutls_free(chain);
    return ERR_OK;
}

static int set_pair(gnutls_certificate_credentials_t credentials, const gnutls_datum_t *certificate,
                    const gnutls_datum_t *key, const char *certificate_path, const char *key_path,
                    char why[ORIGIN_WHY_BYTES])
{
    int failed = gnutls_certificate_set_x509_key_mem2(credentials, certificate, key,
                                                      GNUTLS_X509_FMT_PEM, NULL, 0);

    if (failed >= 0)
        return ERR_OK;
    if (failed == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
        error_line(why, ORIGIN_WHY_BYTES,
                   "%.200s is not the key of %.200s: give the two that belong together", key_path,
                   certificate_path);
    else if (failed == GNUTLS_E_DECRYPTION_FAILED)
        error_line(why, ORIGIN_WHY_BYTES, "%.200s has a pass phrase: give a key without one",
                   key_path);
    else
        error_line(why, ORIGIN_WHY_BYTES, "%.200s is no private key: %s: give one in PEM", key_path,
                   gnutls_strerror(failed));
    return ERR_INVALID;
}

/* The two PEM texts as one certificate. */
static int make(const gnutls_datum_t *certificate, const gnutls_datum_t *key,
                const char *certificate_path, const char *key_path, struct origin_certificate **out,
                char why[ORIGIN_WHY_BYTES])
{
    struct origin_certificate *made = calloc(1, sizeof *made);
    int status = ERR_NOMEM;

    if (made == NULL || gnutls_certificate_allocate_credentials(&made->credentials) != 0) {
        free(made);
        error_line(why, ORIGIN_WHY_BYTES, "out of memory");
        return ERR_NOMEM;
    }
    if (gnutls_session_ticket_key_generate(&made->ticket_key) != 0)
        error_line(why, ORIGIN_WHY_BYTES, "out of memory");
    else
        status = set_pair(made->credentials, certificate, key, certificate_path, key_path, why);
    if (status == ERR_OK)
        *out = made;
    else
        free_certificate(made);
    return status;
}

int origin_certificates_load(struct origin_certificates *c, const char *certificate_path,
                             const char *key_path, char why[ORIGIN_WHY_BYTES])
{
    gnutls_datum_t certificate = {NULL, 0}, key = {NULL, 0};
    struct origin_certificate *made = NULL;
    time_t end_s = 0;
    int status = read_pem(certificate_path, "a certificate", &certificate, why);

    if (status == ERR_OK)
        status = read_pem(key_path, "a private key", &key, why);
    if (status == ERR_OK)
        status = check_chain(&certificate, certificate_path, &end_s, why);
    if (status == ERR_OK)
        status = make(&certificate, &key, certificate_path, key_path, &made, why);
    if (status == ERR_OK) {
        put_first(c, made);
        tell(end_s, certificate_path, key_path);
    }
    if (key.data != NULL)
        gnutls_memset(key.data, 0, key.size);
    gnutls_free(key.data);
    gnutls_free(certificate.data);
    return status;
}

struct origin_certificate *origin_certificates_use(struct origin_certificates *c)
{
    struct origin_certificate *current;

    pthread_mutex_lock(&c->lock);
    current = c->first;
    if (current != NULL)
        current->users++;
    pthread_mutex_unlock(&c->lock);
    return current;
}

/* One that is not current goes with the next load. */
void origin_certificates_release(struct origin_certificates *c, struct origin_certificate *used)
{
    if (used == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    used->users--;
    pthread_mutex_unlock(&c->lock);
}
