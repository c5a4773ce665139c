#include "packager/pipeline/channel.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const int64_t end_ahead_us = 2200000;    /* the 2 s of HESP 3.2.5, and time to fetch */
static const int64_t follow_ahead_us = 5200000; /* 5 s of events in every track (6.2.1.2) */
static const int64_t start_grace_us = 1500000;  /* how long a feed may take before black is shown */
static const int64_t start_lead_us = 20000;     /* from the decision to start to frame 0 */
static const int64_t late_slot_us = 500000;     /* a clock that late has been suspended */
static const int64_t rushed_us = 100000;        /* and one that late has no time to make pictures */

struct channel {
    char name[CONFIG_NAME_MAX + 1]; /* for all threads */
    struct config_channel config;
    struct source *source;
    struct presentation *list[CHANNEL_PRESENTATIONS_MAX]; /* oldest first */
    size_t count;
    /* What the clock goes on with; whoever exchanges it for NULL has it: the clock, to begin it, or
     * who gives it up. */
    _Atomic(struct presentation *) next;
    pthread_t thread; /* the output clock */
    bool running;
    _Atomic bool stop;
};

/* A feed's first picture is worth a short wait: a channel then starts with it and not with black.
 */
static void wait_for_feed(struct channel *c, const struct presentation *first)
{
    int64_t deadline_us = clock_monotonic_us() + start_grace_us;
    struct input_state state;
    do {
        source_state(c->source, &state);
        if (state.feed == INPUT_UP || atomic_load(&c->stop) ||
            presentation_end_frame(first) != INT64_MAX)
            return;
        clock_sleep_until_us(clock_monotonic_us() + 5000);
    } while (clock_monotonic_us() < deadline_us);
    log_warn(c->name, "no picture from the input yet: black and silence until it comes");
}

/* Shows frame after frame up to its end; false: stopped before. */
static bool play(struct channel *c, struct presentation *p)
{
    const struct timeline *timeline = presentation_timeline(p);
    for (int64_t frame = 0; frame < presentation_end_frame(p); frame++) {
        int64_t slot_us = timeline_video_us(timeline, frame);
        clock_sleep_until_us(slot_us);
        if (atomic_load(&c->stop))
            return false;
        int64_t late_us = clock_monotonic_us() - slot_us;
        if (late_us > late_slot_us && frame % 100 == 0)
            log_warn(c->name,
                     "the output clock is late by %" PRId64 " ms: is the machine overloaded?",
                     late_us / 1000);
        presentation_show(p, frame, late_us > rushed_us);
    }
    return true;
}

static void place_first(struct presentation *p)
{
    struct timeline timeline = *presentation_timeline(p);
    timeline.start_us = clock_monotonic_us() + start_lead_us;
    presentation_place(p, &timeline);
}

/* What follows begins as soon as the last picture before it is shown: a frame ahead of its time. */
static void *run_clock(void *argument)
{
    struct channel *c = argument;
    struct presentation *p = atomic_exchange(&c->next, NULL);
    wait_for_feed(c, p);
    place_first(p);
    do {
        int status = presentation_begin(p);
        if (status) {
            log_error(c->name, "the channel cannot go on: %s", err_text(status));
            return NULL;
        }
        if (!play(c, p))
            return NULL;
        p = atomic_exchange(&c->next, NULL);
    } while (p);
    return NULL;
}

static struct presentation *last(const struct channel *c)
{
    return c->list[c->count - 1];
}

static int create_source(struct channel *c, uint16_t number)
{
    struct input_config input = {.channel = c->name,
                                 .url = c->config.input,
                                 .loop = c->config.loop,
                                 .frame_rate = c->config.fps,
                                 .width = c->config.ladder[0].width,
                                 .height = c->config.ladder[0].height,
                                 .channel_number = number};
    return source_create(&input, &c->source);
}

int channel_create(const struct config_channel *config, uint16_t number, struct channel **out)
{
    struct channel *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    strcpy(c->name, config->name);
    int status = config_channel_copy(config, &c->config);
    if (!status)
        status = create_source(c, number);
    if (!status)
        status = channel_prepare(c, config, &c->list[0]);
    if (!status) {
        c->count = 1;
        atomic_store(&c->next, c->list[0]);
        status = pthread_create(&c->thread, NULL, run_clock, c) ? ERR_STATE : 0;
    }
    if (status) {
        channel_destroy(c);
        return status;
    }
    c->running = true;
    pthread_setname_np(c->thread, "clock");
    *out = c;
    return 0;
}

void channel_destroy(struct channel *c)
{
    if (!c)
        return;
    atomic_store(&c->stop, true);
    if (c->running)
        pthread_join(c->thread, NULL);
    for (size_t i = 0; i < c->count; i++)
        presentation_destroy(c->list[i]);
    source_destroy(c->source);
    config_channel_finish(&c->config);
    free(c);
}

const struct config_channel *channel_config(const struct channel *c)
{
    return &c->config;
}

const char *channel_name(const struct channel *c)
{
    return c->name;
}

static size_t active_index(const struct channel *c)
{
    size_t i = c->count - 1;
    while (i > 0 && !presentation_can_be_joined(c->list[i]))
        i--;
    return i;
}

bool channel_settled(const struct channel *c)
{
    return active_index(c) == c->count - 1 && presentation_begun(last(c)) &&
           presentation_end_frame(last(c)) == INT64_MAX;
}

int channel_prepare(struct channel *c, const struct config_channel *config,
                    struct presentation **out)
{
    return presentation_create(c->name, config, c->source, out);
}

void channel_follow(struct channel *c, struct presentation *next,
                    const struct config_channel *config, int64_t now_us)
{
    struct presentation *old = last(c);
    assert(channel_settled(c) && c->count < CHANNEL_PRESENTATIONS_MAX);
    int64_t end = timeline_end_frame(presentation_timeline(old), now_us, follow_ahead_us);
    struct timeline timeline = timeline_following(presentation_timeline(old), end, config->fps,
                                                  config->segment_duration_s);
    char *input = c->config.input;
    bool loop = c->config.loop;
    presentation_place(next, &timeline);
    c->list[c->count++] = next;
    /* In this order: the clock must not come to the end before it has what follows. */
    atomic_store(&c->next, next);
    presentation_set_end(old, end);
    presentation_announce_end(old);
    c->config = *config;
    c->config.input = input;
    c->config.loop = loop;
    log_info(c->name, "in %.1f s Presentation %s follows %s",
             (double)(timeline.start_us - now_us) / 1e6, presentation_id(next),
             presentation_id(old));
}

void channel_retune(struct channel *c)
{
    const struct timeline *timeline = presentation_timeline(last(c));
    struct input_tuning tuning = {
        .frame_rate = timeline->video_rate,
        .width = c->config.ladder[0].width,
        .height = c->config.ladder[0].height,
        .start_us = timebase_muldiv_floor(timeline->start.num, 1000000, timeline->start.den),
        .slot_us = timeline->start_us,
    };
    int status = source_retune(c->source, &tuning);
    if (status)
        log_error(c->name, "the input's pictures stay as they were: %s", err_text(status));
}

int channel_set_input(struct channel *c, const struct config_channel *config)
{
    char *input = strdup(config->input);
    int status = input ? source_replace(c->source, config->input, config->loop) : ERR_NOMEM;
    if (status) {
        free(input);
        return status;
    }
    free(c->config.input);
    c->config.input = input;
    c->config.loop = config->loop;
    return 0;
}

void channel_set_memory(struct channel *c, int64_t bytes)
{
    c->config.memory_bytes = bytes;
    for (size_t i = 0; i < c->count; i++)
        presentation_set_memory(c->list[i], bytes);
}

struct presentation *channel_announce_end(struct channel *c, int64_t now_us)
{
    struct presentation *p = last(c), *expected = p;
    if (presentation_end_frame(p) != INT64_MAX)
        return NULL;
    if (c->count > 1 && atomic_compare_exchange_strong(&c->next, &expected, NULL)) {
        c->list[--c->count] = NULL;
        return p;
    }
    bool begun = presentation_begun(p);
    presentation_set_end(
        p, begun ? timeline_end_frame(presentation_timeline(p), now_us, end_ahead_us) : 0);
    presentation_announce_end(p);
    return NULL;
}

bool channel_finished(const struct channel *c)
{
    return presentation_finished(last(c));
}

bool channel_ready(const struct channel *c)
{
    return presentation_ready(channel_active(c));
}

size_t channel_describe(const struct channel *c, struct manifest_presentation *list, size_t *active)
{
    if (!presentation_begun(c->list[0]))
        return 0;
    for (size_t i = 0; i < c->count; i++)
        presentation_describe(c->list[i], &list[i]);
    *active = active_index(c);
    return c->count;
}

struct presentation *channel_presentation(const struct channel *c, size_t index)
{
    return index < c->count ? c->list[index] : NULL;
}

struct presentation *channel_active(const struct channel *c)
{
    return c->list[active_index(c)];
}

void channel_trim(struct channel *c, int64_t now_us)
{
    for (size_t i = 0; i < active_index(c); i++)
        if (presentation_finished(c->list[i]))
            presentation_trim(c->list[i], now_us);
}

struct presentation *channel_take_expired(struct channel *c, int64_t now_us)
{
    struct presentation *oldest = c->list[0];
    if (active_index(c) == 0)
        return NULL;
    bool expired = presentation_expired(oldest, now_us);
    if (!expired && c->count < CHANNEL_PRESENTATIONS_MAX)
        return NULL;
    c->count--;
    memmove(c->list, c->list + 1, c->count * sizeof *c->list);
    return oldest;
}

/* What follows should have come at the active one's end, and hasn't: viewers stand still. */
static int64_t overdue_us(const struct channel *c, int64_t now_us)
{
    const struct presentation *active = channel_active(c);
    if (active == last(c))
        return 0;
    return now_us -
           timeline_video_us(presentation_timeline(active), presentation_end_frame(active));
}

void channel_state(const struct channel *c, int64_t now_us, struct channel_state *state)
{
    struct presentation_state active;
    presentation_state(channel_active(c), now_us, &active);
    *state = (struct channel_state){.sound = active.sound,
                                    .rung_count = active.rung_count,
                                    .newest_sequence = active.newest_sequence,
                                    .behind_us = active.behind_us,
                                    .all_behind_us = active.all_behind_us,
                                    .shed_level = active.shed_level,
                                    .shed_most = active.shed_most,
                                    .started = presentation_begun(c->list[0]),
                                    .changing = !channel_settled(c)};
    int64_t overdue = overdue_us(c, now_us);
    state->behind_us = overdue > state->behind_us ? overdue : state->behind_us;
    state->all_behind_us = overdue > state->all_behind_us ? overdue : state->all_behind_us;
    memcpy(state->rungs, active.rungs, sizeof state->rungs);
    source_state(c->source, &state->input);
}
