#include "packager/ingest/hls_news.h"
#include "media/core/values.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TARGET_MAX_S = 3600 };

static bool line_begins(const char *line, size_t length, const char *with)
{
    size_t wanted = strlen(with);
    return length >= wanted && memcmp(line, with, wanted) == 0;
}

/* Whether url is where this line of the playlist leads to: "seg.ts", "/live/seg.ts", or whole. */
static bool leads_to(const char *line, size_t length, const char *url)
{
    size_t url_length = strlen(url);
    while (length > 3 && line_begins(line, length, "../")) {
        line += 3;
        length -= 3;
    }
    if (length == 0 || length > url_length || memcmp(url + url_length - length, line, length) != 0)
        return false;
    return length == url_length || line[0] == '/' || url[url_length - length - 1] == '/';
}

static int read_target(const char *text)
{
    char *end;
    int64_t seconds;
    return value_prefix(text, &end, &seconds) && seconds <= TARGET_MAX_S ? (int)seconds : 0;
}

void hls_news_read(const char *text, const char *played_url, struct hls_news *out)
{
    static const char target[] = "#EXT-X-TARGETDURATION:";
    struct hls_news news = {0};
    bool parts = false;
    while (*text) {
        size_t whole = strcspn(text, "\n");
        size_t length = whole && text[whole - 1] == '\r' ? whole - 1 : whole;
        if (line_begins(text, length, "#EXT-X-ENDLIST"))
            news.ended = true;
        else if (line_begins(text, length, "#EXT-X-BYTERANGE"))
            parts = true;
        else if (line_begins(text, length, target))
            news.target_s = read_target(text + strlen(target));
        if (length && text[0] != '#') {
            news.segments++;
            news.unplayed = leads_to(text, length, played_url) ? 0 : news.unplayed + 1;
        }
        text += whole + (text[whole] == '\n');
    }
    if (parts)
        news.unplayed = news.ended ? 0 : news.segments;
    *out = news;
}

bool hls_news_worth_opening(const struct hls_news *news)
{
    return news->ended ? news->segments && news->unplayed == news->segments : news->unplayed > 0;
}
