/* A track that is made later than another one of its store (H23, H29): what is due by the other
 * one's time is waited for, however late it is; what is not due yet is not there. */
#include "fixture.h"

enum { PICTURES = 90, SOUND_DUE = 139 }; /* of 2.967 s: the sound's frame that is current then */

static const struct rational picture_rate = {30, 1};

struct pair {
    struct store *store;
    struct store_track *picture, *sound;
};

static struct pair open_pair(void)
{
    struct store_track_info info = fixture_info(STORE_AUDIO, "a", FIXTURE_AUDIO_RATE, 3);
    struct pair p = {.store = fixture_store(60000000, 1 << 20)};
    p.picture = fixture_track(p.store, "v", picture_rate, 3);
    assert_int_equal(store_add_track(p.store, &info, NULL, &p.sound), ERR_OK);
    return p;
}

static int find(struct store_track *t, int64_t sequence)
{
    struct blob *packet;
    int status = store_find_packet(t, sequence, &packet);
    if (!status)
        blob_unref(packet);
    return status;
}

static int open_segment(struct store_track *t, int64_t id)
{
    struct store_reader *reader;
    int status = store_open_reader(t, id, (struct store_range){0, INT64_MAX}, &reader, NULL);
    if (!status)
        store_close_reader(reader);
    return status;
}

static void test_what_is_due_is_waited_for(void **state)
{
    (void)state;
    struct pair p = open_pair();
    fixture_append(p.sound, 9, 20);
    assert_int_equal(find(p.sound, SOUND_DUE), ERR_NOT_FOUND);
    fixture_append(p.picture, PICTURES - 1, 20);
    assert_int_equal(find(p.sound, SOUND_DUE), ERR_AGAIN);
    assert_int_equal(find(p.sound, SOUND_DUE + STORE_SOUND_FRAMES_AHEAD), ERR_AGAIN);
    assert_int_equal(find(p.sound, SOUND_DUE + STORE_SOUND_FRAMES_AHEAD + 1), ERR_NOT_FOUND);
    assert_true(store_is_late(p.sound, 10));
    assert_true(store_is_late(p.sound, SOUND_DUE));
    assert_false(store_is_late(p.sound, SOUND_DUE + 1));
    assert_false(store_is_late(p.sound, 9));
    assert_false(store_is_late(p.picture, PICTURES));
    store_destroy(p.store);
}

static void test_the_next_segment_too(void **state)
{
    (void)state;
    struct pair p = open_pair();
    fixture_append(p.sound, 99, 20); /* 2.1 s, and the segment has 3 */
    fixture_append(p.picture, 62, 20);
    assert_int_equal(open_segment(p.sound, 1), ERR_NOT_FOUND);
    fixture_append(p.picture, PICTURES, 20);
    assert_int_equal(open_segment(p.sound, 1), ERR_AGAIN);
    assert_int_equal(open_segment(p.sound, 2), ERR_NOT_FOUND);
    store_destroy(p.store);
}

static void test_not_once_it_has_ended(void **state)
{
    (void)state;
    struct pair p = open_pair();
    fixture_append(p.sound, 99, 20);
    fixture_append(p.picture, PICTURES, 20);
    store_end_track(p.sound);
    assert_int_equal(find(p.sound, 100), ERR_NOT_FOUND);
    assert_int_equal(open_segment(p.sound, 1), ERR_NOT_FOUND);
    assert_false(store_is_late(p.sound, 100));
    store_destroy(p.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_due_is_waited_for),
        cmocka_unit_test(test_the_next_segment_too),
        cmocka_unit_test(test_not_once_it_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
