/* A segment's address, a newline, and any text as the HLS playlist that it was played from. */
#include "packager/ingest/hls_news.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hls_news news;
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    char *playlist = strchr(text, '\n');
    if (playlist)
        *playlist++ = '\0';
    hls_news_read(playlist ? playlist : "", text, &news);
    if (news.unplayed < 0 || news.unplayed > news.segments || news.segments > (int)size)
        abort();
    (void)hls_news_worth_opening(&news);
    free(text);
    return 0;
}
