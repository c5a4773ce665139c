/* The ring under the window: numbers stay with their items while it wraps and grows. */
#include "unit/packager/store/fixture.h"

#include "packager/store/ring.h"

static void push(struct store_ring *r, int *items)
{
    assert_int_equal(store_ring_reserve(r), ERR_OK);
    store_ring_push(r, &items[r->end]);
}

static void check_all(const struct store_ring *r, int *items)
{
    for (int64_t n = r->first; n < r->end; n++)
        assert_ptr_equal(*store_ring_at(r, n), &items[n]);
}

/* Removes one item for each `per` that are added, so that growth meets every position. */
static void run(int per)
{
    enum { ITEMS = 700 };
    static int items[ITEMS];
    struct store_ring r = {0};
    for (int i = 0; i < ITEMS; i++) {
        push(&r, items);
        if (i % per == per - 1) {
            int64_t first = r.first;
            assert_ptr_equal(store_ring_shift(&r), &items[first]);
        }
        check_all(&r, items);
    }
    assert_int_equal(r.first, ITEMS / per);
    while (r.first < r.end)
        store_ring_shift(&r);
    assert_int_equal(r.end, ITEMS);
    store_ring_finish(&r);
    assert_null(r.slots);
}

static void test_numbers_stay_with_their_items(void **state)
{
    (void)state;
    for (int per = 1; per < 6; per++)
        run(per);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_stay_with_their_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
