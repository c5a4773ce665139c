/* Signing a URL, as hesp-packager --sign-url does.
 * Thread-safety: pure functions, any thread. */
#ifndef PACKAGER_ACCESS_SIGNED_URL_H
#define PACKAGER_ACCESS_SIGNED_URL_H

#include "packager/access/secret_file.h"
#include "packager/access/signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "90s", "15m", "6h", "7d": 1 second to 3650 days. */
bool access_read_lifetime(const char *text, int64_t *out_s);

/* Writes url with a signature that holds until expires_s; one that it has is replaced. url is
 * http://HOST/NAME/..., https://HOST/NAME/... or /NAME/..., where NAME is a channel's name or * for
 * all channels: whoever takes that URL puts the name he wants there. ERR_INVALID with why, which
 * names url and the remedy; ERR_FULL where size is too small. */
int access_sign_url(const struct access_secret *key, const char *url, int64_t expires_s, char *out,
                    size_t size, char why[ACCESS_WHY_BYTES]);

#endif
