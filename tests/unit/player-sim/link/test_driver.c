/* The driver between two pairs of sockets that keep packets apart, as TUN devices do. */
#include "player-sim/link/driver.h"
#include "media/core/clock.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DELAY_US = 20000, IPV4 = 0x45, IPV6 = 0x60 };

struct bench {
    int near[2], far[2]; /* [0] the test's, [1] the driver's */
    int wake;
    struct driver driver;
    int status; /* of driver_forward */
};

static void bench_make_of(struct bench *b, struct link_config config)
{
    const struct link_config configs[2] = {config, config};
    const int type = SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC;
    assert_int_equal(socketpair(AF_UNIX, type, 0, b->near), 0);
    assert_int_equal(socketpair(AF_UNIX, type, 0, b->far), 0);
    b->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    const int ends[2] = {b->near[1], b->far[1]};
    assert_int_equal(driver_init(&b->driver, configs, ends), 0);
}

static void bench_make(struct bench *b, int64_t rate_bps, int64_t queue_bytes)
{
    bench_make_of(b, (struct link_config){
                         .delay_us = DELAY_US, .rate_bps = rate_bps, .queue_bytes = queue_bytes});
}

static void bench_finish(struct bench *b)
{
    driver_finish(&b->driver);
    for (int i = 0; i < 2; i++) {
        close(b->near[i]);
        close(b->far[i]);
    }
    close(b->wake);
}

static bool give(int fd, unsigned char version, unsigned char serial, size_t bytes)
{
    unsigned char packet[1500] = {version, serial};
    memset(packet + 2, serial, bytes - 2);
    return send(fd, packet, bytes, MSG_NOSIGNAL) == (ssize_t)bytes;
}

static void expect(int fd, unsigned char serial, size_t bytes)
{
    unsigned char packet[1500];
    assert_int_equal(recv(fd, packet, sizeof packet, 0), bytes);
    assert_int_equal(packet[0], IPV4);
    for (size_t i = 1; i < bytes; i++)
        assert_int_equal(packet[i], serial);
}

static void expect_nothing(int fd)
{
    unsigned char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
}

static void *forward(void *argument)
{
    struct bench *b = argument;
    b->status = driver_forward(&b->driver, b->wake);
    return NULL;
}

/* Both ways, in order, unchanged, and never before the delay is over. */
static void packets_come_through_in_order_and_never_early(void **state)
{
    struct bench b;
    pthread_t thread;
    (void)state;
    bench_make(&b, 0, 65536);
    assert_int_equal(pthread_create(&thread, NULL, forward, &b), 0);
    for (int way = 0; way < 2; way++) {
        int from = way ? b.far[0] : b.near[0], to = way ? b.near[0] : b.far[0];
        struct pollfd fd = {.fd = to, .events = POLLIN};
        int64_t start_us = clock_monotonic_us();
        assert_true(give(from, IPV4, 1, 1500) && give(from, IPV4, 2, 20) &&
                    give(from, IPV4, 3, 700));
        while (!poll(&fd, 1, 1)) /* wakes it up before the time, too */
            assert_true(give(to, IPV6, 9, 20));
        assert_true(clock_monotonic_us() - start_us >= DELAY_US);
        const size_t sizes[] = {1500, 20, 700};
        for (unsigned char i = 0; i < 3; i++) {
            assert_int_equal(poll(&fd, 1, 60000), 1);
            expect(to, i + 1, sizes[i]);
        }
    }
    eventfd_write(b.wake, 1);
    pthread_join(thread, NULL);
    assert_int_equal(b.status, ERR_OK);
    for (int way = 0; way < 2; way++) {
        assert_int_equal(b.driver.ways[way].link.taken, 3);
        assert_int_equal(b.driver.ways[way].link.bytes, 2220);
        assert_int_equal(b.driver.ways[way].lost, 0);
    }
    bench_finish(&b);
}

/* What was in flight arrives, and the system's own IPv6 packets don't. */
static void settling_empties_the_link(void **state)
{
    struct bench b;
    (void)state;
    bench_make(&b, 0, 65536);
    assert_true(give(b.near[0], IPV4, 1, 100) && give(b.near[0], IPV6, 2, 100) &&
                give(b.near[0], IPV4, 3, 100) && give(b.far[0], IPV6, 4, 100));
    assert_int_equal(driver_settle(&b.driver, b.wake), ERR_OK);
    expect(b.far[0], 1, 100);
    expect(b.far[0], 3, 100);
    expect_nothing(b.far[0]);
    expect_nothing(b.near[0]);
    assert_int_equal(b.driver.ways[0].link.taken, 2);
    assert_int_equal(b.driver.ways[1].link.taken, 0);
    bench_finish(&b);
}

/* At 1 kbit/s a packet takes 8 s to be sent: those that fit the queue of 10 kB are taken, and
 * after the second that settling lasts none has arrived. */
static void the_queue_is_the_models(void **state)
{
    struct bench b;
    (void)state;
    bench_make(&b, 1000, 10000);
    for (unsigned char i = 0; i < 30; i++)
        assert_true(give(b.near[0], IPV4, i, 1000));
    assert_int_equal(driver_settle(&b.driver, b.wake), ERR_OK);
    assert_int_equal(b.driver.ways[0].link.taken, 11);
    assert_int_equal(b.driver.ways[0].link.dropped, 19);
    assert_in_range(b.driver.ways[0].link.backlog_max_bytes, 10001, 11000);
    expect_nothing(b.far[0]);
    bench_finish(&b);
}

/* It starts at an outage, and not where the machine's clock would have it. */
static void a_trace_starts_with_the_driver(void **state)
{
    static const struct trace_piece pieces[] = {{3600000000, 1000000000, 2 * DELAY_US},
                                                {50000, 0, 2 * DELAY_US}};
    struct trace *t = NULL;
    struct bench b;
    (void)state;
    assert_int_equal(trace_create(pieces, 2, &t), ERR_OK);
    int64_t start_us = clock_monotonic_us();
    bench_make_of(
        &b, (struct link_config){.trace = t, .trace_from_us = 3600000000, .queue_bytes = 65536});
    assert_true(give(b.near[0], IPV4, 1, 100));
    assert_int_equal(driver_settle(&b.driver, b.wake), ERR_OK);
    assert_true(link_sent_us(&b.driver.ways[0].link) > start_us + 50000);
    expect(b.far[0], 1, 100); /* settling waits for the trace's round trip */
    bench_finish(&b);
    trace_destroy(t);
}

static void what_the_far_end_does_not_take_is_counted(void **state)
{
    struct bench b;
    uint64_t given = 0, got = 0;
    unsigned char packet[1500];
    (void)state;
    bench_make(&b, 0, 65536);
    for (int i = 0; i < 20 && !b.driver.ways[0].lost; i++) {
        while (give(b.near[0], IPV4, 1, 1000))
            given++;
        assert_int_equal(driver_settle(&b.driver, b.wake), ERR_OK);
    }
    while (recv(b.far[0], packet, sizeof packet, 0) > 0)
        got++;
    assert_true(b.driver.ways[0].lost > 0);
    assert_int_equal(got + b.driver.ways[0].lost, given);
    bench_finish(&b);
}

static void an_end_that_is_gone_ends_it(void **state)
{
    struct bench b;
    (void)state;
    bench_make(&b, 0, 65536);
    shutdown(b.far[0], SHUT_RDWR);
    assert_int_equal(driver_forward(&b.driver, b.wake), ERR_IO);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_come_through_in_order_and_never_early),
        cmocka_unit_test(settling_empties_the_link),
        cmocka_unit_test(the_queue_is_the_models),
        cmocka_unit_test(a_trace_starts_with_the_driver),
        cmocka_unit_test(what_the_far_end_does_not_take_is_counted),
        cmocka_unit_test(an_end_that_is_gone_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
