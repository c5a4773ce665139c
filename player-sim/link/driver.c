#include "player-sim/link/driver.h"
#include "media/core/clock.h"
#include "media/core/err.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { BATCH_PACKETS = 32, US_PER_S = 1000000, NICENESS = -15 };

static const int64_t ring_infinite_bytes = 64 << 20, ring_max_bytes = 512 << 20,
                     ring_least_bytes = 1 << 20;

static size_t ring_bytes(const struct link_config *config)
{
    int64_t rate_bps = link_highest_rate_bps(config), delay_us = link_longest_delay_us(config);
    if (!rate_bps)
        return (size_t)ring_infinite_bytes;
    double flight = (double)rate_bps / 8 * (double)delay_us / US_PER_S;
    double wanted = 2 * ((double)config->queue_bytes + flight) + (double)ring_least_bytes;
    return wanted > (double)ring_max_bytes ? (size_t)ring_max_bytes : (size_t)wanted;
}

int driver_init(struct driver *d, const struct link_config configs[2], const int ends[2])
{
    *d = (struct driver){.packet = malloc(DRIVER_PACKET_BYTES)};
    int64_t start_us = clock_monotonic_us();
    int status = d->packet ? ERR_OK : ERR_NOMEM;
    for (int i = 0; i < 2 && !status; i++) {
        struct driver_way *way = &d->ways[i];
        struct link_config config = configs[i];
        config.trace_from_us -= start_us;
        link_init(&way->link, &config);
        way->from = ends[i];
        way->to = ends[1 - i];
        status = packet_ring_init(&way->ring, ring_bytes(&configs[i]));
    }
    if (status)
        driver_finish(d);
    return status;
}

void driver_finish(struct driver *d)
{
    for (int i = 0; i < 2; i++)
        packet_ring_finish(&d->ways[i].ring);
    free(d->packet);
    d->packet = NULL;
}

static void take(struct driver_way *way, const unsigned char *packet, size_t bytes)
{
    int64_t arrives_us;
    if (packet[0] >> 4 != 4)
        return;
    if (!packet_ring_fits(&way->ring, bytes))
        way->lost++;
    else if (link_offer(&way->link, clock_monotonic_us(), (int64_t)bytes, &arrives_us))
        packet_ring_push(&way->ring, arrives_us, packet, bytes);
}

/* Takes what stands there, at most a batch, so that the other way gets its turn. */
static int take_batch(struct driver *d, struct driver_way *way)
{
    for (int i = 0; i < BATCH_PACKETS; i++) {
        ssize_t got = read(way->from, d->packet, DRIVER_PACKET_BYTES);
        if (got > 0)
            take(way, d->packet, (size_t)got);
        else if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return ERR_OK;
        else
            return ERR_IO;
    }
    return ERR_OK;
}

static void deliver(struct driver_way *way, const struct packet *packet, int64_t now_us)
{
    int64_t late_us = now_us - packet->arrives_us;
    if (write(way->to, packet->data, packet->bytes) != (ssize_t)packet->bytes)
        way->lost++;
    if (late_us > DRIVER_LATE_US)
        way->late++;
    if (late_us > way->late_max_us)
        way->late_max_us = late_us;
}

static void deliver_due(struct driver_way *way)
{
    const struct packet *packet;
    for (int i = 0; i < BATCH_PACKETS && (packet = packet_ring_front(&way->ring)); i++) {
        int64_t now_us = clock_monotonic_us();
        if (packet->arrives_us > now_us)
            break;
        deliver(way, packet, now_us);
        packet_ring_pop(&way->ring);
    }
}

/* When something is to be done next, if no packet comes before. */
static int64_t next_us(const struct driver *d, int64_t until_us)
{
    for (int i = 0; i < 2; i++) {
        const struct packet *packet = packet_ring_front(&d->ways[i].ring);
        if (packet && packet->arrives_us < until_us)
            until_us = packet->arrives_us;
    }
    return until_us;
}

static int wait(struct driver *d, struct pollfd fds[3], int64_t until_us)
{
    struct timespec patience, *limit = NULL;
    int64_t at_us = next_us(d, until_us);
    if (at_us != INT64_MAX) {
        int64_t left_us = at_us - clock_monotonic_us();
        if (left_us < 0)
            left_us = 0;
        patience = (struct timespec){left_us / US_PER_S, left_us % US_PER_S * 1000};
        limit = &patience;
    }
    for (int i = 0; i < 3; i++)
        fds[i].revents = 0;
    return ppoll(fds, 3, limit, NULL) < 0 && errno != EINTR ? ERR_IO : ERR_OK;
}

static bool is_idle(const struct driver *d)
{
    return !d->ways[0].ring.count && !d->ways[1].ring.count;
}

/* The system may else put off the end of a wait by 50 us, and lets an encoder that is busy on every
 * core go first. Not before the loop: a child would inherit both. */
static void be_punctual(void)
{
    prctl(PR_SET_TIMERSLACK, 1UL);
    setpriority(PRIO_PROCESS, 0, NICENESS);
}

/* ERR_END at until_us, or once nothing is in flight from idle_from_us on. */
static int run(struct driver *d, int wake_fd, int64_t idle_from_us, int64_t until_us)
{
    struct pollfd fds[3] = {{.fd = d->ways[0].from, .events = POLLIN},
                            {.fd = d->ways[1].from, .events = POLLIN},
                            {.fd = wake_fd, .events = POLLIN}};
    int status = ERR_OK;
    be_punctual();
    while (!status && !fds[2].revents) {
        int64_t now_us = until_us == INT64_MAX ? 0 : clock_monotonic_us();
        if (now_us >= until_us || (now_us >= idle_from_us && is_idle(d)))
            return ERR_END;
        status = wait(d, fds, now_us < idle_from_us ? idle_from_us : until_us);
        for (int i = 0; i < 2 && !status; i++)
            if (fds[i].revents)
                status = take_batch(d, &d->ways[i]);
        for (int i = 0; i < 2; i++)
            deliver_due(&d->ways[i]);
    }
    return status;
}

int driver_forward(struct driver *d, int wake_fd)
{
    return run(d, wake_fd, INT64_MAX, INT64_MAX);
}

int driver_settle(struct driver *d, int wake_fd)
{
    int64_t rtt_us = link_longest_delay_us(&d->ways[0].link.config) +
                     link_longest_delay_us(&d->ways[1].link.config);
    int64_t idle_from_us = clock_monotonic_us() + 2 * rtt_us;
    int status = run(d, wake_fd, idle_from_us, idle_from_us + US_PER_S);
    return status == ERR_END ? ERR_OK : status;
}
