/* Which Initialization Packet is made next: decides, and does nothing itself.
 *
 * Requests for one packet fold into one order, and only what somebody still waits for is made.
 * Orders for the live edge go first, then those for other frames whose picture is at hand, those
 * that somebody waits for before those made ahead; orders for older frames, which have to be
 * decoded again, run a few at a time, so that they never hold all the encoders.
 *
 * Whoever asks for everything gets his share: orders of one rank go in turn among clients, none may
 * have more than a few behind the live edge, and all together leave places for the live edge. An
 * order that several wait for is that one's who was served the longest ago. Packets are made ahead
 * where all of them are (eager), and where the newest ones are asked for about as often as frames
 * come. The first packet is always made: it shows that the rung works.
 *
 * Invariant: every order is for another sequence number, has somebody who waits for it, is made
 * ahead, or is in the making; there are at most PACKET_DESK_MAX.
 * Thread-safety: pure; the owner's lock guards a desk. */
#ifndef PACKAGER_INIT_PACKET_DESK_H
#define PACKAGER_INIT_PACKET_DESK_H

#include "packager/init/demand.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PACKET_DESK_MAX = 64,   /* orders */
    PACKET_DESK_AHEAD = 6,  /* of these, made ahead and not begun; an older one then gives way */
    PACKET_DESK_LIVE = 16,  /* of these, kept for the live edge and for what is made ahead */
    PACKET_DESK_SHARE = 16, /* of one client, behind the live edge */
    PACKET_DESK_EDGE = 4,   /* the newest frames, and those to come, are the live edge */
    PACKET_DESK_TRIES = 3,  /* that an order is good for: memory may be short for a moment */
};

struct packet_order {
    int64_t sequence;
    unsigned waiting; /* requests */
    bool ahead, making, replay;
    unsigned failed; /* tries */
    uint64_t client; /* whose it is */
    int64_t turn;    /* in which he was served last; 0: not since he has orders here */
};

struct packet_desk_config {
    bool eager;
    struct rational frame_rate;
    unsigned replays_max; /* > 0 */
};

struct packet_desk {
    struct packet_desk_config config;
    struct packet_order orders[PACKET_DESK_MAX]; /* in the order of their coming */
    size_t count;
    int64_t newest; /* frame that is there, -1 before the first */
    unsigned replays;
    int64_t turns;
    struct demand demand;
    int64_t refused, skipped; /* requests; packets that were to be made ahead */
};

void packet_desk_init(struct packet_desk *d, const struct packet_desk_config *config);

/* Frame `sequence`, the one after the last, is there. True: there is something to take. */
bool packet_desk_frame(struct packet_desk *d, int64_t sequence);

/* A request of a client for packet `sequence` begins; exists: it is there, and nothing is to be
 * made. ERR_FULL: it is refused; its end may be told all the same. */
int packet_desk_want(struct packet_desk *d, int64_t sequence, uint64_t client, bool exists);
/* It ends. Nothing where packet `sequence` is not on order. */
void packet_desk_unwant(struct packet_desk *d, int64_t sequence);

/* Takes the next order. at_hand: pictures from this number on need no decoding; orders for others
 * count as replays. False: nothing to do now. Each order taken is to be ended by done. */
bool packet_desk_take(struct packet_desk *d, int64_t at_hand, int64_t *sequence);
/* Takes the order for packet `sequence` where there is one that nobody has taken: a replay comes by
 * its picture. */
bool packet_desk_take_passing(struct packet_desk *d, int64_t sequence);
/* Whether an order taken is still worth its work. */
bool packet_desk_is_wanted(const struct packet_desk *d, int64_t sequence);
/* It is made, or can't be: the requests for it will see. */
void packet_desk_done(struct packet_desk *d, int64_t sequence);
/* It was not made, though it can be: it is to be taken again where somebody still wants it and that
 * has not happened too often; otherwise as done. */
void packet_desk_failed(struct packet_desk *d, int64_t sequence);

#endif
