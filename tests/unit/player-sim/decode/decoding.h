/* A decoder under test: channels to feed it with, and what is expected of its results. */
#ifndef TESTS_UNIT_PLAYER_SIM_DECODE_DECODING_H
#define TESTS_UNIT_PLAYER_SIM_DECODE_DECODING_H

#include "fixture.h"
#include "player-sim/decode/decoder.h"
#include "support/cmocka_all.h"

#include <poll.h>

enum { WAIT_MS = 60000, FIRST = 1, SECOND = 2 };

/* Coded once for all tests. */
struct channels {
    struct fixture_clip one, two, plain; /* stamped 5, stamped 9, not stamped */
    struct fixture_sound sound;
};

static struct channels channels;

static inline int create_channels(void **state)
{
    (void)state;
    fixture_clip_init(&channels.one, 5);
    fixture_clip_init(&channels.two, 9);
    fixture_clip_init(&channels.plain, -1);
    fixture_sound_init(&channels.sound);
    return 0;
}

static inline int destroy_channels(void **state)
{
    (void)state;
    fixture_clip_finish(&channels.one);
    fixture_clip_finish(&channels.two);
    fixture_clip_finish(&channels.plain);
    fixture_sound_finish(&channels.sound);
    return 0;
}

static inline int create(void **state)
{
    struct decoder *d = NULL;
    int status = decoder_create(&d);
    *state = d;
    return status;
}

static inline int destroy(void **state)
{
    decoder_destroy(*state);
    return 0;
}

static inline bool readable(const struct decoder *d, int wait_ms)
{
    struct pollfd fd = {.fd = decoder_fd(d), .events = POLLIN};
    return poll(&fd, 1, wait_ms) == 1;
}

static inline struct decoder_result next(struct decoder *d)
{
    struct decoder_result r;
    if (!readable(d, WAIT_MS))
        fail_msg("no result");
    assert_true(decoder_next(d, &r));
    return r;
}

static inline void push(struct decoder *d, uint32_t stream, bool opens, int64_t sequence,
                        struct blob *b)
{
    assert_non_null(b);
    assert_int_equal(decoder_push(d, stream, true, opens, sequence, b), 0);
}

/* Joins a clip at frame `from`, by its packet. */
static inline void join(struct decoder *d, uint32_t stream, const struct fixture_clip *clip,
                        int from)
{
    push(d, stream, true, fixture_first + from, clip->packets[from]);
}

static inline void go_on(struct decoder *d, uint32_t stream, const struct fixture_clip *clip,
                         int frame)
{
    push(d, stream, false, fixture_first + frame, clip->chunks[frame]);
}

static inline void assert_ok(const struct decoder_result *r, uint32_t stream, int64_t sequence)
{
    if (!r->ok)
        fail_msg("%s", r->text);
    assert_int_equal(r->stream, stream);
    assert_int_equal(r->sequence, sequence);
}

static inline void assert_picture(const struct decoder_result *r, uint32_t stream, int frame,
                                  uint16_t channel)
{
    assert_ok(r, stream, fixture_first + frame);
    assert_true(r->video);
    assert_true(r->has_stamp);
    assert_int_equal(r->stamp.channel, channel);
    assert_int_equal(r->stamp.frame, fixture_first + frame);
    assert_in_range(fixture_capture_us(frame) - r->stamp.capture_utc_us, 0, 99);
}

static inline void assert_wrong(const struct decoder_result *r, uint32_t stream, int64_t sequence,
                                const char *text)
{
    assert_int_equal(r->stream, stream);
    assert_int_equal(r->sequence, sequence);
    if (r->ok || !strstr(r->text, text))
        fail_msg("'%s' in place of '%s'", r->ok ? "no error" : r->text, text);
    assert_null(strchr(r->text, '\n'));
    assert_false(r->has_stamp);
}

#define WITH_DECODER(test) cmocka_unit_test_setup_teardown(test, create, destroy)

#endif
