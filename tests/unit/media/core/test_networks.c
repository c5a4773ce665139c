/* Addresses and networks as people write them. */
#include "support/cmocka_all.h"

#include "media/core/networks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static struct network_address address(const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct network_address a;
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        assert_true(network_address_of((struct sockaddr *)&four, &a));
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
        assert_true(network_address_of((struct sockaddr *)&six, &a));
    }
    return a;
}

static bool within(const char *list, const char *text)
{
    struct networks n;
    char why[200];
    if (!networks_parse(list, &n, why, sizeof why))
        fail_msg("%s: %s", list, why);
    struct network_address a = address(text);
    return networks_contain(&n, &a);
}

static void networks_hold_their_addresses(void **state)
{
    (void)state;
    assert_true(within("127.0.0.0/8,::1", "127.255.0.1"));
    assert_true(within("127.0.0.0/8, ::1", "::1"));
    assert_false(within("127.0.0.0/8,::1", "128.0.0.1"));
    assert_false(within("127.0.0.0/8,::1", "::2"));
    assert_true(within("10.1.2.0/23", "10.1.3.255"));
    assert_false(within("10.1.2.0/23", "10.1.4.0"));
    assert_true(within("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(within("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(within("0.0.0.0/0", "203.0.113.9"));
    assert_false(within("0.0.0.0/0", "2001:db8::1"));
    assert_true(within("::/0", "203.0.113.9"));
    assert_true(within("192.0.2.7", "::ffff:192.0.2.7"));
    assert_false(within("none", "127.0.0.1"));
}

static void what_is_no_network_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        ",",
        "localhost",
        "127.0.0.1/33",
        "::1/129",
        "127.0.0.1/",
        "127.0.0.1/x",
        "/8",
        "1.2.3",
        "none,::1",
        "127.0.0.1,,::1",
        "127.0.0.1/-1",
        "127.0.0.1 ::1",
        "[::1]",
        "::1%lo",
    };
    struct networks n = {.count = 7};
    char why[200];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (networks_parse(texts[i], &n, why, sizeof why))
            fail_msg("taken: %s", texts[i]);
        assert_non_null(strstr(why, "write"));
        assert_int_equal(n.count, 7);
    }
    char many[64 * NETWORKS_MAX] = "::1";
    for (int i = 0; i < NETWORKS_MAX; i++)
        strcat(many, ",::1");
    assert_false(networks_parse(many, &n, why, sizeof why));
}

static void they_are_written_as_people_do(void **state)
{
    char text[NETWORK_TEXT_BYTES];
    struct network_address a = address("192.0.2.7");
    (void)state;
    network_text(&a, 128, text);
    assert_string_equal(text, "192.0.2.7");
    network_text(&a, 120, text);
    assert_string_equal(text, "192.0.2.7/24");
    a = address("2001:db8:1:2::");
    network_text(&a, 64, text);
    assert_string_equal(text, "2001:db8:1:2::/64");
    assert_false(network_address_of(&(struct sockaddr){.sa_family = AF_UNIX}, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_hold_their_addresses),
        cmocka_unit_test(what_is_no_network_is_refused),
        cmocka_unit_test(they_are_written_as_people_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
