#include "packager/pipeline/health.h"
#include "media/core/clock.h"
#include "media/core/err.h"

#include <inttypes.h>
#include <stdlib.h>

static const int64_t late_us = 500000;  /* output this far behind its clock is degraded */
static const int64_t down_us = 3000000; /* and this far, there is none */

static const char *const health_names[] = {"ok", "degraded", "down"};

const char *health_feed_name(enum input_feed feed)
{
    static const char *const names[] = {"starting", "up", "lost"};
    return names[feed];
}

const char *health_part_name(enum input_part part)
{
    static const char *const names[] = {"none", "up", "missing"};
    return names[part];
}

int64_t health_repeated_pictures(const struct channel_state *state)
{
    int64_t most = 0;
    for (size_t i = 0; i < state->rung_count; i++) {
        int64_t repeated = state->rungs[i].repeated_pictures + state->rungs[i].shed_pictures;
        most = repeated > most ? repeated : most;
    }
    return state->input.repeated_pictures + most;
}

static enum health judge(const struct channel_state *state, const char **reason)
{
    bool failed = false;
    for (size_t i = 0; i < state->rung_count; i++)
        failed |= state->rungs[i].failed;
    *reason = !state->started || state->newest_sequence < 0 ? "there is no output yet"
              : state->all_behind_us > down_us              ? "there is no output any more"
                                                            : NULL;
    if (*reason)
        return HEALTH_DOWN;
    *reason = state->input.feed == INPUT_STARTING          ? "nothing has come of the feed yet"
              : state->input.feed == INPUT_LOST            ? "the feed is lost"
              : state->input.picture == INPUT_PART_MISSING ? "the feed has no picture any more"
              : state->input.sound == INPUT_PART_MISSING   ? "the feed has no sound any more"
              : failed                                     ? "a rung has failed"
              : state->sound.failed                        ? "the sound has failed"
              : state->behind_us > late_us                 ? "the output is late"
              : state->shed_level > 0                      ? "the encoders are too slow"
                                                           : NULL;
    return *reason ? HEALTH_DEGRADED : HEALTH_OK;
}

enum health health_of_channel(const struct channel_state *state)
{
    const char *reason;
    return judge(state, &reason);
}

const char *health_reason(const struct channel_state *state)
{
    const char *reason;
    judge(state, &reason);
    return reason;
}

enum health health_of_all(const enum health *channels, size_t count)
{
    size_t ok = 0, down = 0;
    for (size_t i = 0; i < count; i++) {
        ok += channels[i] == HEALTH_OK;
        down += channels[i] == HEALTH_DOWN;
    }
    if (ok == count)
        return HEALTH_OK;
    return down == count ? HEALTH_DOWN : HEALTH_DEGRADED;
}

static enum health write_channel(const struct channel *c, int64_t now_us, struct bytes_writer *out)
{
    struct channel_state state;
    channel_state(c, now_us, &state);
    const char *reason;
    enum health health = judge(&state, &reason);
    bytes_printf(out,
                 "\"%s\":{\"status\":\"%s\",\"feed\":\"%s\",\"picture\":\"%s\",\"sound\":\"%s\","
                 "\"since_s\":%.1f,\"newest_sequence\":%" PRId64 ",\"repeated_pictures\":%" PRId64
                 ",\"presentation\":\"%s\",\"changing\":%s",
                 channel_name(c), health_names[health], health_feed_name(state.input.feed),
                 health_part_name(state.input.picture), health_part_name(state.input.sound),
                 (double)(now_us - state.input.since_us) / 1e6, state.newest_sequence,
                 health_repeated_pictures(&state), presentation_id(channel_active(c)),
                 state.changing ? "true" : "false");
    if (reason)
        bytes_printf(out, ",\"reason\":\"%s\"", reason);
    bytes_write_text(out, "}");
    return health;
}

static void write_reloads(const struct service_reloads *reloads, struct bytes_writer *out)
{
    char last[CLOCK_ISO8601_BYTES];
    clock_iso8601(reloads->last_utc_us, last);
    bytes_printf(out, "\"reloads\":{\"done\":%" PRId64 ",\"refused\":%" PRId64 ",\"last\":",
                 reloads->done, reloads->refused);
    if (reloads->done)
        bytes_printf(out, "\"%s\"}", last);
    else
        bytes_write_text(out, "null}");
}

int health_write(const struct service *s, int64_t now_us, struct bytes_writer *out)
{
    enum health *each = calloc(s->channel_count ? s->channel_count : 1, sizeof *each);
    struct bytes_writer list;
    if (!each) {
        out->status = ERR_NOMEM;
        return 503;
    }
    bytes_writer_init(&list);
    for (size_t i = 0; i < s->channel_count; i++) {
        bytes_write_text(&list, i ? "," : "");
        each[i] = write_channel(s->channels[i]->channel, now_us, &list);
    }
    enum health all = health_of_all(each, s->channel_count);
    bytes_printf(out, "{\"status\":\"%s\",", health_names[all]);
    write_reloads(&s->reloads, out);
    bytes_write_text(out, ",\"channels\":{");
    bytes_write(out, list.data, list.size);
    bytes_write_text(out, "}}\n");
    if (list.status)
        out->status = list.status;
    bytes_writer_finish(&list);
    free(each);
    return all == HEALTH_DOWN ? 503 : 200;
}
