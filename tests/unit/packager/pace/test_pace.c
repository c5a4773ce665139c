/* The output clock never stops, and H5: a constant frame rate out of whatever the feed has; H6:
 * feeds that drift. All in virtual time: a feed, a channel's slots, and what came of it.
 *
 * Picture number n is the pointer n + 1, and a sample's value is its own number in the source, so
 * what comes out says which moment of the source it is of. */
#include "packager/pace/pace.h"
#include "packager/pace/pictures.h"

#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/sanitized.h"

enum { PHASE_STEP_US = SANITIZED ? 2500 : 500 };
enum { CHUNK = 1024, VALUE_MASK = (1 << 20) - 1 };

static const int64_t second_us = 1000000;
static const int64_t start_us = 5000000;

/* The feed's side: when things are made, stamped, and arrive. */
struct feed {
    struct rational rate;
    bool varies;       /* pictures are irregular, on the rate's grid */
    int ppm;           /* its clock runs slower than ours by so much */
    int64_t pts_us;    /* the stamp of its first moment */
    int64_t phase_us;  /* of its first picture against the first slot */
    int64_t jitter_us; /* of arrival, either side */
    int64_t rounding_us;
    int64_t sound_late_us;
    int64_t jump_at_us, jump_us;        /* source time; the stamps' step */
    int64_t gap_from_us, gap_to_us;     /* source time: never sent */
    int64_t blind_from_us, blind_to_us; /* source time: pictures are never sent, and the decoder
                                           keeps the last one until there are others */
    int64_t stall_from_us, stall_to_us; /* source time: sent in a burst at its end */
    bool paced;
};

struct result {
    int64_t slots, fresh, skipped; /* since from_us; skipped: numbers that were passed over */
    int64_t worst_apart_us;        /* sound against picture */
    int64_t least_lag_us;
    int64_t worst_lag_us, last_lag_us; /* slot minus the moment the picture was sent */
    int64_t longest_still_us;
    int64_t breaks; /* places where a sample does not follow the one before */
    int64_t silent; /* samples */
    struct pace_counts counts;
};

struct run {
    struct feed feed;
    struct pace *pace;
    int64_t pictures, chunks; /* put so far */
    int64_t slots, takes;
    int64_t last_number, last_fresh_us;
    int64_t kept;         /* the picture that the decoder keeps, plus one; 0: none */
    int64_t sound_lag_us; /* clock minus source time of the sound that was last heard */
    bool hearing;
    float last_value;
    float planes[2][CHUNK];
    uint32_t random;
    int64_t from_us; /* what is before is not judged */
    struct result result;
};

static int64_t released;

static void release(void *picture)
{
    assert_non_null(picture);
    released++;
}

static int64_t jitter(struct run *r)
{
    r->random = r->random * 1664525u + 1013904223u;
    int64_t span = 2 * r->feed.jitter_us + 1;
    return (int64_t)(r->random >> 8) % span;
}

static int64_t arrival(struct run *r, int64_t source_us)
{
    const struct feed *f = &r->feed;
    if (source_us >= f->stall_from_us && source_us < f->stall_to_us)
        source_us = f->stall_to_us;
    return start_us + f->phase_us + source_us + source_us * f->ppm / 1000000;
}

static int64_t stamp(const struct run *r, int64_t source_us)
{
    const struct feed *f = &r->feed;
    int64_t pts_us = f->pts_us + source_us;
    if (f->jump_us && source_us >= f->jump_at_us)
        pts_us += f->jump_us;
    if (f->rounding_us)
        pts_us = (pts_us + f->rounding_us / 2) / f->rounding_us * f->rounding_us;
    return pts_us;
}

static bool in_gap(const struct run *r, int64_t source_us)
{
    return source_us >= r->feed.gap_from_us && source_us < r->feed.gap_to_us;
}

static int64_t picture_source_us(const struct run *r, int64_t n)
{
    /* Steps of 1 and 2, and of 6 now and then. */
    int64_t at = r->feed.varies ? n + n / 3 + n / 7 * 4 : n;
    return timebase_frame_us(at, r->feed.rate);
}

static int64_t chunk_source_us(int64_t k)
{
    return k * CHUNK * second_us / PACE_SOUND_RATE;
}

static void put_picture(struct run *r, int64_t now_us)
{
    int64_t n = r->pictures++;
    int64_t source_us = picture_source_us(r, n);
    if (source_us >= r->feed.blind_from_us && source_us < r->feed.blind_to_us)
        return;
    if (r->feed.blind_to_us && source_us < r->feed.blind_from_us &&
        picture_source_us(r, n + 1) >= r->feed.blind_from_us) {
        r->kept = n + 1;
        return;
    }
    if (r->kept)
        pace_put_picture(r->pace, (void *)(intptr_t)r->kept,
                         stamp(r, picture_source_us(r, r->kept - 1)), 0, now_us, now_us);
    r->kept = 0;
    if (!in_gap(r, source_us))
        pace_put_picture(r->pace, (void *)(intptr_t)(n + 1), stamp(r, source_us), 0, now_us,
                         now_us);
}

static void put_chunk(struct run *r, int64_t now_us)
{
    static float values[CHUNK];
    const float *planes[2] = {values, values};
    int64_t first = r->chunks++ * CHUNK;
    int64_t source_us = chunk_source_us(first / CHUNK);
    for (int i = 0; i < CHUNK; i++)
        values[i] = (float)(((first + i) & VALUE_MASK) + 1);
    if (!in_gap(r, source_us))
        pace_put_sound(r->pace, planes, CHUNK, stamp(r, source_us), now_us);
}

static void slot(struct run *r, int64_t slot_us)
{
    struct pace_taken taken;
    bool judged = slot_us >= r->from_us;
    r->result.slots += judged;
    if (pace_take_picture(r->pace, slot_us, &taken)) {
        int64_t n = (int64_t)(intptr_t)taken.picture - 1;
        int64_t source_us = picture_source_us(r, n);
        int64_t lag_us =
            slot_us - (start_us + r->feed.phase_us + source_us + source_us * r->feed.ppm / 1000000);
        int64_t apart_us = slot_us - source_us - r->sound_lag_us;
        assert_true(n > r->last_number);
        if (judged) {
            r->result.fresh++;
            r->result.skipped += n - r->last_number - 1;
            if (lag_us < r->result.least_lag_us)
                r->result.least_lag_us = lag_us;
            if (lag_us > r->result.worst_lag_us)
                r->result.worst_lag_us = lag_us;
            if (r->hearing && llabs(apart_us) > r->result.worst_apart_us)
                r->result.worst_apart_us = llabs(apart_us);
        }
        r->result.last_lag_us = lag_us;
        r->last_number = n;
        r->last_fresh_us = slot_us;
    }
    if (judged && slot_us - r->last_fresh_us > r->result.longest_still_us)
        r->result.longest_still_us = slot_us - r->last_fresh_us;
}

/* A value's number, counted on from near where we are. */
static int64_t number_of(float value, int64_t about)
{
    int64_t low = (int64_t)value - 1;
    int64_t number = (about & ~(int64_t)VALUE_MASK) + low;
    if (number > about + VALUE_MASK / 2)
        number -= VALUE_MASK + 1;
    if (number < about - VALUE_MASK / 2)
        number += VALUE_MASK + 1;
    return number;
}

static void hear(struct run *r, int64_t first_us)
{
    bool judged = first_us >= r->from_us;
    for (int i = 0; i < CHUNK; i++) {
        float value = r->planes[0][i];
        float step = value - r->last_value;
        bool wraps = value < 4 || r->last_value < 4 || value > VALUE_MASK - 4 ||
                     r->last_value > VALUE_MASK - 4; /* or rings after it, being stretched */
        r->result.silent += judged && value == 0;
        r->result.breaks += judged && !wraps && (step < 0.9f || step > 1.1f);
        r->last_value = value;
    }
    r->hearing = r->planes[0][CHUNK - 1] != 0;
    if (!r->hearing)
        return;
    int64_t about = (first_us - start_us) * PACE_SOUND_RATE / second_us;
    int64_t number = number_of(r->planes[0][CHUNK - 1], about);
    int64_t last_us = first_us + (CHUNK - 1) * second_us / PACE_SOUND_RATE;
    r->sound_lag_us = last_us - number * second_us / PACE_SOUND_RATE;
}

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Runs feed and channel against each other until end_us after the start. */
static struct result run(struct feed feed, struct rational slot_rate, int64_t from_us,
                         int64_t end_us)
{
    struct run *r = calloc(1, sizeof *r);
    struct pace_config config = {.slot_rate = slot_rate, .release = release};
    assert_non_null(r);
    r->feed = feed;
    r->random = 7;
    r->from_us = start_us + from_us;
    r->last_number = -1;
    r->result.least_lag_us = INT64_MAX;
    assert_int_equal(pace_create(&config, &r->pace), 0);
    pace_begin(r->pace, &(struct pace_source){.paced = feed.paced,
                                              .pictures = true,
                                              .sound = true,
                                              .max_step_us = 2 * second_us});
    float *planes[2] = {r->planes[0], r->planes[1]};
    int64_t now_us = start_us;
    int64_t picture_us = arrival(r, 0), chunk_us = arrival(r, chunk_source_us(1));
    while (now_us < start_us + end_us) {
        int64_t slot_us = start_us + timebase_frame_us(r->slots, slot_rate);
        int64_t take_us = start_us + chunk_source_us(r->takes + 1);
        int64_t next_us = min64(slot_us, take_us);
        while (feed.paced && !pace_full(r->pace)) {
            if (picture_source_us(r, r->pictures) < chunk_source_us(r->chunks))
                put_picture(r, now_us);
            else
                put_chunk(r, now_us);
        }
        if (!feed.paced)
            next_us = min64(next_us, min64(picture_us, chunk_us));
        now_us = next_us > now_us ? next_us : now_us;
        if (!feed.paced && next_us == picture_us) {
            put_picture(r, now_us);
            picture_us = arrival(r, picture_source_us(r, r->pictures)) + jitter(r);
        } else if (!feed.paced && next_us == chunk_us) {
            put_chunk(r, now_us);
            chunk_us = arrival(r, chunk_source_us(r->chunks + 1)) + jitter(r) + feed.sound_late_us;
        } else if (next_us == slot_us) {
            slot(r, slot_us);
            r->slots++;
        } else {
            pace_take_sound(r->pace, start_us + chunk_source_us(r->takes), CHUNK, planes);
            hear(r, start_us + chunk_source_us(r->takes++));
        }
    }
    struct result result = r->result;
    pace_counts(r->pace, &result.counts);
    pace_destroy(r->pace);
    free(r);
    return result;
}

static const struct rational fps25 = {25, 1}, fps30 = {30, 1}, fps60 = {60, 1};

static void assert_sound_is_whole(const struct result *result)
{
    assert_int_equal(result->silent, 0);
    assert_int_equal(result->breaks, 0);
}

static void every_rate_becomes_a_constant_one_h5(void **state)
{
    (void)state;
    static const struct rational feeds[] = {{24000, 1001}, {24, 1}, {25, 1}, {30000, 1001},
                                            {30, 1},       {50, 1}, {60, 1}, {60000, 1001}};
    static const struct rational slots[] = {{24000, 1001}, {25, 1},       {30000, 1001}, {30, 1},
                                            {50, 1},       {60000, 1001}, {60, 1}};
    for (size_t f = 0; f < sizeof feeds / sizeof *feeds; f++) {
        for (size_t s = 0; s < sizeof slots / sizeof *slots; s++) {
            struct feed feed = {.rate = feeds[f], .pts_us = 123456789, .phase_us = 3000};
            struct result got = run(feed, slots[s], 5 * second_us, 65 * second_us);
            int64_t in = timebase_frame_at_us(60 * second_us, feeds[f]);
            int64_t out = timebase_frame_at_us(60 * second_us, slots[s]);
            assert_in_range(got.slots, out - 1, out + 1);
            assert_in_range(got.fresh, min64(in, out) - 2, min64(in, out) + 2);
            assert_in_range(got.skipped, in > out + 4 ? in - out - 4 : 0,
                            in > out ? in - out + 4 : 2);
            assert_in_range(got.worst_apart_us, 0, 45000);
            assert_in_range(got.worst_lag_us, 0, 65000);
            assert_sound_is_whole(&got);
        }
    }
}

static void the_same_rate_neither_repeats_nor_drops_at_any_phase_h5(void **state)
{
    (void)state;
    static const struct rational rates[] = {{24000, 1001}, {25, 1}, {30000, 1001},
                                            {30, 1},       {50, 1}, {60000, 1001}};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        int64_t frame_us = timebase_frame_us(1, rates[i]);
        for (int64_t phase_us = 0; phase_us < frame_us; phase_us += PHASE_STEP_US) {
            struct feed feed = {.rate = rates[i], .phase_us = phase_us, .rounding_us = 1000};
            struct result got = run(feed, rates[i], second_us, 8 * second_us);
            assert_int_equal(got.fresh, got.slots);
            assert_int_equal(got.skipped, 0);
            assert_in_range(got.worst_apart_us, 0, 45000);
        }
    }
}

/* Each picture is shown within the slot that its own moment falls into: the time from that moment
 * to its slot differs by no more than a slot. */
static void a_varying_rate_is_never_more_than_a_slot_off_h5(void **state)
{
    (void)state;
    static const struct rational slots[] = {{25, 1}, {30, 1}, {50, 1}, {60, 1}};
    for (size_t s = 0; s < sizeof slots / sizeof *slots; s++) {
        for (int paced = 0; paced < 2; paced++) {
            struct feed feed = {.rate = fps60, .varies = true, .paced = paced, .phase_us = 7000};
            struct result got = run(feed, slots[s], 5 * second_us, 65 * second_us);
            int64_t slot_us = timebase_frame_us(1, slots[s]);
            assert_in_range(got.worst_lag_us - got.least_lag_us, 0,
                            slot_us + 2 * PACE_PHASE_MAX_US);
            assert_in_range(got.longest_still_us, 0, 6 * second_us / 60 + slot_us);
            assert_in_range(got.worst_apart_us, 0, 45000);
            assert_sound_is_whole(&got);
        }
    }
}

static void twice_the_rate_gives_every_second_picture_h5(void **state)
{
    (void)state;
    for (int64_t phase_us = 0; phase_us < 34000; phase_us += PHASE_STEP_US) {
        struct feed feed = {.rate = fps60, .phase_us = phase_us, .rounding_us = 1000};
        struct result got = run(feed, fps30, second_us, 8 * second_us);
        assert_int_equal(got.fresh, got.slots);
        assert_int_equal(got.skipped, got.slots);
    }
}

static void jitter_is_taken_up_by_the_offset(void **state)
{
    (void)state;
    struct feed feed = {.rate = fps30, .jitter_us = 20000, .pts_us = -second_us};
    struct result got = run(feed, fps30, 30 * second_us, 150 * second_us);
    assert_int_equal(got.fresh, got.slots);
    assert_int_equal(got.skipped, 0);
    assert_in_range(got.worst_apart_us, 0, 45000);
    assert_in_range(got.worst_lag_us, 0, 40000 + 33334 + 25000);
    assert_sound_is_whole(&got);
}

/* Four hours. The clocks are 2.88 s apart at the end, which are 86 pictures of 30 a second, and
 * 138,240 samples: these are made up for by stretching, none is left out or put in as silence. */
enum { DRIFT_HOURS = SANITIZED ? 1 : 4 };
static const int64_t drift_us = (int64_t)DRIFT_HOURS * 3600 * 1000000;
static const int64_t drift_pictures = 86 * DRIFT_HOURS / 4;

static void a_slow_feed_repeats_and_latency_does_not_build_up_h6(void **state)
{
    (void)state;
    struct feed feed = {.rate = fps30, .ppm = 200, .jitter_us = 2000, .phase_us = 5000};
    struct result got = run(feed, fps30, 5 * second_us, drift_us);
    int64_t repeated = got.slots - got.fresh;
    assert_in_range(repeated, drift_pictures - 2, drift_pictures + 2);
    assert_int_equal(got.skipped, 0);
    assert_in_range(got.worst_apart_us, 0, 45000);
    assert_in_range(got.worst_lag_us, 0, 65000);
    assert_int_equal(got.counts.sound_jumps, 0);
    assert_sound_is_whole(&got);
}

static void a_fast_feed_skips_and_latency_does_not_build_up_h6(void **state)
{
    (void)state;
    struct feed feed = {.rate = fps30, .ppm = -200, .jitter_us = 2000, .phase_us = 5000};
    struct result got = run(feed, fps30, 5 * second_us, drift_us);
    assert_in_range(got.skipped, drift_pictures - 2, drift_pictures + 2);
    assert_int_equal(got.fresh, got.slots);
    assert_in_range(got.worst_apart_us, 0, 45000);
    assert_in_range(got.worst_lag_us, 0, 65000);
    assert_int_equal(got.counts.sound_jumps, 0);
    assert_sound_is_whole(&got);
}

static void time_stamps_that_jump_or_wrap_change_nothing(void **state)
{
    (void)state;
    static const int64_t jumps_us[] = {-95443717689, 95443717689, -10000000, 3600000000, 5000000};
    for (size_t i = 0; i < sizeof jumps_us / sizeof *jumps_us; i++) {
        struct feed feed = {.rate = fps25,
                            .pts_us = 95443717689 - 10 * second_us,
                            .jump_at_us = 10 * second_us,
                            .jump_us = jumps_us[i]};
        struct result got = run(feed, fps30, 5 * second_us, 20 * second_us);
        assert_in_range(got.longest_still_us, 0, 100000);
        assert_in_range(got.worst_apart_us, 0, 45000);
        assert_in_range(got.worst_lag_us, 0, 80000);
        assert_int_equal(got.silent, 0);
    }
}

static void a_gap_is_still_and_silent_and_the_feed_is_taken_up_again(void **state)
{
    (void)state;
    struct feed feed = {.rate = fps30, .gap_from_us = 10 * second_us, .gap_to_us = 15 * second_us};
    struct result got = run(feed, fps30, 5 * second_us, 20 * second_us);
    assert_in_range(got.slots - got.fresh, 149, 152);
    assert_in_range(got.silent, 5 * PACE_SOUND_RATE - 2 * CHUNK, 5 * PACE_SOUND_RATE + 2 * CHUNK);
    assert_in_range(got.longest_still_us, 4900000, 5100000);
    struct result after = run(feed, fps30, 16 * second_us, 20 * second_us);
    assert_int_equal(after.fresh, after.slots);
    assert_in_range(after.worst_apart_us, 0, 45000);
    assert_in_range(after.worst_lag_us, 0, 60000);
    assert_sound_is_whole(&after);
}

static void check_blindness(bool paced, int64_t blind_us)
{
    struct feed feed = {.rate = fps25,
                        .paced = paced,
                        .blind_from_us = 10 * second_us,
                        .blind_to_us = 10 * second_us + blind_us};
    struct result all = run(feed, fps25, 5 * second_us, blind_us + 20 * second_us);
    assert_sound_is_whole(&all);
    assert_in_range(all.slots - all.fresh, blind_us / 40000 - 2, blind_us / 40000 + 2);
    /* A file's next pictures are read in advance, and push out the one that was kept. */
    assert_in_range(all.longest_still_us, paced ? 0 : blind_us - 40000, blind_us + 120000);
    struct result after =
        run(feed, fps25, blind_us + 10 * second_us + 200000, blind_us + 20 * second_us);
    assert_int_equal(after.fresh, after.slots);
    assert_in_range(after.worst_apart_us, 0, 45000);
    assert_in_range(after.worst_lag_us, 0, 60000);
}

/* However long the pictures stay away, and however old what the decoder kept of them is. */
static void sound_goes_on_where_the_pictures_stop(void **state)
{
    (void)state;
    check_blindness(false, second_us);
    check_blindness(false, 5 * second_us);
    check_blindness(false, 60 * second_us);
    check_blindness(true, second_us);
    check_blindness(true, 5 * second_us);
    check_blindness(true, 60 * second_us);
}

/* The sender was started again meanwhile, so that its stamps begin anew with the pictures. */
static void pictures_come_back_in_step_though_the_stamps_jump(void **state)
{
    (void)state;
    static const int64_t jumps_us[] = {-10000000, 3600000000, -3600000000};
    for (size_t i = 0; i < sizeof jumps_us / sizeof *jumps_us; i++) {
        struct feed feed = {.rate = fps25,
                            .pts_us = 7200 * second_us,
                            .blind_from_us = 10 * second_us,
                            .blind_to_us = 17 * second_us,
                            .jump_at_us = 17 * second_us,
                            .jump_us = jumps_us[i]};
        struct result all = run(feed, fps25, 5 * second_us, 40 * second_us);
        assert_in_range(all.silent, 0, PACE_SOUND_RATE / 5);
        struct result after = run(feed, fps25, 18 * second_us, 40 * second_us);
        assert_int_equal(after.fresh, after.slots);
        assert_in_range(after.worst_apart_us, 0, 45000);
        assert_in_range(after.worst_lag_us, 0, 100000);
        assert_sound_is_whole(&after);
    }
}

/* H5: what a slot is for is told, and what it got. */
static void slots_tell_what_is_missing(void **state)
{
    (void)state;
    struct feed feed = {
        .rate = fps25, .blind_from_us = 10 * second_us, .blind_to_us = 60 * second_us};
    struct result got = run(feed, fps25, 0, 15 * second_us);
    const struct pace_slots *pictures = &got.counts.slots[PACE_PICTURES];
    const struct pace_slots *sound = &got.counts.slots[PACE_SOUND];
    assert_int_equal(pictures->asked_us, start_us + 15 * second_us - 40000);
    assert_in_range(pictures->given_us, start_us + 10 * second_us - 80000,
                    start_us + 10 * second_us + 40000);
    assert_in_range(sound->asked_us, start_us + 15 * second_us - 60000, start_us + 15 * second_us);
    assert_int_equal(sound->given_us, sound->asked_us);
}

static void what_a_stall_delayed_is_passed_over(void **state)
{
    (void)state;
    struct feed feed = {
        .rate = fps30, .stall_from_us = 10 * second_us, .stall_to_us = 13 * second_us};
    struct result got = run(feed, fps30, 15 * second_us, 25 * second_us);
    assert_int_equal(got.fresh, got.slots);
    assert_in_range(got.worst_lag_us, 0, 60000);
    assert_in_range(got.worst_apart_us, 0, 45000);
    assert_sound_is_whole(&got);
}

static void a_burst_at_the_beginning_leaves_no_latency(void **state)
{
    (void)state;
    struct feed feed = {.rate = fps30, .stall_to_us = 700000, .pts_us = 77777};
    struct result got = run(feed, fps30, 3 * second_us, 10 * second_us);
    assert_int_equal(got.fresh, got.slots);
    assert_in_range(got.worst_lag_us, 0, 60000);
    assert_sound_is_whole(&got);
}

static void the_picture_waits_for_sound_that_comes_late(void **state)
{
    (void)state;
    struct feed feed = {.rate = fps30, .sound_late_us = 183000};
    struct result got = run(feed, fps30, 3 * second_us, 20 * second_us);
    assert_int_equal(got.fresh, got.slots);
    assert_in_range(got.worst_apart_us, 0, 45000);
    assert_in_range(got.worst_lag_us, 183000, 260000);
    assert_sound_is_whole(&got);
}

static void a_paced_source_starts_with_its_first_picture_and_loses_none_h5(void **state)
{
    (void)state;
    static const struct rational feeds[] = {{24000, 1001}, {25, 1}, {30, 1}};
    for (size_t f = 0; f < sizeof feeds / sizeof *feeds; f++) {
        struct feed feed = {.rate = feeds[f], .pts_us = 1400000, .paced = true};
        released = 0;
        struct result got = run(feed, fps30, 0, 60 * second_us);
        int64_t in = timebase_frame_at_us(60 * second_us, feeds[f]);
        assert_in_range(got.fresh, in - 1, in + 1);
        assert_int_equal(got.skipped, 0);
        assert_int_equal(got.counts.dropped_pictures, 0);
        assert_true(released > 0 && released <= 8 + 30);      /* what was still queued at the end */
        assert_in_range(got.silent, 0, PACE_SOUND_RATE / 30); /* before the first sound is due */
        assert_int_equal(got.breaks, 0);
        assert_in_range(got.worst_apart_us, 0, 45000);
    }
}

static struct pace *paced_source(void)
{
    struct pace_config config = {.slot_rate = fps30, .release = release};
    struct pace *pace;
    assert_int_equal(pace_create(&config, &pace), 0);
    pace_begin(pace, &(struct pace_source){
                         .paced = true, .pictures = true, .max_step_us = 10 * second_us});
    return pace;
}

static void a_rewind_goes_on_a_frame_after_the_end(void **state)
{
    (void)state;
    struct pace *pace = paced_source();
    int64_t put = 0, slots = 0;
    for (; slots < 100; slots++) {
        while (!pace_full(pace)) {
            if (put && put % 10 == 0)
                pace_rewind(pace);
            pace_put_picture(pace, (void *)(intptr_t)(put + 1),
                             40000 + timebase_frame_us(put % 10, fps30), 0, 0, start_us);
            put++;
        }
        struct pace_taken taken;
        assert_true(pace_take_picture(pace, start_us + timebase_frame_us(slots, fps30), &taken));
        assert_int_equal((intptr_t)taken.picture, slots + 1);
    }
    pace_destroy(pace);
}

static void a_short_source_is_played_out_after_its_end(void **state)
{
    (void)state;
    struct pace *pace = paced_source();
    struct pace_taken taken;
    for (intptr_t n = 0; n < 2; n++)
        pace_put_picture(pace, (void *)(n + 1), n * 33333, 0, 0, start_us);
    assert_false(pace_take_picture(pace, start_us, &taken)); /* not read far enough ahead */
    pace_end(pace);
    assert_true(pace_take_picture(pace, start_us + 33333, &taken));
    assert_false(pace_empty(pace));
    assert_true(pace_take_picture(pace, start_us + 66667, &taken));
    assert_true(pace_empty(pace));
    assert_false(pace_take_picture(pace, start_us + 100000, &taken));
    pace_destroy(pace);
}

static void reading_ahead_is_bounded_whatever_the_interleaving(void **state)
{
    (void)state;
    static float silence[48000];
    const float *planes[2] = {silence, silence};
    struct pace_config config = {.slot_rate = fps30, .release = release};
    struct pace_source both = {
        .paced = true, .pictures = true, .sound = true, .max_step_us = 10 * second_us};
    struct pace *pace;
    assert_int_equal(pace_create(&config, &pace), 0);
    pace_begin(pace, &both);
    int put = 0;
    for (; !pace_full(pace); put++)
        pace_put_picture(pace, &silence, put * 33333, 0, 0, start_us);
    assert_in_range(put, 9, 64);
    pace_begin(pace, &both);
    for (put = 0; !pace_full(pace); put++)
        pace_put_sound(pace, planes, 48000, put * second_us, start_us);
    assert_int_equal(put, 4);
    pace_destroy(pace);
}

static void a_live_source_is_never_held_back_and_stays_bounded(void **state)
{
    (void)state;
    struct pace_config config = {.slot_rate = fps30, .release = release};
    struct pace *pace;
    struct pace_taken taken;
    assert_int_equal(pace_create(&config, &pace), 0);
    pace_begin(pace, &(struct pace_source){.pictures = true, .max_step_us = 2 * second_us});
    released = 0;
    for (intptr_t n = 0; n < 300; n++) {
        assert_false(pace_full(pace));
        pace_put_picture(pace, (void *)(n + 1), n * 33333, 0, 0, start_us);
    }
    assert_in_range(released, 300 - 33, 300 - 29);
    assert_true(pace_take_picture(pace, start_us, &taken));
    assert_in_range((intptr_t)taken.picture, 300 - 33, 300);
    pace_destroy(pace);
}

static void senseless_time_stamps_do_no_harm(void **state)
{
    (void)state;
    static const int64_t stamps_us[] = {PACE_NO_PTS, INT64_MAX, INT64_MIN + 1, 0, INT64_MAX / 2,
                                        -1,          1,         PACE_NO_PTS};
    static float silence[CHUNK];
    const float *in[2] = {silence, silence};
    float left[CHUNK], right[CHUNK];
    float *planes[2] = {left, right};
    struct pace_config config = {.slot_rate = fps30, .release = release};
    struct pace *pace;
    struct pace_taken taken;
    assert_int_equal(pace_create(&config, &pace), 0);
    pace_begin(pace, &(struct pace_source){.max_step_us = 2 * second_us});
    int fresh = 0;
    for (int64_t n = 0; n < 300; n++) {
        int64_t now_us = start_us + timebase_frame_us(n, fps30);
        pace_put_picture(pace, &silence, stamps_us[n % 8], 0, 0, now_us);
        pace_put_sound(pace, in, CHUNK, stamps_us[(n + 3) % 8], now_us);
        fresh += pace_take_picture(pace, now_us + 30000, &taken);
        pace_take_sound(pace, now_us, CHUNK, planes);
    }
    assert_in_range(fresh, 150, 300);
    pace_destroy(pace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rate_becomes_a_constant_one_h5),
        cmocka_unit_test(the_same_rate_neither_repeats_nor_drops_at_any_phase_h5),
        cmocka_unit_test(a_varying_rate_is_never_more_than_a_slot_off_h5),
        cmocka_unit_test(twice_the_rate_gives_every_second_picture_h5),
        cmocka_unit_test(jitter_is_taken_up_by_the_offset),
        cmocka_unit_test(a_slow_feed_repeats_and_latency_does_not_build_up_h6),
        cmocka_unit_test(a_fast_feed_skips_and_latency_does_not_build_up_h6),
        cmocka_unit_test(time_stamps_that_jump_or_wrap_change_nothing),
        cmocka_unit_test(a_gap_is_still_and_silent_and_the_feed_is_taken_up_again),
        cmocka_unit_test(sound_goes_on_where_the_pictures_stop),
        cmocka_unit_test(pictures_come_back_in_step_though_the_stamps_jump),
        cmocka_unit_test(slots_tell_what_is_missing),
        cmocka_unit_test(what_a_stall_delayed_is_passed_over),
        cmocka_unit_test(a_burst_at_the_beginning_leaves_no_latency),
        cmocka_unit_test(the_picture_waits_for_sound_that_comes_late),
        cmocka_unit_test(a_paced_source_starts_with_its_first_picture_and_loses_none_h5),
        cmocka_unit_test(a_rewind_goes_on_a_frame_after_the_end),
        cmocka_unit_test(a_short_source_is_played_out_after_its_end),
        cmocka_unit_test(reading_ahead_is_bounded_whatever_the_interleaving),
        cmocka_unit_test(a_live_source_is_never_held_back_and_stays_bounded),
        cmocka_unit_test(senseless_time_stamps_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
