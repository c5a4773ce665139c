/* What a HESP origin answers in virtual time, against the rules of the packager's store and origin:
 * which requests wait, which are refused, and when. */
#include "fixture.h"
#include "player-sim/session/session.h"
#include "player-sim/simulate/hesp_origin.h"

enum { WINDOW_FRAMES = 60, WINDOW_US = 2000000 };

static const size_t video = 1, sound = VIRTUAL_SOUND;

struct desk {
    struct stock stock;
    struct hesp_origin origin;
    struct virtual_origin face;
};

static void desk_fill(struct desk *d)
{
    stock_fill(&d->stock);
    d->origin = (struct hesp_origin){.channels = &d->stock.channel,
                                     .channel_count = 1,
                                     .window_us = WINDOW_US,
                                     .manifest_bytes = 4321};
    d->face = hesp_origin_of(&d->origin);
}

static struct virtual_answer ask_at(const struct desk *d, int64_t now_us,
                                    const struct virtual_ask *ask, int64_t *at_us)
{
    struct virtual_answer answer = {.ask = *ask};
    *at_us = now_us;
    d->face.answer(d->face.context, now_us, ask, &answer, at_us);
    return answer;
}

/* Refused with this status, so long after now. */
static void expect_refusal(const struct desk *d, int64_t now_us, const struct virtual_ask *ask,
                           int status, int64_t after_us)
{
    int64_t at_us;
    struct virtual_answer answer = ask_at(d, now_us, ask, &at_us);
    assert_int_equal(answer.status, status);
    assert_int_equal(at_us - now_us, after_us);
}

/* Answered with frames from..end-1, the first of them after so long. */
static struct virtual_piece expect_answer(const struct desk *d, int64_t now_us,
                                          const struct virtual_ask *ask, int64_t from, int64_t end,
                                          int64_t after_us)
{
    int64_t at_us;
    struct virtual_piece piece;
    struct virtual_answer answer = ask_at(d, now_us, ask, &at_us);
    assert_in_range(answer.status, 200, 206);
    assert_int_equal(answer.next, from);
    assert_int_equal(answer.end, end);
    d->face.piece(d->face.context, now_us, &answer, &piece);
    assert_int_equal(answer.next, from + 1);
    assert_int_equal(piece.tag, from);
    assert_int_equal(piece.at_us - now_us, after_us);
    return piece;
}

static struct virtual_ask packet(size_t rung, int64_t number)
{
    return (struct virtual_ask){.kind = SESSION_GET_PACKET, .rung = rung, .number = number};
}

static struct virtual_ask segment(size_t rung, int64_t number, int64_t offset)
{
    return (struct virtual_ask){
        .kind = SESSION_GET_SEGMENT, .rung = rung, .number = number, .offset = offset};
}

/* Just when frame n is there. */
static int64_t when(const struct desk *d, size_t rung, int64_t n)
{
    return sim_channel_there_us(&d->stock.channel, rung, n);
}

static int64_t until(const struct desk *d, size_t rung, int64_t n, int64_t now_us)
{
    return when(d, rung, n) - now_us;
}

/* ---- packets ---- */

static void a_packet_of_the_window_is_there(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    int64_t now_us = when(&d, video, 100);
    struct virtual_ask ask = packet(video, 100);
    struct virtual_piece piece = expect_answer(&d, now_us, &ask, 100, 101, 0);
    assert_int_equal(piece.bytes, 5000 + 100 % FRAMES);
    ask = packet(video, 100 - WINDOW_FRAMES); /* the last of it */
    expect_answer(&d, now_us, &ask, 100 - WINDOW_FRAMES, 101 - WINDOW_FRAMES, 0);
    ask = packet(video, 99 - WINDOW_FRAMES);
    expect_refusal(&d, now_us, &ask, 404, 0);
    ask = packet(video, -7);
    expect_refusal(&d, when(&d, video, 10), &ask, 404, 0);
}

static void now_is_the_newest(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    struct virtual_ask ask = packet(video, HESP_NOW);
    expect_answer(&d, when(&d, video, 100), &ask, 100, 101, 0);
    expect_answer(&d, when(&d, video, 101) - 1, &ask, 100, 101, 0);
    expect_answer(&d, when(&d, video, 0), &ask, 0, 1, 0);
    expect_refusal(&d, when(&d, video, 0) - 1, &ask, 404, 0); /* no frame yet: no waiting */
    ask = packet(sound, HESP_NOW);
    assert_int_equal(expect_answer(&d, when(&d, sound, 50), &ask, 50, 51, 0).bytes, 700);
}

static void a_packet_soon_to_come_is_waited_for(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    int64_t now_us = when(&d, video, 100) + 1000;
    for (int64_t n = 101; n <= 103; n++) {
        struct virtual_ask ask = packet(video, n);
        expect_answer(&d, now_us, &ask, n, n + 1, until(&d, video, n, now_us));
    }
    struct virtual_ask ask = packet(video, 104);
    expect_refusal(&d, now_us, &ask, 404, 0);
}

/* Twelve frames are 256 ms: for the last of them the patience of 250 ms may not do. */
static void sound_is_waited_for_further_ahead(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    int64_t now_us = when(&d, sound, 100);
    struct virtual_ask ask = packet(sound, 111);
    expect_answer(&d, now_us, &ask, 111, 112, until(&d, sound, 111, now_us));
    ask = packet(sound, 112);
    expect_refusal(&d, now_us, &ask, 404, 250000);
    now_us += 10000;
    expect_answer(&d, now_us, &ask, 112, 113, until(&d, sound, 112, now_us));
    ask = packet(sound, 113);
    expect_refusal(&d, now_us, &ask, 404, 0);
}

static void a_packet_on_request_takes_its_time(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    d.origin.packet_us = 9000;
    int64_t now_us = when(&d, video, 100);
    struct virtual_ask ask = packet(video, 90);
    expect_answer(&d, now_us, &ask, 90, 91, 9000);
    ask = packet(video, 102);
    expect_answer(&d, now_us, &ask, 102, 103, until(&d, video, 102, now_us) + 9000);
}

/* ---- segments ---- */

static void a_segment_comes_from_any_frame_on(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    int64_t now_us = when(&d, video, 100); /* the first of segment 10 */
    struct virtual_ask ask = segment(video, 9, 0);
    struct virtual_piece piece = expect_answer(&d, now_us, &ask, 90, 100, 0);
    assert_int_equal(piece.bytes, 1010);
    ask = segment(video, 9, 1010 + 1011);
    expect_answer(&d, now_us, &ask, 92, 100, 0);
    ask = segment(video, 10, 1000); /* what comes next */
    expect_answer(&d, now_us, &ask, 101, 110, until(&d, video, 101, now_us));
    ask = segment(video, 10, 9000); /* a frame far ahead, in a segment that has begun */
    expect_answer(&d, now_us, &ask, 108, 110, until(&d, video, 108, now_us));
    ask = segment(sound, 24, 0); /* 375 of them in 8 s */
    expect_answer(&d, when(&d, sound, 380), &ask, 375, 391, 0);
}

static void its_frames_come_as_they_are_made(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    int64_t now_us = when(&d, video, 105), at_us;
    struct virtual_ask ask = segment(video, 10, 0);
    struct virtual_answer answer = ask_at(&d, now_us, &ask, &at_us);
    for (int64_t n = 100; n < 110; n++) {
        struct virtual_piece piece;
        d.face.piece(d.face.context, now_us, &answer, &piece);
        assert_int_equal(piece.tag, n);
        assert_int_equal(piece.at_us, n <= 105 ? now_us : when(&d, video, n));
        now_us = piece.at_us;
    }
    assert_int_equal(answer.next, answer.end);
}

/* Up to three frames before it begins, and no other than the next. */
static void the_next_segment_is_waited_for(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    struct virtual_ask ask = segment(video, 11, 0);
    for (int64_t newest = 107; newest < 110; newest++) {
        int64_t now_us = when(&d, video, newest);
        expect_answer(&d, now_us, &ask, 110, 120, until(&d, video, 110, now_us));
    }
    expect_refusal(&d, when(&d, video, 106), &ask, 404, 0);
    ask = segment(video, 12, 0);
    expect_refusal(&d, when(&d, video, 109), &ask, 404, 0);
    ask = segment(video, 0, 0); /* the very first one */
    expect_answer(&d, START_US, &ask, 0, 10, MADE_US);
    ask = segment(video, 1, 0);
    expect_refusal(&d, START_US, &ask, 404, 0);
    ask = segment(video, -1, 0);
    expect_refusal(&d, START_US, &ask, 404, 0);
    ask = segment(sound, 1, 0); /* frames 16 to 31; twelve ahead */
    int64_t now_us = when(&d, sound, 5);
    expect_answer(&d, now_us, &ask, 16, 32, until(&d, sound, 16, now_us));
    expect_refusal(&d, when(&d, sound, 3), &ask, 404, 0);
    ask = segment(sound, 2, 0);
    expect_refusal(&d, when(&d, sound, 15), &ask, 404, 0);
}

/* Segments of one frame: the second next one is within three frames, but not there. */
static void only_the_next_one_is(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    d.stock.content.segment_frames = 1;
    int64_t now_us = when(&d, video, 50);
    struct virtual_ask ask = segment(video, 51, 0);
    expect_answer(&d, now_us, &ask, 51, 52, until(&d, video, 51, now_us));
    ask = segment(video, 52, 0);
    expect_refusal(&d, now_us, &ask, 404, 0);
}

/* Until its last frame has left the window. */
static void a_segment_goes_with_its_last_frame(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    struct virtual_ask ask = segment(video, 3, 0);
    expect_answer(&d, when(&d, video, 39 + WINDOW_FRAMES), &ask, 30, 40, 0);
    expect_refusal(&d, when(&d, video, 40 + WINDOW_FRAMES), &ask, 404, 0);
}

static void a_growing_segment_longer_than_the_window_is_there(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    d.origin.window_us = 100000; /* three frames */
    struct virtual_ask ask = segment(video, 10, 0);
    expect_answer(&d, when(&d, video, 105), &ask, 100, 110, 0);
}

/* H29. Where nothing is yet is no error: it is waited for. */
static void beyond_the_end_there_is_no_range(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    int64_t bytes = 10 * 1000 + 45;
    struct virtual_ask ask = segment(video, 10, bytes);
    int64_t now_us = when(&d, video, 109);
    expect_refusal(&d, now_us, &ask, 416, 0);
    now_us = when(&d, video, 104);
    expect_refusal(&d, now_us, &ask, 416, until(&d, video, 109, now_us)); /* only known then */
    ask = segment(video, 10, bytes + 100000);
    expect_refusal(&d, when(&d, video, 109), &ask, 416, 0);
    ask = segment(video, 10, bytes - 1);
    expect_answer(&d, when(&d, video, 109), &ask, 109, 110, 0);
}

static void a_range_is_waited_for_ten_seconds(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    d.stock.content.rate = (struct rational){1, 2}; /* a segment of 20 s */
    int64_t now_us = when(&d, video, 100);
    struct virtual_ask ask = segment(video, 10, 1000 + 1001 + 1002 + 1003 + 1004);
    expect_answer(&d, now_us, &ask, 105, 110, 10000000);
    ask.offset += 1005;
    expect_refusal(&d, now_us, &ask, 503, 10000000);
    ask.offset = 1000000;
    expect_refusal(&d, now_us, &ask, 503, 10000000);
}

static void a_manifest_is_there_at_once(void **state)
{
    (void)state;
    struct desk d;
    desk_fill(&d);
    struct virtual_ask ask = {.kind = SESSION_GET_MANIFEST};
    assert_int_equal(expect_answer(&d, 0, &ask, 0, 1, 0).bytes, 4321);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_of_the_window_is_there),
        cmocka_unit_test(now_is_the_newest),
        cmocka_unit_test(a_packet_soon_to_come_is_waited_for),
        cmocka_unit_test(sound_is_waited_for_further_ahead),
        cmocka_unit_test(a_packet_on_request_takes_its_time),
        cmocka_unit_test(a_segment_comes_from_any_frame_on),
        cmocka_unit_test(its_frames_come_as_they_are_made),
        cmocka_unit_test(the_next_segment_is_waited_for),
        cmocka_unit_test(only_the_next_one_is),
        cmocka_unit_test(a_segment_goes_with_its_last_frame),
        cmocka_unit_test(a_growing_segment_longer_than_the_window_is_there),
        cmocka_unit_test(beyond_the_end_there_is_no_range),
        cmocka_unit_test(a_range_is_waited_for_ten_seconds),
        cmocka_unit_test(a_manifest_is_there_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
