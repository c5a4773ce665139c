/* A flow against arrival times worked out by hand, and against what has to hold whatever is lost.
 * Without other words the link carries 8 Mbit/s, a byte a microsecond, 20 ms each way; a full
 * packet is 1448 bytes, 1500 on the wire. */
#include "fixture.h"
#include "media/core/lots.h"
#include "player-sim/transport/virtual/flow.h"

enum { PACKET = PATH_PAYLOAD_BYTES, ARRIVALS = 1024, STREAMS = 5 };

static const int64_t delay_us = 20000, fast_bps = 8000000, quiet_us = 1000000000;

struct arrival {
    struct flow_piece piece;
    int64_t at_us;
};

struct pipe {
    struct engine engine;
    struct path path;
    struct flow *flow;
    struct arrival arrivals[ARRIVALS];
    size_t count;
    bool ends; /* the flow with the next piece */
};

static void arrived(void *context, const struct flow_piece *piece)
{
    struct pipe *p = context;
    assert_true(p->count < ARRIVALS);
    p->arrivals[p->count++] = (struct arrival){.piece = *piece, .at_us = p->engine.now_us};
    if (!p->ends)
        return;
    flow_destroy(p->flow);
    p->flow = NULL;
}

static struct pipe *pipe_open(enum flow_kind kind, int64_t one_way_us, int64_t queue_bytes)
{
    struct pipe *p = test_calloc(1, sizeof *p);
    stage_link(&p->path, fast_bps, one_way_us, queue_bytes);
    int64_t rtt_us = kind == FLOW_IDEAL ? 0 : 2 * one_way_us;
    assert_int_equal(flow_create(&p->engine, &p->path, kind, rtt_us, arrived, p, &p->flow), 0);
    return p;
}

static void pipe_close(struct pipe *p)
{
    flow_destroy(p->flow);
    assert_int_equal(p->engine.timers.count, 0);
    engine_finish(&p->engine);
    test_free(p);
}

static void write_piece(struct pipe *p, uint32_t stream, uint32_t bytes, int64_t tag)
{
    struct flow_piece piece = {.stream = stream, .bytes = bytes, .tag = tag};
    assert_int_equal(flow_write(p->flow, &piece), 0);
}

static void expect(const struct pipe *p, size_t i, int64_t tag, int64_t at_us)
{
    assert_true(i < p->count);
    assert_int_equal(p->arrivals[i].piece.tag, tag);
    assert_int_equal(p->arrivals[i].at_us, at_us);
}

/* Something of somebody else's, in front of everything. */
static void occupy(struct pipe *p, int64_t bytes)
{
    int64_t at_us;
    link_offer(&p->path.down, p->engine.now_us, bytes, &at_us);
}

/* ---- by hand ---- */

static void a_packet_takes_its_sending_and_the_way(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_TCP, delay_us, 65536);
    write_piece(p, 1, PACKET, 7);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 1);
    expect(p, 0, 7, 21500);
    assert_int_equal(p->arrivals[0].piece.first_us, 21500);
    pipe_close(p);
}

static void ten_packets_need_no_acknowledgement(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_TCP, delay_us, 65536);
    write_piece(p, 1, 10 * PACKET, 1);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 1);
    expect(p, 0, 1, 35000);
    assert_int_equal(p->arrivals[0].piece.first_us, 21500);
    pipe_close(p);

    p = pipe_open(FLOW_QUIC, delay_us, 65536);
    for (int i = 0; i < 10; i++)
        write_piece(p, (uint32_t)(1 + i % 3), PACKET, i);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 10);
    for (int i = 0; i < 10; i++)
        expect(p, (size_t)i, i, 21500 + 1500 * i);
    pipe_close(p);
}

/* Pairs of packets arrive each 3 ms; acknowledgements of the first ten, from 43 ms on, let four go
 * each; of these twenty the first come back at 86 ms, and again let four go each: 24 by 101 ms,
 * which the link sends until 122 ms, and behind them the last packet and 360 bytes. */
static void eighty_kilobytes_take_three_round_trips(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_TCP, delay_us, 65536);
    write_piece(p, 1, 80000, 1);
    assert_int_equal(flow_unsent_bytes(p->flow), 80000 - 10 * PACKET);
    engine_run(&p->engine, 85999);
    assert_int_equal(flow_unsent_bytes(p->flow), 80000 - 30 * PACKET);
    engine_run(&p->engine, quiet_us);
    expect(p, 0, 1, 122000 + 1500 + 412 + delay_us);
    assert_int_equal(flow_unsent_bytes(p->flow), 0);
    pipe_close(p);
}

static void frames_arrive_one_transmission_after_the_other(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_TCP, 5000, 65536);
    for (int i = 0; i < 100; i++) {
        engine_run(&p->engine, i * 33000);
        write_piece(p, 1, 10000, i);
    }
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 100);
    for (int i = 0; i < 100; i++) {
        expect(p, (size_t)i, i, i * 33000 + 10000 + 7 * 52 + 5000);
        assert_int_equal(p->arrivals[i].piece.first_us, i * 33000 + 1500 + 5000);
    }
    pipe_close(p);
}

/* Two whose pieces go out at one time share the link. */
static void flows_wait_for_each_other(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_TCP, delay_us, 65536);
    struct flow *other;
    assert_int_equal(flow_create(&p->engine, &p->path, FLOW_QUIC, 2 * delay_us, arrived, p, &other),
                     0);
    struct flow_piece piece = {.stream = 1, .bytes = PACKET, .tag = 2};
    write_piece(p, 1, PACKET, 1);
    assert_int_equal(flow_write(other, &piece), 0);
    engine_run(&p->engine, quiet_us);
    expect(p, 0, 1, 21500);
    expect(p, 1, 2, 23000);
    flow_destroy(other);
    pipe_close(p);
}

/* ---- losses ---- */

/* The queue refuses the first; 10 ms later two more go out, whose acknowledgement at 51.5 ms has it
 * come again. */
static struct pipe *lose_the_first(enum flow_kind kind)
{
    struct pipe *p = pipe_open(kind, delay_us, 2000);
    occupy(p, 4000);
    write_piece(p, 1, PACKET, 1);
    engine_run(&p->engine, 10000);
    write_piece(p, 1, PACKET, 2);
    write_piece(p, 2, PACKET, 3);
    return p;
}

static void what_tcp_has_lost_holds_up_everything(void **state)
{
    (void)state;
    struct pipe *p = lose_the_first(FLOW_TCP);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->path.down.dropped, 1);
    assert_int_equal(p->count, 3);
    for (int i = 0; i < 3; i++)
        expect(p, (size_t)i, i + 1, 51500 + 1500 + delay_us);
    pipe_close(p);
}

static void what_quic_has_lost_holds_up_its_stream(void **state)
{
    (void)state;
    struct pipe *p = lose_the_first(FLOW_QUIC);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 3);
    expect(p, 0, 3, 33000);
    expect(p, 1, 1, 73000);
    expect(p, 2, 2, 73000);
    pipe_close(p);
}

/* Also while the repetition is on its way: what was sent just before it arrives before it. */
static void a_repetition_holds_up_no_other_stream(void **state)
{
    (void)state;
    struct pipe *p = lose_the_first(FLOW_QUIC);
    engine_run(&p->engine, 50000);
    write_piece(p, 2, 400, 4);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 4);
    expect(p, 0, 3, 33000);
    expect(p, 1, 4, 50000 + 452 + delay_us);
    expect(p, 2, 1, 73000);
    expect(p, 3, 2, 73000);
    pipe_close(p);
}

/* Nothing comes after it: a probe two round trips after it was sent, four after the next. */
static void a_lost_tail_comes_again_by_a_probe(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_TCP, delay_us, 2000);
    occupy(p, 4000);
    write_piece(p, 1, PACKET, 1);
    engine_run(&p->engine, 79999);
    occupy(p, 4000);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->path.down.dropped, 2);
    expect(p, 0, 1, 80000 + 160000 + 21500);
    pipe_close(p);
}

/* A queue for ten packets and one in service, before a window of 28. */
static void a_full_queue_drops_packets_not_bursts(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_TCP, delay_us, 15000);
    for (int i = 0; i < 2; i++) {
        write_piece(p, 1, 9 * PACKET, 0);
        engine_run(&p->engine, p->engine.now_us + 100000);
    }
    uint64_t before = p->path.down.bytes;
    write_piece(p, 1, 20 * PACKET, 1); /* of which ten and one are taken at once */
    assert_int_equal(p->path.down.bytes - before, 11 * 1500);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 3);
    pipe_close(p);
}

/* ---- giving up ---- */

static void what_is_dropped_is_not_sent(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_TCP, delay_us, 65536);
    write_piece(p, 1, 80000, 1);
    write_piece(p, 2, 80000, 2);
    flow_drop(p->flow, 1);
    assert_int_equal(flow_unsent_bytes(p->flow), 80000);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 1);
    assert_int_equal(p->arrivals[0].piece.tag, 2);
    assert_int_equal(p->path.down.bytes, 10 * 1500 + 80000 + 56 * 52);
    pipe_close(p);
}

static void what_tcp_has_sent_of_it_comes_again_all_the_same(void **state)
{
    (void)state;
    struct pipe *p = lose_the_first(FLOW_TCP);
    flow_drop(p->flow, 1);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 1);
    expect(p, 0, 3, 73000);
    pipe_close(p);

    p = lose_the_first(FLOW_QUIC);
    flow_drop(p->flow, 1);
    uint64_t bytes = p->path.down.bytes;
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 1);
    expect(p, 0, 3, 33000);
    assert_int_equal(p->path.down.bytes, bytes);
    pipe_close(p);
}

static void a_flow_may_end_while_it_delivers(void **state)
{
    (void)state;
    for (int kind = FLOW_TCP; kind <= FLOW_IDEAL; kind++) {
        struct pipe *p = pipe_open((enum flow_kind)kind, delay_us, 65536);
        write_piece(p, 1, 5000, 1);
        write_piece(p, 1, 5000, 2);
        p->ends = true;
        engine_run(&p->engine, quiet_us);
        assert_int_equal(p->count, 1);
        pipe_close(p);
    }
}

/* ---- the ideal ---- */

static void the_ideal_sends_bits_back_to_back(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_IDEAL, delay_us, 65536);
    for (int i = 0; i < 20; i++)
        write_piece(p, (uint32_t)i, 50000, i);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 20);
    for (int i = 0; i < 20; i++) {
        expect(p, (size_t)i, i, 50000 * (i + 1));
        assert_int_equal(p->arrivals[i].piece.first_us, 50000 * i);
    }
    assert_int_equal(p->path.down.dropped, 0);
    pipe_close(p);
}

static void the_ideal_waits_where_the_queue_is_full_and_loses_nothing(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_IDEAL, delay_us, 1000);
    p->path.down.config.loss = 1;
    p->path.down.draws = p->path.down.varies = true;
    occupy(p, 4000);
    write_piece(p, 1, 100000, 1);
    write_piece(p, 1, 10, 2);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 2);
    expect(p, 0, 1, 104000);
    expect(p, 1, 2, 104010);
    pipe_close(p);
}

static void what_the_ideal_gives_up_soon_makes_room(void **state)
{
    (void)state;
    struct pipe *p = pipe_open(FLOW_IDEAL, delay_us, 65536);
    write_piece(p, 1, 100000000, 1);
    engine_run(&p->engine, 5000000);
    flow_drop(p->flow, 1);
    write_piece(p, 2, 1000, 2);
    engine_run(&p->engine, quiet_us);
    assert_int_equal(p->count, 1);
    assert_in_range(p->arrivals[0].at_us, 5001000, 5000000 + 2 * 16384 + 1000);
    pipe_close(p);
}

/* ---- whatever is lost ---- */

struct stream {
    uint32_t number;
    int64_t written, seen; /* pieces */
};

struct chaos {
    struct engine engine;
    struct path path;
    struct flow *flow;
    enum flow_kind kind;
    uint64_t lots;
    struct stream streams[STREAMS];
    uint32_t numbers;
    int64_t order, seen_order; /* of all pieces: TCP keeps it */
    int64_t bytes_written, bytes_seen;
};

/* A tag is a piece's place in its stream, and its bytes tell nothing else: its order is in `last`'s
 * place. */
static void chaos_arrived(void *context, const struct flow_piece *piece)
{
    struct chaos *c = context;
    struct stream *s = NULL;
    for (int i = 0; i < STREAMS; i++)
        if (c->streams[i].number == piece->stream)
            s = &c->streams[i];
    assert_non_null(s); /* nothing comes of a stream that was dropped */
    assert_int_equal(piece->tag & 0xffff, s->seen);
    s->seen++;
    assert_true(piece->first_us > 0 && piece->first_us <= c->engine.now_us);
    if (c->kind == FLOW_TCP)
        assert_true(piece->tag >> 16 > c->seen_order);
    c->seen_order = piece->tag >> 16;
    c->bytes_seen += piece->bytes;
}

static void chaos_write(struct chaos *c)
{
    struct stream *s = &c->streams[lots_share(STREAMS, lots_draw(&c->lots))];
    uint32_t bytes = 1 + (uint32_t)lots_share(20000, lots_draw(&c->lots));
    struct flow_piece piece = {
        .stream = s->number, .bytes = bytes, .tag = ++c->order << 16 | s->written++};
    c->bytes_written += bytes;
    assert_int_equal(flow_write(c->flow, &piece), 0);
}

static void chaos_drop(struct chaos *c)
{
    struct stream *s = &c->streams[lots_share(STREAMS, lots_draw(&c->lots))];
    flow_drop(c->flow, s->number);
    *s = (struct stream){.number = ++c->numbers};
}

static void run_chaos(enum flow_kind kind, uint64_t seed, bool drops)
{
    struct chaos c = {.kind = kind, .lots = seed, .engine.now_us = 1};
    struct link_config link = {.rate_bps = fast_bps,
                               .delay_us = 10000,
                               .jitter_us = 3000,
                               .loss = 0.1,
                               .seed = seed,
                               .queue_bytes = 20000};
    link_init(&c.path.down, &link);
    link_init(&c.path.up, &link);
    c.path.by_packet = seed % 2;
    for (int i = 0; i < STREAMS; i++)
        c.streams[i].number = ++c.numbers;
    assert_int_equal(flow_create(&c.engine, &c.path, kind, 20000, chaos_arrived, &c, &c.flow), 0);
    for (int i = 0; i < 200; i++) {
        engine_run(&c.engine, c.engine.now_us + lots_share(40000, lots_draw(&c.lots)));
        if (drops && lots_share(8, lots_draw(&c.lots)) == 0)
            chaos_drop(&c);
        else
            chaos_write(&c);
    }
    engine_run(&c.engine, c.engine.now_us + quiet_us);
    assert_int_equal(flow_unsent_bytes(c.flow), 0);
    for (int i = 0; i < STREAMS; i++)
        assert_int_equal(c.streams[i].seen, c.streams[i].written);
    if (!drops)
        assert_int_equal(c.bytes_seen, c.bytes_written);
    assert_true((int64_t)c.path.down.bytes >= c.bytes_seen);
    assert_true(kind == FLOW_IDEAL || c.path.down.lost > 0);
    assert_true(timers_next_us(&c.engine.timers) == TIMER_NEVER);
    flow_destroy(c.flow);
    engine_finish(&c.engine);
}

static void everything_arrives_once_and_in_order_whatever_is_lost(void **state)
{
    (void)state;
    for (int kind = FLOW_TCP; kind <= FLOW_IDEAL; kind++)
        for (uint64_t seed = 1; seed <= 60; seed++)
            run_chaos((enum flow_kind)kind, seed, false);
}

static void the_others_arrive_where_streams_are_dropped(void **state)
{
    (void)state;
    for (int kind = FLOW_TCP; kind <= FLOW_IDEAL; kind++)
        for (uint64_t seed = 1; seed <= 60; seed++)
            run_chaos((enum flow_kind)kind, 1000 + seed, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_takes_its_sending_and_the_way),
        cmocka_unit_test(ten_packets_need_no_acknowledgement),
        cmocka_unit_test(eighty_kilobytes_take_three_round_trips),
        cmocka_unit_test(frames_arrive_one_transmission_after_the_other),
        cmocka_unit_test(flows_wait_for_each_other),
        cmocka_unit_test(what_tcp_has_lost_holds_up_everything),
        cmocka_unit_test(what_quic_has_lost_holds_up_its_stream),
        cmocka_unit_test(a_repetition_holds_up_no_other_stream),
        cmocka_unit_test(a_lost_tail_comes_again_by_a_probe),
        cmocka_unit_test(a_full_queue_drops_packets_not_bursts),
        cmocka_unit_test(what_is_dropped_is_not_sent),
        cmocka_unit_test(what_tcp_has_sent_of_it_comes_again_all_the_same),
        cmocka_unit_test(a_flow_may_end_while_it_delivers),
        cmocka_unit_test(the_ideal_sends_bits_back_to_back),
        cmocka_unit_test(the_ideal_waits_where_the_queue_is_full_and_loses_nothing),
        cmocka_unit_test(what_the_ideal_gives_up_soon_makes_room),
        cmocka_unit_test(everything_arrives_once_and_in_order_whatever_is_lost),
        cmocka_unit_test(the_others_arrive_where_streams_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
