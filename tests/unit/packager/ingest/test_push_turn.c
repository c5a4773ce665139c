/* Whose turn it is where two want to push, in virtual time. */
#include "packager/ingest/push_turn.h"

#include "support/cmocka_all.h"

static void a_newcomer_waits_for_a_moment_only(void **state)
{
    (void)state;
    for (int64_t in_us = 0; in_us <= 2000000; in_us += 50000) {
        for (int64_t new_us = 0; new_us <= 2000000; new_us += 50000) {
            int64_t now_us = (in_us > new_us ? in_us : new_us) + 500000;
            assert_int_not_equal(push_turn(in_us, new_us, now_us), PUSH_TURN_WAIT);
        }
    }
}

static void nobody_pushes_a_sender_away(void **state)
{
    int64_t new_us = 10000000;
    enum push_turn turn = PUSH_TURN_WAIT;
    (void)state;
    for (int64_t now_us = new_us; now_us < new_us + 3000000; now_us += 1000) {
        int64_t in_us = now_us - now_us % 40000; /* it sends 25 times a second */
        turn = push_turn(in_us, new_us, now_us);
        assert_int_not_equal(turn, PUSH_TURN_NEW);
        if (turn == PUSH_TURN_REFUSED)
            break;
    }
    assert_int_equal(turn, PUSH_TURN_REFUSED);
}

static void who_has_fallen_silent_loses_its_turn(void **state)
{
    (void)state;
    assert_int_equal(push_turn(1000000, 1100000, 1499999), PUSH_TURN_WAIT);
    assert_int_equal(push_turn(1000000, 1100000, 1500000), PUSH_TURN_NEW);
    assert_int_equal(push_turn(1000000, 9000000, 9000000), PUSH_TURN_NEW);
    /* What was on its way when it died comes after the newcomer. */
    assert_int_equal(push_turn(1300000, 1000000, 1400000), PUSH_TURN_WAIT);
    assert_int_equal(push_turn(1300000, 1000000, 1800000), PUSH_TURN_NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_newcomer_waits_for_a_moment_only),
        cmocka_unit_test(nobody_pushes_a_sender_away),
        cmocka_unit_test(who_has_fallen_silent_loses_its_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
