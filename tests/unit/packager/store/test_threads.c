/* Producers and readers at once; meant for the thread sanitizer too. Nothing here waits for a
 * clock: readers spin with sched_yield until the producers have ended. H2, H22, H28. */
#include "unit/packager/store/fixture.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { TRACKS = 3, FOLLOWERS = 8, FRAMES = 3000, CHUNK = 64, PACKET = 200 };

struct scene {
    struct store *store;
    struct store_track *tracks[TRACKS];
    atomic_int changes;
    atomic_int failures;
    atomic_int started; /* readers under way: the producers wait for them */
};

struct actor {
    struct scene *scene;
    struct store_track *track;
    size_t step;
    int64_t bytes;
    int64_t packets;
};

static void check(struct scene *scene, bool good)
{
    if (!good)
        atomic_fetch_add(&scene->failures, 1);
}

static void count_change(void *context, struct store_track *track)
{
    (void)track;
    atomic_fetch_add(&((struct scene *)context)->changes, 1);
}

/* Appends; packets come a few frames later, the last ones after the end. */
static void *produce(void *argument)
{
    struct actor *a = argument;
    struct store_place next;
    while (atomic_load(&a->scene->started) < TRACKS * FOLLOWERS)
        sched_yield();
    for (int64_t n = 0; n < FRAMES; n++) {
        check(a->scene, store_append(a->track, n, fixture_blob(n, CHUNK), &next) == ERR_OK);
        if (n >= 5)
            store_put_packet(a->track, n - 5, fixture_blob(n - 5, PACKET));
        if (n % 16 == 0)
            sched_yield();
    }
    store_end_track(a->track);
    for (int64_t n = FRAMES - 5; n < FRAMES; n++)
        store_put_packet(a->track, n, fixture_blob(n, PACKET));
    return NULL;
}

/* Checks bytes that start at offset `at` of segment id (30 frames of CHUNK bytes each). */
static void check_bytes(struct actor *a, int64_t id, int64_t at, const uint8_t *got, int64_t size)
{
    for (int64_t i = 0; i < size; i++) {
        int64_t sequence = id * 30 + (at + i) / CHUNK;
        check(a->scene, got[i] == fixture_byte(sequence, (size_t)((at + i) % CHUNK)));
    }
    a->bytes += size;
}

/* Reads a segment to its end, as a live response does; true where it was whole. */
static bool follow(struct actor *a, int64_t id, struct store_reader *r)
{
    uint8_t got[1024];
    int64_t at = 0;
    for (;;) {
        int64_t size = store_read(r, got, a->step);
        if (size > 0) {
            check_bytes(a, id, at, got, size);
            at += size;
        } else if (size == ERR_AGAIN) {
            check(a->scene, !store_reader_expired(r) || store_reader_length(r) >= 0);
            sched_yield();
        } else {
            check(a->scene, size == ERR_END && at == 30 * CHUNK && store_reader_length(r) == at);
            return true;
        }
    }
}

static void look_at_packets(struct actor *a, int64_t *newest)
{
    struct blob *packet = NULL;
    int64_t sequence = -1;
    if (store_newest_packet(a->track, -1, &packet, &sequence))
        return;
    check(a->scene, sequence >= *newest && packet->size == PACKET);
    check(a->scene, packet->data[1] == fixture_byte(sequence, 1));
    *newest = sequence;
    a->packets++;
    blob_unref(packet);
}

static void *consume(void *argument)
{
    struct actor *a = argument;
    struct store_range whole = {0, INT64_MAX};
    int64_t newest = -1;
    atomic_fetch_add(&a->scene->started, 1);
    for (int64_t id = 0; id < FRAMES / 30;) {
        struct store_reader *r = NULL;
        struct store_track_state state;
        int status = store_open_reader(a->track, id, whole, &r, NULL);
        if (!status) {
            follow(a, id, r);
            store_close_reader(r);
            id++;
        } else if (status == ERR_NOT_FOUND) {
            store_track_state(a->track, &state); /* too late, or too early */
            id = state.oldest_segment > id ? state.oldest_segment : id;
            sched_yield();
        } else {
            check(a->scene, status == ERR_AGAIN);
            sched_yield();
        }
        look_at_packets(a, &newest);
        check(a->scene, store_available_us(a->scene->store) >= 1000000);
    }
    return NULL;
}

/* The bytes hold about 90 frames of each track, so that a producer trims the others' tracks too. */
static void run(size_t max_bytes)
{
    static struct scene scene;
    static struct actor producers[TRACKS];
    static struct actor consumers[TRACKS * FOLLOWERS];
    pthread_t threads[TRACKS + TRACKS * FOLLOWERS];
    memset(&scene, 0, sizeof scene);
    scene.store = fixture_store(4000000, max_bytes);
    for (size_t i = 0; i < TRACKS; i++)
        scene.tracks[i] =
            fixture_track(scene.store, (char[]){(char)('a' + i), 0}, (struct rational){30, 1}, 1);
    store_set_listener(scene.store, count_change, &scene);
    for (size_t i = 0; i < TRACKS * FOLLOWERS; i++) {
        consumers[i] = (struct actor){
            .scene = &scene, .track = scene.tracks[i % TRACKS], .step = 1 + i * 37 % 1024};
        assert_int_equal(pthread_create(&threads[TRACKS + i], NULL, consume, &consumers[i]), 0);
    }
    for (size_t i = 0; i < TRACKS; i++) {
        producers[i] = (struct actor){.scene = &scene, .track = scene.tracks[i]};
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    for (size_t i = 0; i < TRACKS + TRACKS * FOLLOWERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);

    assert_int_equal(atomic_load(&scene.failures), 0);
    assert_true(atomic_load(&scene.changes) >= TRACKS * (FRAMES + 1));
    for (size_t i = 0; i < TRACKS * FOLLOWERS; i++)
        assert_true(consumers[i].bytes >= 30 * CHUNK && consumers[i].packets > 0);
    size_t held = 0;
    for (size_t i = 0; i < TRACKS; i++) {
        struct store_track_state state;
        store_track_state(scene.tracks[i], &state);
        assert_int_equal(state.newest_sequence, FRAMES - 1);
        assert_true(state.newest_packet == FRAMES - 1);
        held += state.bytes;
    }
    assert_int_equal(store_bytes(scene.store), held);
    assert_true(held <= max_bytes);
    store_destroy(scene.store);
}

static void test_h28_many_readers_trimmed_by_time(void **state)
{
    (void)state;
    run(SIZE_MAX);
}

static void test_h28_many_readers_trimmed_by_bytes(void **state)
{
    (void)state;
    run(TRACKS * 90 * (CHUNK + PACKET));
}

static void *append_until_ended(void *argument)
{
    struct store_place next;
    for (int64_t n = 0; !store_append(argument, n, fixture_blob(n, CHUNK), &next); n++)
        ;
    return NULL;
}

static void count_into(void *context, struct store_track *track)
{
    (void)track;
    ++*(int *)context; /* plain memory: a call after the listener is gone is a race, or worse */
}

/* An origin may go away while producers append: its memory isn't touched any more. */
static void test_a_listener_that_was_replaced_is_not_called_any_more(void **state)
{
    struct store *s = fixture_store(1000000, SIZE_MAX);
    struct store_track *track = fixture_track(s, "v", (struct rational){30, 1}, 1);
    pthread_t producer;
    (void)state;
    assert_int_equal(pthread_create(&producer, NULL, append_until_ended, track), 0);
    for (int i = 0; i < 300; i++) {
        int *calls = calloc(1, sizeof *calls);
        assert_non_null(calls);
        store_set_listener(s, count_into, calls);
        sched_yield();
        store_set_listener(s, NULL, NULL);
        assert_true(*calls >= 0);
        free(calls);
    }
    store_end_track(track);
    pthread_join(producer, NULL);
    store_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_listener_that_was_replaced_is_not_called_any_more),
        cmocka_unit_test(test_h28_many_readers_trimmed_by_time),
        cmocka_unit_test(test_h28_many_readers_trimmed_by_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
