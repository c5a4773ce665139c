/* Arbitrary bytes as a publisher: whole and in pieces they give the same, nothing comes out without
 * the key, and what comes out is FLV. */
#include "media/core/err.h"
#include "packager/rtmp/session.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds)
        abort();
}

static void check_flv(const struct rtmp_session *s)
{
    struct bytes_reader r;
    bytes_reader_init(&r, s->flv.data, s->flv.size);
    if (s->flv.size == 0)
        return;
    bytes_skip(&r, 13);
    while (bytes_reader_left(&r) && !r.status) {
        bytes_skip(&r, 1);
        uint32_t length = bytes_read_u24(&r);
        bytes_skip(&r, 7 + (size_t)length);
        require(bytes_read_u32(&r) == length + 11);
    }
    require(r.status == 0);
}

static int run(struct rtmp_session *s, const uint8_t *data, size_t size, size_t piece)
{
    int status = 0;
    rtmp_session_init(s, "live/key");
    for (size_t at = 0; at < size && status == 0; at += piece) {
        status = rtmp_session_take(s, data + at, size - at < piece ? size - at : piece);
        require(s->in.size <= 1 + 1536 || status);
    }
    require(status == 0 || status == ERR_END || status == ERR_INVALID);
    require((status != 0) == (s->phase == RTMP_OVER));
    require(s->phase != RTMP_OVER || s->why);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rtmp_session whole, pieces;
    int status = run(&whole, data, size, size + 1);
    require(run(&pieces, data, size, 61) == status);
    require(whole.phase == pieces.phase);
    require(whole.flv.size == pieces.flv.size);
    require(!whole.flv.size || !memcmp(whole.flv.data, pieces.flv.data, whole.flv.size));
    require(!whole.flv.size || memmem(data, size, "key", 3) != NULL);
    check_flv(&whole);
    rtmp_session_finish(&whole);
    rtmp_session_finish(&pieces);
    return 0;
}
