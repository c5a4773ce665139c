#include "player-sim/transport/http/redirect.h"
#include "manifests/uri.h"
#include "media/core/err.h"
#include "player-sim/transport/http/response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void http_redirect_forget(struct http_fetch *f)
{
    free(f->location);
    f->location = NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without memory, or too long, it is as if there was none. */
void http_redirect_learn(struct http_fetch *f, const char *value, size_t size)
{
    for (; size && is_blank(*value); size--)
        value++;
    while (size && is_blank(value[size - 1]))
        size--;
    http_redirect_forget(f);
    if (size < HESP_URL_BYTES)
        f->location = strndup(value, size);
}

static bool is_redirect(const struct http_fetch *f)
{
    int s = f->http_status;
    return s == 301 || s == 302 || s == 303 || s == 307 || s == 308;
}

static void fail(struct http_fetch *f, const char *why)
{
    char what[200];
    snprintf(what, sizeof what, "%d to \"%.100s\", %s", f->http_status, f->location, why);
    http_response_fail(f, SESSION_FAULT_HTTP, what);
}

bool http_redirect_follow(struct http_fetch *f)
{
    char url[HESP_URL_BYTES];
    if (f->small || f->intake.kind != SESSION_GET_MANIFEST || !f->last || !f->location ||
        !is_redirect(f))
        return false;
    int status = hesp_uri_resolve_http(f->url, f->location, url);
    url[status ? 0 : strcspn(url, "#")] = '\0';
    if (status == ERR_UNSUPPORTED) {
        fail(f, "which is neither http nor https");
    } else if (status) {
        fail(f, "which is no address");
    } else if (f->redirects == HTTP_REDIRECTS_MAX) {
        fail(f, "after 5 other redirects");
    } else {
        f->redirects++;
        if (http_fetch_go_to(f, url))
            return true;
        fail(f, "where nothing can be asked for");
    }
    return false;
}
