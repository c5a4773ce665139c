/* What a viewer who decodes does with its payloads: to the decoder, and, when a picture is there,
 * its stamp is looked at. Thread-safety: the loop's thread. */
#ifndef PLAYER_SIM_LIVE_DECODING_H
#define PLAYER_SIM_LIVE_DECODING_H

#include "player-sim/decode/stamp_check.h"
#include "player-sim/session/session.h"
#include "player-sim/transport/http/client.h"

#include <stdbool.h>
#include <stdint.h>

struct decoding_outcome {
    uint32_t stream;
    int64_t sequence;
    int64_t decoded_us;
    bool ok;
    const char *text; /* where not ok */
    size_t channel;
    bool repeated;           /* the picture is an earlier one, come again */
    const char *wrong_stamp; /* what its stamp says that it ought not to; NULL: nothing */
};

typedef void decoding_handler(void *context, int64_t now_us, const struct decoding_outcome *o);

struct decoding;

/* stamps is shared by all viewers, borrowed. ERR_NOMEM, ERR_STATE, ERR_IO. */
int decoding_create(struct http_loop *loop, struct stamp_check *stamps, decoding_handler *handler,
                    void *context, struct decoding **out);
void decoding_destroy(struct decoding *d); /* NULL is fine */

/* A SESSION_DO_DECODE. Where the decoder can't take it, the handler hears so at once. */
void decoding_push(struct decoding *d, int64_t now_us, const struct session_action *a);

/* No outcome of this stream comes any more. */
void decoding_close(struct decoding *d, uint32_t stream);

#endif
