/* The receiving end of one RTMP connection (Adobe, "Real Time Messaging Protocol", 2012), as OBS,
 * ffmpeg and hardware encoders publish: bytes of the peer in, bytes for the peer and an FLV file
 * out. Pure: no socket, no clock.
 *
 * Only one application and stream key may be published to. Whoever names another is told so and
 * refused; nothing of what it sends comes out, and before it has named the right one, it can make
 * us keep no more than RTMP_EARLY_BYTES a chunk stream.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_RTMP_SESSION_H
#define PACKAGER_RTMP_SESSION_H

#include "media/core/bytes.h"
#include "packager/rtmp/chunks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RTMP_EARLY_BYTES = 16384,
    RTMP_MEDIA_BYTES = 8 << 20, /* the largest picture */
    RTMP_NAME_BYTES = 512,
};

enum rtmp_phase {
    RTMP_GREETING,   /* C0 and C1 are awaited */
    RTMP_GREETED,    /* C2 */
    RTMP_COMMANDS,   /* connect, createStream, publish */
    RTMP_PUBLISHING, /* it may push, and does */
    RTMP_OVER,       /* it ended it, or was refused */
};

struct rtmp_session {
    const char *path; /* borrowed: "application/key" */
    enum rtmp_phase phase;
    struct bytes_writer in; /* of the peer, not understood yet */
    struct rtmp_chunks chunks;
    char application[RTMP_NAME_BYTES];
    uint64_t taken_bytes, acknowledged_bytes;
    uint32_t window_bytes; /* it wants to hear of every so many */
    const char *why;       /* it is over; static */

    struct bytes_writer out; /* for the peer: the owner sends and clears it, also once it is over */
    struct bytes_writer flv; /* from its header on: the owner takes and clears it */
};

/* path must outlive the session. It is refused who names another. */
void rtmp_session_init(struct rtmp_session *s, const char *path);
void rtmp_session_finish(struct rtmp_session *s);

/* Takes bytes of the peer. 0: it goes on. ERR_END: the publisher ended it. ERR_INVALID: it was
 * refused, for s->why; send what is in out, then close. ERR_NOMEM. */
int rtmp_session_take(struct rtmp_session *s, const uint8_t *data, size_t size);

#endif
