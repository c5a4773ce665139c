/* The options that viewers have, whether they watch for real or in virtual time, read for the
 * tables of settings.h. Thread-safety: pure functions on the caller's data. */
#ifndef PLAYER_SIM_COMMAND_VIEWER_OPTIONS_H
#define PLAYER_SIM_COMMAND_VIEWER_OPTIONS_H

#include "player-sim/abr/abr.h"
#include "player-sim/command/settings.h"
#include "player-sim/session/plan.h"
#include "player-sim/session/session.h"
#include "player-sim/stats/trim.h"

enum { VIEWER_TRIMS_MAX = 32 };

/* The first member of a command's options, so that the readings below find it. */
struct viewer_options {
    int64_t duration_us, ramp_us;
    struct plan_interval zap, change;
    const struct abr_rule *rule;
    const struct abr_estimator *estimator; /* NULL: the rule's own, see viewer_estimator */
    int64_t wanted_bps;                    /* of the rule "fixed" */
    enum session_join join;
    int64_t buffer_us, resync_us;
    uint64_t seed;
    struct trim trims[VIEWER_TRIMS_MAX];
    size_t trim_count;
};

/* What a rule is used with where nothing else is asked for: the players' own with theirs. */
const struct abr_estimator *viewer_estimator(const struct viewer_options *o);

/* Readings of rows, each named after its option. */
bool viewer_read_duration(struct settings_reading *r, const char *text);
bool viewer_read_ramp(struct settings_reading *r, const char *text);
bool viewer_read_zap(struct settings_reading *r, const char *text);
bool viewer_read_switch(struct settings_reading *r, const char *text);
bool viewer_read_abr(struct settings_reading *r, const char *text);
bool viewer_read_estimator(struct settings_reading *r, const char *text);
bool viewer_read_join(struct settings_reading *r, const char *text);
bool viewer_read_buffer(struct settings_reading *r, const char *text);
bool viewer_read_resync(struct settings_reading *r, const char *text);
bool viewer_read_seed(struct settings_reading *r, const char *text);
bool viewer_read_trim(struct settings_reading *r, const char *text);

/* Milliseconds up to a minute; option is named in the remedy. */
bool viewer_read_ms(struct settings_reading *r, const char *text, int64_t *out_us,
                    const char *option);

/* Names with ", " between, cut where there is no more room. */
void viewer_list_add(char *list, size_t list_bytes, const char *name);

#define VIEWER_ABR_HELP                                                                            \
    "Which rendition is played: fixed is the highest, fixed:BITRATE the highest whose bandwidth "  \
    "in the manifest is not above that; or a rule: burst (made for HESP), throughput, bola, "      \
    "bola-e, dynamic, l2a-ll, lol+, hls.js"
#define VIEWER_JOIN_HELP                                                                           \
    "With fixed, where a join starts: the same rendition that is to be played, or the smallest, "  \
    "which then climbs to it"

#endif
