/* player-sim simulate as a program: what it says by itself, that a seed and nothing else decides,
 * and that what it says can be true, on good links and on absurd ones. */
#include "e2e/player_command.h"
#include "e2e/simulation.h"
#include "support/cmocka_all.h"
#include "support/sanitized.h"

#include <stdio.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const char *const deliveries[] = {"hesp", "segment", "ll-dash", "ll-hls"};

/* ---- what it says by itself ---- */

static void defaults_say_something(void **state)
{
    static const char *const metrics[] = {"startup_ms",     "zap_ms",  "latency_ms",
                                          "first_byte_ms",  "init_ms", "rung_ms",
                                          "continuation_ms"};
    (void)state;
    struct player_report r;
    simulation_run_well("", &r);
    for (size_t i = 0; i < COUNT(metrics); i++)
        if (player_count(&r, metrics[i]) <= 0)
            fail_msg("%s has no samples:\n%s", metrics[i], r.table);
    player_expect_texts(r.table, (const char *const[]){"zap_ms", "100 sessions, 60.0 s"}, 2);
    assert_string_equal(r.log, "");
    player_report_finish(&r);
}

static void help_teaches(void **state)
{
    static const char *const arguments[] = {"simulate", "--help", NULL};
    static const char *const taught[] = {"Usage: player-sim simulate",
                                         "virtual time",
                                         "--delivery=HOW",
                                         "--trace=TRACE",
                                         "cascade, intra-cascade",
                                         "--shard=I/N",
                                         "player-sim merge",
                                         "--loss=SHARE",
                                         "Examples:",
                                         "--threads=N",
                                         "Exit codes: 0 success"};
    (void)state;
    struct player_command r;
    player_command_well(arguments, NULL, &r);
    player_expect_texts(r.out, taught, COUNT(taught));
    player_command_finish(&r);
}

/* ---- a seed, and nothing else, decides ---- */

static void run_with_csv(const char *words, const char *csv, struct player_report *out)
{
    char text[SIMULATION_TEXT_BYTES];
    snprintf(text, sizeof text,
             "--sessions %d --duration 12 --loss 0.002 --abr throughput --csv %s %s",
             SANITIZED ? 15 : 70, csv, words);
    simulation_run_well(text, out);
}

static void threads_make_no_difference(void **state)
{
    (void)state;
    char one_csv[PLAYER_PATH_BYTES], csv[PLAYER_PATH_BYTES], words[64];
    struct player_report one, many;
    player_file("", one_csv);
    player_file("", csv);
    for (size_t d = 0; d < COUNT(deliveries); d++) {
        snprintf(words, sizeof words, "--threads 1 --delivery %s", deliveries[d]);
        run_with_csv(words, one_csv, &one);
        for (unsigned threads = 2; threads <= 7; threads += 5) {
            snprintf(words, sizeof words, "--threads %u --delivery %s", threads, deliveries[d]);
            run_with_csv(words, csv, &many);
            simulation_expect_same(&one, &many);
            simulation_expect_same_files(one_csv, csv);
            player_report_finish(&many);
        }
        player_report_finish(&one);
    }
    unlink(one_csv);
    unlink(csv);
}

static void seeds_make_one(void **state)
{
    (void)state;
    double first = 0;
    for (int seed = 1; seed <= 3; seed++) {
        char words[64];
        struct player_report r;
        snprintf(words, sizeof words, "--sessions 20 --duration 20 --seed %d", seed);
        simulation_run_well(words, &r);
        double mean = player_figure(&r, "latency_ms", "mean");
        assert_true(seed == 1 || mean < first || mean > first);
        first = seed == 1 ? mean : first;
        player_report_finish(&r);
    }
}

/* The last of these shards has no session, and is no failure. */
static void shards_become_the_whole_run(void **state)
{
    enum { SHARDS = 4 };
    (void)state;
    char shards[SHARDS][PLAYER_PATH_BYTES], merged[PLAYER_PATH_BYTES], words[SIMULATION_TEXT_BYTES];
    struct player_report whole, part;
    struct player_command merge;
    json_error_t error;
    for (int i = 0; i < SHARDS; i++) {
        player_file("", shards[i]);
        snprintf(words, sizeof words, "--sessions 3 --duration 20 --shard %d/%d --samples %s", i,
                 SHARDS, shards[i]);
        simulation_run_well(words, &part);
        assert_int_equal(player_count(&part, "startup_ms"), i < 3);
        player_report_finish(&part);
    }
    simulation_run_well("--sessions 3 --duration 20", &whole);
    player_file("", merged);
    const char *const arguments[] = {"merge",   "--json",  merged,    shards[3],
                                     shards[1], shards[0], shards[2], NULL};
    player_command_well(arguments, NULL, &merge);
    player_command_finish(&merge);
    part = (struct player_report){.json = json_load_file(merged, 0, &error)};
    assert_non_null(part.json);
    simulation_expect_same(&whole, &part);
    player_report_finish(&part);
    player_report_finish(&whole);
    for (int i = 0; i < SHARDS; i++)
        unlink(shards[i]);
    unlink(merged);
}

/* ---- good links ---- */

static void on_a_good_link_nothing_goes_wrong(void **state)
{
    static const char *const rules[] = {"fixed",   "throughput", "bola-e",
                                        "dynamic", "lol+",       "burst"};
    (void)state;
    for (size_t i = 0; i < COUNT(deliveries) * COUNT(rules); i++) {
        char words[128];
        struct player_report r;
        snprintf(words, sizeof words,
                 "--sessions 4 --duration 20 --rate 50M --zap-every 9 --delivery %s --abr %s",
                 deliveries[i % COUNT(deliveries)], rules[i / COUNT(deliveries)]);
        simulation_run_well(words, &r);
        assert_int_equal(player_count(&r, "startup_ms"), 4);
        assert_in_range(player_count(&r, "zap_ms"), 8, 12); /* the first one comes at random */
        player_report_finish(&r);
    }
}

static double zap_ms(const char *words)
{
    struct player_report r;
    simulation_run_well(words, &r);
    double p50 = player_figure(&r, "zap_ms", "p50");
    player_report_finish(&r);
    return p50;
}

/* Ten packets of 1460 bytes are sent without waiting (RFC 6928): a small Initialization Packet is
 * there one round trip after it was asked for, and the origin's 0.3 ms. */
static void a_small_packet_takes_one_round_trip(void **state)
{
    (void)state;
    for (int rtt_ms = 20; rtt_ms <= 160; rtt_ms *= 2) {
        char words[128];
        snprintf(words, sizeof words,
                 "--sessions 9 --duration 20 --rate 0 --ladder 64x64@20k --rtt %d", rtt_ms);
        double ms = zap_ms(words);
        if (ms < rtt_ms || ms > rtt_ms + 1)
            fail_msg("a zap of %d ms round trip takes %.3f ms", rtt_ms, ms);
    }
}

static void no_zap_is_faster_for_a_longer_way(void **state)
{
    (void)state;
    for (size_t d = 0; d < COUNT(deliveries); d++) {
        double last = -1;
        for (int rtt_ms = 0; rtt_ms <= 320; rtt_ms = rtt_ms ? 4 * rtt_ms : 20) {
            char words[128];
            snprintf(words, sizeof words,
                     "--sessions %d --duration 40 --zap-every 8 --delivery %s --rtt %d",
                     SANITIZED ? 6 : 20, deliveries[d], rtt_ms);
            double ms = zap_ms(words);
            if (ms < last)
                fail_msg("%s: with %d ms of round trip a zap takes %.3f ms, with less %.3f",
                         deliveries[d], rtt_ms, ms, last);
            last = ms;
        }
    }
}

static double startup_ms(const char *transport)
{
    char words[128];
    struct player_report r;
    snprintf(words, sizeof words,
             "--sessions 9 --duration 5 --channels 1 --zap-every 0 --rate 0 --rtt 100 %s",
             transport);
    simulation_run_well(words, &r);
    assert_int_equal(player_count(&r, "startup_ms"), 9);
    double p50 = player_figure(&r, "startup_ms", "p50");
    player_report_finish(&r);
    return p50;
}

/* The handshake of TLS 1.3 is one round trip (RFC 8446, 2); QUIC's holds it (RFC 9001, 4). */
static void handshakes_cost_their_round_trips(void **state)
{
    (void)state;
    double plain = startup_ms("--http 1.1"), tls = startup_ms("--http 1.1 --tls");
    assert_true(tls - plain > 99.99 && tls - plain < 100.01);
    double tcp = startup_ms("--http 2"), quic = startup_ms("--http 3");
    assert_true(tcp - quic > 99.99 && tcp - quic < 100.01);
    assert_true(startup_ms("--http ideal") < quic);
}

/* Each part of a zap ends where the next begins, or later. */
static void the_parts_of_a_zap_are_in_order(void **state)
{
    static const char *const parts[] = {"connection_ms", "first_byte_ms", "init_ms", "zap_ms",
                                        "continuation_ms"};
    (void)state;
    for (size_t d = 0; d < COUNT(deliveries); d++) {
        char words[128];
        struct player_report r;
        snprintf(words, sizeof words,
                 "--sessions 8 --duration 20 --rtt 80 --zap-every 9 --delivery %s", deliveries[d]);
        simulation_run_well(words, &r);
        double last = 0;
        for (size_t i = 0; i < COUNT(parts); i++) {
            double ms = player_figure(&r, parts[i], "p50");
            if (ms < last)
                fail_msg("%s: %s of %.3f ms is less than the part before it", deliveries[d],
                         parts[i], ms);
            last = ms;
            assert_int_equal(player_count(&r, parts[i]), player_count(&r, "zap_ms"));
        }
        json_t *quantiles = json_object_get(
            json_object_get(json_object_get(r.json, "metrics"), "latency_ms"), "quantiles");
        assert_true(json_number_value(json_array_get(quantiles, 0)) >= 40); /* one way */
        player_report_finish(&r);
    }
}

/* ---- absurd ones ---- */

struct oddity {
    const char *words;
    bool sees; /* somebody sees a picture, so that the exit code is 0 */
};

static const struct oddity oddities[] = {
    {"--sessions 1 --rtt 0 --rate 0 --zap-every 0.1", true},
    {"--sessions 1 --duration 0.1 --ramp 0", false},
    {"--queue 1", true},
    {"--loss 0.5", true},
    {"--loss 1", false},
    {"--share 5 --http 3 --loss 0.01", true},
    {"--share 1000 --http 2", true},
    {"--jitter 500 --http 3", true},
    {"--audio-bitrate 0", true},
    {"--audio-bitrate 1M --http 2 --spares 0", true},
    {"--fps 1 --segment-duration 1", true},
    {"--fps 30000/1001", true},
    {"--fps 23.976 --segment-duration 3.33", true},
    {"--fps 59.94 --segment-duration 10", true},
    {"--segment-duration 1 --part-duration 5", true},
    {"--zap-every 0.01 --switch-every 0.02 --rate 1k", false},
    {"--ladder 64x64@10k,64x64@11k --switch-every 0.1 --abr burst", true},
    {"--packet-time 60000 --buffer-max 0.1 --rtt 60000", false},
    {"--channels 100 --zap-every random:0.3 --resync 1", true},
};

static void what_is_odd_comes_to_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(oddities); i++) {
        bool seen = false;
        for (size_t d = 0; d < COUNT(deliveries); d++) {
            char words[SIMULATION_TEXT_BYTES];
            struct player_report r;
            snprintf(words, sizeof words, "--sessions %d --duration 20 --delivery %s %s",
                     SANITIZED ? 2 : 6, deliveries[d], oddities[i].words);
            simulation_run(words, &r);
            assert_in_range(r.code, 0, 1);
            assert_int_equal(r.code == 0, player_count(&r, "startup_ms") > 0);
            seen = seen || r.code == 0;
            player_report_finish(&r);
        }
        if (seen != oddities[i].sees)
            fail_msg("%s: somebody %s a picture", oddities[i].words, seen ? "saw" : "never saw");
    }
}

static void outages_are_sat_out(void **state)
{
    (void)state;
    char trace[PLAYER_PATH_BYTES], words[256];
    player_file("0 5\n4 0\n9 5\n20 0.1\n30 5\n40 5\n", trace);
    for (size_t d = 0; d < COUNT(deliveries); d++) {
        struct player_report r;
        snprintf(words, sizeof words,
                 "--sessions 6 --duration 90 --zap-every 0 --trace %s --trace spike --delivery %s "
                 "--abr throughput",
                 trace, deliveries[d]);
        simulation_run(words, &r);
        player_expect_code(&r, 0);
        assert_int_equal(player_count(&r, "startup_ms"), 6);
        assert_true(player_count(&r, "stall_ms") > 0);
        player_report_finish(&r);
    }
    unlink(trace);
}

/* What is on demand is played once, to its end, however much time is left. */
static void on_demand_ends(void **state)
{
    static const char content[] =
        "{\"format\": \"openhesp-content\", \"version\": 1, \"rate\": [2, 1],"
        " \"segment_frames\": 4, \"rungs\": [{\"name\": \"a\", \"bandwidth\": 80000,"
        " \"frame_bytes\": [9000, 500, 500, 500, 9000, 500, 500, 500]}]}";
    (void)state;
    char file[PLAYER_PATH_BYTES], words[256];
    struct player_report r;
    player_file(content, file);
    snprintf(words, sizeof words,
             "--sessions 3 --duration 86400 --zap-every 0 --content %s --delivery segment "
             "--on-demand",
             file);
    simulation_run_well(words, &r);
    assert_int_equal(player_count(&r, "startup_ms"), 3);
    assert_int_equal(player_count(&r, "stall_ms"), 0);
    player_report_finish(&r);
    unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_say_something),
        cmocka_unit_test(help_teaches),
        cmocka_unit_test(threads_make_no_difference),
        cmocka_unit_test(seeds_make_one),
        cmocka_unit_test(shards_become_the_whole_run),
        cmocka_unit_test(on_a_good_link_nothing_goes_wrong),
        cmocka_unit_test(a_small_packet_takes_one_round_trip),
        cmocka_unit_test(no_zap_is_faster_for_a_longer_way),
        cmocka_unit_test(handshakes_cost_their_round_trips),
        cmocka_unit_test(the_parts_of_a_zap_are_in_order),
        cmocka_unit_test(what_is_odd_comes_to_its_end),
        cmocka_unit_test(outages_are_sat_out),
        cmocka_unit_test(on_demand_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
