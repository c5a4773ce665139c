/* How fine packets are quantized. */
#include "support/cmocka_all.h"

#include "packager/init/packet_qp.h"

static const struct rational thirty = {30, 1};

static void test_a_fine_continuation_gets_packets_that_are_fine_enough(void **state)
{
    struct packet_qp q;
    (void)state;
    packet_qp_init(&q, thirty);
    for (int qp = 10; qp <= 25; qp++) {
        packet_qp_init(&q, thirty);
        assert_int_equal(packet_qp_next(&q, qp + 1), 22 + 1);
    }
    assert_int_equal(packet_qp_next(&q, 0), 0);
}

/* A segment's coarse start is not taken for the stream's quality. */
static void test_one_coarse_frame_changes_nothing(void **state)
{
    struct packet_qp q;
    (void)state;
    packet_qp_init(&q, thirty);
    for (int i = 0; i < 300; i++)
        assert_int_equal(packet_qp_next(&q, (i % 60 ? 21 : 39) + 1), 22 + 1);
}

static void test_a_coarse_continuation_gets_coarser_packets(void **state)
{
    struct packet_qp q;
    int last = 0;
    (void)state;
    packet_qp_init(&q, thirty);
    for (int i = 0; i < 150; i++)
        last = packet_qp_next(&q, 22 + 1);
    assert_int_equal(last, 23);
    for (int i = 0; i < 150; i++) {
        int next = packet_qp_next(&q, 35 + 1);
        assert_in_range(next, last, last + 1); /* smoothly */
        last = next;
    }
    assert_int_equal(last, 32 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fine_continuation_gets_packets_that_are_fine_enough),
        cmocka_unit_test(test_one_coarse_frame_changes_nothing),
        cmocka_unit_test(test_a_coarse_continuation_gets_coarser_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
