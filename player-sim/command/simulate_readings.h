/* Inside simulate_options: the readings of rows that are about the network and the content, named
 * after their options.
 * Thread-safety: as simulate_options.h. */
#ifndef PLAYER_SIM_COMMAND_SIMULATE_READINGS_H
#define PLAYER_SIM_COMMAND_SIMULATE_READINGS_H

#include "player-sim/command/simulate_options.h"

bool simulate_read_rate(struct settings_reading *r, const char *text);
bool simulate_read_rtt(struct settings_reading *r, const char *text);
bool simulate_read_jitter(struct settings_reading *r, const char *text);
bool simulate_read_loss(struct settings_reading *r, const char *text);
bool simulate_read_queue(struct settings_reading *r, const char *text);
bool simulate_read_trace_from(struct settings_reading *r, const char *text);
bool simulate_read_trace(struct settings_reading *r, const char *text);
bool simulate_read_share(struct settings_reading *r, const char *text);
bool simulate_read_http(struct settings_reading *r, const char *text);
bool simulate_read_tls(struct settings_reading *r, const char *text);
bool simulate_read_spares(struct settings_reading *r, const char *text);

bool simulate_read_content(struct settings_reading *r, const char *text);
bool simulate_read_ladder(struct settings_reading *r, const char *text);
bool simulate_read_fps(struct settings_reading *r, const char *text);
bool simulate_read_segment(struct settings_reading *r, const char *text);
bool simulate_read_audio(struct settings_reading *r, const char *text);
bool simulate_read_packet_time(struct settings_reading *r, const char *text);

/* What was read of the link, for the run; what was not given is 10 Mbit/s and, where the traces
 * tell none, 40 ms. */
void simulate_take_link(struct simulate_options *o);

/* The contents that were read, or one that is made up. false: error is one line. */
bool simulate_make_content(struct simulate_options *o, struct settings_reading *r);

#endif
