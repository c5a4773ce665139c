/* Certificates for tests, made by the openssl command line: for 127.0.0.1 and localhost, signed by
 * themselves. Thread-safety: any thread. */
#ifndef TESTS_SUPPORT_CERTIFICATE_H
#define TESTS_SUPPORT_CERTIFICATE_H

struct certificate {
    char certificate[64], key[64]; /* PEM files */
};

/* name: its common name. */
void certificate_make(struct certificate *c, const char *name);
/* One file takes the place of another, whose name stays: as one renews a certificate. */
void certificate_copy(const char *from, const char *to);
/* Removes the files. */
void certificate_finish(struct certificate *c);

#endif
