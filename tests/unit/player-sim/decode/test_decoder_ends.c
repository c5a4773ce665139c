/* Bounds, events, and streams and decoders that end while there is work. */
#include "decoding.h"
#include "media/core/err.h"

static void what_nobody_takes_is_bounded(void **state)
{
    struct decoder *d = *state;
    struct decoder_result r;
    struct blob *no_chunk = blob_create("no chunk", 8);
    assert_non_null(no_chunk);
    join(d, FIRST, &channels.one, 0);
    for (int i = 1; i < DECODER_QUEUE_MAX; i++)
        push(d, FIRST, false, fixture_first + i, no_chunk);
    assert_int_equal(decoder_push(d, FIRST, true, false, 0, no_chunk), ERR_FULL);
    assert_int_equal(decoder_push(d, SECOND, true, true, 0, channels.two.packets[0]), ERR_FULL);
    r = next(d);
    assert_picture(&r, FIRST, 0, 5);
    join(d, SECOND, &channels.two, 0); /* what was refused has left no stream behind */
    assert_int_equal(decoder_push(d, FIRST, true, false, 0, no_chunk), ERR_FULL);
    decoder_close(d, FIRST);
    r = next(d);
    assert_picture(&r, SECOND, 0, 9);
    for (int i = 1; i < FIXTURE_FRAMES; i++)
        go_on(d, SECOND, &channels.two, i);
    for (int i = 1; i < FIXTURE_FRAMES; i++)
        next(d);
    blob_unref(no_chunk);
}

static void so_are_streams(void **state)
{
    struct decoder *d = *state;
    struct blob *packet = channels.one.packets[0];
    for (uint32_t i = 1; i <= DECODER_STREAMS_MAX; i++)
        join(d, i, &channels.one, 0);
    assert_int_equal(decoder_push(d, 99, true, true, 0, packet), ERR_FULL);
    assert_int_equal(decoder_push(d, 1, true, true, 0, packet), ERR_EXISTS);
    assert_int_equal(decoder_push(d, 99, true, false, 0, channels.one.chunks[1]), ERR_NOT_FOUND);
    decoder_close(d, 2);
    join(d, 99, &channels.one, 0);
    go_on(d, 99, &channels.one, 1);
    uint32_t newest = 0;
    int pictures_of_99 = 0;
    while (pictures_of_99 < 2) {
        struct decoder_result r = next(d);
        assert_int_not_equal(r.stream, 2);
        assert_true(r.stream >= newest);
        newest = r.stream;
        pictures_of_99 += newest == 99;
    }
}

/* ---- ends ---- */

static void the_event_is_there_while_results_are(void **state)
{
    struct decoder *d = *state;
    struct decoder_result r;
    assert_false(readable(d, 0));
    assert_false(decoder_next(d, &r));
    join(d, FIRST, &channels.one, 0);
    go_on(d, FIRST, &channels.one, 1);
    join(d, SECOND, &channels.two, 0);
    next(d);
    next(d);
    assert_true(readable(d, WAIT_MS));
    assert_true(readable(d, 0));
    decoder_close(d, SECOND); /* its picture was the only result */
    assert_false(readable(d, 0));
    assert_false(decoder_next(d, &r));
    go_on(d, FIRST, &channels.one, 2);
    r = next(d);
    assert_picture(&r, FIRST, 2, 5);
    assert_false(readable(d, 0));
}

/* Closes FIRST when `taken` results have been taken; all of SECOND's have to come. */
static void close_after(struct decoder *d, int taken)
{
    int of_second = 0;
    bool closed = false;
    join(d, FIRST, &channels.one, 0);
    join(d, SECOND, &channels.two, 0);
    for (int i = 1; i < FIXTURE_FRAMES; i++) {
        go_on(d, FIRST, &channels.one, i);
        go_on(d, SECOND, &channels.two, i);
    }
    for (int i = 0; of_second < FIXTURE_FRAMES; i++) {
        if (i == taken) {
            decoder_close(d, FIRST);
            closed = true;
        }
        struct decoder_result r = next(d);
        if (r.stream == FIRST)
            assert_false(closed);
        else
            assert_picture(&r, SECOND, of_second++, 9);
    }
    assert_true(closed);
    decoder_close(d, SECOND);
}

static void nothing_of_a_closed_stream_comes_any_more(void **state)
{
    for (int taken = 0; taken < 40; taken += 3)
        close_after(*state, taken);
    decoder_close(*state, 12345); /* which never was */
}

/* A viewer who zaps faster than anything is decoded. */
static void streams_closed_at_once(void **state)
{
    struct decoder *d = *state;
    for (uint32_t i = 1; i <= 200; i++) {
        join(d, i, &channels.one, 0);
        go_on(d, i, &channels.one, 1);
        decoder_close(d, i);
    }
    join(d, 201, &channels.two, 0);
    struct decoder_result r = next(d);
    assert_picture(&r, 201, 0, 9);
    assert_false(readable(d, 0));
}

static void destroyed_while_it_is_busy(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct decoder *d;
        struct decoder_result r;
        assert_int_equal(decoder_create(&d), 0);
        join(d, FIRST, &channels.one, 0);
        join(d, SECOND, &channels.two, 0);
        for (int i = 1; i < FIXTURE_FRAMES; i++) {
            go_on(d, FIRST, &channels.one, i);
            go_on(d, SECOND, &channels.two, i);
        }
        if (round % 3 == 0)
            r = next(d);
        if (round % 3 == 1)
            decoder_close(d, FIRST);
        decoder_destroy(d);
        (void)r;
    }
    decoder_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DECODER(what_nobody_takes_is_bounded),
        WITH_DECODER(so_are_streams),
        WITH_DECODER(the_event_is_there_while_results_are),
        WITH_DECODER(nothing_of_a_closed_stream_comes_any_more),
        WITH_DECODER(streams_closed_at_once),
        cmocka_unit_test(destroyed_while_it_is_busy),
    };
    return cmocka_run_group_tests(tests, create_channels, destroy_channels);
}
