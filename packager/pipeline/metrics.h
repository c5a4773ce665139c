/* What /metrics says, in Prometheus' text format 0.0.4. Names are openhesp_*, units are in the
 * name. */
#ifndef PACKAGER_PIPELINE_METRICS_H
#define PACKAGER_PIPELINE_METRICS_H

#include "packager/pipeline/service.h"

void metrics_write(const struct service *s, int64_t now_us, struct bytes_writer *out);

#endif
