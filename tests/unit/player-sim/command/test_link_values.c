/* What a link is made of, from options' texts: values, what goes without them, one-line errors. */
#include "player-sim/command/link_values.h"
#include "support/cmocka_all.h"

#include <string.h>

enum { GIVEN_MAX = 4, MBIT = 1000000 };

struct given {
    enum link_value which;
    const char *text; /* NULL ends a list */
};

static struct link_values taken(const struct given given[GIVEN_MAX])
{
    char error[LINK_VALUES_ERROR_BYTES] = "";
    struct link_values v;
    link_values_init(&v);
    for (int i = 0; i < GIVEN_MAX && given[i].text; i++)
        if (!link_values_read(&v, given[i].which, given[i].text, error))
            fail_msg("%s", error);
    assert_true(link_values_check(&v, error));
    return v;
}

#define TAKEN(...) taken((const struct given[GIVEN_MAX]){__VA_ARGS__})

static void nothing_given_is_an_infinite_link(void **state)
{
    struct link_config ways[2];
    (void)state;
    struct link_values v = TAKEN({0, NULL});
    link_values_ways(&v, ways);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ways[i].delay_us, 0);
        assert_int_equal(ways[i].rate_bps, 0);
        assert_int_equal(ways[i].queue_bytes, LINK_QUEUE_MIN_BYTES);
        assert_int_equal(ways[i].jitter_us, 0);
        assert_true(ways[i].loss == 0);
        assert_null(ways[i].trace);
    }
    link_values_finish(&v);
}

static void a_constant_link_is_alike_both_ways(void **state)
{
    struct link_config ways[2];
    (void)state;
    struct link_values v = TAKEN({LINK_VALUE_RTT, "20.001"}, {LINK_VALUE_RATE, "40M"},
                                 {LINK_VALUE_JITTER, "1.5"}, {LINK_VALUE_LOSS, "0.25"});
    link_values_ways(&v, ways);
    assert_int_equal(ways[0].delay_us, 10000);
    assert_int_equal(ways[1].delay_us, 10001);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ways[i].rate_bps, 40 * MBIT);
        assert_int_equal(ways[i].queue_bytes, 100005);
        assert_int_equal(ways[i].jitter_us, 1500);
        assert_true(ways[i].loss == 0.25);
    }
    assert_true(ways[0].seed != ways[1].seed);
    link_values_finish(&v);
}

static void a_trace_is_of_the_way_to_the_viewer(void **state)
{
    struct link_config ways[2];
    (void)state;
    struct link_values v = TAKEN({LINK_VALUE_TRACE, "spike"}, {LINK_VALUE_TRACE_FROM, "12.5"},
                                 {LINK_VALUE_RATE, "2M"}, {LINK_VALUE_RTT, "1000"});
    link_values_ways(&v, ways);
    assert_int_equal(link_highest_rate_bps(&ways[0]), 1200000);
    assert_int_equal(ways[0].queue_bytes, 150000);
    assert_int_equal(ways[0].trace_from_us, 12500000);
    assert_int_equal(link_highest_rate_bps(&ways[1]), 2 * MBIT);
    assert_int_equal(ways[1].queue_bytes, 250000);
    link_values_finish(&v);
    assert_null(v.trace);
}

/* Of two traces the last counts, and the first is not leaked. */
static void a_traces_round_trips_hold_both_ways_unless_one_is_given(void **state)
{
    static const struct trace_piece piece = {1000, 8 * MBIT, 300000};
    struct link_config ways[2];
    (void)state;
    struct link_values v = TAKEN({LINK_VALUE_TRACE, "spike"}, {LINK_VALUE_TRACE, "cascade"});
    trace_destroy(v.trace);
    assert_int_equal(trace_create(&piece, 1, &v.trace), 0);
    link_values_ways(&v, ways);
    assert_int_equal(link_longest_delay_us(&ways[0]), 150000);
    assert_int_equal(link_longest_delay_us(&ways[1]), 150000);
    assert_int_equal(link_highest_rate_bps(&ways[1]), 0);
    assert_int_equal(ways[0].queue_bytes, 300000);
    v.rtt_us = 0;
    link_values_ways(&v, ways);
    assert_int_equal(link_longest_delay_us(&ways[0]), 0);
    assert_int_equal(link_longest_delay_us(&ways[1]), 0);
    assert_int_equal(ways[0].queue_bytes, LINK_QUEUE_MIN_BYTES);
    link_values_finish(&v);
}

static void a_queue_and_a_seed_are_taken(void **state)
{
    struct link_config ways[2], others[2];
    (void)state;
    struct link_values v = TAKEN({LINK_VALUE_QUEUE, "1k"}, {LINK_VALUE_SEED, "7"});
    link_values_ways(&v, ways);
    assert_int_equal(ways[0].queue_bytes, 1024);
    assert_int_equal(ways[1].queue_bytes, 1024);
    v.seed = 8;
    link_values_ways(&v, others);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            assert_true(ways[i].seed != others[j].seed);
    link_values_finish(&v);
}

static void what_is_wrong_names_the_option_and_the_remedy(void **state)
{
    static const struct {
        struct given given;
        const char *texts[3];
    } cases[] = {
        {{LINK_VALUE_RTT, "-1"}, {"--rtt -1: ", "milliseconds", "60000"}},
        {{LINK_VALUE_RTT, "60000.5"}, {"--rtt 60000.5: ", "60000"}},
        {{LINK_VALUE_RATE, "999"}, {"--rate 999: ", "1k to 1000G"}},
        {{LINK_VALUE_RATE, "1001G"}, {"--rate 1001G: ", "1k to 1000G"}},
        {{LINK_VALUE_QUEUE, "0"}, {"--queue 0: ", "64k"}},
        {{LINK_VALUE_QUEUE, "513M"}, {"--queue 513M: ", "512M"}},
        {{LINK_VALUE_TRACE, "no-such"}, {"--trace no-such: No such file", TRACE_NAMES}},
        {{LINK_VALUE_TRACE, ""}, {"--trace : No such file"}},
        {{LINK_VALUE_TRACE_FROM, "-3"}, {"--trace-from -3: ", "seconds"}},
        {{LINK_VALUE_TRACE_FROM, "31622401"}, {"--trace-from ", "31622400"}},
        {{LINK_VALUE_JITTER, "5ms"}, {"--jitter 5ms: ", "--jitter 5"}},
        {{LINK_VALUE_LOSS, "1.01"}, {"--loss 1.01: ", "from 0 to 1"}},
        {{LINK_VALUE_LOSS, "1%"}, {"--loss 1%: ", "--loss 0.01"}},
        {{LINK_VALUE_SEED, "x"}, {"--seed x: ", "whole number"}},
    };
    struct link_values v;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char error[LINK_VALUES_ERROR_BYTES] = "";
        link_values_init(&v);
        const struct link_values before = v;
        assert_false(link_values_read(&v, cases[i].given.which, cases[i].given.text, error));
        for (int j = 0; j < 3 && cases[i].texts[j]; j++)
            if (!strstr(error, cases[i].texts[j]))
                fail_msg("\"%s\" does not say \"%s\"", error, cases[i].texts[j]);
        assert_memory_equal(&v, &before, sizeof v);
    }
    char error[LINK_VALUES_ERROR_BYTES] = "";
    assert_true(link_values_read(&v, LINK_VALUE_TRACE_FROM, "0", error));
    assert_false(link_values_check(&v, error));
    assert_non_null(strstr(error, "give --trace"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_is_an_infinite_link),
        cmocka_unit_test(a_constant_link_is_alike_both_ways),
        cmocka_unit_test(a_trace_is_of_the_way_to_the_viewer),
        cmocka_unit_test(a_traces_round_trips_hold_both_ways_unless_one_is_given),
        cmocka_unit_test(a_queue_and_a_seed_are_taken),
        cmocka_unit_test(what_is_wrong_names_the_option_and_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
