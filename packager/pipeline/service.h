/* All channels of a process, the origin that serves them, and the pages about them:
 * /NAME/manifest.json, /time, /healthz, /metrics and /. Thread-safety: create, announce and destroy
 * from one thread; the rest from any. */
#ifndef PACKAGER_PIPELINE_SERVICE_H
#define PACKAGER_PIPELINE_SERVICE_H

#include "packager/config/config.h"
#include "packager/origin/origin.h"
#include "packager/pipeline/channel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERVICE_PATH_BYTES = CONFIG_NAME_MAX + 24 };

struct service {
    const struct config *config; /* borrowed */
    int64_t started_us;
    struct origin *origin;
    struct channel **channels;
    size_t channel_count;
    struct origin_access access;                /* as last read */
    char (*manifest_paths)[SERVICE_PATH_BYTES]; /* one a channel */
};

/* Starts the channels, then listens. The reason of a failure is in the log; service_destroy is due
 * in any case. */
int service_create(const struct config *config, struct service *s);
void service_destroy(struct service *s);

/* Reads the files of keys, tokens and certificate again, for whoever asks or connects from now on.
 * What can't be used is told in a line of the log each, and what held before goes on to hold. From
 * the thread of service_create. */
void service_reload_credentials(struct service *s);

void service_announce_end(struct service *s);
bool service_finished(const struct service *s);

/* "http://127.0.0.1:8080", or https with TLS: where the origin answers, as seen from this machine.
 */
enum { SERVICE_URL_BYTES = 128 };
void service_url(const struct service *s, char out[SERVICE_URL_BYTES]);

/* One line about it all, for a terminal. */
void service_status_line(const struct service *s, int64_t now_us, char *out, size_t capacity);

#endif
