/* The ring of packets: order, contents, its bound, and every way of wrapping round. */
#include "player-sim/link/packet_ring.h"
#include "support/cmocka_all.h"

#include <string.h>

enum { RECORD = sizeof(struct packet) };

static void expect_front(const struct packet_ring *r, int64_t arrives_us, const char *text)
{
    const struct packet *p = packet_ring_front(r);
    assert_non_null(p);
    assert_int_equal(p->arrives_us, arrives_us);
    assert_int_equal(p->bytes, strlen(text));
    assert_memory_equal(p->data, text, p->bytes);
}

static void packets_leave_in_the_order_in_which_they_came(void **state)
{
    struct packet_ring r;
    (void)state;
    assert_int_equal(packet_ring_init(&r, 256), 0);
    assert_null(packet_ring_front(&r));
    assert_true(packet_ring_push(&r, 10, "one", 3));
    assert_true(packet_ring_push(&r, 10, "second", 6));
    expect_front(&r, 10, "one");
    packet_ring_pop(&r);
    assert_true(packet_ring_push(&r, 11, "3", 1));
    expect_front(&r, 10, "second");
    packet_ring_pop(&r);
    expect_front(&r, 11, "3");
    packet_ring_pop(&r);
    assert_null(packet_ring_front(&r));
    packet_ring_finish(&r);
}

/* Two records fill it to the last byte; the room of the first is free again only as a whole. */
static void it_is_full_exactly_at_its_capacity(void **state)
{
    static const char text[] = "12345678";
    struct packet_ring r;
    (void)state;
    assert_int_equal(packet_ring_init(&r, 2 * (RECORD + 8)), 0);
    assert_true(packet_ring_push(&r, 1, text, 8));
    assert_true(packet_ring_fits(&r, 8));
    assert_false(packet_ring_fits(&r, 9));
    assert_false(packet_ring_push(&r, 2, text, 9));
    assert_true(packet_ring_push(&r, 2, text, 8));
    assert_false(packet_ring_fits(&r, 1));
    packet_ring_pop(&r);
    expect_front(&r, 2, text);
    packet_ring_pop(&r);
    assert_true(packet_ring_fits(&r, RECORD + 16));
    assert_false(packet_ring_fits(&r, RECORD + 17));
    packet_ring_finish(&r);
}

static void fill(unsigned char *data, size_t bytes, unsigned serial)
{
    for (size_t i = 0; i < bytes; i++)
        data[i] = (unsigned char)(serial * 31 + i);
}

/* Sizes and pushes at random; what is told by the serial number of the front must be there. */
static void it_wraps_round_without_a_scratch(void **state)
{
    unsigned char data[200];
    unsigned seed = 1, pushed = 0, popped = 0, refused = 0;
    size_t sizes[4096];
    struct packet_ring r;
    (void)state;
    assert_int_equal(packet_ring_init(&r, 1000), 0);
    for (int i = 0; i < 200000; i++) {
        seed = seed * 1103515245 + 12345;
        size_t bytes = (seed >> 16) % sizeof data + 1;
        fill(data, bytes, pushed);
        if ((seed >> 8) % 2) {
            bool fits = packet_ring_fits(&r, bytes);
            assert_int_equal(packet_ring_push(&r, pushed, data, bytes), fits);
            refused += !fits;
            if (fits)
                sizes[pushed++ % 4096] = bytes;
        } else if (popped < pushed) {
            const struct packet *p = packet_ring_front(&r);
            assert_int_equal(p->arrives_us, popped);
            assert_int_equal(p->bytes, sizes[popped % 4096]);
            fill(data, p->bytes, popped++);
            assert_memory_equal(p->data, data, p->bytes);
            packet_ring_pop(&r);
        }
        assert_int_equal(r.count, pushed - popped);
    }
    assert_true(pushed > 10000 && refused > 1000);
    packet_ring_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_leave_in_the_order_in_which_they_came),
        cmocka_unit_test(it_is_full_exactly_at_its_capacity),
        cmocka_unit_test(it_wraps_round_without_a_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
