/* Whose turn it is, where somebody with the right key comes while somebody else is in: whoever is
 * in keeps it while it sends, and loses it once it has been silent for half a second. An encoder
 * that was cut off and comes back is so let in before its old connection has timed out, and nobody
 * can push a feed away that is well.
 * Thread-safety: pure; any thread. */
#ifndef PACKAGER_INGEST_PUSH_TURN_H
#define PACKAGER_INGEST_PUSH_TURN_H

#include <stdint.h>

enum push_turn {
    PUSH_TURN_WAIT,   /* ask again a little later: within half a second it is one of the others */
    PUSH_TURN_NEW,    /* the newcomer's */
    PUSH_TURN_REFUSED /* stays with who is in */
};

/* in_us: when who is in last sent something. new_us: when the newcomer had shown the right key.
 * Both at most now_us, of one clock. */
enum push_turn push_turn(int64_t in_us, int64_t new_us, int64_t now_us);

#endif
