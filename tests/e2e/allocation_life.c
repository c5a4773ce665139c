#include "e2e/allocation_life.h"
#include "e2e/allocations.h"
#include "media/core/clock.h"
#include "media/core/log.h"
#include "packager/config/config.h"
#include "packager/pipeline/service.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_TRIES = 6, URL_BYTES = 256 };

static const int64_t patience_us = 60000000;
static const int64_t pause_us = 20000;
static const int64_t older_us = 400000; /* until there are older pictures than are at hand */
static const int64_t after_us = 200000;

static _Atomic int told; /* lines of warnings and errors */
static char told_last[256];

static void take_line(void *context, const char *line)
{
    (void)context;
    if (!strstr(line, " warn ") && !strstr(line, " error "))
        return;
    snprintf(told_last, sizeof told_last, "%s", line);
    atomic_fetch_add(&told, 1);
}

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "allocation life: %s; the log said last: %s\n", what,
            told_last[0] ? told_last : "nothing");
    _exit(ALLOCATION_LIFE_FAULT);
}

static void pause_a_little(void)
{
    clock_sleep_until_us(clock_monotonic_us() + pause_us);
}

static struct presentation *active(const struct service *s, size_t channel)
{
    return channel_active(s->channels[channel]->channel);
}

/* ---- the viewer ---- */

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = 30};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    demand(fd >= 0, "no socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* The status of one answer whose first bytes are read; 0: the connection was cut. */
static int ask_once(uint16_t port, const char *path, const char *lines)
{
    char text[URL_BYTES * 2];
    int status = 0;
    int fd = connect_to(port);
    if (fd < 0)
        return 0;
    int size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: a\r\n%sConnection: close\r\n\r\n", path, lines);
    if (send(fd, text, (size_t)size, MSG_NOSIGNAL) == size) {
        ssize_t got = recv(fd, text, sizeof text - 1, MSG_WAITALL);
        text[got > 0 ? got : 0] = '\0';
        if (sscanf(text, "HTTP/1.1 %3d ", &status) != 1)
            status = 0;
    }
    close(fd);
    return status;
}

/* Served, if need be at a later try; or the log has said why not. */
static void ask(uint16_t port, const char *path, const char *lines)
{
    char what[URL_BYTES + 64];
    int status = 0;
    for (int i = 0; i < REQUEST_TRIES; i++) {
        status = ask_once(port, path, lines);
        if (status == 200 || status == 206)
            return;
        snprintf(what, sizeof what, "%s: status %d", path, status);
        if (atomic_load(&told))
            return;
        demand(status == 0 || status == 503, what);
        pause_a_little();
    }
    demand(atomic_load(&told), what);
}

static int64_t newest(const struct store_track *t)
{
    struct store_track_state state;
    store_track_state((struct store_track *)t, &state);
    return state.newest_sequence;
}

static void view_track(uint16_t port, const char *channel, const struct presentation *p,
                       const struct store_track *t)
{
    char base[URL_BYTES / 2], path[URL_BYTES];
    snprintf(base, sizeof base, "/%s/%s/%s", channel, presentation_id(p), store_track_info(t)->id);
    snprintf(path, sizeof path, "%s/init-now.mp4", base);
    ask(port, path, "");
    snprintf(path, sizeof path, "%s/init-%d.mp4", base, (int)(newest(t) / 2));
    ask(port, path, "");
    snprintf(path, sizeof path, "%s/content-0.mp4", base);
    ask(port, path, "Range: bytes=0-99\r\n");
    ask(port, path, "");
}

static void view(const struct service *s)
{
    static const char *const pages[] = {"/", "/time", "/healthz", "/metrics"};
    uint16_t port = origin_port(s->origin);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        ask(port, pages[i], "");
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct presentation *p = active(s, i);
        const char *channel = channel_name(s->channels[i]->channel);
        char path[URL_BYTES];
        snprintf(path, sizeof path, "/%s/manifest.json", channel);
        ask(port, path, "");
        for (size_t k = 0; k < store_track_count(presentation_store(p)); k++)
            view_track(port, channel, p, store_track_at(presentation_store(p), k));
    }
}

/* ---- the channels ---- */

static const char form_first[] =
    "listen: 127.0.0.1:0\npreset: ultrafast\nfps: 25\nwindow: 10\nsegment_duration: 1\n"
    "init_memory: 1M\nladder: 320x180@300k\nchannels:\n  - {name: made, input: 'test:'}\n"
    "  - {name: film, input: '%s', loop: true}\n";
static const char form_changed[] =
    "listen: 127.0.0.1:0\npreset: ultrafast\nfps: 25\nwindow: 10\nsegment_duration: 1\n"
    "init_memory: 1M\nladder: 256x144@200k\nchannels:\n  - {name: made, input: 'test:'}\n"
    "  - {name: guest, input: 'test:2'}\n%s";

/* false: it can't be read, which is told. */
static bool configure(const char *form, const char *clip, struct config *config)
{
    char text[1024], error[CONFIG_ERROR_BYTES] = "";
    int size = snprintf(text, sizeof text, form, clip);
    enum config_outcome outcome = config_from_yaml(text, (size_t)size, "life.yaml", config, error);
    demand(outcome == CONFIG_RUN || error[0], "no configuration, and nothing said");
    return outcome == CONFIG_RUN;
}

/* Waits until each track has come further by so much, or the log has told of trouble. */
static void await_progress(const struct service *s, int64_t more_us)
{
    int64_t now_us = clock_monotonic_us(), deadline_us = now_us + patience_us;
    for (size_t i = 0; i < s->channel_count; i++) {
        struct store *store = presentation_store(active(s, i));
        for (size_t k = 0; k < store_track_count(store); k++) {
            const struct store_track *t = store_track_at(store, k);
            int64_t more = timebase_frame_at_us(more_us, store_track_info(t)->frame_rate);
            int64_t until = newest(t) + more;
            int64_t since_us = clock_monotonic_us() - now_us;
            until -= timebase_frame_at_us(since_us, store_track_info(t)->frame_rate);
            while (newest(t) < until && !atomic_load(&told)) {
                demand(clock_monotonic_us() < deadline_us,
                       "a track stands still, and nothing said");
                pause_a_little();
            }
        }
    }
}

/* What the program does every 20 ms. */
static void tick(struct service *s)
{
    allocations_exempt(false);
    service_tick(s, clock_monotonic_us());
    allocations_exempt(true);
    pause_a_little();
}

static void await_ready(struct service *s)
{
    int64_t deadline_us = clock_monotonic_us() + patience_us;
    for (size_t i = 0; i < s->channel_count; i++)
        while (!channel_ready(s->channels[i]->channel) && !atomic_load(&told)) {
            demand(clock_monotonic_us() < deadline_us, "a channel is not ready, and nothing said");
            tick(s);
        }
}

static bool has_changed(const struct service *s)
{
    bool changed = false, come = false;
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct channel *c = s->channels[i]->channel;
        changed = changed || (!strcmp(channel_name(c), "made") && !channel_settled(c));
        come = come || (!strcmp(channel_name(c), "guest") && channel_ready(c));
    }
    return changed && come;
}

/* Another ladder for one channel, the end of another one, and a new one. */
static void change(struct service *s)
{
    int64_t deadline_us = clock_monotonic_us() + patience_us;
    struct config config;
    allocations_exempt(false);
    bool read = configure(form_changed, "", &config);
    if (read)
        service_reload(s, &config);
    allocations_exempt(true);
    while (read && !has_changed(s) && !atomic_load(&told)) {
        demand(clock_monotonic_us() < deadline_us, "nothing changes, and nothing said");
        tick(s);
    }
    view(s);
}

static void await_end(struct service *s)
{
    int64_t deadline_us = clock_monotonic_us() + patience_us;
    service_announce_end(s, clock_monotonic_us());
    view(s);
    while (!service_finished(s) && !atomic_load(&told)) {
        demand(clock_monotonic_us() < deadline_us, "the channels do not end, and nothing said");
        tick(s);
    }
}

static void endure_shortage(const struct service *s)
{
    char path[URL_BYTES];
    allocations_fail_all(true);
    for (size_t i = 0; i < s->channel_count; i++) {
        snprintf(path, sizeof path, "/%s/manifest.json", channel_name(s->channels[i]->channel));
        (void)ask_once(origin_port(s->origin), path, "");
        pause_a_little();
    }
    allocations_fail_all(false);
}

static void lead(struct service *s, enum allocations_phase last, bool shortage)
{
    allocations_enter(ALLOCATIONS_LIVE);
    await_ready(s);
    await_progress(s, older_us);
    if (shortage)
        endure_shortage(s);
    view(s);
    await_progress(s, after_us);
    allocations_enter(ALLOCATIONS_CHANGING);
    if (last >= ALLOCATIONS_CHANGING)
        change(s);
    allocations_enter(ALLOCATIONS_ENDING);
    if (last == ALLOCATIONS_ENDING)
        await_end(s);
}

void allocation_life(const char *clip, enum allocations_phase last, bool shortage)
{
    struct config config;
    struct service service;
    log_redirect(take_line, NULL);
    allocations_enter(ALLOCATIONS_STARTING);
    allocations_exempt(false);
    bool read = configure(form_first, clip, &config);
    int status = read ? service_create(&config, &service) : 0;
    allocations_exempt(true);
    if (!read)
        return;
    if (!status)
        lead(&service, last, shortage);
    demand(!status || atomic_load(&told), "the service does not start, and nothing said");
    allocations_exempt(false);
    service_destroy(&service);
    allocations_exempt(true);
}
