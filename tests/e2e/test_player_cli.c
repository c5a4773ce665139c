/* player-sim as a program: what it says of itself, of its commands, and of mistakes. */
#include "e2e/player_command.h"
#include "support/cmocka_all.h"

#include <stdio.h>

static const char *const taught[] = {
    "Usage: player-sim COMMAND",
    "Initialization Packet",
    "Continuation Stream",
    "zap",
    "tm90",
    "player-sim live --sessions 20",
    "manifest.json",
    "player-sim record -o",
    "player-sim stats --trim",
    "player-sim link --rtt 20",
    "COMMAND --help",
    "--version",
    "Exit codes: 0 success, 1 failure, 2 wrong usage.",
};

static void help_teaches_on_standard_output(void **state)
{
    const char *const arguments[] = {"--help", NULL};
    struct player_command r;
    (void)state;
    player_command_well(arguments, NULL, &r);
    player_expect_texts(r.out, taught, sizeof taught / sizeof *taught);
    player_command_finish(&r);
}

static void without_arguments_help_is_the_error(void **state)
{
    const char *const arguments[] = {NULL};
    struct player_command r;
    (void)state;
    player_command_run(arguments, NULL, &r);
    assert_int_equal(r.code, 2);
    assert_string_equal(r.out, "");
    player_expect_texts(r.log, taught, sizeof taught / sizeof *taught);
    player_command_finish(&r);
}

static void version_is_one_line(void **state)
{
    const char *const arguments[] = {"--version", NULL};
    struct player_command r;
    (void)state;
    player_command_well(arguments, NULL, &r);
    assert_string_equal(r.out, "player-sim " OPENHESP_VERSION "\n");
    player_command_finish(&r);
}

static void each_command_has_help(void **state)
{
    static const char *const commands[] = {"live", "record", "stats", "link"};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *const arguments[] = {commands[i], "--help", NULL};
        char usage[64];
        struct player_command r;
        player_command_well(arguments, NULL, &r);
        snprintf(usage, sizeof usage, "Usage: player-sim %s", commands[i]);
        const char *const wanted[] = {usage, "Exit codes: "};
        player_expect_texts(r.out, wanted, 2);
        player_command_finish(&r);
    }
}

static void unknown_things_are_wrong_usage(void **state)
{
    static const struct player_mistake mistakes[] = {
        {{"lvie"},
         {"command lvie is not known", "live, simulate, record, compare, merge, stats or link",
          "--help"},
         NULL},
        {{"--nonsense"}, {"option --nonsense is not known", "player-sim --help"}, NULL},
        {{"-h"}, {"option -h is not known", "player-sim --help"}, NULL},
        {{"a\nb"}, {"a?b"}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        player_expect_refusal(&mistakes[i], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_teaches_on_standard_output),
        cmocka_unit_test(without_arguments_help_is_the_error),
        cmocka_unit_test(version_is_one_line),
        cmocka_unit_test(each_command_has_help),
        cmocka_unit_test(unknown_things_are_wrong_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
