/* When frames are due. */
#include "player-sim/session/playhead.h"

#include "support/cmocka_all.h"

static void test_due(void **state)
{
    (void)state;
    struct session_playhead p = {0};
    assert_false(p.runs);
    session_playhead_start(&p, 4000000, 50000, 33000);
    assert_true(p.runs);
    assert_true(p.shown_us == 50000 && p.time_us == 4000000);
    assert_true(session_playhead_due(&p, 4040000) == 123000);
    assert_true(session_playhead_due(&p, 5000000) == 1083000);
}

static void test_in_time_is_no_stall(void **state)
{
    (void)state;
    struct session_playhead p = {0};
    session_playhead_start(&p, 0, 0, 0);
    for (int64_t n = 1; n < 1000; n++) {
        int64_t due_us = session_playhead_due(&p, n * 33333);
        assert_true(due_us == n * 33333);
        assert_true(session_playhead_show(&p, n * 33333, due_us, due_us) == 0);
        assert_true(p.shown_us == due_us && p.time_us == n * 33333);
    }
}

/* Each stall shifts all that follows, by as much and once. */
static void test_stalls_add_up(void **state)
{
    (void)state;
    struct session_playhead p = {0};
    session_playhead_start(&p, 0, 1000, 500);
    assert_true(session_playhead_show(&p, 40000, 41500, 41501) == 1);
    assert_true(session_playhead_due(&p, 80000) == 81501);
    assert_true(session_playhead_show(&p, 80000, 81501, 181501) == 100000);
    assert_true(session_playhead_due(&p, 120000) == 221501);
    assert_true(session_playhead_show(&p, 120000, 221501, 221501) == 0);
    session_playhead_start(&p, 7, 300000, 0); /* a join has a schedule of its own */
    assert_true(session_playhead_due(&p, 7) == 300000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_in_time_is_no_stall),
        cmocka_unit_test(test_stalls_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
