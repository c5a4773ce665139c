#include "e2e/live_channel.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"
#include "support/http_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AWAIT_TRIES = 3000, AWAIT_STEP_US = 10000 };

static const char name[] = "live";

static void fail_with_log(struct live_channel *c, const char *what)
{
    char *log = process_log(&c->packager);
    print_error("%s; the packager's log:\n%s\n", what, log);
    free(log);
    process_finish(&c->packager);
    fail_msg("%s", what);
}

void live_channel_start(struct live_channel *c, const struct live_channel_config *config)
{
    char input[32], manifest[192];
    snprintf(input, sizeof input, "%s=test:%d", name, LIVE_CHANNEL_NUMBER);
    const char *const arguments[] = {"--ladder",
                                     config->ladder,
                                     "--preset",
                                     config->preset,
                                     "--fps",
                                     config->fps,
                                     "--segment-duration",
                                     config->segment_duration,
                                     input,
                                     NULL};
    memset(c, 0, sizeof *c);
    if (!process_start_packager(&c->packager, arguments, 1, c->url, sizeof c->url))
        fail_with_log(c, "the packager does not start");
    snprintf(manifest, sizeof manifest, "%s/%s/manifest.json", c->url, name);
    if (!viewer_open(&c->viewer, manifest))
        fail_with_log(c, c->viewer.error);
}

void live_channel_stop(struct live_channel *c)
{
    viewer_close(&c->viewer);
    if (process_wait(&c->packager, 0) != -1)
        fail_with_log(c, "the packager has ended by itself");
    char *log = process_log(&c->packager);
    bool trouble = strstr(log, "error") || strstr(log, "Sanitizer");
    free(log);
    if (trouble)
        fail_with_log(c, "the packager tells of an error");
    process_finish(&c->packager);
}

void live_channel_await(struct live_channel *c, const struct viewer_track *track, int64_t sequence)
{
    for (int i = 0; i < AWAIT_TRIES; i++) {
        struct viewer_packet packet;
        bool got = viewer_get_packet(&c->viewer, track, HESP_NOW, &packet);
        bool there = got && packet.sequence >= sequence;
        viewer_packet_finish(&packet);
        if (!got)
            fail_with_log(c, c->viewer.error);
        if (there)
            return;
        clock_sleep_until_us(clock_monotonic_us() + AWAIT_STEP_US);
    }
    fail_with_log(c, "the channel does not get to a frame that is due");
}

int64_t live_channel_repeats(struct live_channel *c, const struct viewer_track *track)
{
    char url[160], label[160];
    struct http_answer answer;
    int64_t repeats = -1;
    snprintf(url, sizeof url, "%s/metrics", c->url);
    snprintf(label, sizeof label,
             "\nopenhesp_rung_repeated_pictures_total{channel=\"%s\",track=\"%s\"} ", name,
             track->place.track->id);
    http_get(url, &answer);
    const char *line = strstr((const char *)answer.body, label);
    if (line)
        repeats = strtoll(line + strlen(label), NULL, 10);
    http_answer_finish(&answer);
    if (repeats < 0)
        fail_with_log(c, "the metrics count no repeated pictures");
    return repeats;
}
