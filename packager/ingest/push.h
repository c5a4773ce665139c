/* Listeners of our own, for feeds that are pushed: RTMP, and SRT as a listener. libavformat has
 * both, but they take whoever comes (its RTMP server only warns of a wrong key), one at a time, and
 * close what they listen on while somebody is there.
 *
 * These go on listening for as long as the channel lives, hear many at a time, and let one in: the
 * first who shows the right key. Somebody else with the right key is refused while the one who is
 * in sends, and takes over where that one has fallen silent (push_turn.h).
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_INGEST_PUSH_H
#define PACKAGER_INGEST_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PUSH_REASON_BYTES = 128, PUSH_ADDRESS_BYTES = 64 };

/* How whoever waits is heard of, and ends it. */
struct push_wait {
    bool (*over)(void *context); /* asked about ten times a second: is it time to give up? */
    /* Somebody was not let in. who: an address, without a secret; so is why. */
    void (*refused)(void *context, const char *who, const char *why);
    void *context;
};

struct push;

/* One kind of listener; push_create picks by URL. One file a variant. */
struct push_ops {
    const char *container; /* what libavformat calls the format of what comes */
    bool (*matches)(const char *url);
    int (*create)(const char *channel, const char *url, struct push **out);
    void (*destroy)(struct push *p);
    int (*accept)(struct push *p, const struct push_wait *wait, char reason[PUSH_REASON_BYTES]);
    int (*read)(struct push *p, const struct push_wait *wait, uint8_t *buffer, int size,
                char reason[PUSH_REASON_BYTES]);
    void (*drop)(struct push *p);
};

/* Each variant's struct starts with this. */
struct push {
    const struct push_ops *ops;
};

extern const struct push_ops push_rtmp; /* rtmp://HOST:PORT/APPLICATION/KEY?listen */
extern const struct push_ops push_srt;  /* srt://HOST:PORT?mode=listener&... */

/* *out is NULL, with 0, where libavformat is to open the URL. ERR_INVALID, with a line in the log
 * about channel that tells no secret, where it says what can't be done. ERR_NOMEM, ERR_STATE.
 * Opens no socket yet. */
int push_create(const char *channel, const char *url, struct push **out);
void push_destroy(struct push *p); /* NULL is fine */

/* Is url one of these? */
bool push_is_for(const char *url);

/* Waits until somebody is let in, having begun to listen where that is still to be done. ERR_IO,
 * with reason: nothing can be listened on. ERR_AGAIN: the wait was over. */
int push_accept(struct push *p, const struct push_wait *wait, char reason[PUSH_REASON_BYTES]);

/* Up to size bytes of whoever is in: how many. ERR_END, with reason: it has gone. ERR_AGAIN: the
 * wait was over. Others are heard, and refused, meanwhile. */
int push_read(struct push *p, const struct push_wait *wait, uint8_t *buffer, int size,
              char reason[PUSH_REASON_BYTES]);

/* Lets go of whoever is in, if anybody, and listens on. */
void push_drop(struct push *p);

#endif
