/* Jitter and loss: within their bounds, as likely as asked, the same for a seed. */
#include "player-sim/link/link.h"
#include "media/core/err.h"
#include "support/cmocka_all.h"

#include <stdlib.h>

enum { PACKETS = 20000, MS = 1000, LOST = -1 };

/* 8 Mbit/s: a byte a microsecond. */
static struct link made(int64_t jitter_us, double loss, uint64_t seed)
{
    struct link l;
    link_init(&l, &(struct link_config){.delay_us = 10 * MS,
                                        .rate_bps = 8000000,
                                        .queue_bytes = 65536,
                                        .jitter_us = jitter_us,
                                        .loss = loss,
                                        .seed = seed});
    return l;
}

/* Arrivals of packets of 100 bytes, offered every so often; LOST where they never do. */
static int64_t *offer_all(struct link *l, int64_t every_us)
{
    int64_t *at_us = calloc(PACKETS, sizeof *at_us);
    assert_non_null(at_us);
    for (int i = 0; i < PACKETS; i++)
        if (!link_offer(l, i * every_us, 100, &at_us[i]))
            at_us[i] = LOST;
    assert_int_equal(l->dropped, 0);
    assert_int_equal(l->taken, PACKETS);
    return at_us;
}

/* 4 ms apart, so that 3 ms of jitter never meet. Its mean is 1500 us, and 20000 draws of standard
 * deviation 866 us come within 5 * 6.1 us of it but for once in 10^6 seeds. */
static void jitter_is_even_between_its_bounds(void **state)
{
    int64_t sum_us = 0, least_us = INT64_MAX, most_us = 0;
    (void)state;
    struct link l = made(3 * MS, 0, 1);
    int64_t *at_us = offer_all(&l, 4 * MS);
    for (int i = 0; i < PACKETS; i++) {
        int64_t jitter_us = at_us[i] - (i * (int64_t)(4 * MS) + 100 + 10 * MS);
        assert_in_range(jitter_us, 0, 3 * MS);
        sum_us += jitter_us;
        least_us = jitter_us < least_us ? jitter_us : least_us;
        most_us = jitter_us > most_us ? jitter_us : most_us;
    }
    assert_in_range(sum_us / PACKETS, 1470, 1530);
    assert_int_equal(least_us, 0);
    assert_int_equal(most_us, 3 * MS);
    free(at_us);
}

static void nothing_overtakes(void **state)
{
    int met = 0;
    (void)state;
    struct link l = made(3 * MS, 0, 1);
    int64_t *at_us = offer_all(&l, 200);
    for (int i = 1; i < PACKETS; i++) {
        assert_true(at_us[i] >= at_us[i - 1]);
        assert_in_range(at_us[i] - (i * (int64_t)200 + 100 + 10 * MS), 0, 3 * MS);
        met += at_us[i] == at_us[i - 1];
    }
    assert_true(met > PACKETS / 2); /* packets that waited for the one before */
    free(at_us);
}

/* 20000 draws at 0.03 come within 5 * 24 of 600. */
static void packets_are_lost_as_often_as_asked(void **state)
{
    (void)state;
    struct link l = made(0, 0.03, 7);
    int64_t *at_us = offer_all(&l, 200);
    uint64_t lost = 0, runs = 0;
    for (int i = 0; i < PACKETS; i++) {
        lost += at_us[i] == LOST;
        runs += i && at_us[i] == LOST && at_us[i - 1] == LOST;
        if (at_us[i] != LOST)
            assert_int_equal(at_us[i], i * (int64_t)200 + 100 + 10 * MS);
    }
    assert_int_equal(l.lost, lost);
    assert_in_range(lost, 480, 720);
    assert_in_range(runs, 2, 50); /* 18 are to be expected where each is drawn by itself */
    free(at_us);
}

static void what_is_lost_has_used_the_link(void **state)
{
    int64_t at_us = LOST;
    (void)state;
    struct link l = made(0, 1, 7);
    assert_false(link_offer(&l, 0, 1000, &at_us));
    assert_false(link_offer(&l, 0, 1000, &at_us));
    assert_int_equal(at_us, LOST);
    assert_int_equal(link_sent_us(&l), 2000);
    assert_int_equal(link_backlog_bytes(&l, 500), 1500);
    assert_int_equal(l.lost, 2);
    assert_int_equal(l.taken, 2);
    assert_int_equal(l.bytes, 2000);
    assert_int_equal(l.dropped, 0);
}

static int differences(const int64_t *a, const int64_t *b, bool only_losses)
{
    int count = 0;
    for (int i = 0; i < PACKETS; i++)
        count += only_losses ? (a[i] == LOST) != (b[i] == LOST) : a[i] != b[i];
    return count;
}

static void the_seed_says_all(void **state)
{
    (void)state;
    struct link links[] = {made(MS, 0.1, 3), made(MS, 0.1, 3), made(MS, 0.1, 4), made(0, 0.1, 3)};
    int64_t *at_us[4];
    for (int i = 0; i < 4; i++)
        at_us[i] = offer_all(&links[i], 2 * MS);
    assert_int_equal(differences(at_us[0], at_us[1], false), 0);
    assert_true(differences(at_us[0], at_us[2], false) > PACKETS / 2);
    /* two in ten of which one lost it and the other not: 3600 */
    assert_in_range(differences(at_us[0], at_us[2], true), 3000, 4200);
    assert_true(differences(at_us[0], at_us[3], false) > PACKETS / 2);
    assert_int_equal(differences(at_us[0], at_us[3], true), 0); /* whatever the jitter */
    for (int i = 0; i < 4; i++)
        free(at_us[i]);
}

/* The same on every machine and in every version: results are compared by seed. */
static void golden_numbers(void **state)
{
    static const int64_t expected_us[] = {944, LOST, LOST, 247, LOST, 928, LOST, 355, 799, 87};
    (void)state;
    struct link l = made(MS, 0.3, 1);
    for (size_t i = 0; i < sizeof expected_us / sizeof *expected_us; i++) {
        int64_t at_us = LOST, sent_us = (int64_t)i * 2 * MS + 100;
        if (link_offer(&l, sent_us - 100, 100, &at_us))
            at_us -= sent_us + 10 * MS;
        assert_int_equal(at_us, expected_us[i]);
    }
}

/* Both on a trace: what varies comes after what is sent. */
static void chance_moves_nothing_on_the_link(void **state)
{
    static const struct trace_piece pieces[] = {{5 * MS, 8000000, 20 * MS}, {5 * MS, 0, 2 * MS}};
    struct link l, steady;
    struct trace *t = NULL;
    (void)state;
    assert_int_equal(trace_create(pieces, 2, &t), ERR_OK);
    struct link_config config = {.trace = t, .queue_bytes = 65536};
    link_init(&steady, &config);
    config.jitter_us = 500;
    config.loss = 0.2;
    link_init(&l, &config);
    for (int i = 0; i < 1000; i++) {
        int64_t at_us, steady_us;
        assert_true(link_offer(&steady, i * 1500, 600, &steady_us));
        bool arrived = link_offer(&l, i * 1500, 600, &at_us);
        assert_int_equal(link_sent_us(&l), link_sent_us(&steady));
        if (arrived)
            assert_in_range(at_us, link_sent_us(&l) + 1 * MS, steady_us + 500);
    }
    assert_in_range(l.lost, 100, 300);
    trace_destroy(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jitter_is_even_between_its_bounds),
        cmocka_unit_test(nothing_overtakes),
        cmocka_unit_test(packets_are_lost_as_often_as_asked),
        cmocka_unit_test(what_is_lost_has_used_the_link),
        cmocka_unit_test(the_seed_says_all),
        cmocka_unit_test(golden_numbers),
        cmocka_unit_test(chance_moves_nothing_on_the_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
