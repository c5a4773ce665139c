/* The command line of player-sim live: defaults, names of channels, and one-line errors. */
#include "player-sim/command/live_options.h"
#include "support/cmocka_all.h"

#include <string.h>

enum { ARGUMENTS_MAX = 16 };

#define ONE "http://localhost:8080/one/manifest.json"
#define TWO "http://localhost:8080/two/manifest.json"

/* Words are separated by blanks; they live in copy, as the options point into them. */
static enum settings_outcome read_words(const char *words, char copy[512],
                                        struct live_options *options,
                                        char error[SETTINGS_ERROR_BYTES])
{
    char *argv[ARGUMENTS_MAX + 1], *rest;
    int argc = 0;
    strcpy(copy, "live ");
    strncat(copy, words, 512 - strlen(copy) - 1);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_in_range(argc, 0, ARGUMENTS_MAX - 1);
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    return live_options_read(argc, argv, options, error);
}

static void expect_wrong(const char *words, const char *text)
{
    char copy[512], error[SETTINGS_ERROR_BYTES];
    struct live_options options;
    assert_int_equal(read_words(words, copy, &options, error), SETTINGS_WRONG);
    if (!strstr(error, text))
        fail_msg("%s: \"%s\" does not say \"%s\"", words, error, text);
    assert_null(strchr(error, '\n'));
}

static void defaults(void **state)
{
    char copy[512], error[SETTINGS_ERROR_BYTES];
    struct live_options o;
    (void)state;
    assert_int_equal(read_words(ONE " " TWO, copy, &o, error), SETTINGS_RUN);
    assert_int_equal(o.run.sessions, 1);
    assert_int_equal(o.run.duration_us, 30000000);
    assert_int_equal(o.run.decoding, 1); /* of one session no more than one decodes */
    assert_int_equal(o.run.buffer_us, 33000);
    assert_int_equal(o.run.zap.mean_us, 0);
    assert_int_equal(o.run.change.mean_us, 0);
    assert_int_equal(o.run.join, SESSION_JOIN_SAME);
    assert_int_equal(o.run.seed, 1);
    assert_int_equal(o.channel_count, 2);
    assert_string_equal(o.names[0], "one");
    assert_string_equal(o.names[1], "two");
    for (int kind = 0; kind < OUTPUTS; kind++)
        assert_null(o.outputs.of[kind]);
    live_options_finish(&o);
}

static void equal_names_become_addresses(void **state)
{
    char copy[512], error[SETTINGS_ERROR_BYTES];
    struct live_options o;
    (void)state;
    assert_int_equal(read_words(ONE " http://other/one/manifest.json", copy, &o, error),
                     SETTINGS_RUN);
    assert_string_equal(o.names[0], "one");
    assert_string_equal(o.names[1], "http://other/one/manifest.json");
    live_options_finish(&o);
}

static void one_of_the_files_may_be_standard_output(void **state)
{
    char copy[512], error[SETTINGS_ERROR_BYTES];
    struct live_options o;
    (void)state;
    assert_int_equal(read_words("--json - --csv run.csv " ONE, copy, &o, error), SETTINGS_RUN);
    live_options_finish(&o);
    expect_wrong("--json - --csv - " ONE, "--json and --csv can't both be -");
    expect_wrong("--csv - --html - " ONE, "--csv and --html can't both be -");
}

static void mistakes_name_the_option_and_the_remedy(void **state)
{
    (void)state;
    expect_wrong("", "give the manifest of a channel");
    expect_wrong("ftp://x/", "ftp://x/ is no HTTP address");
    expect_wrong("--sessions 0 " ONE, "--sessions 0: give 1 to 10000 sessions");
    expect_wrong("--zap-every random: " ONE, "--zap-every random:: give seconds");
    expect_wrong("--buffer 60001 " ONE, "--buffer 60001: give milliseconds up to 60000");
    expect_wrong("--trim foo " ONE, "--trim foo: ");
    expect_wrong("--trim= " ONE, "--trim has an empty value: give one, or leave it out");
    expect_wrong("--json= " ONE, "--json has an empty value");
    expect_wrong(ONE " --sessions", "option --sessions has no value: write --sessions=N");
    expect_wrong("--abr bolo " ONE, "--abr bolo: give one of throughput, bola,");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(equal_names_become_addresses),
        cmocka_unit_test(one_of_the_files_may_be_standard_output),
        cmocka_unit_test(mistakes_name_the_option_and_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
