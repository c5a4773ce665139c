/* Any bytes as a picture's luma: two bytes of width, two of height, then rows. What is read as a
 * stamp is one: drawn anew, it is read as the same. */
#include "media/core/bytes.h"
#include "media/stamp/stamp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes_reader r;
    struct stamp found, again;
    bytes_reader_init(&r, data, size);
    int width = bytes_read_u16(&r) % 512, height = bytes_read_u16(&r) % 512;
    size_t given = bytes_reader_left(&r), all = (size_t)width * (size_t)height;
    if (r.status || !all)
        return 0;
    /* A short input is repeated, so that a picture needs no more bytes than its pattern. */
    uint8_t *luma = malloc(all);
    const uint8_t *pattern = bytes_read(&r, given);
    if (!luma)
        return 0;
    for (size_t i = 0; i < all; i++)
        luma[i] = given ? pattern[i % given] : 0;
    struct stamp_plane plane = {.data = luma, .stride = width, .width = width, .height = height};
    if (stamp_read(&plane, &found) == 0) {
        stamp_write(&plane, &found);
        require(stamp_read(&plane, &again) == 0);
        require(again.channel == found.channel && again.frame == found.frame &&
                again.capture_utc_us == found.capture_utc_us);
    }
    free(luma);
    return 0;
}
