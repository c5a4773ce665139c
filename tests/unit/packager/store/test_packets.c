/* Initialization Packets: H2, H22, H23, what waits and what is a 404. */
#include "unit/packager/store/fixture.h"

static const struct rational THIRTY = {30, 1};

static void test_h22_before_the_first_sample(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 6);
    struct blob *packet = NULL;
    int64_t sequence = -7;
    assert_int_equal(store_newest_packet(t, -1, &packet, &sequence), ERR_NOT_FOUND);
    assert_null(packet);
    assert_int_equal(sequence, -7);
    assert_int_equal(fixture_find(t, -1), ERR_NOT_FOUND);
    assert_int_equal(fixture_find(t, 0), ERR_AGAIN);
    assert_int_equal(fixture_find(t, 2), ERR_AGAIN);
    assert_int_equal(fixture_find(t, 3), ERR_NOT_FOUND);
    assert_int_equal(fixture_find(t, INT64_MAX), ERR_NOT_FOUND);
    store_end_track(t);
    assert_int_equal(fixture_find(t, 0), ERR_NOT_FOUND);
    store_destroy(s);
}

/* H2, H22: three frames ahead and a packet in the making wait; what is further is a 404. */
static void test_h22_what_waits(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 6);
    fixture_append(t, 10, 4);
    assert_int_equal(fixture_find(t, 10), ERR_AGAIN);
    assert_int_equal(fixture_find(t, 13), ERR_AGAIN);
    assert_int_equal(fixture_find(t, 14), ERR_NOT_FOUND);
    assert_int_equal(store_put_packet(t, 10, fixture_blob(10, 9)), ERR_OK);
    assert_int_equal(fixture_find(t, 10), ERR_OK);
    store_end_track(t);
    assert_int_equal(fixture_find(t, 11), ERR_NOT_FOUND);
    assert_int_equal(fixture_find(t, 10), ERR_OK);
    assert_int_equal(fixture_find(t, 9), ERR_AGAIN);
    assert_int_equal(store_put_packet(t, 9, fixture_blob(9, 9)), ERR_OK);
    assert_int_equal(fixture_find(t, 9), ERR_OK);
    store_destroy(s);
}

static void expect_newest(struct store_track *t, int64_t expected)
{
    struct blob *packet = NULL;
    int64_t sequence = -1;
    assert_int_equal(store_newest_packet(t, -1, &packet, &sequence), ERR_OK);
    assert_int_equal(sequence, expected);
    assert_int_equal(packet->data[0], fixture_byte(expected, 0));
    blob_unref(packet);
    struct store_track_state state;
    store_track_state(t, &state);
    assert_int_equal(state.newest_packet, expected);
}

/* H5, H7: counted from currentTime, the newest time of any track, sound is asked for ahead of what
 * its encoder has given: up to a quarter of a second of it. */
static void test_h22_sound_waits_for_a_quarter_of_a_second(void **state)
{
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track_info info = fixture_info(STORE_AUDIO, "a", FIXTURE_AUDIO_RATE, 6);
    struct store_track *t;
    (void)state;
    assert_int_equal(store_add_track(s, &info, NULL, &t), ERR_OK);
    fixture_append(t, 10, 8);
    assert_int_equal(fixture_find(t, 22), ERR_AGAIN);
    assert_int_equal(fixture_find(t, 23), ERR_NOT_FOUND);
    store_destroy(s);
}

static void test_h22_now_never_goes_back(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 6);
    fixture_append(t, 5, 4);
    assert_int_equal(store_put_packet(t, 2, fixture_blob(2, 9)), ERR_OK);
    expect_newest(t, 2);
    assert_int_equal(store_put_packet(t, 4, fixture_blob(4, 9)), ERR_OK);
    expect_newest(t, 4);
    assert_int_equal(store_put_packet(t, 3, fixture_blob(3, 9)), ERR_OK);
    expect_newest(t, 4);
    /* Packets stop, samples go on: once it has left the window there is none. */
    fixture_append(t, 64, 4);
    expect_newest(t, 4);
    fixture_append(t, 65, 4);
    struct blob *packet = NULL;
    int64_t sequence;
    assert_int_equal(store_newest_packet(t, -1, &packet, &sequence), ERR_NOT_FOUND);
    struct store_track_state after;
    store_track_state(t, &after);
    assert_int_equal(after.newest_packet, -1);
    store_destroy(s);
}

static void test_put_refuses(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 6);
    assert_int_equal(store_put_packet(t, 0, fixture_blob(0, 9)), ERR_INVALID);
    fixture_append(t, 100, 4);
    assert_int_equal(store_put_packet(t, 101, fixture_blob(1, 9)), ERR_INVALID);
    assert_int_equal(store_put_packet(t, -1, fixture_blob(1, 9)), ERR_INVALID);
    assert_int_equal(store_put_packet(t, 100, NULL), ERR_INVALID);
    assert_int_equal(store_put_packet(t, 39, fixture_blob(39, 9)), ERR_NOT_FOUND);
    assert_int_equal(store_put_packet(t, 40, fixture_blob(40, 9)), ERR_OK);
    assert_int_equal(store_put_packet(t, 40, fixture_blob(41, 9)), ERR_EXISTS);
    assert_int_equal(fixture_find(t, 40), ERR_OK);
    store_destroy(s);
}

/* H23: packet n is there until the newest sample is more than the window away, not a frame less. */
static void check_window(struct rational rate, int64_t window_us, int64_t frames)
{
    struct store *s = fixture_store(window_us, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", rate, 6);
    for (int64_t n = 0; n < frames * 3; n++) {
        fixture_append_both(t, n, 4, 9);
        int64_t oldest = n < frames ? 0 : n - frames;
        assert_int_equal(fixture_find(t, oldest), ERR_OK);
        assert_int_equal(fixture_find(t, oldest - 1), ERR_NOT_FOUND);
        struct store_track_state at;
        store_track_state(t, &at);
        assert_int_equal(at.oldest_sequence, oldest);
    }
    store_destroy(s);
}

static void test_h23_packets_stay_for_the_window(void **state)
{
    (void)state;
    check_window(THIRTY, 2000000, 60);
    check_window((struct rational){30000, 1001}, 10000000, 300); /* 299.7 */
    check_window((struct rational){24000, 1001}, 2500000, 60);   /* 59.94 */
    check_window(FIXTURE_AUDIO_RATE, 2000000, 94);               /* 93.75 */
}

/* H23 with H3: what any packet of the window points at can be read, or is about to start. */
static void test_h23_packets_of_the_window_have_their_segments(void **state)
{
    (void)state;
    enum { FRAMES = 1500 };
    static struct store_place places[FRAMES];
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", (struct rational){30000, 1001}, 1);
    for (int64_t n = 0; n < FRAMES; n++) {
        places[n] = fixture_append(t, n, 11);
        struct store_track_state at;
        store_track_state(t, &at);
        for (int64_t p = at.oldest_sequence; p < n; p++)
            assert_int_equal(fixture_open(t, places[p].segment_id, places[p].offset, INT64_MAX),
                             ERR_OK);
        assert_int_equal(fixture_open(t, places[n].segment_id, places[n].offset, INT64_MAX),
                         ERR_AGAIN);
        assert_int_equal(fixture_open(t, at.oldest_segment - 1, 0, INT64_MAX), ERR_NOT_FOUND);
    }
    store_destroy(s);
}

/* A maker that remembers what it was told. It calls the store, which the contract forbids, so that
 * the test hangs should it ever be called with the store's lock held. */
struct fake_maker {
    struct store *store;
    int64_t wanted, unwanted;
    bool existed;
    int status;
};

static int remember(void *context, int64_t sequence, uint64_t client, bool exists)
{
    (void)client;
    struct fake_maker *m = context;
    (void)store_bytes(m->store);
    m->wanted = sequence;
    m->existed = exists;
    return m->status;
}

static void forget(void *context, int64_t sequence)
{
    struct fake_maker *m = context;
    (void)store_bytes(m->store);
    m->unwanted = sequence;
}

static struct store_track *track_with_maker(struct store *s, struct fake_maker *m)
{
    struct store_packet_maker maker = {.context = m, .want = remember, .unwant = forget};
    struct store_track_info info = fixture_info(STORE_VIDEO, "v", THIRTY, 1);
    struct store_track *t = NULL;
    *m = (struct fake_maker){.store = s, .wanted = -1, .unwanted = -1};
    assert_int_equal(store_add_track(s, &info, &maker, &t), ERR_OK);
    return t;
}

static void expect_most_recent(struct store_track *t, int64_t pinned, int status, int64_t expected)
{
    struct blob *packet = NULL;
    int64_t sequence = -1;
    assert_int_equal(store_newest_packet(t, pinned, &packet, &sequence), status);
    assert_int_equal(sequence, expected);
    if (!status)
        assert_int_equal(packet->data[0], fixture_byte(expected, 0));
    blob_unref(packet);
}

/* A request for the most recent packet settles on one frame, so that a maker who is slower than a
 * frame serves it all the same; what is a frame old at most is served at once. */
static void test_h22_now_is_pinned_where_packets_are_made(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct fake_maker m;
    struct store_track *t = track_with_maker(s, &m);
    expect_most_recent(t, -1, ERR_NOT_FOUND, -1);
    fixture_append(t, 20, 4);
    expect_most_recent(t, -1, ERR_AGAIN, 20);
    assert_int_equal(store_put_packet(t, 18, fixture_blob(18, 9)), ERR_OK);
    expect_most_recent(t, -1, ERR_AGAIN, 20);
    fixture_append(t, 25, 4);
    expect_most_recent(t, 20, ERR_AGAIN, 20); /* not 25 */
    assert_int_equal(store_put_packet(t, 20, fixture_blob(20, 9)), ERR_OK);
    expect_most_recent(t, 20, ERR_OK, 20);
    expect_most_recent(t, -1, ERR_AGAIN, 25);
    assert_int_equal(store_put_packet(t, 24, fixture_blob(24, 9)), ERR_OK);
    expect_most_recent(t, -1, ERR_OK, 24);
    expect_most_recent(t, 20, ERR_OK, 24); /* newer than what it waited for */
    store_destroy(s);
}

static void test_the_maker_is_told_of_requests(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct fake_maker m;
    struct store_track *t = track_with_maker(s, &m);
    fixture_append(t, 20, 4);
    assert_int_equal(fixture_find(t, 7), ERR_AGAIN);
    assert_int_equal(m.wanted, -1); /* looking asks for nothing */
    assert_int_equal(store_want_packet(t, 7, 1), ERR_OK);
    assert_int_equal(m.wanted, 7);
    assert_false(m.existed);
    assert_int_equal(store_put_packet(t, 7, fixture_blob(7, 9)), ERR_OK);
    assert_int_equal(store_want_packet(t, 7, 1), ERR_OK);
    assert_true(m.existed);
    store_unwant_packet(t, 7);
    assert_int_equal(m.unwanted, 7);
    m.status = ERR_FULL;
    assert_int_equal(store_want_packet(t, 22, 1), ERR_FULL);
    assert_false(m.existed);

    store_destroy(s);

    s = fixture_store(2000000, SIZE_MAX);
    t = fixture_track(s, "plain", THIRTY, 6);
    assert_int_equal(store_want_packet(t, 0, 1), ERR_OK); /* nobody makes them */
    store_unwant_packet(t, 0);
    store_destroy(s);
}

/* What packets are made of: every sample of the window, and those before it that its pictures
 * refer to. */
static void test_h23_samples_of_the_window_can_be_found(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX); /* 60 frames */
    struct fake_maker m;
    struct store_track *t = track_with_maker(s, &m);
    static struct store_place places[200];
    struct store_sample sample;
    assert_int_equal(store_window_frames(t), 60);
    for (int64_t n = 0; n < 200; n++)
        places[n] = fixture_append(t, n, 4 + (size_t)n % 3);
    assert_false(store_has_sample(t, 138));
    assert_int_equal(store_find_sample(t, 119, &sample), ERR_NOT_FOUND);
    for (int64_t n = 120; n < 200; n++) {
        assert_int_equal(store_has_sample(t, n), n >= 139);
        assert_int_equal(store_find_sample(t, n, &sample), ERR_OK);
        assert_int_equal(sample.chunk->data[0], fixture_byte(n, 0));
        assert_int_equal(sample.segment_first, n / 30 * 30);
        assert_int_equal(sample.next.segment_id, places[n].segment_id);
        assert_int_equal(sample.next.offset, places[n].offset);
        blob_unref(sample.chunk);
    }
    assert_false(store_has_sample(t, 200));
    assert_int_equal(store_find_sample(t, 200, &sample), ERR_NOT_FOUND);
    assert_int_equal(store_find_sample(t, -1, &sample), ERR_NOT_FOUND);
    store_destroy(s);
}

struct notes {
    struct store *store;
    struct store_track *last;
    int count;
};

static void note(void *context, struct store_track *track)
{
    struct notes *n = context;
    (void)store_bytes(n->store); /* the store's lock is not held */
    n->last = track;
    n->count++;
}

static void test_listener_hears_every_change(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track *a = fixture_track(s, "a", THIRTY, 6);
    struct store_track *b = fixture_track(s, "b", THIRTY, 6);
    struct notes notes = {.store = s};
    store_set_listener(s, note, &notes);
    fixture_append(b, 0, 4);
    assert_ptr_equal(notes.last, b);
    fixture_append(a, 0, 4);
    assert_ptr_equal(notes.last, a);
    assert_int_equal(notes.count, 2);
    assert_int_equal(store_put_packet(b, 0, fixture_blob(0, 9)), ERR_OK);
    assert_ptr_equal(notes.last, b);
    assert_int_equal(notes.count, 3);
    store_end_track(a);
    assert_ptr_equal(notes.last, a);
    assert_int_equal(notes.count, 4);
    store_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h22_before_the_first_sample),
        cmocka_unit_test(test_h22_what_waits),
        cmocka_unit_test(test_h22_sound_waits_for_a_quarter_of_a_second),
        cmocka_unit_test(test_h22_now_never_goes_back),
        cmocka_unit_test(test_put_refuses),
        cmocka_unit_test(test_h23_packets_stay_for_the_window),
        cmocka_unit_test(test_h23_packets_of_the_window_have_their_segments),
        cmocka_unit_test(test_h22_now_is_pinned_where_packets_are_made),
        cmocka_unit_test(test_the_maker_is_told_of_requests),
        cmocka_unit_test(test_h23_samples_of_the_window_can_be_found),
        cmocka_unit_test(test_listener_hears_every_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
