/* A live channel in virtual time: when its frames are there, what they weigh, its manifest. */
#include "fixture.h"
#include "manifests/parse.h"

static void frames_are_there_when_they_are_made(void **state)
{
    (void)state;
    struct stock s;
    stock_fill(&s);
    assert_int_equal(sim_channel_captured_us(&s.channel, 1, 0), START_US);
    assert_int_equal(sim_channel_captured_us(&s.channel, 1, 1), START_US + 33333);
    assert_int_equal(sim_channel_captured_us(&s.channel, 1, 30), START_US + 1000000);
    assert_int_equal(sim_channel_there_us(&s.channel, 1, 30), START_US + 1000000 + MADE_US);
    assert_int_equal(sim_channel_captured_us(&s.channel, VIRTUAL_SOUND, 375), START_US + 8000000);
    assert_int_equal(sim_channel_there_us(&s.channel, VIRTUAL_SOUND, 1),
                     START_US + 21333 + SOUND_MADE_US);
    /* a year of it */
    assert_int_equal(sim_channel_captured_us(&s.channel, 0, INT64_C(30) * 86400 * 365),
                     START_US + INT64_C(86400000000) * 365);
}

static void the_newest_is_the_last_that_is_there(void **state)
{
    static const size_t rungs[] = {0, 1, VIRTUAL_SOUND};
    (void)state;
    struct stock s;
    stock_fill(&s);
    for (size_t r = 0; r < 3; r++) {
        assert_int_equal(sim_channel_newest(&s.channel, rungs[r], 0), -1);
        for (int64_t n = 0; n < 1000; n++) {
            int64_t there_us = sim_channel_there_us(&s.channel, rungs[r], n);
            assert_int_equal(sim_channel_newest(&s.channel, rungs[r], there_us - 1), n - 1);
            assert_int_equal(sim_channel_newest(&s.channel, rungs[r], there_us), n);
        }
    }
}

static void every_frame_is_in_its_segment(void **state)
{
    static const size_t rungs[] = {0, VIRTUAL_SOUND};
    (void)state;
    struct stock s;
    stock_fill(&s);
    assert_int_equal(sim_channel_segment_start(&s.channel, 0, 7), 70);
    assert_int_equal(sim_channel_segment_of(&s.channel, 0, 69), 6);
    /* sound: the first frame whose time is not before the segment's; 1/3 s is 15.6 frames */
    assert_int_equal(sim_channel_segment_start(&s.channel, VIRTUAL_SOUND, 1), 16);
    assert_int_equal(sim_channel_segment_start(&s.channel, VIRTUAL_SOUND, 24), 375);
    for (size_t r = 0; r < 2; r++)
        for (int64_t segment = 0; segment < 200; segment++) {
            int64_t first = sim_channel_segment_start(&s.channel, rungs[r], segment);
            int64_t end = sim_channel_segment_start(&s.channel, rungs[r], segment + 1);
            assert_true(end > first);
            for (int64_t n = first; n < end; n++)
                assert_int_equal(sim_channel_segment_of(&s.channel, rungs[r], n), segment);
        }
}

static void bytes_go_round_and_round(void **state)
{
    (void)state;
    struct stock s;
    stock_fill(&s);
    assert_int_equal(sim_channel_bytes(&s.channel, 1, 0, 3), 1000 + 1001 + 1002);
    assert_int_equal(sim_channel_bytes(&s.channel, 1, 19, 22), 1019 + 1000 + 1001);
    assert_int_equal(sim_channel_bytes(&s.channel, 1, 7, 7), 0);
    assert_int_equal(sim_channel_bytes(&s.channel, VIRTUAL_SOUND, 100, 103), 900);
    assert_int_equal(sim_channel_packet_bytes(&s.channel, 1, 43), 5003);
    assert_int_equal(sim_channel_packet_bytes(&s.channel, VIRTUAL_SOUND, 43), 700);
}

static void whole_frames_stand_in_bytes(void **state)
{
    static const size_t rungs[] = {0, 1, VIRTUAL_SOUND};
    (void)state;
    struct stock s;
    stock_fill(&s);
    for (size_t r = 0; r < 3; r++)
        for (int64_t from = 0; from < 25; from++)
            for (int64_t frames = 0; frames <= 12; frames++) {
                uint64_t bytes = sim_channel_bytes(&s.channel, rungs[r], from, from + frames);
                assert_int_equal(sim_channel_whole_frames(&s.channel, rungs[r], from, bytes, 12),
                                 frames);
                if (frames)
                    assert_int_equal(
                        sim_channel_whole_frames(&s.channel, rungs[r], from, bytes - 1, 12),
                        frames - 1);
                assert_int_equal(
                    sim_channel_whole_frames(&s.channel, rungs[r], from, bytes + 5000000, 12), 12);
            }
}

static void its_manifest_is_one(void **state)
{
    (void)state;
    struct stock s;
    stock_fill(&s);
    struct bytes_writer out;
    bytes_writer_init(&out);
    assert_int_equal(sim_channel_manifest(&s.channel, &out), 0);
    struct hesp_manifest m;
    char error[HESP_ERROR_BYTES];
    assert_int_equal(hesp_parse(out.data, out.size, &m, error), 0);
    assert_int_equal(m.presentation_count, 1);
    assert_int_equal(m.presentations->video_count, 1);
    assert_int_equal(m.presentations->video->track_count, 2);
    assert_string_equal(m.presentations->video->tracks[1].id, "high");
    assert_int_equal(m.presentations->video->tracks[1].bandwidth, 300000);
    assert_int_equal(m.presentations->audio_count, 1);
    hesp_manifest_finish(&m);
    bytes_writer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_there_when_they_are_made),
        cmocka_unit_test(the_newest_is_the_last_that_is_there),
        cmocka_unit_test(every_frame_is_in_its_segment),
        cmocka_unit_test(bytes_go_round_and_round),
        cmocka_unit_test(whole_frames_stand_in_bytes),
        cmocka_unit_test(its_manifest_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
