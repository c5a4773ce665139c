/* One line for each way in which an option can be wrong, and a parser's own refusal kept. */
#include "media/core/option_errors.h"
#include "support/cmocka_all.h"

#include <errno.h>
#include <string.h>

enum { KEY_RATE = 256, KEY_RATIO, KEY_LOOP, ARGUMENTS_MAX = 8 };

static const struct argp_option options[] = {
    {"rate", KEY_RATE, "BPS", 0, "", 0},
    {.doc = "Of the others:", .group = 1},
    {"ratio", KEY_RATIO, "SHARE", 0, "", 0},
    {"loop", KEY_LOOP, NULL, 0, "", 0},
    {0},
};

static error_t take(int key, char *argument, struct argp_state *state)
{
    char *error = state->input;
    switch (key) {
    case KEY_RATE:
        if (!strcmp(argument, "bad")) {
            error_line(error, 100, "--rate: \"%s\": give 5M", argument);
            return EINVAL;
        }
        return 0;
    case ARGP_KEY_ERROR:
        option_error(state, "tool part", error, 100);
        return 0;
    default:
        return key == KEY_RATIO || key == KEY_LOOP || key == ARGP_KEY_ARG ? 0 : ARGP_ERR_UNKNOWN;
    }
}

static void parse(const char *const words[], unsigned flags, char error[100])
{
    static const struct argp argp = {options, take, "", "", NULL, NULL, NULL};
    char *argv[ARGUMENTS_MAX + 1] = {(char *)"part"};
    int argc = 1;
    for (; words[argc - 1] && argc < ARGUMENTS_MAX; argc++)
        argv[argc] = (char *)words[argc - 1];
    error[0] = 0;
    argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP | flags, NULL, error);
}

static void each_mistake_has_its_line(void **state)
{
    static const struct {
        const char *words[ARGUMENTS_MAX];
        unsigned flags;
        const char *error;
    } list[] = {
        {{"--rate", "5", "--loop", "x"}, 0, ""},
        {{"--ratio=1", "--", "--none"}, 0, ""},
        {{"--rato", "1"}, 0, "option --rato is not known: see tool part --help"},
        {{"x", "--rato=1", "y"}, 0, "option --rato=1 is not known: see tool part --help"},
        {{"--loop", "-r", "1"}, 0, "option -r is not known: see tool part --help"},
        {{"--rat", "1"}, 0, "option --rat may be one of several: write its name in full"},
        {{"--loop", "--rate"}, 0, "option --rate has no value: write --rate=BPS"},
        {{"--rati"}, 0, "option --ratio has no value: write --ratio=SHARE"},
        {{"--loop=yes"}, 0, "option --loop takes no value: write --loop alone"},
        {{"--rate", "bad", "--none"}, 0, "--rate: \"bad\": give 5M"},
        {{"--none", "run", "--other"},
         ARGP_IN_ORDER,
         "option --none is not known: see tool part --help"},
        {{"--no\nne"}, 0, "option --no?ne is not known: see tool part --help"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        char error[100];
        parse(list[i].words, list[i].flags, error);
        assert_string_equal(error, list[i].error);
    }
}

static void a_line_is_one_line_and_fits(void **state)
{
    char error[8];
    (void)state;
    assert_false(error_line(error, sizeof error, "%s", "a\nb\x7f\x1b"));
    assert_string_equal(error, "a?b??");
    assert_false(error_line(error, sizeof error, "%d", 123456789));
    assert_string_equal(error, "1234567");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_has_its_line),
        cmocka_unit_test(a_line_is_one_line_and_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
