#include "player-sim/session/anatomy.h"

void session_anatomy_begin(struct session_anatomy *m, bool is_zap, int64_t now_us)
{
    *m = (struct session_anatomy){.is_zap = is_zap,
                                  .awaits_picture = true,
                                  .awaits_continuation = is_zap,
                                  .asked_us = now_us,
                                  .sound_us = -1,
                                  .first_sound_us = SESSION_NO_SOUND};
}

void session_anatomy_give_up(struct session_anatomy *m, struct session_actions *a,
                             const struct session_rendition *of)
{
    if (m->awaits_picture)
        session_actions_missed(a, of, m->is_zap ? SESSION_ZAP : SESSION_STARTUP);
    *m = (struct session_anatomy){0};
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

void session_anatomy_packet(struct session_anatomy *m, const struct session_event *event,
                            int64_t first_sound_us, int64_t now_us)
{
    if (!m->awaits_picture)
        return;
    m->connected_us = between(m->asked_us, event->connected_us, now_us);
    m->first_byte_us = between(m->connected_us, event->first_byte_us, now_us);
    m->packet_us = now_us;
    m->packet_bytes = event->sample.bytes;
    m->fresh_connection = event->fresh_connection;
    m->awaits_sound = m->is_zap && first_sound_us != SESSION_NO_SOUND;
    m->first_sound_us = first_sound_us;
    m->sound_us = -1;
}

static struct session_action *saw(const struct session_anatomy *m, struct session_actions *a,
                                  const struct session_rendition *of, enum session_metric metric,
                                  int64_t at_us)
{
    return session_actions_saw(a, of, metric, at_us - m->asked_us, at_us);
}

static void tell_sound(struct session_anatomy *m, struct session_actions *a,
                       const struct session_rendition *of)
{
    if (!m->awaits_sound || m->awaits_picture || m->sound_us < 0)
        return;
    saw(m, a, of, SESSION_SOUND, m->sound_us);
    m->awaits_sound = false;
}

void session_anatomy_picture(struct session_anatomy *m, struct session_actions *a,
                             const struct session_rendition *of, int64_t at_us)
{
    if (!m->awaits_picture) {
        if (m->awaits_continuation)
            saw(m, a, of, SESSION_CONTINUATION, at_us);
        m->awaits_continuation = false;
        return;
    }
    m->awaits_picture = false;
    if (m->is_zap) {
        saw(m, a, of, SESSION_CONNECTION, m->connected_us)->fresh_connection = m->fresh_connection;
        saw(m, a, of, SESSION_FIRST_BYTE, m->first_byte_us);
        saw(m, a, of, SESSION_INIT, m->packet_us)->bytes = m->packet_bytes;
    }
    saw(m, a, of, m->is_zap ? SESSION_ZAP : SESSION_STARTUP, at_us);
    tell_sound(m, a, of);
}

void session_anatomy_sound(struct session_anatomy *m, struct session_actions *a,
                           const struct session_rendition *of, int64_t time_us, int64_t at_us)
{
    if (!m->awaits_sound || m->sound_us >= 0 || time_us < m->first_sound_us)
        return;
    m->sound_us = at_us;
    tell_sound(m, a, of);
}
