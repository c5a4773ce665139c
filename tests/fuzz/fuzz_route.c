/* The route parser on any target: what it takes, written out again, is the path that came. */
#include "packager/origin/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const char *path, const struct origin_route *route)
{
    char again[4 * ORIGIN_NAME_BYTES];
    const char *stem = route->kind == ORIGIN_ROUTE_SEGMENT ? "content" : "init";
    char number[24] = "now";

    if (route->kind != ORIGIN_ROUTE_NEWEST_PACKET)
        snprintf(number, sizeof number, "%" PRId64, route->number);
    snprintf(again, sizeof again, "/%s/%s/%s/%s-%s.mp4", route->channel, route->presentation,
             route->track, stem, number);
    if (strcmp(again, path) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct origin_route route;
    char *target = malloc(size + 1);
    const char *path;

    if (target == NULL)
        return 0;
    memcpy(target, data, size);
    target[size] = '\0';
    path = origin_route_path(target);
    if (origin_route_parse(path, &route))
        check_round_trip(path, &route);
    free(target);
    return 0;
}
