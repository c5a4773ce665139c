/* Content files, any bytes: what is taken holds what content.h demands, adds up, and comes back
 * from its own file's form; what is refused is refused in one line that names the file. */
#include "media/core/err.h"
#include "player-sim/content/file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool true_of_all)
{
    if (!true_of_all)
        abort();
}

static void walk(const struct content *c)
{
    int64_t count = (int64_t)c->frame_count;
    for (size_t i = 0; i < c->rung_count; i++) {
        uint64_t sum = 0;
        for (int64_t n = 0; n < count; n++)
            sum += content_frame_bytes(c, i, n);
        expect(sum == content_bytes(c, i, 0, count));
        expect(content_whole_frames(c, i, 0, sum, 2 * count) == count);
        expect(!content_packet_bytes(c, i, count) == !content_has_packets(c));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct content c;
    char error[CONTENT_ERROR_BYTES] = "";
    int status = content_parse("fuzz.json", data, size, &c, error);
    if (status) {
        expect(strstr(error, "fuzz.json: ") == error && !strchr(error, '\n'));
        return 0;
    }
    expect(content_check(&c, error) == ERR_OK);
    walk(&c);
    content_finish(&c);
    return 0;
}
