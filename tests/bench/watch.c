/* hesp-watch: many viewers of live channels in one process, who note when each chunk has arrived
 * whole, against its capture time (prft) and against the first of them who had it. A bench tool: it
 * runs on the packager's machine, so both clocks are one. */
#include "e2e/viewer.h"
#include "media/core/clock.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct delays {
    double *ms;
    size_t count, capacity;
};

/* When the first viewer had sample n of a rung; a ring over the last few thousand samples. */
enum { FIRSTS = 4096 };
struct rung_firsts {
    int64_t sequence[FIRSTS];
    int64_t arrived_us[FIRSTS];
};

struct bench {
    struct viewer viewer;
    CURLM *multi;
    struct rung_firsts *firsts; /* one a rung */
    struct delays since_capture;
    struct delays since_first;
    int64_t end_us;
    long broken;
};

struct watcher {
    struct bench *bench;
    struct viewer_track track;
    size_t rung;
    int64_t segment_id;
    int64_t next; /* the sequence number that has to come */
    CURL *curl;
    uint8_t *bytes;
    size_t size, capacity;
};

static void note(struct delays *d, int64_t us)
{
    if (d->count == d->capacity) {
        d->capacity = d->capacity ? 2 * d->capacity : 65536;
        d->ms = realloc(d->ms, d->capacity * sizeof *d->ms);
        if (!d->ms)
            abort();
    }
    d->ms[d->count++] = (double)us / 1000;
}

static void note_chunk(struct watcher *w, const struct cmaf_chunk *chunk)
{
    struct rung_firsts *firsts = &w->bench->firsts[w->rung];
    int64_t now_us = clock_utc_us();
    int64_t n = viewer_sequence(&w->track, viewer_timescale(&w->track), chunk->decode_time);
    size_t slot = (size_t)n % FIRSTS;
    if (n != w->next++) {
        w->bench->broken++;
        w->next = n + 1;
    }
    if (firsts->sequence[slot] != n) {
        firsts->sequence[slot] = n;
        firsts->arrived_us[slot] = now_us;
    }
    note(&w->bench->since_first, now_us - firsts->arrived_us[slot]);
    note(&w->bench->since_capture, now_us - chunk->capture_utc_us);
}

static size_t take(char *data, size_t unit, size_t count, void *context)
{
    struct watcher *w = context;
    size_t size = unit * count, at = 0;
    struct cmaf_chunk chunk;
    if (w->size + size > w->capacity) {
        w->capacity = 2 * (w->size + size);
        w->bytes = realloc(w->bytes, w->capacity);
        if (!w->bytes)
            abort();
    }
    memcpy(w->bytes + w->size, data, size);
    w->size += size;
    while (!cmaf_chunk_read(w->bytes + at, w->size - at, &chunk)) {
        note_chunk(w, &chunk);
        at += chunk.total_bytes;
    }
    memmove(w->bytes, w->bytes + at, w->size - at);
    w->size -= at;
    return size;
}

static void request(struct watcher *w, int64_t offset)
{
    char url[HESP_URL_BYTES];
    char range[64];
    hesp_continuation_url(w->bench->viewer.url, &w->track.place, w->segment_id, url);
    snprintf(range, sizeof range, "%" PRId64 "-9007199254740991", offset);
    curl_easy_setopt(w->curl, CURLOPT_URL, url);
    curl_easy_setopt(w->curl, CURLOPT_RANGE, offset ? range : NULL);
    curl_easy_setopt(w->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(w->curl, CURLOPT_WRITEDATA, w);
    curl_easy_setopt(w->curl, CURLOPT_PRIVATE, w);
    curl_easy_setopt(w->curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(w->curl, CURLOPT_NOPROXY, "*");
    curl_multi_add_handle(w->bench->multi, w->curl);
}

static bool join(struct bench *b, struct watcher *w, size_t index)
{
    struct viewer_packet packet;
    w->bench = b;
    w->rung = index % viewer_video_count(&b->viewer);
    w->curl = curl_easy_init();
    if (!w->curl || !viewer_video(&b->viewer, w->rung, &w->track) ||
        !viewer_get_packet(&b->viewer, &w->track, HESP_NOW, &packet))
        return false;
    w->next = packet.sequence + 1;
    w->segment_id = packet.packet.continuation.segment_id;
    request(w, packet.packet.continuation.offset);
    viewer_packet_finish(&packet);
    return true;
}

/* A response has ended: the next segment follows. */
static void go_on(struct bench *b, CURLMsg *message)
{
    struct watcher *w;
    CURL *curl = message->easy_handle;
    CURLcode result = message->data.result;
    curl_easy_getinfo(curl, CURLINFO_PRIVATE, (char **)&w);
    curl_multi_remove_handle(b->multi, curl);
    if (result)
        b->broken++;
    else
        w->segment_id++;
    w->size = 0;
    request(w, 0);
}

static void watch(struct bench *b)
{
    int running, left;
    CURLMsg *message;
    while (clock_monotonic_us() < b->end_us) {
        curl_multi_perform(b->multi, &running);
        while ((message = curl_multi_info_read(b->multi, &left)))
            go_on(b, message);
        curl_multi_poll(b->multi, NULL, 0, 100, NULL);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* tm90: the mean without the highest 10 %. */
static void report(const char *what, struct delays *d)
{
    double sum = 0;
    size_t keep = d->count * 9 / 10;
    if (!d->count) {
        printf("%-34s no sample\n", what);
        return;
    }
    qsort(d->ms, d->count, sizeof *d->ms, by_size);
    for (size_t i = 0; i < keep; i++)
        sum += d->ms[i];
    printf("%-34s n %8zu   tm90 %7.2f   p50 %7.2f   p99 %7.2f   max %7.2f ms\n", what, d->count,
           keep ? sum / (double)keep : d->ms[0], d->ms[d->count / 2], d->ms[d->count * 99 / 100],
           d->ms[d->count - 1]);
}

int main(int argc, char **argv)
{
    struct bench b = {.broken = 0};
    struct rlimit files;
    if (argc != 4) {
        fprintf(stderr, "usage: hesp-watch MANIFEST-URL VIEWERS SECONDS\n");
        return 2;
    }
    size_t viewers = (size_t)atol(argv[2]);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    b.multi = curl_multi_init();
    struct watcher *watchers = calloc(viewers ? viewers : 1, sizeof *watchers);
    b.firsts = calloc(8, sizeof *b.firsts);
    bool good = watchers && b.firsts && viewer_open(&b.viewer, argv[1]);
    for (size_t i = 0; good && i < viewers; i++) {
        int running;
        good = join(&b, &watchers[i], i);
        curl_multi_perform(b.multi, &running);
    }
    if (!good) {
        fprintf(stderr, "hesp-watch: %s\n", b.viewer.error);
        return EXIT_FAILURE;
    }
    /* Joining is a burst of old bytes: only what comes after it counts. */
    b.end_us = clock_monotonic_us() + 1000000;
    watch(&b);
    b.since_capture.count = b.since_first.count = 0;
    b.end_us = clock_monotonic_us() + (int64_t)(atof(argv[3]) * 1e6);
    watch(&b);
    report("capture to arrival", &b.since_capture);
    report("after the first viewer had it", &b.since_first);
    printf("%-34s %ld\n", "missing, repeated or failed", b.broken);
    return b.broken ? EXIT_FAILURE : EXIT_SUCCESS;
}
