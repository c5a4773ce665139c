#include "support/ts_relay.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PACKET = 188, DATAGRAM_MAX = 65536, GARBAGE = 1316, POLL_MS = 50, GARBAGE_PAUSE_US = 1000 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static int64_t changed(int64_t stamp, int64_t shift_ticks, int64_t *frozen_at)
{
    stamp = (stamp + shift_ticks) & (TS_RELAY_WRAP - 1);
    if (!frozen_at)
        return stamp;
    if (*frozen_at < 0)
        *frozen_at = stamp;
    return *frozen_at;
}

/* A PTS or DTS (ISO/IEC 13818-1 2.4.3.6): 33 bits in five bytes, with marker bits between them. */
static void change_pes_stamp(uint8_t *at, int64_t shift_ticks, int64_t *frozen_at)
{
    int64_t stamp = (int64_t)(at[0] >> 1 & 7) << 30 | (int64_t)at[1] << 22 |
                    (int64_t)(at[2] >> 1) << 15 | (int64_t)at[3] << 7 | at[4] >> 1;
    stamp = changed(stamp, shift_ticks, frozen_at);
    at[0] = (uint8_t)((at[0] & 0xf1) | (stamp >> 30 & 7) << 1);
    at[1] = (uint8_t)(stamp >> 22);
    at[2] = (uint8_t)((stamp >> 15 & 0x7f) << 1 | 1);
    at[3] = (uint8_t)(stamp >> 7);
    at[4] = (uint8_t)((stamp & 0x7f) << 1 | 1);
}

/* The program clock reference's base (2.4.3.4): 33 bits in front of six reserved ones. */
static void change_pcr(uint8_t *at, int64_t shift_ticks, int64_t *frozen_at)
{
    int64_t base = (int64_t)at[0] << 25 | (int64_t)at[1] << 17 | (int64_t)at[2] << 9 |
                   (int64_t)at[3] << 1 | at[4] >> 7;
    base = changed(base, shift_ticks, frozen_at);
    at[0] = (uint8_t)(base >> 25);
    at[1] = (uint8_t)(base >> 17);
    at[2] = (uint8_t)(base >> 9);
    at[3] = (uint8_t)(base >> 1);
    at[4] = (uint8_t)((base & 1) << 7 | (at[4] & 0x7f));
}

static void change_packet(uint8_t *p, int64_t shift_ticks, int64_t *frozen_at)
{
    bool adaptation = p[3] & 0x20, payload = p[3] & 0x10, begins = p[1] & 0x40;
    size_t at = 4;
    if (adaptation) {
        if (p[4] >= 7 && p[5] & 0x10)
            change_pcr(p + 6, shift_ticks, frozen_at);
        at += 1 + (size_t)p[4];
    }
    if (!payload || !begins || at + 19 > PACKET || p[at] || p[at + 1] || p[at + 2] != 1)
        return;
    uint8_t id = p[at + 3];
    if (id != 0xbd && (id < 0xc0 || id > 0xef)) /* neither private, sound nor picture */
        return;
    if (p[at + 7] & 0x80)
        change_pes_stamp(p + at + 9, shift_ticks, frozen_at ? frozen_at + 1 : NULL);
    if ((p[at + 7] & 0xc0) == 0xc0)
        change_pes_stamp(p + at + 14, shift_ticks, frozen_at ? frozen_at + 1 : NULL);
}

void ts_relay_rewrite(uint8_t *data, size_t size, int64_t shift_ticks, int64_t *frozen_at)
{
    for (; size >= PACKET; data += PACKET, size -= PACKET)
        if (data[0] == 0x47)
            change_packet(data, shift_ticks, frozen_at);
}

static void *run(void *argument)
{
    static _Thread_local uint8_t data[DATAGRAM_MAX];
    struct ts_relay *r = argument;
    struct pollfd wait = {.fd = r->in, .events = POLLIN};
    while (!atomic_load(&r->stop)) {
        if (poll(&wait, 1, POLL_MS) <= 0)
            continue;
        ssize_t size = recv(r->in, data, sizeof data, 0);
        if (size <= 0)
            continue;
        if ((int)(next_random(&r->random) % 1000) < atomic_load(&r->lost_per_mille)) {
            atomic_fetch_add(&r->lost, 1);
            continue;
        }
        bool frozen = atomic_load(&r->frozen);
        if (!frozen)
            r->frozen_at[0] = r->frozen_at[1] = -1;
        ts_relay_rewrite(data, (size_t)size, atomic_load(&r->shift_ticks),
                         frozen ? r->frozen_at : NULL);
        (void)!send(r->out, data, (size_t)size, 0); /* whether somebody listens is not our matter */
        atomic_fetch_add(&r->passed, 1);
    }
    return NULL;
}

static struct sockaddr_in local_port(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int socket_to(int port)
{
    struct sockaddr_in to = local_port(port);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to)) {
        close(fd);
        return -1;
    }
    return fd;
}

bool ts_relay_start(struct ts_relay *r, int out_port, uint32_t seed)
{
    struct sockaddr_in any = local_port(0);
    socklen_t size = sizeof any;
    int bytes = 4 << 20;
    memset(r, 0, sizeof *r);
    r->random = seed;
    r->frozen_at[0] = r->frozen_at[1] = -1;
    r->out = socket_to(out_port);
    r->in = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (r->out < 0 || r->in < 0)
        return false;
    setsockopt(r->in, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (bind(r->in, (struct sockaddr *)&any, size) ||
        getsockname(r->in, (struct sockaddr *)&any, &size))
        return false;
    r->in_port = ntohs(any.sin_port);
    return pthread_create(&r->thread, NULL, run, r) == 0;
}

void ts_relay_stop(struct ts_relay *r)
{
    if (!r->in_port)
        return;
    atomic_store(&r->stop, true);
    pthread_join(r->thread, NULL);
    close(r->in);
    close(r->out);
    memset(r, 0, sizeof *r);
}

bool ts_relay_send_garbage(int port, uint32_t seed, int count)
{
    uint8_t data[GARBAGE];
    int fd = socket_to(port);
    if (fd < 0)
        return false;
    for (int i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof data; k++)
            data[k] = (uint8_t)next_random(&seed);
        (void)!send(fd, data, sizeof data, 0);
        usleep(GARBAGE_PAUSE_US);
    }
    close(fd);
    return true;
}
