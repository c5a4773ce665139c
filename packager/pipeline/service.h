/* All channels of a process, the origin that serves them, and the pages about them:
 * /NAME/manifest.json, /time, /healthz, /metrics and /. The configuration can be exchanged while it
 * runs: channels come, go and change, one by one and each at its own time.
 * Thread-safety: everything from one thread; the pages are the origin's, and meet it at the lock.
 */
#ifndef PACKAGER_PIPELINE_SERVICE_H
#define PACKAGER_PIPELINE_SERVICE_H

#include "packager/config/config.h"
#include "packager/origin/origin.h"
#include "packager/pipeline/channel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERVICE_PATH_BYTES = CONFIG_NAME_MAX + 24 };

struct service;

enum service_phase {
    SERVICE_RUNNING,
    SERVICE_ENDING,  /* its end is announced */
    SERVICE_LEAVING, /* nothing of it is found any more */
};

struct service_channel {
    struct service *service;
    struct channel *channel;
    char manifest_path[SERVICE_PATH_BYTES];
    bool said;   /* that it is ready */
    bool failed; /* the wanted settings couldn't be had: they are not tried again */
    enum service_phase phase;
    int64_t leaves_us; /* while ending: when it leaves, at the latest */
    bool finished;     /* while ending: leaves_us is final */
    /* What is the channel's no more, until the origin has let go of it. */
    struct presentation *leftovers[CHANNEL_PRESENTATIONS_MAX + 1];
    size_t leftover_count;
};

/* What has become of the configuration since the start. */
struct service_reloads {
    int64_t done, refused;
    int64_t last_utc_us; /* of the last that was done; 0: none */
};

struct service {
    struct config config; /* as it is wanted; owned; changes with the lock held */
    bool *failed;         /* owned; the wanted channels that couldn't be created */
    int64_t started_us;
    uint16_t next_number; /* for a channel's test: stamps */
    bool ending;
    struct origin *origin;

    /* Guards the lists, the channels' calls that need it and the reloads, against the pages, which
     * hold it while they are made. Only the service's thread changes anything. */
    pthread_mutex_t lock;
    struct service_channel **channels;
    size_t channel_count, channel_capacity;
    struct service_reloads reloads;

    struct origin_access access; /* as last read */
};

/* Starts the channels, then listens. Takes config over in any case. The reason of a failure is in
 * the log; service_destroy is due in any case. */
int service_create(struct config *config, struct service *s);
void service_destroy(struct service *s);

/* Reads the files of keys, tokens and certificate again, for whoever asks or connects from now on.
 * What can't be used is told in a line of the log each, and what held before goes on to hold. From
 * the thread of service_create. */
void service_reload_credentials(struct service *s);

/* From now on this is the configuration: what differs is changed, the rest is not touched. Takes
 * config over. Channels change when they can: one that is changing already goes on with the newest
 * configuration once that is over. */
void service_reload(struct service *s, struct config *config);
/* A configuration was read that is wrong: only counts it. */
void service_refuse_reload(struct service *s);

/* Goes on with what is under way; to be called every few ten milliseconds. */
void service_tick(struct service *s, int64_t now_us);

void service_announce_end(struct service *s, int64_t now_us);
bool service_finished(const struct service *s);

/* "http://127.0.0.1:8080", or https with TLS: where the origin answers, as seen from this machine.
 */
enum { SERVICE_URL_BYTES = 128 };
void service_url(const struct service *s, char out[SERVICE_URL_BYTES]);

/* One line about it all, for a terminal. */
void service_status_line(const struct service *s, int64_t now_us, char *out, size_t capacity);

#endif
