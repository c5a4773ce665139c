#include "e2e/abuse_target.h"

#include "e2e/viewer.h"
#include "media/core/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The path of the track's files, after scheme and authority. */
static bool add_track(struct viewer *v, size_t index, struct abuse_target *t)
{
    struct viewer_track track;
    char url[HESP_URL_BYTES];
    if (!viewer_video(v, index, &track) || hesp_continuation_url(v->url, &track.place, 0, url))
        return false;
    const char *path = strchr(strstr(url, "//") + 2, '/');
    const char *file = strrchr(url, '/') + 1;
    if (!path || file - path >= ABUSE_PATH_BYTES)
        return false;
    memcpy(t->tracks[index], path, (size_t)(file - path));
    t->track_count++;
    return true;
}

static bool find_edge(struct viewer *v, struct abuse_target *t)
{
    struct viewer_track track;
    struct viewer_packet packet;
    if (!viewer_video(v, 0, &track))
        return false;
    bool got = viewer_get_packet(v, &track, HESP_NOW, &packet);
    t->newest = packet.sequence;
    t->at_us = clock_monotonic_us();
    viewer_packet_finish(&packet);
    struct hesp_value window = v->manifest.availability_duration;
    t->fps = (double)track.rate.num / (double)track.rate.den;
    t->segment_frames = timebase_muldiv_ceil(track.rate.num * track.segment_duration.num, 1,
                                             track.rate.den * track.segment_duration.den);
    t->window_frames = (int64_t)((double)window.value / (double)window.scale * t->fps);
    return got;
}

bool abuse_target_find(const char *manifest_url, struct abuse_target *out,
                       char error[ABUSE_ERROR_BYTES])
{
    struct viewer v;
    struct abuse_target t = {.port = 80};
    const char *port = strchr(strstr(manifest_url, "//") + 2, ':');
    bool found = viewer_open(&v, manifest_url);
    size_t tracks = found ? viewer_video_count(&v) : 0;
    if (port)
        t.port = (uint16_t)strtoul(port + 1, NULL, 10);
    for (size_t i = 0; i < tracks && i < ABUSE_TRACKS_MAX && found; i++)
        found = add_track(&v, i, &t);
    found = found && tracks > 0 && find_edge(&v, &t);
    if (found)
        *out = t;
    else
        snprintf(error, ABUSE_ERROR_BYTES, "%s: %s", manifest_url, v.error);
    viewer_close(&v);
    return found;
}
