/* Parking: who is let go and when, in virtual time; these waiters have no connection. */
#include "support/cmocka_all.h"

#include "media/core/err.h"
#include "packager/origin/parking.h"

#include <poll.h>

struct park {
    struct origin_parking parking;
    struct origin_lot video, audio;
};

static void park_start(struct park *p)
{
    assert_int_equal(origin_parking_init(&p->parking), ERR_OK);
    origin_lot_init(&p->video, &p->parking);
    origin_lot_init(&p->audio, &p->parking);
}

static bool is_woken(const struct park *p)
{
    struct pollfd fd = {.fd = p->parking.wake_fd, .events = POLLIN};

    return poll(&fd, 1, 0) == 1;
}

/* Takes; the waiters are exactly those two (NULL: fewer). */
static void expect_taken(struct park *p, int64_t now_us, const struct origin_waiter *a,
                         const struct origin_waiter *b)
{
    struct origin_waiter *taken = origin_parking_take(&p->parking, now_us);
    int count = 0;

    for (struct origin_waiter *w = taken; w != NULL; w = w->next, count++)
        assert_true(w == a || w == b);
    assert_int_equal(count, (a != NULL) + (b != NULL));
    assert_false(is_woken(p));
}

static void test_a_change_lets_go_its_own_lot(void **state)
{
    struct origin_waiter a = {.deadline_us = 1000}, b = a, c = a;
    struct park p;

    (void)state;
    park_start(&p);
    origin_park(&p.video, &a);
    origin_park(&p.video, &b);
    origin_park(&p.audio, &c);
    expect_taken(&p, 10, NULL, NULL);
    origin_lot_changed(&p.video);
    assert_true(is_woken(&p));
    expect_taken(&p, 20, &a, &b);
    origin_park(&p.video, &a);
    origin_lot_changed(&p.audio);
    origin_lot_changed(&p.video);
    expect_taken(&p, 30, &a, &c);
    expect_taken(&p, 40, NULL, NULL);
    origin_parking_finish(&p.parking);
}

/* No wake-up is lost: a change between the look into the store and the wait counts. Where nobody
 * waits nobody is woken. */
static void test_a_change_before_the_wait_counts(void **state)
{
    struct origin_waiter a = {.deadline_us = 1000};
    struct park p;

    (void)state;
    park_start(&p);
    origin_lot_changed(&p.audio);
    origin_lot_changed(&p.video);
    origin_lot_changed(&p.video);
    assert_false(is_woken(&p));
    origin_park(&p.video, &a);
    assert_true(is_woken(&p));
    expect_taken(&p, 10, &a, NULL);
    origin_park(&p.video, &a);
    expect_taken(&p, 20, NULL, NULL);
    origin_lot_changed(&p.video);
    assert_true(is_woken(&p));
    expect_taken(&p, 30, &a, NULL);
    origin_parking_finish(&p.parking);
}

/* Also while changes never pause. */
static void test_deadlines(void **state)
{
    struct origin_waiter a = {.deadline_us = 1000}, b = {.deadline_us = 3000},
                         c = {.deadline_us = 2000};
    struct park p;

    (void)state;
    park_start(&p);
    assert_int_equal(p.parking.next_deadline_us, INT64_MAX);
    origin_park(&p.video, &b);
    origin_park(&p.video, &a);
    origin_park(&p.audio, &c);
    assert_int_equal(p.parking.next_deadline_us, 1000);
    expect_taken(&p, 999, NULL, NULL);
    expect_taken(&p, 1000, &a, NULL);
    assert_int_equal(p.parking.next_deadline_us, 2000);
    origin_park(&p.video, &a);
    origin_lot_changed(&p.audio);
    expect_taken(&p, 1500, &a, &c);
    assert_int_equal(p.parking.next_deadline_us, 3000);
    origin_park(&p.audio, &c);
    origin_lot_changed(&p.audio);
    expect_taken(&p, 1600, &c, NULL);
    c.deadline_us = INT64_MAX;
    origin_park(&p.audio, &c);
    origin_lot_changed(&p.audio);
    expect_taken(&p, 3000, &b, &c);
    assert_int_equal(p.parking.next_deadline_us, INT64_MAX);
    origin_parking_finish(&p.parking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_lets_go_its_own_lot),
        cmocka_unit_test(test_a_change_before_the_wait_counts),
        cmocka_unit_test(test_deadlines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
