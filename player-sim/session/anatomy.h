/* Inside the session: a start-up or a zap as it is measured, from the moment when it was asked for.
 * The parts of a zap are told together, with its first picture: so they are those of the packet
 * that the picture came from, whatever was tried before it.
 * Thread-safety: an object belongs to one thread at a time. */
#ifndef PLAYER_SIM_SESSION_ANATOMY_H
#define PLAYER_SIM_SESSION_ANATOMY_H

#include "player-sim/session/actions.h"

/* Zero-filled: nothing is being measured. */
struct session_anatomy {
    bool is_zap; /* else a start-up */
    bool awaits_picture, awaits_continuation, awaits_sound;
    int64_t asked_us;
    int64_t connected_us, first_byte_us, packet_us; /* of the packet, when it was so */
    size_t packet_bytes;
    bool fresh_connection;
    int64_t sound_us;       /* when the first sound of its time was decoded; -1: not yet */
    int64_t first_sound_us; /* manifest time of that */
};

void session_anatomy_begin(struct session_anatomy *m, bool is_zap, int64_t now_us);

/* It is given up: MISSED, unless its picture was there. */
void session_anatomy_give_up(struct session_anatomy *m, struct session_actions *a,
                             const struct session_rendition *of);

/* The packet of its picture has arrived; first_sound_us is the manifest time of the sound's frame
 * beside it, SESSION_NO_SOUND: there is none. */
#define SESSION_NO_SOUND INT64_MIN
void session_anatomy_packet(struct session_anatomy *m, const struct session_event *event,
                            int64_t first_sound_us, int64_t now_us);

/* A picture of what was joined is decoded; sound of a manifest time is, of whatever Presentation.
 */
void session_anatomy_picture(struct session_anatomy *m, struct session_actions *a,
                             const struct session_rendition *of, int64_t at_us);
void session_anatomy_sound(struct session_anatomy *m, struct session_actions *a,
                           const struct session_rendition *of, int64_t time_us, int64_t at_us);

#endif
