/* How far behind viewers stay in virtual time: a buffer that is meant is no reason to join anew,
 * and who catches up is nearer to his target. */
#include "e2e/player_command.h"
#include "support/cmocka_all.h"

#include <jansson.h>
#include <unistd.h>

/* The mean of a metric in the report of a run with these options; NULL-terminated. */
static double mean_of(const char *metric, const char *const options[])
{
    char path[PLAYER_PATH_BYTES];
    player_file("", path);
    const char *arguments[PLAYER_ARGUMENTS_MAX] = {"simulate", "--sessions", "10", "--zap-every",
                                                   "0",        "--json",     path};
    size_t count = 7;
    for (size_t i = 0; options[i]; i++) {
        assert_true(count + 1 < PLAYER_ARGUMENTS_MAX);
        arguments[count++] = options[i];
    }
    static struct player_command r;
    player_command_well(arguments, NULL, &r);
    player_command_finish(&r);
    json_t *report = json_load_file(path, 0, NULL);
    double mean = -1;
    assert_int_equal(json_unpack(report, "{s:{s:{s:F}}}", "metrics", metric, "mean", &mean), 0);
    json_decref(report);
    unlink(path);
    return mean;
}

/* Each join anew would throw away what was buffered. */
static void buffer_above_the_limit_of_falling_behind_is_played(void **state)
{
    (void)state;
    const char *const options[] = {"--buffer", "3000", "--resync", "1000", NULL};
    assert_in_range(mean_of("latency_ms", options), 3000, 3500);
    assert_true(mean_of("wasted_percent", options) < 20);
}

static void catching_up_comes_back_to_the_target(void **state)
{
    (void)state;
    const char *const none[] = {"--delivery", "ll-dash",    "--trace", "spike",
                                "--abr",      "fixed:400k", NULL};
    const char *const dash[] = {"--delivery", "ll-dash",   "--trace", "spike", "--abr",
                                "fixed:400k", "--catchup", "dash.js", NULL};
    double late_ms = mean_of("latency_ms", none);
    assert_true(late_ms > 3700);
    assert_true(mean_of("latency_ms", dash) < late_ms - 100);
}

static void unknown_way_of_catching_up_is_refused(void **state)
{
    (void)state;
    static const struct player_mistake mistake = {
        {"simulate", "--catchup", "hls"},
        {"--catchup", "hls", "none, dash.js, lol+, hls.js"},
        NULL};
    player_expect_refusal(&mistake, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffer_above_the_limit_of_falling_behind_is_played),
        cmocka_unit_test(catching_up_comes_back_to_the_target),
        cmocka_unit_test(unknown_way_of_catching_up_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
