/* The pages about a service: /time, /healthz, /metrics, and each channel's manifest. They are made
 * on the origin's thread, with the service's lock held. */
#ifndef PACKAGER_PIPELINE_PAGES_H
#define PACKAGER_PIPELINE_PAGES_H

#include "packager/pipeline/service.h"

/* Adds the pages of the service; statuses as of origin_add_page. */
int pages_add(struct service *s);

/* The manifest of channel, at its manifest_path; both borrowed until the page is removed. */
int pages_add_manifest(struct service_channel *channel);

#endif
