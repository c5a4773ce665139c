/* Signed, expiring URLs. A signature stands in the first component of the path, so that all that a
 * manifest names relative to itself is below it too, whatever the player, and byte ranges and
 * queries stay what they are:
 *
 *   /~EXPIRES-SIGNATURE/NAME/manifest.json
 *
 * EXPIRES is the first second (since 1970, UTC) at which it no longer holds, decimal without
 * leading zeros; SIGNATURE is the HMAC-SHA-256 of "hesp1:NAME:EXPIRES" as 64 lower case hex digits.
 * NAME is the channel's name, or * in what is signed: then it holds for every channel.
 *
 * Thread-safety: pure functions, any thread. */
#ifndef PACKAGER_ACCESS_SIGNATURE_H
#define PACKAGER_ACCESS_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ACCESS_SECRET_BYTES_MIN = 16,
    ACCESS_SECRET_BYTES_MAX = 256,
    ACCESS_SECRETS_MAX = 2,
    ACCESS_MAC_BYTES = 32,
    ACCESS_NAME_BYTES = 64,    /* of a channel's name, with its end */
    ACCESS_PREFIX_BYTES = 104, /* "/~EXPIRES-SIGNATURE", with its end */
};

/* The last second that can be signed: 2286-11-20. */
#define ACCESS_EXPIRES_MAX_S INT64_C(9999999999)

/* A key or a token. */
struct access_secret {
    size_t size; /* ACCESS_SECRET_BYTES_MIN..ACCESS_SECRET_BYTES_MAX */
    uint8_t bytes[ACCESS_SECRET_BYTES_MAX];
};

/* Those that hold: while they are changed there are two. None: nothing is asked for. */
struct access_secrets {
    size_t count;
    struct access_secret list[ACCESS_SECRETS_MAX];
};

enum access_verdict {
    ACCESS_GRANTED,
    ACCESS_MISSING, /* no signature, no token */
    ACCESS_WRONG,   /* of another key, channel or second, or none at all */
    ACCESS_EXPIRED, /* rightly signed, but its time is over */
};

/* Writes "/~EXPIRES-SIGNATURE" for the channel name, or for all where name is "*". name: 1 to 63
 * bytes; expires_s: 0..ACCESS_EXPIRES_MAX_S. ERR_INVALID where one isn't; ERR_STATE where the
 * library fails. */
int access_sign(const struct access_secret *key, const char *name, int64_t expires_s,
                char out[ACCESS_PREFIX_BYTES]);

/* What path asks for: behind the signature where it begins with a well-formed one, otherwise path
 * itself. Points into path. */
const char *access_path(const char *path);

/* Whether path may be answered at now_s, seconds since 1970. Without keys everything may. Says
 * nothing about whether there is such a channel. Signatures are compared in constant time. */
enum access_verdict access_check_path(const struct access_secrets *keys, const char *path,
                                      int64_t now_s);

/* Whether the value of a request's Authorization header, NULL: none, is "Bearer" and one of the
 * tokens (RFC 6750 2.1). Without tokens everything is granted. ACCESS_GRANTED, ACCESS_MISSING or
 * ACCESS_WRONG; bytes are compared in constant time, lengths are not hidden. */
enum access_verdict access_check_bearer(const struct access_secrets *tokens,
                                        const char *authorization);

#endif
