/* Certificates for tests, made by the openssl command line: for 127.0.0.1 and localhost, signed by
 * themselves. Thread-safety: any thread. */
#ifndef TESTS_SUPPORT_CERTIFICATE_H
#define TESTS_SUPPORT_CERTIFICATE_H

struct certificate {
    char certificate[64], key[64]; /* PEM files */
};

/* name: its common name. */
void certificate_make(struct certificate *c, const char *name);
/* Puts those files in the places of c's: as one renews a certificate. */
void certificate_replace(const struct certificate *c, const struct certificate *by);
/* Removes the files. */
void certificate_finish(struct certificate *c);

#endif
