#include "packager/access/signature.h"

#include "media/core/err.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { EXPIRES_DIGITS_MAX = 10, MESSAGE_BYTES = ACCESS_NAME_BYTES + 24 };

struct prefix {
    int64_t expires_s;
    uint8_t mac[ACCESS_MAC_BYTES];
};

static int make_mac(const struct access_secret *key, const char *name, int64_t expires_s,
                    uint8_t mac[ACCESS_MAC_BYTES])
{
    char message[MESSAGE_BYTES];
    int length = snprintf(message, sizeof message, "hesp1:%s:%" PRId64, name, expires_s);

    assert(length > 0 && (size_t)length < sizeof message);
    return gnutls_hmac_fast(GNUTLS_MAC_SHA256, key->bytes, key->size, message, (size_t)length,
                            mac) == 0
               ? ERR_OK
               : ERR_STATE;
}

int access_sign(const struct access_secret *key, const char *name, int64_t expires_s,
                char out[ACCESS_PREFIX_BYTES])
{
    uint8_t mac[ACCESS_MAC_BYTES];
    size_t length = strlen(name);
    int status;

    if (length == 0 || length >= ACCESS_NAME_BYTES || expires_s < 0 ||
        expires_s > ACCESS_EXPIRES_MAX_S)
        return ERR_INVALID;
    status = make_mac(key, name, expires_s, mac);
    if (status != ERR_OK)
        return status;
    int at = snprintf(out, ACCESS_PREFIX_BYTES, "/~%" PRId64 "-", expires_s);
    for (size_t i = 0; i < sizeof mac; i++)
        at += snprintf(out + at, ACCESS_PREFIX_BYTES - (size_t)at, "%02x", mac[i]);
    return ERR_OK;
}

static bool take_expires(const char **at, int64_t *out)
{
    const char *digits = *at;
    int64_t value = 0;

    for (; **at >= '0' && **at <= '9' && *at - digits < EXPIRES_DIGITS_MAX; (*at)++)
        value = value * 10 + (**at - '0');
    if (*at == digits || (*digits == '0' && *at != digits + 1))
        return false;
    *out = value;
    return true;
}

/* Upper case is refused: a URL has one form only, also where it is a cache's key. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_mac(const char **at, uint8_t mac[ACCESS_MAC_BYTES])
{
    for (size_t i = 0; i < ACCESS_MAC_BYTES; i++, *at += 2) {
        int high = hex_digit((*at)[0]);
        int low = high < 0 ? -1 : hex_digit((*at)[1]);
        if (low < 0)
            return false;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Takes "/~EXPIRES-SIGNATURE" off *path where it is there, whole, and a slash behind it. */
static bool take_prefix(const char **path, struct prefix *out)
{
    const char *at = *path;

    if (at[0] != '/' || at[1] != '~')
        return false;
    at += 2;
    if (!take_expires(&at, &out->expires_s) || *at++ != '-' || !take_mac(&at, out->mac) ||
        *at != '/')
        return false;
    *path = at;
    return true;
}

const char *access_path(const char *path)
{
    struct prefix unused;

    take_prefix(&path, &unused);
    return path;
}

/* "/NAME/...": copies NAME. */
static bool first_component(const char *path, char name[ACCESS_NAME_BYTES])
{
    size_t length = strcspn(path + 1, "/");

    if (length == 0 || length >= ACCESS_NAME_BYTES)
        return false;
    memcpy(name, path + 1, length);
    name[length] = '\0';
    return true;
}

static bool is_signed(const struct access_secrets *keys, const char *name,
                      const struct prefix *prefix)
{
    uint8_t mac[ACCESS_MAC_BYTES];

    for (size_t i = 0; i < keys->count; i++)
        if (make_mac(&keys->list[i], name, prefix->expires_s, mac) == ERR_OK &&
            gnutls_memcmp(mac, prefix->mac, sizeof mac) == 0)
            return true;
    return false;
}

enum access_verdict access_check_path(const struct access_secrets *keys, const char *path,
                                      int64_t now_s)
{
    struct prefix prefix;
    char name[ACCESS_NAME_BYTES];

    if (keys->count == 0)
        return ACCESS_GRANTED;
    if (!take_prefix(&path, &prefix))
        return strncmp(path, "/~", 2) == 0 ? ACCESS_WRONG : ACCESS_MISSING;
    if (!first_component(path, name))
        return ACCESS_WRONG;
    if (!is_signed(keys, name, &prefix) && !is_signed(keys, "*", &prefix))
        return ACCESS_WRONG;
    return now_s < prefix.expires_s ? ACCESS_GRANTED : ACCESS_EXPIRED;
}

enum access_verdict access_check_bearer(const struct access_secrets *tokens,
                                        const char *authorization)
{
    static const char scheme[] = "Bearer ";
    bool found = false;
    size_t size;

    if (tokens->count == 0)
        return ACCESS_GRANTED;
    if (authorization == NULL)
        return ACCESS_MISSING;
    if (strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return ACCESS_WRONG;
    authorization += sizeof scheme - 1;
    authorization += strspn(authorization, " ");
    size = strlen(authorization);
    for (size_t i = 0; i < tokens->count; i++) {
        const struct access_secret *token = &tokens->list[i];
        if (token->size == size)
            found |= gnutls_memcmp(token->bytes, authorization, size) == 0;
    }
    return found ? ACCESS_GRANTED : ACCESS_WRONG;
}
