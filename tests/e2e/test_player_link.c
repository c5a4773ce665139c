/* What comes through player-sim link agrees with the model. Both of its ends are in namespaces that
 * the test makes. Skipped where there is no root, no TUN device, no ip or no ping. */
#include "player-sim/link/link.h"
#include "support/cmocka_all.h"
#include "support/link_run.h"
#include "support/link_traffic.h"
#include "support/netns_lab.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct netns_lab lab;
static char self[4096]; /* this program, for a command */

static int make_lab(void **state)
{
    (void)state;
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *missing = netns_lab_missing();
    if (missing)
        print_message("what needs a link is skipped: there is no %s\n", missing);
    else if (!netns_lab_make(&lab))
        return -1;
    return size > 0 ? 0 : -1;
}

static int remove_lab(void **state)
{
    (void)state;
    netns_lab_remove(&lab);
    return 0;
}

static void need_lab(void)
{
    if (!lab.name[0])
        skip();
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Never less than 40 ms, on whatever machine; the upper bound only tells 40 from 80. */
static void ping_takes_the_round_trip(void **state)
{
    const char *const arguments[] = {"--netns", lab.name, "--rtt", "40",   "--",        "ping",
                                     "-c",      "20",     "-i",    "0.05", "10.77.0.1", NULL};
    double rtt_ms[20];
    size_t count = 0;
    struct link_run r;
    (void)state;
    need_lab();
    link_run(arguments, &r);
    link_run_expect_code(&r, 0);
    for (const char *at = r.out; count < 20 && (at = strstr(at, " time=")); at++)
        assert_int_equal(sscanf(at, " time=%lf ms", &rtt_ms[count++]), 1);
    assert_int_equal(count, 20);
    qsort(rtt_ms, 20, sizeof *rtt_ms, compare);
    assert_true(rtt_ms[0] >= 40);
    assert_true(rtt_ms[10] < 70);
    assert_true(r.told);
    assert_int_equal(r.to.packets, 20);
    assert_int_equal(r.from_it.packets, 20);
    assert_int_equal(r.to.bytes, 20 * 84);
    assert_int_equal(r.to.dropped + r.from_it.dropped, 0);
    link_run_finish(&r);
}

/* When the last of so many packets arrives that are offered at once; *taken of them do. */
static int64_t predict(int64_t rate_bps, int64_t delay_us, int64_t queue_bytes, int packets,
                       int64_t packet_bytes, uint64_t *taken)
{
    struct link l;
    int64_t at_us = 0;
    link_init(&l, &(struct link_config){
                      .delay_us = delay_us, .rate_bps = rate_bps, .queue_bytes = queue_bytes});
    for (int i = 0; i < packets; i++)
        link_offer(&l, 0, packet_bytes, &at_us);
    *taken = l.taken;
    return at_us;
}

static int64_t fetch_us(int64_t bytes)
{
    const char *const arguments[] = {"--netns", lab.name, "--rtt", "20", "--rate", "8M",
                                     "--queue", "1M",     "--",    self, "fetch",  NULL};
    int64_t got = 0, took_us = 0;
    struct link_run r;
    link_run(arguments, &r);
    link_run_expect_code(&r, 0);
    assert_int_equal(sscanf(r.out, "%" SCNd64 " %" SCNd64, &got, &took_us), 2);
    assert_int_equal(got, bytes);
    assert_true(r.told);
    assert_true(r.to.bytes > (uint64_t)bytes + r.to.packets * LINK_TRAFFIC_IP_TCP_BYTES / 2);
    assert_true(r.to.queue_bytes <= (1 << 20) + 1500);
    link_run_finish(&r);
    return took_us;
}

/* 1 MB at 8 Mbit/s: the handshake's round trip, half of one for the request, and full packets. Not
 * one run may beat the model; that one of a few comes near it is asked of a busy machine too. */
static void a_long_stream_takes_what_the_model_says(void **state)
{
    static const int64_t bytes = 1000000;
    struct link_server source;
    uint64_t taken;
    int64_t best_us = INT64_MAX;
    (void)state;
    need_lab();
    int packets = (int)(bytes / (1500 - LINK_TRAFFIC_IP_TCP_BYTES));
    int64_t least_us = 30000 + predict(8000000, 10000, 2 << 20, packets, 1500, &taken);
    assert_int_equal(taken, packets);
    assert_true(link_traffic_source(&source, &lab, bytes));
    for (int i = 0; i < 5 && best_us > least_us * 5 / 4; i++) {
        int64_t took_us = fetch_us(bytes);
        assert_true(took_us >= least_us);
        if (took_us < best_us)
            best_us = took_us;
    }
    link_traffic_source_end(&source);
    if (best_us > least_us * 5 / 4)
        fail_msg("%" PRId64 " us at best, and the model says %" PRId64, best_us, least_us);
}

/* A burst finds a queue of 16 kB at 100 kbit/s, where a packet takes 80 ms: what the model takes
 * arrives, and hardly more, since the burst is over before any is sent. */
static void a_burst_loses_what_the_model_drops(void **state)
{
    const char *const arguments[] = {"--netns", lab.name, "--rate", "100k",  "--queue",
                                     "16000",   "--",     self,     "burst", "200",
                                     "1000",    "2500",   NULL};
    struct link_server sink;
    struct link_run r;
    uint64_t taken;
    (void)state;
    need_lab();
    predict(100000, 0, 16000, 200, 1000, &taken);
    assert_int_equal(taken, 17);
    assert_true(link_traffic_sink(&sink, &lab));
    link_run(arguments, &r);
    link_run_expect_code(&r, 0);
    assert_true(r.told);
    assert_int_equal(r.from_it.packets + r.from_it.dropped, 200);
    assert_in_range(r.from_it.packets, taken, taken + 3);
    assert_int_equal(link_traffic_sink_count(&sink), r.from_it.packets);
    assert_in_range(r.from_it.queue_bytes, 16001, 17000);
    link_run_finish(&r);
}

/* The same without --queue: 64 kB, of which the link at 10 kbit/s sends next to nothing. */
static void the_default_queue_is_64_kb(void **state)
{
    const char *const arguments[] = {"--netns", lab.name, "--rate", "10k", "--", self,
                                     "burst",   "200",    "1000",   "0",   NULL};
    struct link_run r;
    uint64_t taken;
    (void)state;
    need_lab();
    predict(10000, 0, LINK_QUEUE_MIN_BYTES, 200, 1000, &taken);
    assert_int_equal(taken, 66);
    link_run(arguments, &r);
    link_run_expect_code(&r, 0);
    assert_true(r.told);
    assert_int_equal(r.from_it.packets + r.from_it.dropped, 200);
    assert_in_range(r.from_it.packets, taken, taken + 1);
    link_run_finish(&r);
}

/* The command ends as soon as it has sent: what is in flight then arrives all the same. */
static void what_the_command_leaves_behind_arrives(void **state)
{
    const char *const arguments[] = {"--netns", lab.name, "--rtt", "200", "--", self,
                                     "burst",   "10",     "1000",  "0",   NULL};
    struct link_server sink;
    struct link_run r;
    (void)state;
    need_lab();
    assert_true(link_traffic_sink(&sink, &lab));
    link_run(arguments, &r);
    link_run_expect_code(&r, 0);
    assert_int_equal(link_traffic_sink_count(&sink), 10);
    assert_true(r.told);
    assert_int_equal(r.from_it.packets, 10);
    assert_int_equal(r.from_it.bytes, 10000);
    link_run_finish(&r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ping_takes_the_round_trip),
        cmocka_unit_test(a_burst_loses_what_the_model_drops),
        cmocka_unit_test(the_default_queue_is_64_kb),
        cmocka_unit_test(what_the_command_leaves_behind_arrives),
        /* after those that count packets: a connection may leave some for the next link */
        cmocka_unit_test(a_long_stream_takes_what_the_model_says),
    };
    if (argc > 1)
        return link_traffic_main(argc, argv);
    return cmocka_run_group_tests(tests, make_lab, remove_lab);
}
