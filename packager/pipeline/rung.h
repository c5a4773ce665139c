/* A rung at work: a thread that takes pictures out of a mailbox and pushes them through a video
 * track, and the maker of its Initialization Packets.
 * Thread-safety: create, announce and destroy from one thread; offer from the clock's; state from
 * any. */
#ifndef PACKAGER_PIPELINE_RUNG_H
#define PACKAGER_PIPELINE_RUNG_H

#include "packager/config/config.h"
#include "packager/init/packet_maker.h"
#include "packager/pipeline/histogram.h"
#include "packager/store/store.h"
#include "packager/track/video_track.h"

#include <libavutil/frame.h>
#include <stdint.h>

struct rung;

struct rung_config {
    const char *channel; /* for the log; borrowed for the rung's life */
    const struct encoder_ops *encoder;
    int nice; /* added to the process's for the thread that encodes, 0..19: the last in line */
    const char *preset;
    int refresh_frames; /* as in encoder_config */
    struct config_rung size;
    struct rational frame_rate;
    struct rational segment_duration;
    bool init_eager;          /* packets are made of every frame */
    size_t init_memory_bytes; /* reconstructions kept at hand for packets */
    struct store *store;
};

int rung_create(const struct rung_config *config, struct rung **out);
/* Ends the threads where rung_close hasn't yet, and frees. NULL is fine. */
void rung_destroy(struct rung *r);

/* Frame `sequence`, whose time is slot_utc_us, shows picture, or where that is NULL the one before;
 * never waits (see mailbox.h). */
void rung_offer(struct rung *r, int64_t sequence, const AVFrame *picture, int64_t capture_utc_us,
                int64_t slot_utc_us);

/* Frames that were offered and are not begun yet; -1 where the rung has failed. Thread-safety: any.
 */
int64_t rung_waiting(struct rung *r);

/* The manifest has changed: manifestupdate events in the frames before until_frame (H32). */
void rung_announce_change(struct rung *r, int64_t until_frame);

/* The Presentation ends before frame end_frame: manifestupdate events from now on (H32), and the
 * thread ends, its track ended, when frame end_frame - 1 is stored. */
void rung_announce_end(struct rung *r, int64_t end_frame);

struct rung_state {
    char track_id[32];
    int64_t repeated_pictures; /* because the encoder was late */
    int64_t shed_pictures;     /* repeated since it was not given them (see overload.h) */
    int64_t restarts;          /* of the encoder, after failures */
    struct video_track_cpu cpu;
    struct packet_maker_state init;
    const struct histogram *capture_to_available; /* the rung's */
    bool finished;                                /* the last frame is stored, or the rung failed */
    bool failed;                                  /* it has ended before its time */
};
void rung_state(struct rung *r, struct rung_state *state);

#endif
