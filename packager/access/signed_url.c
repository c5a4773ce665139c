#include "packager/access/signed_url.h"

#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "media/core/values.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, LIFETIME_MAX_S = 3650 * DAY_S };

bool access_read_lifetime(const char *text, int64_t *out_s)
{
    static const struct {
        char unit;
        int64_t s;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY_S}};
    int64_t count;
    char *end;

    if (!value_prefix(text, &end, &count) || end[0] == '\0' || end[1] != '\0')
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].unit != *end)
            continue;
        if (count < 1 || count > LIFETIME_MAX_S / units[i].s)
            return false;
        *out_s = count * units[i].s;
        return true;
    }
    return false;
}

/* Where the path begins; NULL where there is none. */
static const char *path_of(const char *url)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
            return strchr(url + strlen(schemes[i]), '/');
    return *url == '/' ? url : NULL;
}

/* Copies NAME of "/NAME/..."; a channel's name, or *. */
static bool take_name(const char *path, char name[ACCESS_NAME_BYTES])
{
    size_t length = strspn(path + 1, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (length == 0 && path[1] == '*')
        length = 1;
    if (length == 0 || length >= ACCESS_NAME_BYTES || path[1 + length] != '/')
        return false;
    memcpy(name, path + 1, length);
    name[length] = '\0';
    return true;
}

int access_sign_url(const struct access_secret *key, const char *url, int64_t expires_s, char *out,
                    size_t size, char why[ACCESS_WHY_BYTES])
{
    char name[ACCESS_NAME_BYTES], prefix[ACCESS_PREFIX_BYTES];
    const char *path = path_of(url);
    const char *rest = path != NULL ? access_path(path) : NULL;
    int status, length;

    if (rest == NULL || !take_name(rest, name)) {
        error_line(why, ACCESS_WHY_BYTES,
                   "%.120s names no channel: give a manifest's URL, for example "
                   "http://localhost:8080/one/manifest.json, or with * instead of one for all "
                   "channels",
                   url);
        return ERR_INVALID;
    }
    status = access_sign(key, name, expires_s, prefix);
    if (status != ERR_OK) {
        error_line(why, ACCESS_WHY_BYTES, "%.120s can't be signed: %s: give a shorter --expires",
                   url, err_text(status));
        return status;
    }
    length = snprintf(out, size, "%.*s%s%s", (int)(path - url), url, prefix, rest);
    if (length < 0 || (size_t)length >= size) {
        error_line(why, ACCESS_WHY_BYTES, "%.120s is too long: shorten it", url);
        return ERR_FULL;
    }
    return ERR_OK;
}
