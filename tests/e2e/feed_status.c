#include "e2e/feed_status.h"
#include "e2e/viewer.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AWAIT_TRIES = 600, AWAIT_STEP_US = 50000, LATENCY_FRAMES = 9 };

static void copy_text(const json_t *about, const char *key, char text[16])
{
    const char *value = json_string_value(json_object_get(about, key));
    snprintf(text, 16, "%s", value ? value : "");
}

void feed_status_get(struct packager *p, const char *channel, struct feed_status *status)
{
    struct http_answer answer;
    const char *feed = NULL;
    packager_get(p, "/healthz", 200, &answer);
    json_t *root = json_loadb((const char *)answer.body, answer.size, 0, NULL);
    json_t *about = json_object_get(json_object_get(root, "channels"), channel);
    feed = json_string_value(json_object_get(about, "feed"));
    if (!feed)
        packager_fail(p, "/healthz tells of no feed");
    snprintf(status->feed, sizeof status->feed, "%s", feed);
    copy_text(about, "status", status->status);
    copy_text(about, "picture", status->picture);
    copy_text(about, "sound", status->sound);
    status->newest_sequence = json_integer_value(json_object_get(about, "newest_sequence"));
    json_decref(root);
    http_answer_finish(&answer);
}

void feed_status_await(struct packager *p, const char *channel, const char *feed)
{
    char what[128];
    struct feed_status status;
    for (int i = 0; i < AWAIT_TRIES; i++) {
        feed_status_get(p, channel, &status);
        if (!strcmp(status.feed, feed))
            return;
        clock_sleep_until_us(clock_monotonic_us() + AWAIT_STEP_US);
    }
    snprintf(what, sizeof what, "the feed of %s stays \"%s\" instead of becoming \"%s\"", channel,
             status.feed, feed);
    packager_fail(p, what);
}

void feed_status_await_parts(struct packager *p, const char *channel, const char *picture,
                             const char *sound)
{
    char what[160];
    struct feed_status status;
    for (int i = 0; i < AWAIT_TRIES; i++) {
        feed_status_get(p, channel, &status);
        if (!strcmp(status.picture, picture) && !strcmp(status.sound, sound))
            return;
        clock_sleep_until_us(clock_monotonic_us() + AWAIT_STEP_US);
    }
    snprintf(what, sizeof what, "%s: picture \"%s\" and sound \"%s\" instead of \"%s\" and \"%s\"",
             channel, status.picture, status.sound, picture, sound);
    packager_fail(p, what);
}

void feed_status_await_frame(struct packager *p, const char *channel, int64_t frame)
{
    char what[128];
    for (int i = 0; i < AWAIT_TRIES; i++) {
        if (feed_status_newest(p, channel) >= frame)
            return;
        clock_sleep_until_us(clock_monotonic_us() + AWAIT_STEP_US);
    }
    snprintf(what, sizeof what, "%s does not get to frame %" PRId64, channel, frame);
    packager_fail(p, what);
}

int64_t feed_status_newest(struct packager *p, const char *channel)
{
    struct feed_status status;
    feed_status_get(p, channel, &status);
    return status.newest_sequence;
}

int64_t feed_status_encoder_repeats(struct packager *p, const char *channel)
{
    char series[160];
    snprintf(series, sizeof series,
             "openhesp_rung_repeated_pictures_total{channel=\"%s\",track=\"" FEED_STATUS_RUNG
             "-200k\"}",
             channel);
    return (int64_t)packager_metric(p, series);
}

int64_t feed_status_silenced(struct packager *p, const char *channel)
{
    char series[128];
    snprintf(series, sizeof series, "openhesp_sound_silenced_frames_total{channel=\"%s\"}",
             channel);
    return (int64_t)packager_metric(p, series);
}

int feed_status_log_lines(const struct packager *p, const char *channel, const char *text)
{
    char *log = process_log(&p->process);
    char name[64];
    char *rest = log;
    int lines = 0;
    snprintf(name, sizeof name, " %s: ", channel);
    for (char *line; (line = strsep(&rest, "\n"));)
        lines += strstr(line, name) && strstr(line, text);
    free(log);
    return lines;
}

void feed_status_await_lines(struct packager *p, const char *channel, const char *text, int lines)
{
    char what[256];
    for (int i = 0; i < AWAIT_TRIES; i++) {
        if (feed_status_log_lines(p, channel, text) >= lines)
            return;
        clock_sleep_until_us(clock_monotonic_us() + AWAIT_STEP_US);
    }
    snprintf(what, sizeof what, "%s: the log does not tell %d times of \"%s\"", channel, lines,
             text);
    packager_fail(p, what);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t feed_status_latency_us(struct packager *p, const char *channel)
{
    char url[256];
    struct viewer v;
    struct viewer_track track;
    struct viewer_packet packet;
    int64_t latencies_us[LATENCY_FRAMES], sequence = HESP_NOW;
    snprintf(url, sizeof url, "%s/%s/manifest.json", p->url, channel);
    if (!viewer_open(&v, url) || !viewer_video(&v, 0, &track))
        packager_fail(p, v.error);
    for (int i = 0; i < LATENCY_FRAMES; i++) {
        if (!viewer_get_packet(&v, &track, sequence, &packet))
            packager_fail(p, v.error);
        latencies_us[i] = packet.arrived_utc_us - packet.packet.sample.capture_utc_us;
        /* The newest one was there already; those after it are waited for. */
        sequence = packet.sequence + 1;
        viewer_packet_finish(&packet);
    }
    viewer_close(&v);
    qsort(latencies_us + 1, LATENCY_FRAMES - 1, sizeof *latencies_us, compare);
    return latencies_us[LATENCY_FRAMES / 2];
}
