/* Any text as an input's URL: what is taken has a name and something to open, and the name does not
 * tell the password or the query. */
#include "media/core/log.h"
#include "packager/ingest/feed_url.h"
#include "packager/ingest/push_srt_options.h"
#include "packager/ingest/url_parts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds)
        abort();
}

static void drop(void *context, const char *line)
{
    (void)context;
    (void)line;
}

/* Its parts, and the values behind its question mark. */
static void check_parts(const char *text)
{
    struct url_parts parts;
    struct srt_options srt;
    char name[32], value[64];
    if (!url_parts_read(text, &parts))
        return;
    require(parts.query >= text && parts.query <= text + strlen(text));
    for (const char *at = parts.query; at && *at;) {
        const char *next = url_query_next(at, name, sizeof name, value, sizeof value);
        require(!next || next > at);
        at = next;
    }
    (void)url_query_value(parts.query, "passphrase", value, sizeof value);
    (void)srt_options_read("fuzz", parts.query, &srt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed_url url = {0};
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    log_redirect(drop, NULL);
    (void)feed_url_is_feed(text);
    check_parts(text);
    if (feed_url_parse("fuzz", text, &url) == 0) {
        require(url.kind == FEED_PIPE || (url.open && url.open[0]));
        require(url.kind != FEED_NETWORK || !strchr(url.name, '?'));
        feed_url_finish(&url);
    } else {
        require(!url.open);
    }
    free(text);
    return 0;
}
