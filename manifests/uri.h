/* URI references (RFC 3986): taking apart, and resolution against a base, which is how a manifest
 * makes addresses (HESP 3.4.1, H15).
 * Thread-safety: pure functions, any thread. */
#ifndef MANIFESTS_URI_H
#define MANIFESTS_URI_H

#include <stdbool.h>
#include <stddef.h>

/* Room for an address and its NUL. RFC 9110 4.1 asks for at least 8000 characters. */
enum { HESP_URL_BYTES = 8192 };

struct hesp_uri_part {
    const char *text; /* borrowed; NULL where the part is not there */
    size_t size;
};

/* RFC 3986 3: scheme ":" "//" authority path "?" query "#" fragment. The path is always there. */
struct hesp_uri {
    struct hesp_uri_part scheme, authority, path, query, fragment;
};

/* Takes any text apart (RFC 3986, Appendix B). What stands before a colon is a scheme only where it
 * has the form of one, so that content-{segmentId:06d}.mp4 is a path. Borrows text. */
void hesp_uri_split(const char *text, struct hesp_uri *out);

/* Whether text is a URI reference, with nothing but the characters of RFC 3986 in it, and whether
 * it is a URI, that is, begins with a scheme. */
bool hesp_uri_is_reference(const char *text);
bool hesp_uri_is_absolute(const char *text);

/* Resolves reference against base (RFC 3986 5.2, strict). Characters are taken as they are, so that
 * patterns keep their braces; only controls and blanks are refused. out may be base or reference.
 * ERR_INVALID: base has no scheme, or a character that is refused; ERR_FULL: the result is longer
 * than HESP_URL_BYTES - 1. out is untouched on failure. */
int hesp_uri_resolve(const char *base, const char *reference, char out[HESP_URL_BYTES]);

/* The same for an address that somebody is sent to, by a redirect or a manifestupdate event, and of
 * which nobody knows the manners: ERR_UNSUPPORTED where the result is neither http nor https. */
int hesp_uri_resolve_http(const char *base, const char *reference, char out[HESP_URL_BYTES]);

#endif
