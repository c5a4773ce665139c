/* A base, a newline, a reference: resolution (RFC 3986) keeps to its bounds, what it gives is the
 * same when an empty reference is resolved against it, and no dot segment is left where there is an
 * authority. The reference is also expanded as a pattern. */
#include "manifests/address.h"
#include "media/core/err.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_path(const char *url)
{
    struct hesp_uri uri;
    hesp_uri_split(url, &uri);
    require(uri.scheme.text != NULL);
    for (size_t i = 0; uri.authority.text && i + 1 < uri.path.size; i++) {
        const char *at = uri.path.text + i;
        size_t left = uri.path.size - i;
        bool dot = at[0] == '/' && at[1] == '.' && (left == 2 || at[2] == '/');
        bool dots = left >= 3 && memcmp(at, "/..", 3) == 0 && (left == 3 || at[3] == '/');
        require(!dot && !dots);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), url[HESP_URL_BYTES], again[HESP_URL_BYTES];
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    char *reference = strchr(text, '\n');
    if (reference)
        *reference++ = '\0';
    else
        reference = text + strlen(text);
    int status = hesp_uri_resolve(text, reference, url);
    if (!status && *reference && strchr("/.", *reference))
        check_path(url);
    if (!status && !strchr(url, '#')) {
        require(hesp_uri_resolve(url, "", again) == 0);
        require(strcmp(url, again) == 0);
    }
    (void)hesp_uri_is_reference(reference);
    status = hesp_pattern_expand(reference, "segmentId", (int64_t)size, url);
    require((status != ERR_NOT_FOUND) == hesp_pattern_has(reference, "segmentId"));
    free(text);
    return 0;
}
