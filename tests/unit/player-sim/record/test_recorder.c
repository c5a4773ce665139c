/* A live channel becomes a content: which frames, which packets, and what happens when something
 * is missing. */
#include "lab.h"

static struct content content_of(struct lab *lab)
{
    struct content c;
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(recorder_content(lab->recorder, "one", 4000, &c, error), ERR_OK);
    assert_int_equal(content_check(&c, error), ERR_OK);
    return c;
}

static void expect_frames(const struct content *c, int64_t first)
{
    assert_int_equal(c->rung_count, 3);
    for (size_t i = 0; i < 3; i++)
        for (size_t n = 0; n < c->frame_count; n++)
            assert_int_equal(content_frame_bytes(c, i, (int64_t)n),
                             lab_bytes((int64_t)i, first + (int64_t)n));
}

/* From the start of the segment under way (frame 123 is of segment 2, from frame 100 on). */
static void test_records_whole_segments(void **state)
{
    (void)state;
    struct lab *lab = lab_create(123, 5000000, 10);
    struct recorder_progress p = lab_run(lab, 1000);
    assert_true(p.over);
    assert_false(p.early);
    assert_int_equal(p.segments, 3);
    assert_int_equal(p.segments_wanted, 3);
    assert_int_equal(lab->live, 249);
    struct content c = content_of(lab);
    assert_string_equal(c.name, "one");
    assert_int_equal(c.rate.num, 25);
    assert_int_equal(c.segment_frames, 50);
    assert_int_equal(c.frame_count, 150);
    assert_string_equal(c.rungs[0].name, "low");
    assert_int_equal(c.rungs[2].bandwidth_bps, 2500000);
    assert_int_equal(c.rungs[1].width, 640);
    expect_frames(&c, 100);
    /* 15 ms until the frame is there, less half of the round trip of 4 ms that the lab has not. */
    assert_int_equal(c.rungs[0].made_us, LAB_MADE_US - 2000);
    assert_int_equal(c.sound.frame_bytes, LAB_SOUND_BYTES);
    assert_int_equal(c.sound.packet_bytes, LAB_SOUND_PACKET_BYTES);
    assert_int_equal(c.sound.rate.num, 375);
    content_finish(&c);
    lab_destroy(lab);
}

/* Each segment's first, and of the others frame 1, 4, 11, 21, 31 and 41: seven of 50; the lab's
 * sizes rise evenly, so that those between are met by a line. Keyframes are no part of it. */
static void test_fetches_chosen_packets(void **state)
{
    (void)state;
    struct lab *lab = lab_create(123, 4000000, 10);
    struct recorder_progress p = lab_run(lab, 1000);
    assert_int_equal(p.packets, 3 * 2 * 7);
    assert_int_equal(p.refused, 0);
    assert_int_equal(lab->packets_at_once, 2);
    struct content c = content_of(lab);
    for (int64_t n = 1; n < 91; n++)
        assert_int_equal(content_packet_bytes(&c, 1, n), lab_packet_bytes(1, 100 + n));
    content_finish(&c);
    lab_destroy(lab);
}

static void test_every_packet_and_two_a_second(void **state)
{
    (void)state;
    struct lab *lab = lab_create(100, 2000000, 1);
    assert_int_equal(lab_run(lab, 1000).packets, 3 * 50);
    lab_destroy(lab);
    lab =
        lab_create(100, 2000000, 0); /* each twelfth: 1, 13, 25, 37, 49, the first and the fifth */
    assert_int_equal(lab_run(lab, 1000).packets, 3 * 7);
    lab_destroy(lab);
}

static void test_a_broken_response_is_taken_up(void **state)
{
    (void)state;
    struct lab *lab = lab_create(120, 4000000, 10);
    lab->broken = 137;
    struct recorder_progress p = lab_run(lab, 1000);
    assert_int_equal(lab->broken, -1);
    assert_true(p.over && !p.early);
    struct content c = content_of(lab);
    expect_frames(&c, 100);
    content_finish(&c);
    lab_destroy(lab);
}

/* What is whole counts, be it stopped or ended by the channel. */
static void test_early_ends_keep_what_is_whole(void **state)
{
    (void)state;
    struct lab *lab = lab_create(120, 60000000, 10);
    struct recorder_progress p = lab_run(lab, 100); /* until frame 220 */
    assert_false(p.over);
    assert_int_equal(p.segments, 2);
    struct content c = content_of(lab);
    assert_int_equal(c.frame_count, 100);
    content_finish(&c);
    lab_destroy(lab);

    lab = lab_create(120, 60000000, 10);
    lab->last = 230; /* within a segment */
    p = lab_run(lab, 1000);
    assert_true(p.over && p.early);
    assert_non_null(strstr(p.text, "came to its end"));
    assert_int_equal(p.segments, 2);
    lab_destroy(lab);

    lab = lab_create(120, 60000000, 10);
    lab->last = 249;
    p = lab_run(lab, 1000);
    assert_true(p.over && p.early);
    assert_non_null(strstr(p.text, "404"));
    assert_int_equal(p.segments, 3);
    lab_destroy(lab);
}

static void test_no_whole_segment_is_nothing(void **state)
{
    (void)state;
    struct lab *lab = lab_create(120, 60000000, 10);
    struct content c = {.name = "untouched"};
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(recorder_content(lab->recorder, "one", -1, &c, error), ERR_NOT_FOUND);
    lab_run(lab, 10);
    assert_int_equal(recorder_content(lab->recorder, "one", -1, &c, error), ERR_NOT_FOUND);
    assert_string_equal(c.name, "untouched");
    lab_destroy(lab);
}

static void test_missing_frames_end_it(void **state)
{
    (void)state;
    struct lab *lab = lab_create(120, 60000000, 10);
    lab->gap = 170;
    struct recorder_progress p = lab_run(lab, 1000);
    assert_true(p.over && p.early);
    assert_non_null(strstr(p.text, "rendition high: after 70 frames"));
    assert_int_equal(p.segments, 1);
    lab_destroy(lab);
}

/* Without packets, or with such as are none of a picture, the content has none; without sound it
 * has no sound. */
static void test_packets_and_sound_may_lack(void **state)
{
    (void)state;
    struct lab *lab = lab_create(120, 4000000, 10);
    lab->no_packets = lab->no_sound = true;
    struct recorder_progress p = lab_run(lab, 1000);
    assert_true(p.over && !p.early);
    assert_int_equal(p.refused, 3 * 2 * 7);
    struct content c = content_of(lab);
    assert_false(content_has_packets(&c));
    assert_int_equal(c.sound.rate.num, 0);
    expect_frames(&c, 100);
    content_finish(&c);
    lab_destroy(lab);

    lab = lab_create(120, 4000000, 10);
    lab->short_answers = true;
    p = lab_run(lab, 1000);
    assert_int_equal(p.refused, 3 * 2 * 7);
    assert_int_equal(p.packets, 0);
    lab_destroy(lab);
}

/* What the sound lacks ends nothing. */
static void test_sound_may_break_off(void **state)
{
    (void)state;
    struct lab *lab = lab_create(120, 4000000, 10);
    lab->silence = 140;
    struct recorder_progress p = lab_run(lab, 1000);
    assert_true(p.over && !p.early);
    assert_int_equal(p.segments, 2);
    struct content c = content_of(lab);
    assert_int_equal(c.sound.frame_bytes, LAB_SOUND_BYTES);
    expect_frames(&c, 100);
    content_finish(&c);
    lab_destroy(lab);
}

static void test_renditions_out_of_step_are_refused(void **state)
{
    (void)state;
    struct shape fast = plain;
    fast.fast = true;
    struct lab *lab = lab_create(120, 4000000, 10);
    session_channel_unref(lab->channel);
    lab->channel = make_channel(&fast, NULL);
    struct recorder_progress p = lab_run(lab, 10);
    assert_true(p.over && p.early);
    assert_non_null(strstr(p.text, "low and high differ"));
    assert_int_equal(p.segments, 0);
    lab_destroy(lab);
}

static void test_no_channel(void **state)
{
    (void)state;
    struct lab *lab = lab_create(120, 4000000, 10);
    struct recorder_progress p;
    recorder_start(lab->recorder, 0);
    lab_drain(lab);
    lab_tell(lab, 0,
             (struct session_event){.kind = SESSION_FAILED, .text = "GET manifest: not found"});
    recorder_progress(lab->recorder, &p);
    assert_true(p.over && p.early);
    assert_string_equal(p.text, "GET manifest: not found");
    assert_int_equal(lab->open_count, 0);
    lab_destroy(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_whole_segments),
        cmocka_unit_test(test_fetches_chosen_packets),
        cmocka_unit_test(test_every_packet_and_two_a_second),
        cmocka_unit_test(test_a_broken_response_is_taken_up),
        cmocka_unit_test(test_early_ends_keep_what_is_whole),
        cmocka_unit_test(test_no_whole_segment_is_nothing),
        cmocka_unit_test(test_missing_frames_end_it),
        cmocka_unit_test(test_packets_and_sound_may_lack),
        cmocka_unit_test(test_sound_may_break_off),
        cmocka_unit_test(test_renditions_out_of_step_are_refused),
        cmocka_unit_test(test_no_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
