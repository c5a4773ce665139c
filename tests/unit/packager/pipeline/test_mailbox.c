#include "media/core/clock.h"
#include "media/core/err.h"
#include "packager/pipeline/mailbox.h"
#include "support/cmocka_all.h"

#include <pthread.h>

static AVFrame *picture(int64_t number)
{
    AVFrame *f = av_frame_alloc();
    assert_non_null(f);
    f->format = 0;
    f->width = f->height = 16;
    assert_int_equal(av_frame_get_buffer(f, 0), 0);
    f->pts = number;
    return f;
}

static void put(struct mailbox *m, int64_t sequence)
{
    AVFrame *f = picture(sequence);
    assert_int_equal(mailbox_put(m, sequence, f, 1000 + sequence, 2000 + sequence), 0);
    av_frame_free(&f);
}

static void a_rung_in_time_gets_every_picture(void **state)
{
    struct mailbox *m;
    struct mailbox_item item;
    (void)state;
    assert_int_equal(mailbox_create(&m), 0);
    assert_int_equal(mailbox_take(m, 0, &item), ERR_AGAIN);
    for (int64_t n = 0; n < 50; n++) {
        put(m, n);
        assert_int_equal(mailbox_take(m, 0, &item), 0);
        assert_int_equal(item.sequence, n);
        assert_int_equal(item.picture->pts, n);
        assert_int_equal(item.capture_utc_us, 1000 + n);
        assert_int_equal(item.late_frames, 0);
        av_frame_free(&item.picture);
    }
    mailbox_destroy(m);
}

/* Latency stays bounded, frame numbers stay gapless: what is lost are pictures. */
static void a_late_rung_finds_pictures_gone_but_no_number(void **state)
{
    struct mailbox *m;
    struct mailbox_item item;
    (void)state;
    assert_int_equal(mailbox_create(&m), 0);
    for (int64_t n = 0; n < 20; n++)
        put(m, n);
    for (int64_t n = 0; n < 20; n++) {
        assert_int_equal(mailbox_take(m, 0, &item), 0);
        assert_int_equal(item.sequence, n);
        assert_int_equal(item.late_frames, 19 - n);
        assert_int_equal(item.newest_utc_us, 2019);
        if (n < 20 - MAILBOX_DEPTH)
            assert_null(item.picture);
        else
            assert_int_equal(item.picture->pts, n);
        av_frame_free(&item.picture);
    }
    put(m, 20); /* and destroy frees it */
    mailbox_destroy(m);
}

static void the_end_comes_after_the_last_frame(void **state)
{
    struct mailbox *m;
    struct mailbox_item item;
    (void)state;
    assert_int_equal(mailbox_create(&m), 0);
    put(m, 0);
    mailbox_close(m, 2);
    assert_int_equal(mailbox_take(m, 0, &item), 0);
    av_frame_free(&item.picture);
    assert_int_equal(mailbox_take(m, 0, &item), ERR_AGAIN);
    put(m, 1);
    assert_int_equal(mailbox_take(m, 0, &item), 0);
    av_frame_free(&item.picture);
    assert_int_equal(mailbox_take(m, 0, &item), ERR_END);
    mailbox_destroy(m);
}

static void *take_all(void *argument)
{
    struct mailbox_item item;
    int64_t *expected = argument;
    struct mailbox *m = *(struct mailbox **)(expected + 1);
    for (;;) {
        int status = mailbox_take(m, clock_monotonic_us() + 1000000, &item);
        if (status == ERR_END)
            return NULL;
        if (status || item.sequence != (*expected)++)
            return argument;
        av_frame_free(&item.picture);
    }
}

static void a_waiting_rung_is_woken(void **state)
{
    struct {
        int64_t expected;
        struct mailbox *m;
    } shared = {0, NULL};
    pthread_t thread;
    void *failed;
    (void)state;
    assert_int_equal(mailbox_create(&shared.m), 0);
    assert_int_equal(pthread_create(&thread, NULL, take_all, &shared), 0);
    for (int64_t n = 0; n < 2000; n++)
        put(shared.m, n);
    mailbox_close(shared.m, 2000);
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(shared.expected, 2000);
    mailbox_destroy(shared.m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rung_in_time_gets_every_picture),
        cmocka_unit_test(a_late_rung_finds_pictures_gone_but_no_number),
        cmocka_unit_test(the_end_comes_after_the_last_frame),
        cmocka_unit_test(a_waiting_rung_is_woken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
