/* The join itself on what x264 really writes (H21): for every n, IDR(n) of the one stream and
 * P(n+1), P(n+2), ... of the other are a legal bitstream, and one that libavcodec decodes. */
#include "media/core/err.h"
#include "media/h264/avcc.h"
#include "media/h264/splice.h"
#include "support/picture_decoder.h"
#include "support/slice_check.h"
#include "support/x264_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { JOINS = 64, TAIL = 20, FRAMES = JOINS + TAIL, SEGMENT_START = 40 };

/* Both streams, as they come and spliced, and the pictures of the continuation alone. */
struct streams {
    struct x264_pair pair;
    struct bytes_writer avcc;
    struct bytes_writer continuation[FRAMES], packets[FRAMES]; /* spliced */
    AVFrame *pictures[FRAMES];
};

static void splice_all(struct streams *s)
{
    const struct x264_pair *p = &s->pair;
    struct h264_splice splice;
    bool idr;
    assert_int_equal(h264_splice_init(&splice, p->sps.data, p->sps.size, p->pps.data, p->pps.size),
                     0);
    bytes_writer_init(&s->avcc);
    assert_int_equal(h264_avcc_write(&s->avcc, p->sps.data, p->sps.size, p->pps.data, p->pps.size),
                     0);
    for (int n = 0; n < FRAMES; n++) {
        bytes_writer_init(&s->continuation[n]);
        assert_int_equal(h264_splice_access_unit(&splice, p->continuation[n].data,
                                                 p->continuation[n].size, n, &s->continuation[n],
                                                 &idr),
                         0);
        assert_int_equal(idr, n == 0 || n == SEGMENT_START);
        bytes_writer_init(&s->packets[n]);
        assert_int_equal(h264_splice_access_unit(&splice, p->packets[n].data, p->packets[n].size, n,
                                                 &s->packets[n], &idr),
                         0);
        assert_true(idr);
    }
}

static struct picture_decoder *open_decoder(const struct streams *s)
{
    struct picture_decoder *d = picture_decoder_create(s->avcc.data, s->avcc.size);
    assert_non_null(d);
    return d;
}

static const AVFrame *decode(struct picture_decoder *d, const void *data, size_t size, int64_t n)
{
    const char *reason = "";
    const AVFrame *picture = picture_decoder_decode(d, data, size, n, &reason);
    if (!picture)
        fail_msg("sample %d: %s", (int)n, reason);
    return picture;
}

static void decode_continuation(struct streams *s)
{
    struct picture_decoder *d = open_decoder(s);
    for (int n = 0; n < FRAMES; n++) {
        const struct bytes_writer *sample = &s->continuation[n];
        s->pictures[n] = av_frame_clone(decode(d, sample->data, sample->size, n));
        assert_non_null(s->pictures[n]);
    }
    picture_decoder_destroy(d);
}

static void streams_init(struct streams *s, const char *preset, int slices)
{
    const struct x264_pair_config config = {
        .preset = preset,
        .slices = slices,
        .frames = FRAMES,
        .idr_at = SEGMENT_START,
        .qp_delta = -3,
    };
    x264_pair_init(&s->pair, &config);
    splice_all(s);
    decode_continuation(s);
}

static void streams_finish(struct streams *s)
{
    for (int n = 0; n < FRAMES; n++) {
        bytes_writer_finish(&s->continuation[n]);
        bytes_writer_finish(&s->packets[n]);
        av_frame_free(&s->pictures[n]);
    }
    bytes_writer_finish(&s->avcc);
    x264_pair_finish(&s->pair);
}

static void check_sample(struct slice_check *c, const struct bytes_writer *sample, int n)
{
    if (slice_check_sample(c, sample->data, sample->size, n))
        fail_msg("%s", slice_check_error(c));
}

/* Joins at n: the checker passes it, and every sample gives its picture, near to the one of the
 * stream that was never joined. */
static double check_join(const struct streams *s, int n)
{
    struct slice_check *c = slice_check_create(s->avcc.data, s->avcc.size);
    struct picture_decoder *d = open_decoder(s);
    double worst_db = 99;
    assert_non_null(c);
    assert_int_equal(slice_check_packet_sample(c, s->packets[n].data, s->packets[n].size, n), 0);
    decode(d, s->packets[n].data, s->packets[n].size, n);
    for (int k = n + 1; k <= n + TAIL && k < FRAMES; k++) {
        const struct bytes_writer *sample = &s->continuation[k];
        check_sample(c, sample, k);
        double db = picture_psnr(decode(d, sample->data, sample->size, k), s->pictures[k]);
        worst_db = db < worst_db ? db : worst_db;
    }
    slice_check_destroy(c);
    picture_decoder_destroy(d);
    return worst_db;
}

/* H21, H24, H25: the continuation alone is legal, and so is the join at every n, also across a
 * segment's start. */
static void check_joins(const struct streams *s)
{
    struct slice_check *c = slice_check_create(s->avcc.data, s->avcc.size);
    double worst_db = 99;
    assert_non_null(c);
    for (int n = 0; n < FRAMES; n++)
        check_sample(c, &s->continuation[n], n);
    slice_check_destroy(c);
    for (int n = 0; n < JOINS; n++) {
        double db = check_join(s, n);
        worst_db = db < worst_db ? db : worst_db;
    }
    print_message("worst luma PSNR of joined against unjoined: %.1f dB\n", worst_db);
    assert_true(worst_db > 30);
}

/* The header is all that the rewrite changes: bit-identical pictures with and without it. */
static void check_same_pictures(const struct streams *s)
{
    struct picture_decoder *d = open_decoder(s);
    for (int n = 0; n < FRAMES; n++) {
        const struct x264_pair_unit *plain = &s->pair.continuation[n];
        const AVFrame *picture = decode(d, plain->data, plain->size, n);
        for (int plane = 0; plane < 3; plane++) {
            int width = plane ? X264_PAIR_WIDTH / 2 : X264_PAIR_WIDTH;
            int height = plane ? X264_PAIR_HEIGHT / 2 : X264_PAIR_HEIGHT;
            for (int y = 0; y < height; y++)
                assert_memory_equal(
                    picture->data[plane] + y * picture->linesize[plane],
                    s->pictures[n]->data[plane] + y * s->pictures[n]->linesize[plane], width);
        }
    }
    picture_decoder_destroy(d);
}

/* The plain join, with the packet spliced or not, is caught at every n; where frame_num gives it
 * away, for that. (libavcodec plays it.) */
static void check_plain_joins_fail(const struct streams *s)
{
    for (int n = 0; n < JOINS; n++) {
        const struct x264_pair_unit *plain = &s->pair.continuation[n + 1];
        int since_idr = n + 1 >= SEGMENT_START ? n + 1 - SEGMENT_START : n + 1;
        struct slice_check *c = slice_check_create(s->avcc.data, s->avcc.size);
        assert_non_null(c);
        check_sample(c, &s->packets[n], n);
        assert_int_equal(slice_check_sample(c, plain->data, plain->size, n + 1), -1);
        const char *reason = since_idr == 0 ? "idr_pic_id" : "frame_num";
        if (since_idr == 0 || since_idr % 16 != 1)
            assert_non_null(strstr(slice_check_error(c), reason));
        else
            assert_non_null(strstr(slice_check_error(c), "operation 5"));
        slice_check_destroy(c);
    }
}

/* Spliced, but with every P picture given the same parity: 7.4.1.2.4 could not tell them apart. */
static void check_same_parity_fails(const struct streams *s)
{
    struct h264_splice splice;
    struct bytes_writer odd;
    bool idr;
    const struct x264_pair *p = &s->pair;
    struct slice_check *c = slice_check_create(s->avcc.data, s->avcc.size);
    assert_non_null(c);
    bytes_writer_init(&odd);
    assert_int_equal(h264_splice_init(&splice, p->sps.data, p->sps.size, p->pps.data, p->pps.size),
                     0);
    check_sample(c, &s->packets[0], 0);
    check_sample(c, &s->continuation[1], 1);
    assert_int_equal(h264_splice_access_unit(&splice, p->continuation[2].data,
                                             p->continuation[2].size, 3, &odd, &idr),
                     0);
    assert_int_equal(slice_check_sample(c, odd.data, odd.size, 2), -1);
    assert_non_null(strstr(slice_check_error(c), "cannot be told"));
    bytes_writer_finish(&odd);
    slice_check_destroy(c);
}

/* Whether a first part of an access unit ends where one of its NAL units does. */
static bool ends_with_unit(const struct x264_pair_unit *unit, size_t part)
{
    size_t at = 0;
    while (at < part && at + 4 <= unit->size) {
        const uint8_t *length = unit->data + at;
        at += 4 + ((size_t)length[0] << 24 | length[1] << 16 | length[2] << 8 | length[3]);
    }
    return part && at == part;
}

/* An access unit that is cut off inside a NAL unit is a status, and leaves nothing behind. */
static void check_cut_samples(const struct streams *s)
{
    struct h264_splice splice;
    struct bytes_writer out;
    bool idr;
    const struct x264_pair *p = &s->pair;
    bytes_writer_init(&out);
    assert_int_equal(h264_splice_init(&splice, p->sps.data, p->sps.size, p->pps.data, p->pps.size),
                     0);
    const struct x264_pair_unit *unit = &p->continuation[1];
    for (size_t size = 0; size < unit->size; size += size < 300 ? 1 : 37) {
        uint8_t *cut = malloc(size + !size);
        memcpy(cut, unit->data, size);
        int status = h264_splice_access_unit(&splice, cut, size, 1, &out, &idr);
        assert_int_equal(status == 0, ends_with_unit(unit, size));
        assert_int_equal(out.size != 0, status == 0);
        bytes_writer_clear(&out);
        free(cut);
    }
    bytes_writer_finish(&out);
}

static void check_streams(const char *preset, int slices)
{
    struct streams *s = calloc(1, sizeof *s);
    assert_non_null(s);
    streams_init(s, preset, slices);
    check_joins(s);
    check_same_pictures(s);
    check_plain_joins_fail(s);
    check_same_parity_fails(s);
    check_cut_samples(s);
    streams_finish(s);
    free(s);
}

static void test_cavlc_one_slice(void **state)
{
    (void)state;
    check_streams("ultrafast", 1);
}

static void test_cavlc_three_slices(void **state)
{
    (void)state;
    check_streams("ultrafast", 3);
}

static void test_cabac_one_slice(void **state)
{
    (void)state;
    check_streams("superfast", 1);
}

static void test_cabac_three_slices(void **state)
{
    (void)state;
    check_streams("superfast", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cavlc_one_slice),
        cmocka_unit_test(test_cavlc_three_slices),
        cmocka_unit_test(test_cabac_one_slice),
        cmocka_unit_test(test_cabac_three_slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
