/* Any bytes at an origin's socket: what it answers is HTTP, and a viewer after that is served. */
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/origin/limits.h"
#include "packager/origin/origin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    SAMPLES = 45,
    SAMPLE_BYTES = 200,
    ANSWER_BYTES = 1 << 16,
    INPUTS_A_VIEWER = 64,
    MOMENT_MS = 3,
    PATIENCE_MS = 20000,
};

static struct origin *origin;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void drop(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static int render(void *context, struct bytes_writer *body)
{
    (void)context;
    bytes_write_text(body, "a page\n");
    return 200;
}

/* One segment that is whole, and one that grows. */
static void fill(struct store *store)
{
    struct store_track_info info = {.kind = STORE_VIDEO,
                                    .id = "v",
                                    .mime = "video/mp4",
                                    .codecs = "avc1.64001e",
                                    .frame_rate = {30, 1},
                                    .timescale = 30,
                                    .ticks_per_frame = 1,
                                    .segment_duration = {1, 1},
                                    .bandwidth_bps = 10000000};
    static const uint8_t bytes[SAMPLE_BYTES];
    struct store_track *track;
    struct store_place next;
    require(store_add_track(store, &info, NULL, &track) == ERR_OK);
    for (int64_t n = 0; n < SAMPLES; n++) {
        require(store_append(track, n, blob_create(bytes, sizeof bytes), &next) == ERR_OK);
        require(store_put_packet(track, n, blob_create(bytes, sizeof bytes)) == ERR_OK);
    }
}

static void start(void)
{
    static const struct origin_page page = {
        .path = "/page", .content_type = "text/plain", .render = render};
    struct origin_config config = {.address = "127.0.0.1"};
    struct origin_limits limits = origin_limits_default;
    struct store_limits window = {60000000, 64 << 20};
    struct store *store;
    limits.packet_wait_us = limits.making_wait_us = limits.range_wait_us = 1000;
    limits.live_wait_us = limits.scan_us = 1000;
    log_redirect(drop, NULL);
    require(store_create(&window, &store) == ERR_OK);
    fill(store);
    require(origin_create_with(&config, &limits, &origin) == ERR_OK);
    require(origin_add_page(origin, &page) == ERR_OK);
    require(origin_add_store(origin, "c", "p", store) == ERR_OK);
}

/* From one address after the other, so that neither ports run out nor patience with one of them. */
static int connect_to_it(void)
{
    static uint32_t clients;
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(origin_port(origin))};
    struct linger reset = {.l_onoff = 1}; /* no port waits out its time */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 256 + clients++ % 10000);
    require(fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof from) == 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    require(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* Sends, and reads what comes: to the end, or, of what may be half a request, for a moment. */
static size_t exchange(const void *data, size_t size, int patience_ms, char answer[ANSWER_BYTES])
{
    int fd = connect_to_it();
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    size_t got = 0;
    ssize_t more = 0;
    (void)!send(fd, data, size, MSG_NOSIGNAL);
    while (poll(&readable, 1, patience_ms) > 0 &&
           (more = recv(fd, answer + got, ANSWER_BYTES - 1 - got, 0)) > 0) {
        got += (size_t)more;
        if (got == ANSWER_BYTES - 1)
            got = ANSWER_BYTES / 2; /* only the beginning is looked at */
    }
    require(more >= 0 || errno == ECONNRESET);
    close(fd);
    answer[got] = '\0';
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char well[] = "GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    static char answer[ANSWER_BYTES];
    static unsigned inputs;
    int status = 0;
    if (!origin)
        start();
    if (size == 0)
        return 0;
    if (exchange(data, size, MOMENT_MS, answer)) {
        require(sscanf(answer, "HTTP/1.%*1[01] %3d ", &status) == 1);
        require(status >= 100 && status < 600 && status != 500);
    }
    if (++inputs % INPUTS_A_VIEWER == 0) {
        exchange(well, sizeof well - 1, PATIENCE_MS, answer);
        require(!strncmp(answer, "HTTP/1.1 200 ", 13) && strstr(answer, "a page\n"));
    }
    return 0;
}
