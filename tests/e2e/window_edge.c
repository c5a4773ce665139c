#include "e2e/window_edge.h"

#include <string.h>

int64_t window_edge_available_s(const struct viewer *v)
{
    const struct hesp_value *available = &v->manifest.availability_duration;
    return available->value / hesp_scale(available->scale);
}

/* The number of the oldest packet that the manifest promises; -1 where it can't be fetched. */
static int64_t promised(struct viewer *v, size_t video, struct viewer_track *track)
{
    int64_t newest;
    if (!viewer_refresh(v) || !viewer_video(v, video, track) ||
        hesp_sequence_at(&track->place, v->manifest.current_time, &newest))
        return -1;
    int64_t back =
        timebase_muldiv_floor(window_edge_available_s(v), track->rate.num, track->rate.den);
    return newest > back ? newest - back : 0;
}

enum window_edge window_edge_probe(struct viewer *v, size_t video, int64_t margin)
{
    struct viewer_track track;
    struct viewer_packet packet = {0};
    struct viewer_samples samples = {0};
    char why[VIEWER_ERROR_BYTES] = "";
    int64_t oldest = promised(v, video, &track);
    if (oldest <= 0)
        return WINDOW_EDGE_INCONCLUSIVE;
    bool found = viewer_get_packet(v, &track, oldest + margin, &packet) &&
                 viewer_get_samples(v, &track, &packet.packet.continuation, 2, &samples) &&
                 samples.list[0].sequence == oldest + margin + 1;
    viewer_samples_finish(&samples);
    viewer_packet_finish(&packet);
    if (found)
        return WINDOW_EDGE_FOUND;
    memcpy(why, v->error, sizeof why);
    int64_t oldest_after = promised(v, video, &track);
    memcpy(v->error, why, sizeof why);
    return oldest_after >= 0 && oldest + margin >= oldest_after ? WINDOW_EDGE_MISSING
                                                                : WINDOW_EDGE_INCONCLUSIVE;
}
