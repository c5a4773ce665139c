/* player-sim merge and compare: shards in, a report out; reports in, their differences out. */
#include "e2e/player_command.h"
#include "player-sim/report/samples.h"
#include "support/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SESSIONS = 40, SHARDS = 3 };

static void measure(struct report *r, size_t from, size_t step, int64_t slower)
{
    for (size_t session = from; session < SESSIONS; session += step)
        for (int i = 0; i < 30; i++) {
            const struct report_place place = {.session = session,
                                               .at_us = i * 1000000,
                                               .rendition = i % 2 ? "720p" : "360p",
                                               .rtt_us = 40000};
            int64_t wait_us = 20000 + (int64_t)(session * 977 % 101) * 300 + i * 37;
            assert_int_equal(report_saw(r, &place, SESSION_ZAP, wait_us * slower / 100), 0);
            assert_int_equal(report_saw(r, &place, SESSION_LATENCY, 80000), 0);
        }
}

static struct report *new_report(void)
{
    static const char *const channels[] = {"one"};
    const struct report_config config = {.mode = "simulate",
                                         .seed = 5,
                                         .sessions = SESSIONS,
                                         .channels = channels,
                                         .channel_count = 1};
    struct report *r = NULL;
    assert_int_equal(report_create(&config, &r), 0);
    return r;
}

static const struct report_facts facts = {.duration_s = 30, .clock_error_us = -1};

static void write_shard(uint32_t index, const char *study, char path[PLAYER_PATH_BYTES])
{
    const struct report_shard shard = {index, SHARDS, study};
    struct report *r = new_report();
    measure(r, index, SHARDS, 100);
    player_file("", path);
    FILE *out = fopen(path, "w");
    assert_int_equal(report_write_samples(r, &facts, &shard, out), 0);
    assert_int_equal(fclose(out), 0);
    report_destroy(r);
}

static void write_report(int64_t slower, char path[PLAYER_PATH_BYTES])
{
    struct report *r = new_report();
    measure(r, 0, 1, slower);
    player_file("", path);
    FILE *out = fopen(path, "w");
    assert_int_equal(report_write_json(r, &facts, out), 0);
    assert_int_equal(fclose(out), 0);
    report_destroy(r);
}

static void expect_same_files(const char *a, const char *b)
{
    FILE *x = fopen(a, "r"), *y = fopen(b, "r");
    assert_true(x && y);
    for (int c = 0; c != EOF;) {
        c = getc(x);
        assert_int_equal(c, getc(y));
    }
    fclose(x);
    fclose(y);
}

static void shards_become_the_whole_run(void **state)
{
    (void)state;
    char shards[SHARDS][PLAYER_PATH_BYTES], whole[PLAYER_PATH_BYTES], merged[PLAYER_PATH_BYTES];
    struct player_command r;
    for (uint32_t i = 0; i < SHARDS; i++)
        write_shard(i, "a", shards[i]);
    write_report(100, whole);
    player_file("", merged);
    const char *const arguments[] = {"merge",   "--json",  merged,    "--trim", "WM(10%:90%)",
                                     shards[2], shards[0], shards[1], NULL};
    player_command_well(arguments, NULL, &r);
    assert_non_null(strstr(r.out, "WM(10%:90%)"));
    player_command_finish(&r);
    const char *const plain[] = {"merge", "--json", merged, shards[1], shards[2], shards[0], NULL};
    player_command_well(plain, NULL, &r);
    assert_non_null(strstr(r.out, "40 sessions, 30.0 s"));
    player_command_finish(&r);
    expect_same_files(whole, merged);
    for (uint32_t i = 0; i < SHARDS; i++)
        unlink(shards[i]);
    unlink(whole);
    unlink(merged);
}

static void what_is_no_shard_is_refused(void **state)
{
    (void)state;
    char a[PLAYER_PATH_BYTES], b[PLAYER_PATH_BYTES], other[PLAYER_PATH_BYTES];
    char text[PLAYER_PATH_BYTES];
    write_shard(0, "a", a);
    write_shard(1, "a", b);
    write_shard(2, "b", other);
    player_file("hello\n", text);
    const struct player_mistake mistakes[] = {
        {{"merge"}, {"player-sim merge:", "no SHARD", "--help"}, NULL},
        {{"merge", "/nowhere/at/all"}, {"/nowhere/at/all", "give a file"}, NULL},
        {{"merge", text}, {text, "not what player-sim simulate --samples writes"}, NULL},
        {{"merge", a, b}, {"shard 2/3 is missing"}, NULL},
        {{"merge", a, a}, {a, "shard 0 once more"}, NULL},
        {{"merge", a, b, b}, {b, "given twice"}, NULL},
        {{"merge", a, other}, {other, "other options"}, NULL},
        {{"merge", "--trim", "tm0", a}, {"--trim", "tm0"}, NULL},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        player_expect_refusal(&mistakes[i], 2);
    unlink(a);
    unlink(b);
    unlink(other);
    unlink(text);
}

static void differences_are_told(void **state)
{
    (void)state;
    char a[PLAYER_PATH_BYTES], b[PLAYER_PATH_BYTES], json[PLAYER_PATH_BYTES];
    struct player_command r;
    write_report(100, a);
    write_report(103, b);
    player_file("", json);
    const char *const arguments[] = {"compare", "--json", json, a, b, NULL};
    player_command_well(arguments, NULL, &r);
    assert_non_null(strstr(r.out, "B is more"));
    assert_non_null(strstr(r.out, "latency_ms"));
    player_command_finish(&r);
    json_t *root = json_load_file(json, 0, NULL);
    json_t *zap = json_object_get(json_object_get(root, "metrics"), "zap_ms");
    json_t *against = json_array_get(json_object_get(zap, "against_first"), 1);
    double ratio = json_number_value(json_object_get(against, "ratio"));
    assert_true(ratio > 1.0299 && ratio < 1.0301);
    assert_true(json_is_true(json_object_get(against, "excludes_0")));
    json_decref(root);
    unlink(a);
    unlink(b);
    unlink(json);
}

static void what_is_no_report_is_refused(void **state)
{
    (void)state;
    char a[PLAYER_PATH_BYTES], text[PLAYER_PATH_BYTES], object[PLAYER_PATH_BYTES];
    write_report(100, a);
    player_file("hello\n", text);
    player_file("{}", object);
    const struct player_mistake mistakes[] = {
        {{"compare", a}, {"player-sim compare:", "nothing to compare", "name two files"}, NULL},
        {{"compare", a, text}, {text, "line 1", "give a file that --json wrote"}, NULL},
        {{"compare", a, object}, {object, "no report of player-sim"}, NULL},
        {{"compare", a, "/nowhere/at/all"}, {"/nowhere/at/all", "give a file"}, NULL},
        {{"compare", "--jsn", "x"}, {"--jsn is not known", "player-sim compare --help"}, NULL},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        player_expect_refusal(&mistakes[i], 2);
    unlink(a);
    unlink(text);
    unlink(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_become_the_whole_run),
        cmocka_unit_test(what_is_no_shard_is_refused),
        cmocka_unit_test(differences_are_told),
        cmocka_unit_test(what_is_no_report_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
