/* Any bytes as the message of a manifestupdate event: what is taken out of it ends. */
#include "manifests/update.h"
#include "manifests/uri.h"
#include "media/core/err.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char url[HESP_URL_BYTES] = "untouched", resolved[HESP_URL_BYTES];
    if (hesp_update_url(data, size, url)) {
        if (strcmp(url, "untouched") != 0)
            abort();
        return 0;
    }
    if (strlen(url) >= sizeof url)
        abort();
    (void)hesp_uri_resolve_http("http://a.test/b/manifest.json", url, resolved);
    return 0;
}
