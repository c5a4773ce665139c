#include "packager/ingest/push_turn.h"

static const int64_t silent_us = 500000;
static const int64_t alive_us =
    400000; /* what was on its way when the sender died has come by then */

enum push_turn push_turn(int64_t in_us, int64_t new_us, int64_t now_us)
{
    if (now_us - in_us >= silent_us)
        return PUSH_TURN_NEW;
    return in_us - new_us >= alive_us ? PUSH_TURN_REFUSED : PUSH_TURN_WAIT;
}
