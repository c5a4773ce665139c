#include "manifests/update.h"
#include "media/core/err.h"

#include <jansson.h>
#include <string.h>

int hesp_update_url(const uint8_t *message, size_t size, char out[HESP_URL_BYTES])
{
    if (!message || !size)
        return ERR_NOT_FOUND;
    if (size > HESP_UPDATE_BYTES_MAX)
        return ERR_FULL;
    json_t *root = json_loadb((const char *)message, size, 0, NULL);
    const char *url = json_string_value(json_object_get(root, "url"));
    int status = !url || !*url ? ERR_NOT_FOUND : strlen(url) >= HESP_URL_BYTES ? ERR_FULL : 0;
    if (!status)
        strcpy(out, url);
    json_decref(root);
    return status;
}
