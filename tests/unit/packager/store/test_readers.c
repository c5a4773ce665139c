/* Reading segments by range, live and finished: H28, H30, and the corner cases of waiting. */
#include "unit/packager/store/fixture.h"

static const struct rational THIRTY = {30, 1};
/* H28: how a request says that it doesn't know the end. */
static const int64_t UNKNOWN_END = 9007199254740991;

enum { BUFFER = 1 << 20 };

static struct store_reader *must_open(struct store_track *t, int64_t id, int64_t first,
                                      int64_t last)
{
    struct store_reader *r = NULL;
    assert_int_equal(store_open_reader(t, id, (struct store_range){first, last}, &r, NULL), ERR_OK);
    return r;
}

static void test_before_the_first_sample_segment_0_waits(void **state)
{
    (void)state;
    struct store *s = fixture_store(2000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    assert_int_equal(fixture_open(t, 0, 0, INT64_MAX), ERR_AGAIN);
    assert_int_equal(fixture_open(t, 1, 0, INT64_MAX), ERR_NOT_FOUND);
    assert_int_equal(fixture_open(t, -1, 0, INT64_MAX), ERR_NOT_FOUND);
    store_end_track(t);
    assert_int_equal(fixture_open(t, 0, 0, INT64_MAX), ERR_NOT_FOUND);
    store_destroy(s);
}

/* H30: the segment that follows waits once it is due within three frames; others are a 404. */
static void test_h30_next_segment_waits_when_it_is_due(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    for (int64_t n = 0; n < 30; n++) {
        fixture_append(t, n, 4);
        assert_int_equal(fixture_open(t, 0, 0, INT64_MAX), ERR_OK);
        assert_int_equal(fixture_open(t, 1, 0, INT64_MAX), n < 27 ? ERR_NOT_FOUND : ERR_AGAIN);
        assert_int_equal(fixture_open(t, 2, 0, INT64_MAX), ERR_NOT_FOUND);
    }
    fixture_append(t, 30, 4);
    assert_int_equal(fixture_open(t, 1, 0, INT64_MAX), ERR_OK);
    assert_int_equal(fixture_open(t, 2, 0, INT64_MAX), ERR_NOT_FOUND);
    fixture_append(t, 59, 4);
    assert_int_equal(fixture_open(t, 2, 0, INT64_MAX), ERR_AGAIN);
    store_end_track(t);
    assert_int_equal(fixture_open(t, 2, 0, INT64_MAX), ERR_NOT_FOUND);
    store_destroy(s);
}

/* H30: beyond the end waits while the segment grows, and is a 416 with the length afterwards. */
static void test_h30_range_beyond_the_end(void **state)
{
    (void)state;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append(t, 28, 10);
    assert_int_equal(fixture_open(t, 0, 289, UNKNOWN_END), ERR_OK);
    assert_int_equal(fixture_open(t, 0, 290, UNKNOWN_END), ERR_AGAIN);
    assert_int_equal(fixture_open(t, 0, 100000, UNKNOWN_END), ERR_AGAIN);
    fixture_append(t, 29, 10);
    assert_int_equal(fixture_open(t, 0, 290, UNKNOWN_END), ERR_OK);
    struct store_reader *r = NULL;
    int64_t length = -9;
    struct store_range range = {300, UNKNOWN_END};
    assert_int_equal(store_open_reader(t, 0, range, &r, &length), ERR_RANGE);
    assert_null(r);
    assert_int_equal(length, 300);
    assert_int_equal(fixture_open(t, 0, 300, 300), ERR_RANGE);
    assert_int_equal(fixture_open(t, 0, 5, 4), ERR_INVALID);
    assert_int_equal(fixture_open(t, 0, -1, 4), ERR_INVALID);
    store_destroy(s);
}

/* H28: a finished segment cuts a range that reaches beyond it. */
static void test_h28_ranges_of_a_finished_segment(void **state)
{
    (void)state;
    static uint8_t got[BUFFER];
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append(t, 29, 10);
    const struct {
        int64_t first, last;
        size_t bytes;
    } cases[] = {{0, UNKNOWN_END, 300}, {0, INT64_MAX, 300}, {0, 299, 300}, {0, 0, 1}, {9, 10, 2},
                 {295, 300, 5},         {299, 299, 1},       {10, 19, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct store_reader *r = must_open(t, 0, cases[i].first, cases[i].last);
        int status;
        assert_int_equal(fixture_drain(r, got, BUFFER, 7, &status), cases[i].bytes);
        assert_int_equal(status, ERR_END);
        for (size_t b = 0; b < cases[i].bytes; b++) {
            size_t at = (size_t)cases[i].first + b;
            assert_int_equal(got[b], fixture_byte((int64_t)at / 10, at % 10));
        }
        assert_int_equal(store_reader_length(r), 300);
        store_close_reader(r);
    }
    store_destroy(s);
}

/* A reader in a growing segment follows it live, and ends with the segment or the range. */
static void test_h28_reader_follows_live(void **state)
{
    (void)state;
    static uint8_t got[BUFFER];
    int status;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append(t, 0, 10);
    struct store_reader *open_end = must_open(t, 0, 4, UNKNOWN_END);
    struct store_reader *bounded = must_open(t, 0, 0, 24);
    assert_int_equal(fixture_drain(open_end, got, BUFFER, 100, &status), 6);
    assert_int_equal(status, ERR_AGAIN);
    assert_int_equal(fixture_drain(bounded, got, BUFFER, 100, &status), 10);
    assert_int_equal(status, ERR_AGAIN);
    for (int64_t n = 1; n < 30; n++) {
        fixture_append(t, n, 10);
        assert_int_equal(fixture_drain(open_end, got, BUFFER, 100, &status), 10);
        assert_int_equal(got[3], fixture_byte(n, 3));
        assert_int_equal(status, n == 29 ? ERR_END : ERR_AGAIN);
        size_t expected = n == 1 ? 10 : n == 2 ? 5 : 0;
        assert_int_equal(fixture_drain(bounded, got, BUFFER, 100, &status), expected);
        assert_int_equal(status, n == 1 ? ERR_AGAIN : ERR_END);
    }
    fixture_append(t, 30, 10); /* of the next segment: none of it belongs here */
    assert_int_equal(store_read(open_end, got, 100), ERR_END);
    store_close_reader(open_end);
    store_close_reader(bounded);
    store_destroy(s);
}

static void test_h27_ended_track_finishes_its_last_segment(void **state)
{
    (void)state;
    static uint8_t got[BUFFER];
    int status;
    struct store *s = fixture_store(60000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append(t, 34, 10);
    struct store_reader *r = must_open(t, 1, 0, UNKNOWN_END);
    assert_int_equal(fixture_drain(r, got, BUFFER, 100, &status), 50);
    assert_int_equal(status, ERR_AGAIN);
    assert_int_equal(fixture_open(t, 1, 50, UNKNOWN_END), ERR_AGAIN);
    store_end_track(t);
    store_end_track(t);
    assert_int_equal(store_read(r, got, 100), ERR_END);
    assert_int_equal(store_reader_length(r), 50);
    assert_int_equal(fixture_open(t, 1, 50, UNKNOWN_END), ERR_RANGE);
    assert_int_equal(fixture_open(t, 2, 0, UNKNOWN_END), ERR_NOT_FOUND);
    struct store_track_state at;
    store_track_state(t, &at);
    assert_true(at.ended);
    assert_int_equal(at.newest_segment, 1);
    store_close_reader(r);
    store_destroy(s);
}

/* Trimming never invalidates a response under way; what it holds is still counted. */
static void test_reader_survives_trimming(void **state)
{
    (void)state;
    static uint8_t got[BUFFER];
    int status;
    struct store *s = fixture_store(1000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    fixture_append(t, 29, 10);
    struct store_reader *a = must_open(t, 0, 0, UNKNOWN_END);
    struct store_reader *b = must_open(t, 0, 100, 199);
    assert_int_equal(store_read(a, got, 15), 15);
    fixture_append(t, 59, 10);
    assert_false(store_reader_expired(a)); /* sample 29 is 30 frames old: just in the window */
    fixture_append(t, 60, 10);
    assert_true(store_reader_expired(a));
    assert_true(store_reader_expired(b));
    assert_int_equal(fixture_open(t, 0, 0, UNKNOWN_END), ERR_NOT_FOUND);
    assert_int_equal(store_bytes(s), 610);
    fixture_append(t, 89, 10);
    assert_int_equal(store_bytes(s), 900);

    assert_int_equal(fixture_drain(a, got + 15, BUFFER - 15, 64, &status), 285);
    assert_int_equal(status, ERR_END);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(got[i], fixture_byte((int64_t)i / 10, i % 10));
    store_close_reader(a);
    assert_int_equal(store_bytes(s), 900);
    assert_int_equal(fixture_drain(b, got, BUFFER, 64, &status), 100);
    store_close_reader(b);
    assert_int_equal(store_bytes(s), 600);
    store_close_reader(NULL);
    store_destroy(s);
}

/* --- any interleaving of appends and reads gives the concatenation of the chunks --- */

enum { SEGMENTS = 12, READERS = 6, SEGMENT_BYTES = 40 * 300 };

struct model {
    uint8_t bytes[SEGMENTS][SEGMENT_BYTES];
    int64_t length[SEGMENTS];
    int64_t newest; /* segment that grows or has grown last */
};

struct open_reader {
    struct store_reader *reader;
    int64_t segment, at, last;
};

static uint64_t random_next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static void append_to_both(struct store_track *t, struct model *m, int64_t n, uint64_t *seed)
{
    size_t size = 1 + random_next(seed) % 300;
    struct blob *chunk = fixture_blob(n, size);
    m->newest = n / 30;
    memcpy(m->bytes[m->newest] + m->length[m->newest], chunk->data, size);
    m->length[m->newest] += (int64_t)size;
    struct store_place next;
    assert_int_equal(store_append(t, n, chunk, &next), ERR_OK);
}

static void open_random(struct store_track *t, const struct model *m, int64_t newest_sample,
                        struct open_reader *o, uint64_t *seed)
{
    int64_t id = (int64_t)(random_next(seed) % (uint64_t)(m->newest + 2));
    int64_t first = (int64_t)(random_next(seed) % 6000);
    int64_t last = random_next(seed) % 2 ? UNKNOWN_END : first + (int64_t)random_next(seed) % 4000;
    bool finished = (id + 1) * 30 <= newest_sample + 1;
    int status = store_open_reader(t, id, (struct store_range){first, last}, &o->reader, NULL);
    if ((id + 1) * 30 <= newest_sample - 120)
        assert_int_equal(status, ERR_NOT_FOUND);
    else if (id > m->newest)
        assert_int_equal(status, id * 30 - newest_sample <= 3 ? ERR_AGAIN : ERR_NOT_FOUND);
    else if (first >= m->length[id])
        assert_int_equal(status, finished ? ERR_RANGE : ERR_AGAIN);
    else
        assert_int_equal(status, ERR_OK);
    o->segment = id;
    o->at = first;
    o->last = last;
}

static void read_some(const struct model *m, int64_t newest_sample, struct open_reader *o,
                      uint64_t *seed)
{
    static uint8_t got[4096];
    size_t capacity = 1 + random_next(seed) % sizeof got;
    int64_t length = m->length[o->segment];
    int64_t end = o->last < length ? o->last + 1 : length;
    int64_t status = store_read(o->reader, got, capacity);
    if (status > 0) {
        int64_t expected = end - o->at < (int64_t)capacity ? end - o->at : (int64_t)capacity;
        assert_int_equal(status, expected);
        assert_memory_equal(got, m->bytes[o->segment] + o->at, (size_t)status);
        o->at += status;
        return;
    }
    bool finished = (o->segment + 1) * 30 <= newest_sample + 1;
    assert_int_equal(o->at, end);
    assert_int_equal(status, finished || o->at > o->last ? ERR_END : ERR_AGAIN);
    if (status == ERR_END || random_next(seed) % 4 == 0) {
        store_close_reader(o->reader);
        o->reader = NULL;
    }
}

static void run_random(uint64_t seed)
{
    static struct model m;
    memset(&m, 0, sizeof m);
    struct open_reader readers[READERS] = {{0}};
    struct store *s = fixture_store(4000000, SIZE_MAX);
    struct store_track *t = fixture_track(s, "v", THIRTY, 1);
    for (int64_t n = 0; n < SEGMENTS * 30; n++) {
        append_to_both(t, &m, n, &seed);
        for (uint64_t k = random_next(&seed) % 24; k; k--) {
            struct open_reader *o = &readers[random_next(&seed) % READERS];
            if (o->reader)
                read_some(&m, n, o, &seed);
            else
                open_random(t, &m, n, o, &seed);
        }
    }
    for (size_t i = 0; i < READERS; i++)
        store_close_reader(readers[i].reader);
    store_destroy(s);
}

static void test_h28_random_reads_match_the_chunks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++)
        run_random(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_the_first_sample_segment_0_waits),
        cmocka_unit_test(test_h30_next_segment_waits_when_it_is_due),
        cmocka_unit_test(test_h30_range_beyond_the_end),
        cmocka_unit_test(test_h28_ranges_of_a_finished_segment),
        cmocka_unit_test(test_h28_reader_follows_live),
        cmocka_unit_test(test_h27_ended_track_finishes_its_last_segment),
        cmocka_unit_test(test_reader_survives_trimming),
        cmocka_unit_test(test_h28_random_reads_match_the_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
