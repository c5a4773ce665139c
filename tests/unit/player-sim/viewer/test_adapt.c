/* What a HESP viewer tells a rule, told by a rule that writes it down: packets as clean samples,
 * frames by the stretch, app-limited unless they queue. */
#include "player-sim/viewer/adapt.h"
#include "support/cmocka_all.h"

#include <string.h>

#define MS 1000

enum { FRAME_US = 40 * MS, NOTES_MAX = 64 };

/* ---- a channel of two rungs at 25 a second, with sound ---- */

static struct session_track rungs[] = {
    {.name = "low",
     .bandwidth_bps = 300000,
     .rate = {25, 1},
     .start = {0, 1},
     .media_offset = {0, 1}},
    {.name = "high",
     .bandwidth_bps = 900000,
     .rate = {25, 1},
     .start = {0, 1},
     .media_offset = {0, 1}},
};
static struct session_channel channel = {
    .rungs = rungs,
    .rung_count = 2,
    .has_sound = true,
    .sound = {.name = "sound", .bandwidth_bps = 100000, .rate = {375, 8}},
};

/* ---- the rule ---- */

static struct abr_download told[NOTES_MAX];
static size_t told_count, inits, seeks, wish;
static int64_t lowest_bps;

static void init(void *state, const struct abr_setup *setup)
{
    (void)state;
    inits++;
    lowest_bps = setup->bitrates_bps[0];
}

static struct abr_choice choose(void *state, const struct abr_moment *m)
{
    (void)state, (void)m;
    return (struct abr_choice){.rung = wish};
}

static size_t first(void *state, const struct abr_moment *m)
{
    (void)state, (void)m;
    return wish;
}

static void note_download(void *state, const struct abr_moment *m, const struct abr_download *d)
{
    (void)state, (void)m;
    assert_true(told_count < NOTES_MAX);
    told[told_count++] = *d;
}

static void note_seek(void *state, const struct abr_moment *m)
{
    (void)state, (void)m;
    seeks++;
}

static const struct abr_rule scribe = {.name = "scribe",
                                       .state_bytes = 8,
                                       .init = init,
                                       .first = first,
                                       .choose = choose,
                                       .note_download = note_download,
                                       .note_seek = note_seek};

/* ---- what happens ---- */

static struct adapt *begin(void)
{
    const struct adapt_config config = {
        .rule = &scribe, .estimator = abr_estimator_find("ewma"), .buffer_us = 33 * MS};
    struct adapt *a;
    told_count = inits = seeks = wish = 0;
    assert_int_equal(adapt_create(&config, &a), 0);
    return a;
}

static void asked(struct adapt *a, int64_t now_us, uint32_t id, enum session_request_kind kind,
                  const struct session_track *track)
{
    const struct session_request r = {.id = id, .kind = kind, .from = &channel, .track = track};
    adapt_requested(a, now_us, &r);
}

static bool came(struct adapt *a, int64_t now_us, uint32_t id, enum session_event_kind kind,
                 size_t bytes, int64_t capture_us, int64_t *bps)
{
    const struct session_event e = {.kind = kind,
                                    .request = id,
                                    .has_sample = true,
                                    .sample = {.bytes = bytes, .capture_us = capture_us},
                                    .first_byte_us = now_us - 20 * MS};
    return adapt_event(a, now_us, &e, 50 * MS, bps);
}

/* Frame n was captured at n * 40 ms and comes late_us after that. */
static bool frame(struct adapt *a, int64_t n, int64_t late_us, int64_t *bps)
{
    return came(a, n * FRAME_US + late_us, 7, SESSION_CHUNK, 1500, n * FRAME_US, bps);
}

static void a_packet_is_a_clean_sample(void **state)
{
    struct adapt *a = begin();
    int64_t bps = -1;
    (void)state;
    assert_int_equal(adapt_join(a, 0, &channel), 300000);
    asked(a, 1000 * MS, 3, SESSION_GET_PACKET, &rungs[0]);
    wish = 1;
    assert_true(came(a, 1060 * MS, 3, SESSION_PACKET, 20000, 1000 * MS, &bps));
    assert_int_equal(bps, 900000);
    assert_int_equal(told_count, 1);
    assert_int_equal(told[0].media_us, 0);
    assert_int_equal(told[0].bytes, 20000);
    assert_int_equal(told[0].request_us, 1000 * MS);
    assert_int_equal(told[0].transfer_us, 20 * MS);
    assert_false(told[0].app_limited);
    adapt_destroy(a);
}

/* The link carries both: the rule is told of rungs with the sound's bandwidth, and of its bytes. */
static void sound_counts_with_the_picture(void **state)
{
    struct adapt *a = begin();
    int64_t bps;
    (void)state;
    adapt_join(a, 0, &channel);
    assert_int_equal(lowest_bps, 400000);
    asked(a, 0, 7, SESSION_GET_SEGMENT, &rungs[0]);
    asked(a, 0, 8, SESSION_GET_SEGMENT, &channel.sound);
    for (int64_t n = 0; !told_count; n++) {
        frame(a, n, 10 * MS, &bps);
        if (!told_count)
            came(a, n * FRAME_US + 15 * MS, 8, SESSION_CHUNK, 250, n * FRAME_US, &bps);
    }
    assert_int_equal(told[0].media_us % FRAME_US, 0);
    assert_int_equal(told[0].bytes, told[0].media_us / FRAME_US * 1750 - 250);
    adapt_destroy(a);
}

static void frames_in_time_are_app_limited(void **state)
{
    struct adapt *a = begin();
    int64_t bps;
    (void)state;
    adapt_join(a, 0, &channel);
    asked(a, 0, 7, SESSION_GET_SEGMENT, &rungs[0]);
    for (int64_t n = 0; n < 40; n++)
        assert_false(frame(a, n, 10 * MS, &bps));
    assert_in_range(told_count, 2, 3); /* 1.6 s, half a second each */
    for (size_t i = 0; i < told_count; i++) {
        assert_true(told[i].app_limited && told[i].held);
        assert_true(told[i].transfer_us >= ADAPT_STRETCH_US);
    }
    adapt_destroy(a);
}

/* From frame 25 on each comes 20 ms later than the one before: after three of these all queue. */
static void frames_that_queue_are_not(void **state)
{
    struct adapt *a = begin();
    int64_t bps;
    size_t queueing = 0;
    (void)state;
    adapt_join(a, 0, &channel);
    asked(a, 0, 7, SESSION_GET_SEGMENT, &rungs[0]);
    for (int64_t n = 0; n < 60; n++)
        frame(a, n, n < 25 ? 10 * MS : (n - 24) * 20 * MS, &bps);
    for (size_t i = 0; i < told_count; i++)
        if (!told[i].app_limited) {
            queueing++;
            assert_true(told[i].media_us < told[i].transfer_us); /* 40 ms of it in 60 */
            assert_true(told[i].transfer_us < ADAPT_STRETCH_US);
        }
    assert_in_range(queueing, 4, 12);
    assert_false(told[told_count - 1].app_limited);
    adapt_destroy(a);
}

/* Between channels of one ladder a zap is a seek; another ladder begins the rule anew. */
static void a_zap_is_a_seek(void **state)
{
    struct adapt *a = begin();
    (void)state;
    assert_false(adapt_knows_ladder(a));
    assert_int_equal(adapt_join(a, 0, NULL), 0);
    adapt_join(a, 0, &channel);
    assert_true(adapt_knows_ladder(a));
    wish = 1;
    assert_int_equal(adapt_join(a, 5000 * MS, &channel), 900000);
    assert_int_equal(inits, 1);
    assert_int_equal(seeks, 1);
    struct session_channel other = channel;
    other.rung_count = 1;
    wish = 0;
    assert_int_equal(adapt_join(a, 6000 * MS, &other), 300000);
    assert_int_equal(inits, 2);
    adapt_destroy(a);
}

/* What was asked for before a join is of the old channel; what nobody asked for is nothing. */
static void old_requests_say_nothing(void **state)
{
    struct adapt *a = begin();
    int64_t bps;
    (void)state;
    adapt_join(a, 0, &channel);
    asked(a, 0, 7, SESSION_GET_SEGMENT, &rungs[0]);
    adapt_join(a, 100 * MS, &channel);
    for (int64_t n = 3; n < 60; n++)
        assert_false(frame(a, n, 10 * MS, &bps));
    assert_int_equal(told_count, 0);
    adapt_destroy(a);
}

/* Another Presentation: its ladder is the rule's from when its first packet is asked for, what the
 * estimator knows of the link stays, and a packet that waits for its beginning says nothing of the
 * round trip. */
static void a_presentation_brings_its_own_ladder(void **state)
{
    static struct session_track three[] = {
        {.name = "a", .bandwidth_bps = 200000, .rate = {50, 1}, .first_sequence = 30},
        {.name = "b", .bandwidth_bps = 500000, .rate = {50, 1}, .first_sequence = 30},
        {.name = "c", .bandwidth_bps = 800000, .rate = {50, 1}, .first_sequence = 30},
    };
    static struct session_channel other = {.rungs = three, .rung_count = 3};
    struct adapt *a = begin();
    int64_t bps = -1;
    (void)state;
    adapt_join(a, 0, &channel);
    asked(a, 0, 7, SESSION_GET_SEGMENT, &rungs[0]);
    frame(a, 1, 10 * MS, &bps);
    struct session_request r = {
        .id = 9, .kind = SESSION_GET_PACKET, .from = &other, .track = &three[2], .number = 30};
    adapt_requested(a, 1000 * MS, &r);
    assert_int_equal(inits, 2);
    assert_int_equal(lowest_bps, 200000); /* it is silent */
    for (int64_t n = 2; n < 40; n++)      /* the old one's last frames */
        assert_false(frame(a, n, 10 * MS, &bps));
    assert_int_equal(told_count, 0);
    wish = 2; /* what plays already: no switch */
    assert_false(came(a, 1700 * MS, 9, SESSION_PACKET, 20000, 1000 * MS, &bps));
    assert_int_equal(told_count, 1);
    assert_int_equal(told[0].rung, 2);
    assert_true(told[0].held);
    r = (struct session_request){
        .id = 10, .kind = SESSION_GET_SEGMENT, .from = &other, .track = &three[2]};
    adapt_requested(a, 1700 * MS, &r);
    wish = 1;
    bool decided = false;
    for (int64_t n = 43; n < 70 && !decided; n++)
        decided = came(a, n * FRAME_US, 10, SESSION_CHUNK, 1500, n * FRAME_US - 10 * MS, &bps);
    assert_true(decided);
    assert_int_equal(bps, 500000);
    adapt_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_is_a_clean_sample),
        cmocka_unit_test(sound_counts_with_the_picture),
        cmocka_unit_test(frames_in_time_are_app_limited),
        cmocka_unit_test(frames_that_queue_are_not),
        cmocka_unit_test(a_zap_is_a_seek),
        cmocka_unit_test(old_requests_say_nothing),
        cmocka_unit_test(a_presentation_brings_its_own_ladder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
