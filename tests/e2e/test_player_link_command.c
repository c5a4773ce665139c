/* player-sim link as a program: it runs its command as it would run without the link, and says what
 * is wrong. The host's end is in a namespace that the test makes. What needs a link is skipped
 * where there is no root, no TUN device, no ip or no ping. */
#include "support/cmocka_all.h"
#include "support/link_run.h"
#include "support/netns_lab.h"

#include <signal.h>
#include <string.h>

enum { PATIENCE_MS = 60000 };

static struct netns_lab lab;

static int make_lab(void **state)
{
    const char *missing = netns_lab_missing();
    (void)state;
    if (missing)
        print_message("what needs a link is skipped: there is no %s\n", missing);
    return missing || netns_lab_make(&lab) ? 0 : -1;
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

/* ---- how the command is run ---- */

static void the_command_is_told_both_addresses_and_sees_nothing_else(void **state)
{
    const char *const arguments[] = {
        "--netns",
        lab.name,
        "--quiet",
        "--",
        "sh",
        "-c",
        "echo $HESP_LINK_HOST $HESP_LINK_SELF; ip -4 -o addr; ip -4 route; "
        "ping -q -c 1 127.0.0.1 >/dev/null && echo loopback is up",
        NULL};
    char text[LINK_RUN_OUTPUT_BYTES];
    struct link_run r;
    (void)state;
    need_lab();
    link_run(arguments, &r);
    link_run_expect_code(&r, 0);
    assert_string_equal(r.log, "");
    assert_memory_equal(r.out, "10.77.0.1 10.77.0.2\n", 20);
    assert_non_null(strstr(r.out, "inet 10.77.0.2 peer 10.77.0.1/32"));
    assert_non_null(strstr(r.out, "loopback is up"));
    assert_null(strstr(r.out, "default"));
    netns_lab_shell(&lab, "ip -n %s -o link", text, sizeof text);
    assert_non_null(strstr(text, "lo:"));
    assert_null(strstr(text, "hesp")); /* gone with the command */
    link_run_finish(&r);
}

static void the_exit_code_is_the_commands(void **state)
{
    const struct {
        const char *script;
        int code;
    } cases[] = {{"exit 0", 0}, {"exit 7", 7}, {"kill -KILL $$", 137}};
    (void)state;
    need_lab();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const arguments[] = {"--netns", lab.name,        "--", "sh",
                                         "-c",      cases[i].script, NULL};
        struct link_run r;
        link_run(arguments, &r);
        link_run_expect_code(&r, cases[i].code);
        assert_true(r.told);
        link_run_finish(&r);
    }
    const char *const arguments[] = {"--netns", lab.name, "--quiet", "no-such-program", NULL};
    struct link_run r;
    link_run(arguments, &r);
    link_run_expect_error(
        &r, 127,
        (const char *const[LINK_RUN_TEXTS_MAX]){"no-such-program", "No such file", "PATH"});
    link_run_finish(&r);
}

/* Starts a script behind a link, and waits for its first line. */
static void start_script(struct process *p, const char *script)
{
    const char *const arguments[] = {"--netns", lab.name, "--", "sh", "-c", script, NULL};
    char line[64];
    link_run_start(p, arguments);
    assert_true(process_line(p, line, sizeof line, PATIENCE_MS));
    assert_string_equal(line, "ready");
}

static void signals_go_to_the_command(void **state)
{
    struct process p;
    struct link_run r;
    (void)state;
    need_lab();
    start_script(&p, "trap 'echo asked; exit 42' TERM; echo ready; for i in $(seq 600); do sleep "
                     "0.1; done");
    process_signal(&p, SIGTERM);
    link_run_end(&p, &r);
    link_run_expect_code(&r, 42);
    assert_string_equal(r.out, "asked\n");
    assert_true(r.told);
    link_run_finish(&r);
    start_script(&p, "echo ready; exec sleep 60");
    process_signal(&p, SIGINT);
    link_run_end(&p, &r);
    link_run_expect_code(&r, 128 + SIGINT);
    link_run_finish(&r);
}

/* ---- what goes wrong ---- */

static void wrong_usage_is_one_line_with_the_remedy_and_code_2(void **state)
{
    static const struct {
        const char *arguments[5];
        const char *texts[LINK_RUN_TEXTS_MAX];
    } mistakes[] = {
        {{NULL}, {"no command", "player-sim link --rtt 20 -- ping"}},
        {{"--rtt", "20", "--"}, {"no command"}},
        {{"--rtt", "-1", "--", "true"}, {"--rtt", "-1", "milliseconds"}},
        {{"--rtt", "60001", "true"}, {"--rtt", "60001", "up to 60000"}},
        {{"--rate", "10Mbit", "true"}, {"--rate", "10Mbit", "10M"}},
        {{"--rate", "999", "true"}, {"--rate", "999", "1k"}},
        {{"--queue", "0", "true"}, {"--queue", "0", "64k"}},
        {{"--queue", "1G", "true"}, {"--queue", "1G", "512M"}},
        {{"--netns", "/run/netns/x", "true"}, {"--netns", "/run/netns/x", "not a path"}},
        {{"--netns", "..", "true"}, {"--netns", "not a path"}},
        {{"--jitter", "x", "true"}, {"--jitter", "x", "milliseconds"}},
        {{"--loss", "1%", "true"}, {"--loss", "1%", "--loss 0.01"}},
        {{"--seed", "-1", "true"}, {"--seed", "-1", "whole number"}},
        {{"--trace", "none", "true"}, {"--trace none", "No such file", "cascade"}},
        {{"--trace", OPENHESP_PLAYER_SIM, "true"}, {"--trace", "line 1", "format"}},
        {{"--trace-from", "3", "true"}, {"--trace-from", "give --trace"}},
        {{"--colour", "3", "true"}, {"--colour", "not known", "--help"}},
        {{"--rtt"}, {"--rtt", "no value"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct link_run r;
        link_run(mistakes[i].arguments, &r);
        link_run_expect_error(&r, 2, mistakes[i].texts);
        link_run_finish(&r);
    }
}

static void help_teaches_on_standard_output(void **state)
{
    static const char *const taught[] = {"Usage: player-sim link",
                                         "--rtt",
                                         "--rate",
                                         "--queue",
                                         "--trace",
                                         "--trace-from",
                                         "--jitter",
                                         "--loss",
                                         "--seed",
                                         "fast-jitter",
                                         "constant:",
                                         "--netns",
                                         "--quiet",
                                         "HESP_LINK_HOST",
                                         "ip netns add",
                                         "10.77.0.1:8080",
                                         "--listen 0.0.0.0:8080",
                                         "/dev/net/tun",
                                         "Exit codes"};
    const char *const arguments[] = {"--help", NULL};
    struct link_run r;
    (void)state;
    link_run(arguments, &r);
    link_run_expect_code(&r, 0);
    assert_string_equal(r.log, "");
    for (size_t i = 0; i < sizeof taught / sizeof *taught; i++)
        if (!strstr(r.out, taught[i]))
            fail_msg("--help says nothing of \"%s\"", taught[i]);
    link_run_finish(&r);
}

static void a_namespace_that_is_not_there_is_named(void **state)
{
    const char *const arguments[] = {"--netns", "hesp-test-none", "--", "true", NULL};
    struct link_run r;
    (void)state;
    need_lab();
    link_run(arguments, &r);
    link_run_expect_error(
        &r, 1, (const char *const[LINK_RUN_TEXTS_MAX]){"hesp-test-none", "ip netns add"});
    link_run_finish(&r);
}

static void a_second_link_at_the_same_place_is_refused(void **state)
{
    const char *const arguments[] = {"--netns", lab.name, "--", "true", NULL};
    struct process first;
    struct link_run r;
    (void)state;
    need_lab();
    start_script(&first, "echo ready; exec sleep 60");
    link_run(arguments, &r);
    link_run_expect_error(&r, 1,
                          (const char *const[LINK_RUN_TEXTS_MAX]){"10.77.0.1", "hesp0", "--netns"});
    link_run_finish(&r);
    process_signal(&first, SIGTERM);
    link_run_end(&first, &r);
    link_run_expect_code(&r, 128 + SIGTERM);
    link_run_finish(&r);
}

/* Somebody removes the device: the command is asked to end, and the run counts as failed. */
static void a_link_that_is_taken_away_ends_the_command(void **state)
{
    char text[256];
    struct process p;
    struct link_run r;
    (void)state;
    need_lab();
    start_script(&p, "trap 'echo asked; exit 0' TERM; echo ready; for i in $(seq 600); do sleep "
                     "0.1; done");
    netns_lab_shell(&lab, "ip -n %s link del hesp0 2>&1", text, sizeof text);
    assert_string_equal(text, "");
    link_run_end(&p, &r);
    link_run_expect_code(&r, 1);
    assert_string_equal(r.out, "asked\n");
    assert_non_null(strstr(r.log, "taken away"));
    link_run_finish(&r);
}

/* Root without the two capabilities is what a container's root is. */
static void without_the_rights_it_says_so(void **state)
{
    const char *const argv[] = {"setpriv",
                                "--bounding-set",
                                "-net_admin,-sys_admin",
                                OPENHESP_PLAYER_SIM,
                                "link",
                                "--netns",
                                lab.name,
                                "--",
                                "true",
                                NULL};
    struct process p;
    struct link_run r;
    (void)state;
    need_lab();
    assert_true(process_start(&p, argv, PROCESS_STDOUT));
    link_run_end(&p, &r);
    link_run_expect_error(
        &r, 1, (const char *const[LINK_RUN_TEXTS_MAX]){"not permitted", "root", "CAP_NET_ADMIN"});
    link_run_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_command_is_told_both_addresses_and_sees_nothing_else),
        cmocka_unit_test(the_exit_code_is_the_commands),
        cmocka_unit_test(signals_go_to_the_command),
        cmocka_unit_test(wrong_usage_is_one_line_with_the_remedy_and_code_2),
        cmocka_unit_test(help_teaches_on_standard_output),
        cmocka_unit_test(a_namespace_that_is_not_there_is_named),
        cmocka_unit_test(a_second_link_at_the_same_place_is_refused),
        cmocka_unit_test(a_link_that_is_taken_away_ends_the_command),
        cmocka_unit_test(without_the_rights_it_says_so),
    };
    return cmocka_run_group_tests(tests, make_lab, remove_lab);
}
