/* Any path as a signed one: what stands behind a signature is the path's own end, and nothing is
 * granted that the key would not sign in just these letters. The first byte is the time. */
#include "packager/access/secret_file.h"
#include "packager/access/signature.h"
#include "packager/access/signed_url.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct access_secrets keys = {1, {{32, "0123456789abcdef0123456789abcdef"}}};

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Signs what path asks for anew, as the name or as all, and wants the same prefix. */
static void check_granted(const char *path, int64_t now_s)
{
    const char *rest = access_path(path);
    size_t length = strcspn(rest + 1, "/"), prefix_length = (size_t)(rest - path);
    char name[ACCESS_NAME_BYTES], one[ACCESS_PREFIX_BYTES], all[ACCESS_PREFIX_BYTES];
    int64_t expires_s = strtoll(path + 2, NULL, 10);

    require(rest != path && length > 0 && length < sizeof name && now_s < expires_s);
    memcpy(name, rest + 1, length);
    name[length] = '\0';
    require(access_sign(&keys.list[0], name, expires_s, one) == 0);
    require(access_sign(&keys.list[0], "*", expires_s, all) == 0);
    require(prefix_length == strlen(one));
    require(memcmp(one, path, prefix_length) == 0 || memcmp(all, path, prefix_length) == 0);
}

/* What comes of signing is granted. */
static void check_signed(const char *url)
{
    const char *path = *url == '/' ? url : strchr(strstr(url, "://") + 3, '/');

    require(access_check_path(&keys, path, 1799999999) == ACCESS_GRANTED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct access_secrets none;
    struct access_secrets read;
    char why[ACCESS_WHY_BYTES], out[512];
    int64_t now_s = size > 0 ? 1799999900 + data[0] : 0, lifetime_s;
    char *path = malloc(size + 1);
    const char *rest;

    if (path == NULL)
        return 0;
    if (size > 0)
        memcpy(path, data + 1, size - 1);
    path[size > 0 ? size - 1 : 0] = '\0';
    rest = access_path(path);
    require(rest >= path && rest <= path + strlen(path));
    require(access_check_path(&none, path, now_s) == ACCESS_GRANTED);
    if (access_check_path(&keys, path, now_s) == ACCESS_GRANTED)
        check_granted(path, now_s);
    access_check_bearer(&keys, path);
    if (access_sign_url(&keys.list[0], path, 1800000000, out, sizeof out, why) == 0)
        check_signed(out);
    if (access_secrets_parse((const char *)data, size, &read, why) == 0)
        require(read.count >= 1 && read.count <= ACCESS_SECRETS_MAX &&
                read.list[0].size >= ACCESS_SECRET_BYTES_MIN);
    if (access_read_lifetime(path, &lifetime_s))
        require(lifetime_s >= 1);
    free(path);
    return 0;
}
