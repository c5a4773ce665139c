#include "packager/pipeline/rung.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/pipeline/event_repeat.h"
#include "packager/pipeline/mailbox.h"
#include "packager/pipeline/restarts.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* One for whoever joins live, and one that may decode older frames meanwhile. */
enum { INIT_THREADS = 2 };

struct rung {
    struct rung_config config;
    char id[32];
    struct mailbox *mailbox;
    struct video_track *track;
    struct store_track *store_track; /* the store's, which the track fills */
    struct packet_maker *maker;
    pthread_t thread;
    bool running;
    struct event_repeat update;      /* the thread's */
    int64_t reported_over_bandwidth; /* the thread's */
    struct restarts restarts;        /* the thread's */
    _Atomic bool announced;
    _Atomic int64_t changed_until; /* the manifest's change is announced before this frame */
    _Atomic int64_t repeated, shed, restarted;
    _Atomic bool finished, failed;
    struct histogram capture_to_available;
};

/* The track's id as URLs show it: "640x360-800k", or "640x360-800500". */
static void name_track(const struct config_rung *size, char id[32])
{
    bool whole = size->bitrate_bps % 1000 == 0;
    snprintf(id, 32, "%dx%d-%" PRId64 "%s", size->width, size->height,
             whole ? size->bitrate_bps / 1000 : size->bitrate_bps, whole ? "k" : "");
}

static int push(struct rung *r, const struct mailbox_item *item)
{
    int64_t slot_utc_us =
        item->newest_utc_us - timebase_frame_us(item->late_frames, r->config.frame_rate);
    int64_t capture = item->picture ? item->capture_utc_us : slot_utc_us;
    bool announced = atomic_load(&r->announced) || item->sequence < atomic_load(&r->changed_until);
    bool update = event_repeat_due(&r->update, announced, item->sequence, r->config.frame_rate);
    int status = video_track_push(r->track, item->picture, item->sequence, capture, update);
    if (status)
        return status;
    if (item->picture)
        histogram_add(&r->capture_to_available, clock_utc_us() - capture);
    else
        atomic_fetch_add(item->gone ? &r->repeated : &r->shed, 1);
    return 0;
}

/* Pushes a frame, with another encoder where one fails, as long as there is hope. */
static int push_somehow(struct rung *r, const struct mailbox_item *item)
{
    int64_t wait_us;
    int status = push(r, item);
    while (status && restarts_again(&r->restarts, item->sequence, &wait_us)) {
        log_warn(r->config.channel,
                 "rung %s: frame %" PRId64 " could not be made: %s; its encoder is started again",
                 r->id, item->sequence, err_text(status));
        clock_sleep_until_us(clock_monotonic_us() + wait_us);
        atomic_fetch_add(&r->restarted, 1);
        status = video_track_restart(r->track);
        if (!status)
            status = push(r, item);
    }
    return status;
}

/* Linux has a niceness for each thread. Where it may not be had, all rungs are alike. */
static void take_place_in_line(const struct rung *r)
{
    int own = getpriority(PRIO_PROCESS, 0);
    if (r->config.nice > 0)
        setpriority(PRIO_PROCESS, (id_t)gettid(), own + r->config.nice);
}

/* The manifest promises a peak rate (H11): whoever reads the log learns when it wasn't kept. */
static void report_bandwidth(struct rung *r, int64_t sequence)
{
    struct rational duration = r->config.segment_duration;
    struct rational rate = r->config.frame_rate;
    struct store_track_state state;
    if (timebase_segment_of_frame(sequence + 1, duration, rate) ==
        timebase_segment_of_frame(sequence, duration, rate))
        return;
    store_track_state(r->store_track, &state);
    if (state.segments_over_bandwidth > r->reported_over_bandwidth)
        log_warn(r->config.channel,
                 "rung %s: a segment took %" PRId64 " bits/s, more than the manifest's bandwidth",
                 r->id, state.peak_segment_bps);
    r->reported_over_bandwidth = state.segments_over_bandwidth;
}

static void *work(void *argument)
{
    struct rung *r = argument;
    struct mailbox_item item;
    int status = 0;
    take_place_in_line(r);
    while (status != ERR_END) {
        status = mailbox_take(r->mailbox, clock_monotonic_us() + 1000000, &item);
        if (status)
            continue;
        int pushed = push_somehow(r, &item);
        av_frame_free(&item.picture);
        if (pushed) {
            log_error(r->config.channel,
                      "rung %s stops: frame %" PRId64
                      " could not be made: %s; the other rungs go on without it",
                      r->id, item.sequence, err_text(pushed));
            atomic_store(&r->failed, true);
            break;
        }
        report_bandwidth(r, item.sequence);
    }
    store_end_track(r->store_track);
    atomic_store(&r->finished, true);
    return NULL;
}

/* The maker needs the track's format, so it comes after the track that feeds it and asks it. */
static void reconstructed(void *context, struct reconstruction *reconstruction)
{
    struct rung *r = context;
    packet_maker_offer(r->maker, reconstruction);
}

static int want(void *context, int64_t sequence, uint64_t client, bool exists)
{
    struct rung *r = context;
    return packet_maker_want(r->maker, sequence, client, exists);
}

static void unwant(void *context, int64_t sequence)
{
    struct rung *r = context;
    packet_maker_unwant(r->maker, sequence);
}

static int create_maker(struct rung *r)
{
    struct video_track_format format;
    struct packet_maker_config config = {.format = &format,
                                         .eager = r->config.init_eager,
                                         .picture_bytes = r->config.init_memory_bytes,
                                         .threads = INIT_THREADS};
    video_track_format(r->track, &format);
    r->store_track = format.store_track;
    return packet_maker_create(&config, &r->maker);
}

static int build(struct rung *r)
{
    struct store_packet_maker maker = {.context = r, .want = want, .unwant = unwant};
    struct video_track_config config = {
        .encoder = r->config.encoder,
        .width = r->config.size.width,
        .height = r->config.size.height,
        .bitrate_bps = r->config.size.bitrate_bps,
        .frame_rate = r->config.frame_rate,
        .segment_duration = r->config.segment_duration,
        .preset = r->config.preset,
        .refresh_frames = r->config.refresh_frames,
        .id = r->id,
        .store = r->config.store,
        .maker = &maker,
        .reconstructed = reconstructed,
        .context = r,
    };
    int status = mailbox_create(&r->mailbox);
    if (!status)
        status = video_track_create(&config, &r->track);
    return status ? status : create_maker(r);
}

int rung_create(const struct rung_config *config, struct rung **out)
{
    struct rung *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_NOMEM;
    r->config = *config;
    name_track(&config->size, r->id);
    histogram_init(&r->capture_to_available);
    event_repeat_init(&r->update);
    int status = build(r);
    if (!status && pthread_create(&r->thread, NULL, work, r))
        status = ERR_STATE;
    if (status) {
        rung_destroy(r);
        return status;
    }
    r->running = true;
    pthread_setname_np(r->thread, "rung");
    *out = r;
    return 0;
}

void rung_destroy(struct rung *r)
{
    if (!r)
        return;
    if (r->running) {
        mailbox_close(r->mailbox, 0);
        pthread_join(r->thread, NULL);
    }
    packet_maker_destroy(r->maker);
    video_track_destroy(r->track);
    mailbox_destroy(r->mailbox);
    free(r);
}

void rung_offer(struct rung *r, int64_t sequence, const AVFrame *picture, int64_t capture_utc_us,
                int64_t slot_utc_us)
{
    mailbox_put(r->mailbox, sequence, picture, capture_utc_us, slot_utc_us);
}

int64_t rung_waiting(struct rung *r)
{
    return atomic_load(&r->failed) ? -1 : mailbox_waiting(r->mailbox);
}

void rung_announce_change(struct rung *r, int64_t until_frame)
{
    atomic_store(&r->changed_until, until_frame);
}

void rung_announce_end(struct rung *r, int64_t end_frame)
{
    atomic_store(&r->announced, true);
    mailbox_close(r->mailbox, end_frame);
}

void rung_state(struct rung *r, struct rung_state *state)
{
    *state = (struct rung_state){
        .repeated_pictures = atomic_load(&r->repeated),
        .shed_pictures = atomic_load(&r->shed),
        .restarts = atomic_load(&r->restarted),
        .capture_to_available = &r->capture_to_available,
        .finished = atomic_load(&r->finished),
        .failed = atomic_load(&r->failed),
    };
    snprintf(state->track_id, sizeof state->track_id, "%s", r->id);
    video_track_cpu(r->track, &state->cpu);
    packet_maker_state(r->maker, &state->init);
}
