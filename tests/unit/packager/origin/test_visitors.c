/* Who is connected and how fast they ask, in virtual time. */
#include "support/cmocka_all.h"

#include "packager/origin/visitors.h"

#include <arpa/inet.h>
#include <string.h>

enum { SECOND_US = 1000000 };

static struct network_address four(unsigned number)
{
    struct network_address a = {{[10] = 0xff, [11] = 0xff, [12] = 203}};

    a.bytes[13] = (uint8_t)(number >> 16);
    a.bytes[14] = (uint8_t)(number >> 8);
    a.bytes[15] = (uint8_t)number;
    return a;
}

static struct network_address six(const char *text)
{
    struct network_address a;

    assert_int_equal(inet_pton(AF_INET6, text, a.bytes), 1);
    return a;
}

static struct origin_visitor *enter(struct origin_visitors *v, struct network_address a)
{
    return origin_visitors_enter(v, &a);
}

static void open_with(struct origin_visitors *v, struct origin_visitors_config config,
                      const char *exempt)
{
    struct networks networks;
    char why[200];

    assert_true(networks_parse(exempt, &networks, why, sizeof why));
    config.exempt = &networks;
    config.seed = 20261128;
    assert_int_equal(origin_visitors_init(v, &config), 0);
}

static void test_an_address_has_so_many_connections(void **state)
{
    struct origin_visitors v;
    struct origin_visitor *a, *b;

    (void)state;
    open_with(&v, (struct origin_visitors_config){.connections = 8, .connections_max = 2}, "none");
    a = enter(&v, four(1));
    b = enter(&v, four(2));
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(enter(&v, four(1)), a);
    assert_false(origin_visitors_crowd(&v, a));
    assert_ptr_equal(enter(&v, four(1)), a);
    assert_true(origin_visitors_crowd(&v, a));
    assert_false(origin_visitors_crowd(&v, b));
    origin_visitors_leave(&v, a);
    assert_false(origin_visitors_crowd(&v, a));
    origin_visitors_finish(&v);
}

/* One household has 2^64 addresses. */
static void test_version_6_counts_by_its_first_half(void **state)
{
    struct origin_visitors v;
    struct origin_visitor *a;
    char text[NETWORK_TEXT_BYTES];

    (void)state;
    open_with(&v, (struct origin_visitors_config){.connections = 8, .connections_max = 1}, "none");
    a = enter(&v, six("2001:db8:1:2::1"));
    assert_ptr_equal(enter(&v, six("2001:db8:1:2:ffff:ffff:ffff:ffff")), a);
    assert_ptr_not_equal(enter(&v, six("2001:db8:1:3::1")), a);
    assert_ptr_equal(enter(&v, six("::ffff:192.0.2.1")), enter(&v, six("::ffff:192.0.2.1")));
    assert_ptr_not_equal(enter(&v, six("::ffff:192.0.2.1")), enter(&v, six("::ffff:192.0.2.2")));
    origin_visitor_text(a, text);
    assert_string_equal(text, "2001:db8:1:2::/64");
    origin_visitors_finish(&v);
}

static unsigned ask_until_refused(struct origin_visitors *v, struct origin_visitor *a,
                                  int64_t now_us)
{
    unsigned taken = 0;

    while (taken < 10000 && origin_visitors_ask(v, a, now_us))
        taken++;
    return taken;
}

static void test_an_address_asks_at_a_rate(void **state)
{
    struct origin_visitors v;
    struct origin_visitor *a, *b;
    unsigned taken = 0;

    (void)state;
    open_with(&v, (struct origin_visitors_config){.connections = 8, .requests_max = 100}, "none");
    a = enter(&v, four(1));
    b = enter(&v, four(2));
    assert_int_equal(ask_until_refused(&v, a, 5 * SECOND_US), 200);
    assert_int_equal(ask_until_refused(&v, a, 5 * SECOND_US + 9999), 0);
    assert_int_equal(ask_until_refused(&v, a, 5 * SECOND_US + 10000), 1);
    assert_int_equal(ask_until_refused(&v, b, 5 * SECOND_US), 200); /* another's matter */
    assert_int_equal(ask_until_refused(&v, a, 100 * (int64_t)SECOND_US), 200);
    /* Who asks ten times too often for ten seconds gets what he may, refusals cost him nothing. */
    for (int64_t now_us = 200 * (int64_t)SECOND_US; now_us < 210 * (int64_t)SECOND_US;
         now_us += 1000)
        taken += origin_visitors_ask(&v, a, now_us);
    assert_in_range(taken, 1190, 1200);
    origin_visitors_finish(&v);
}

static void test_who_is_exempt_has_no_limits(void **state)
{
    struct origin_visitors v;
    struct origin_visitor *a;

    (void)state;
    open_with(
        &v,
        (struct origin_visitors_config){.connections = 8, .connections_max = 1, .requests_max = 1},
        "203.0.0.5, 2001:db8::7");
    a = enter(&v, four(5));
    assert_ptr_equal(enter(&v, four(5)), a);
    assert_false(origin_visitors_crowd(&v, a));
    assert_int_equal(ask_until_refused(&v, a, 0), 10000);
    /* His neighbours are no better off for him. */
    a = enter(&v, six("2001:db8::7"));
    assert_true(a->exempt);
    assert_false(enter(&v, six("2001:db8::8"))->exempt);
    assert_ptr_equal(enter(&v, six("2001:db8::7")), a);
    origin_visitors_finish(&v);
}

static void test_going_and_coming_back_begins_nothing_anew(void **state)
{
    struct origin_visitors v;
    struct origin_visitor *a;

    (void)state;
    open_with(&v, (struct origin_visitors_config){.connections = 2, .gone = 3, .requests_max = 10},
              "none");
    a = enter(&v, four(1));
    assert_int_equal(ask_until_refused(&v, a, 0), 20);
    origin_visitors_leave(&v, a);
    a = enter(&v, four(1));
    assert_false(origin_visitors_ask(&v, a, 0));
    origin_visitors_leave(&v, a);
    /* Four others later he is forgotten: there are places for five. */
    for (unsigned i = 2; i <= 5; i++)
        origin_visitors_leave(&v, enter(&v, four(i)));
    a = enter(&v, four(1));
    assert_false(origin_visitors_ask(&v, a, 0));
    origin_visitors_leave(&v, a);
    for (unsigned i = 12; i <= 16; i++)
        origin_visitors_leave(&v, enter(&v, four(i)));
    a = enter(&v, four(1));
    assert_true(origin_visitors_ask(&v, a, 0));
    origin_visitors_finish(&v);
}

/* Whoever is connected keeps his place, whatever the others do. */
static void test_the_connected_are_not_forgotten(void **state)
{
    struct origin_visitors v;
    struct origin_visitor *a, *b;

    (void)state;
    open_with(&v, (struct origin_visitors_config){.connections = 2}, "none");
    a = enter(&v, four(1));
    for (unsigned i = 100; i < 1100; i++)
        origin_visitors_leave(&v, enter(&v, four(i)));
    assert_ptr_equal(enter(&v, four(1)), a);
    assert_int_equal(a->connections, 2);
    b = enter(&v, four(2));
    assert_non_null(b);
    assert_null(enter(&v, four(3)));
    origin_visitors_leave(&v, b);
    assert_non_null(enter(&v, four(3)));
    origin_visitors_finish(&v);
}

/* At random, beside plain counts. */
static void test_the_counts_are_right(void **state)
{
    enum { ADDRESSES = 40, CONNECTIONS = 30 };
    struct origin_visitors v;
    struct origin_visitor *held[CONNECTIONS];
    unsigned owner[CONNECTIONS], counts[ADDRESSES] = {0}, count = 0, seed = 7;

    (void)state;
    open_with(&v, (struct origin_visitors_config){.connections = CONNECTIONS, .gone = 5}, "none");
    for (int step = 0; step < 20000; step++) {
        seed = seed * 1103515245 + 12345;
        unsigned chance = seed >> 16 & 0x7fff;
        if (count < CONNECTIONS && (count == 0 || chance % 2 == 0)) {
            owner[count] = chance / 2 % ADDRESSES;
            held[count] = enter(&v, four(owner[count]));
            assert_non_null(held[count]);
            assert_int_equal(held[count]->connections, ++counts[owner[count]]);
            count++;
        } else {
            unsigned i = chance / 2 % count;
            counts[owner[i]]--;
            origin_visitors_leave(&v, held[i]);
            assert_int_equal(held[i]->connections, counts[owner[i]]);
            held[i] = held[--count];
            owner[i] = owner[count];
        }
    }
    origin_visitors_finish(&v);
}

static void test_the_log_is_told_now_and_then(void **state)
{
    struct origin_visitors v;
    struct origin_visitor *a, *b;
    unsigned lines = 0;

    (void)state;
    open_with(&v, (struct origin_visitors_config){.connections = 8}, "none");
    a = enter(&v, four(1));
    b = enter(&v, four(2));
    for (int64_t now_us = 0; now_us < 120 * (int64_t)SECOND_US; now_us += 1000) {
        bool told = origin_visitors_tell(&v, a, now_us);
        lines += told;
        assert_false(told && origin_visitors_tell(&v, b, now_us)); /* not in the same second */
    }
    assert_int_equal(lines, 2);
    assert_true(origin_visitors_tell(&v, b, 120 * (int64_t)SECOND_US));
    origin_visitors_finish(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address_has_so_many_connections),
        cmocka_unit_test(test_version_6_counts_by_its_first_half),
        cmocka_unit_test(test_an_address_asks_at_a_rate),
        cmocka_unit_test(test_who_is_exempt_has_no_limits),
        cmocka_unit_test(test_going_and_coming_back_begins_nothing_anew),
        cmocka_unit_test(test_the_connected_are_not_forgotten),
        cmocka_unit_test(test_the_counts_are_right),
        cmocka_unit_test(test_the_log_is_told_now_and_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
