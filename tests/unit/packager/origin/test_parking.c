/* Parking: no wake-up is lost between the look into the store and the wait. What does park is
 * tested through HTTP; these waiters have no connection, so parking them would crash. */
#include "support/cmocka_all.h"

#include "media/core/clock.h"
#include "media/core/err.h"
#include "packager/origin/parking.h"

static void count_look(void *context, int64_t now_us)
{
    (void)now_us;
    atomic_fetch_add((_Atomic int *)context, 1);
}

static void test_a_change_since_the_look_is_no_wait(void **state)
{
    struct origin_parking parking;
    struct origin_lot lot, other;
    struct origin_waiter waiter = {.deadline_us = INT64_MAX};
    _Atomic int looks = 0;
    uint64_t seen;

    (void)state;
    assert_int_equal(origin_parking_init(&parking, 1000, count_look, &looks), ERR_OK);
    origin_lot_init(&lot, &parking);
    origin_lot_init(&other, &parking);
    seen = origin_lot_generation(&lot);
    origin_lot_changed(&other);
    assert_int_equal(origin_lot_generation(&lot), seen);
    origin_lot_changed(&lot);
    assert_int_equal(origin_park(&lot, &waiter, seen), ERR_AGAIN);
    origin_lot_changed(&lot);
    assert_int_equal(origin_park(&lot, &waiter, seen), ERR_AGAIN);
    assert_int_equal(origin_park(&lot, &waiter, seen + 1), ERR_AGAIN);
    origin_parking_close(&parking);
    assert_int_equal(origin_park(&lot, &waiter, origin_lot_generation(&lot)), ERR_END);
    /* A producer may still be at work. */
    origin_lot_changed(&lot);
    origin_lot_finish(&lot);
    origin_lot_finish(&other);
    origin_parking_finish(&parking);
}

/* Deadlines are looked at also while changes never pause. */
static void test_changes_do_not_keep_the_clock_from_being_looked_at(void **state)
{
    struct origin_parking parking;
    struct origin_lot lot;
    _Atomic int looks = 0;

    (void)state;
    assert_int_equal(origin_parking_init(&parking, 1000, count_look, &looks), ERR_OK);
    origin_lot_init(&lot, &parking);
    for (int64_t changes = 0; atomic_load(&looks) < 20; changes++) {
        assert_true(changes < 1000000000);
        origin_lot_changed(&lot);
    }
    origin_parking_close(&parking);
    origin_lot_finish(&lot);
    origin_parking_finish(&parking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_since_the_look_is_no_wait),
        cmocka_unit_test(test_changes_do_not_keep_the_clock_from_being_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
