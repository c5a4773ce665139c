/* What becomes of samples, whole and broken. */
#include "decoding.h"

/* H21: each picture is out before the next sample is there. */
static void h21_each_sample_gives_its_own_picture_at_once(void **state)
{
    struct decoder *d = *state;
    int64_t before_us = 0;
    for (int i = 0; i < FIXTURE_FRAMES; i++) {
        if (i == 0)
            join(d, FIRST, &channels.one, 0);
        else
            go_on(d, FIRST, &channels.one, i);
        struct decoder_result r = next(d);
        assert_picture(&r, FIRST, i, 5);
        assert_true(r.decoded_us > before_us);
        before_us = r.decoded_us;
    }
    assert_true(decoder_cpu_us(d) > 0);
}

/* A switch: the new rung's stream beside the old one. */
static void two_streams_at_once_keep_to_themselves(void **state)
{
    struct decoder *d = *state;
    struct decoder_result r;
    join(d, FIRST, &channels.one, 0);
    join(d, SECOND, &channels.two, FIXTURE_IDR_EVERY);
    for (int i = 1; i < FIXTURE_IDR_EVERY; i++) {
        go_on(d, FIRST, &channels.one, i);
        go_on(d, SECOND, &channels.two, FIXTURE_IDR_EVERY + i);
    }
    for (int i = 0; i < FIXTURE_IDR_EVERY; i++) {
        r = next(d);
        assert_picture(&r, FIRST, i, 5);
        r = next(d);
        assert_picture(&r, SECOND, FIXTURE_IDR_EVERY + i, 9);
    }
    assert_false(decoder_next(d, &r));
}

static void pictures_without_a_stamp_are_pictures(void **state)
{
    struct decoder *d = *state;
    join(d, FIRST, &channels.plain, 0);
    go_on(d, FIRST, &channels.plain, 1);
    for (int i = 0; i < 2; i++) {
        struct decoder_result r = next(d);
        assert_ok(&r, FIRST, fixture_first + i);
        assert_false(r.has_stamp);
    }
}

/* ---- sound ---- */

/* H19: the packet has no sample; the first frame, although it is preroll, is told too. */
static void h19_every_frame_of_sound_is_told(void **state)
{
    struct decoder *d = *state;
    assert_int_equal(decoder_push(d, FIRST, false, true, 0, channels.sound.packet), 0);
    for (int i = 0; i < FIXTURE_FRAMES; i++) {
        assert_int_equal(decoder_push(d, FIRST, false, false, i, channels.sound.chunks[i]), 0);
        struct decoder_result r = next(d);
        assert_ok(&r, FIRST, i);
        assert_false(r.video);
        assert_false(r.has_stamp);
    }
}

static void sound_joined_in_its_middle_beside_pictures(void **state)
{
    struct decoder *d = *state;
    join(d, FIRST, &channels.one, 0);
    assert_int_equal(decoder_push(d, SECOND, false, true, 17, channels.sound.packet), 0);
    for (int i = 17; i < FIXTURE_FRAMES; i++)
        assert_int_equal(decoder_push(d, SECOND, false, false, i, channels.sound.chunks[i]), 0);
    struct decoder_result r = next(d);
    assert_picture(&r, FIRST, 0, 5);
    for (int i = 17; i < FIXTURE_FRAMES; i++) {
        r = next(d);
        assert_ok(&r, SECOND, i);
    }
}

static void broken_sound_is_told(void **state)
{
    struct decoder *d = *state;
    struct cmaf_chunk chunk;
    const struct blob *whole = channels.sound.chunks[3];
    assert_int_equal(cmaf_chunk_read(whole->data, whole->size, &chunk), 0);
    struct blob *half = fixture_chunk_of(3, chunk.data, chunk.size / 2);
    assert_int_equal(decoder_push(d, FIRST, false, true, 2, channels.sound.packet), 0);
    assert_int_equal(decoder_push(d, FIRST, false, false, 2, channels.sound.chunks[2]), 0);
    assert_int_equal(decoder_push(d, FIRST, false, false, 3, half), 0);
    struct decoder_result r = next(d);
    assert_ok(&r, FIRST, 2);
    r = next(d);
    assert_wrong(&r, FIRST, 3, "frame 3: Invalid data");
    blob_unref(half);
}

/* ---- what is broken ---- */

static size_t first_slice_size(const struct blob *sample)
{
    struct bytes_reader r;
    bytes_reader_init(&r, sample->data, sample->size);
    return FIXTURE_LENGTH_BYTES + bytes_read_u32(&r);
}

/* A picture of which only the first slice is there. */
static struct blob *without_second_slice(int frame)
{
    const struct blob *sample = channels.one.samples[frame];
    size_t size = first_slice_size(sample);
    assert_true(size < sample->size);
    return fixture_chunk_of(frame, sample->data, size);
}

static struct blob *with_slice_data_zeroed(int frame)
{
    const struct blob *sample = channels.one.samples[frame];
    uint8_t *data = malloc(sample->size);
    assert_non_null(data);
    memcpy(data, sample->data, sample->size);
    for (size_t i = 12; i < first_slice_size(sample); i++)
        data[i] = 0x55;
    struct blob *chunk = fixture_chunk_of(frame, data, sample->size);
    free(data);
    return chunk;
}

static struct blob *cut_short(int frame)
{
    const struct blob *sample = channels.one.samples[frame];
    return fixture_chunk_of(frame, sample->data, sample->size - sample->size / 4);
}

static struct blob *no_slices(int frame)
{
    static const uint8_t aud[] = {0, 0, 0, 2, 9, 0x30};
    return fixture_chunk_of(frame, aud, sizeof aud);
}

static struct blob *cut_chunk(int frame)
{
    const struct blob *chunk = channels.one.chunks[frame];
    return blob_create(chunk->data, chunk->size - 1);
}

static void broken_bytes_are_told_and_harm_no_other_stream(void **state)
{
    static const struct {
        struct blob *(*make)(int frame);
        const char *text;
    } cases[] = {
        {without_second_slice, "frame 1700006: a damaged picture"},
        {with_slice_data_zeroed,
         "frame 1700006: Invalid data found when processing input: error while decoding MB"},
        {cut_short,
         "frame 1700006: Invalid data found when processing input: Invalid NAL unit size"},
        {no_slices, "frame 1700006: Invalid data found when processing input: no frame!"},
        {cut_chunk, "frame 1700006: no chunk: "},
    };
    struct decoder *d = *state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct blob *broken = cases[c].make(6);
        struct decoder_result r;
        join(d, FIRST, &channels.one, 0);
        join(d, SECOND, &channels.two, 0);
        for (int i = 1; i <= 6; i++) {
            push(d, FIRST, false, fixture_first + i, i < 6 ? channels.one.chunks[i] : broken);
            go_on(d, SECOND, &channels.two, i);
        }
        for (int i = 0; i <= 6; i++) {
            r = next(d);
            if (i < 6)
                assert_picture(&r, FIRST, i, 5);
            else
                assert_wrong(&r, FIRST, fixture_first + 6, cases[c].text);
            r = next(d);
            assert_picture(&r, SECOND, i, 9);
        }
        blob_unref(broken);
        decoder_close(d, FIRST);
        go_on(d, SECOND, &channels.two, 7);
        r = next(d);
        assert_picture(&r, SECOND, 7, 9);
        decoder_close(d, SECOND);
    }
}

/* And the stream is well again with its next IDR picture. */
static void a_broken_picture_is_over_with_the_next_idr(void **state)
{
    struct decoder *d = *state;
    struct decoder_result r;
    struct blob *broken = with_slice_data_zeroed(6), *cut = cut_short(9);
    join(d, FIRST, &channels.one, 0);
    for (int i = 1; i < FIXTURE_IDR_EVERY; i++)
        push(d, FIRST, false, fixture_first + i,
             i == 6   ? broken
             : i == 9 ? cut
                      : channels.one.chunks[i]);
    for (int i = FIXTURE_IDR_EVERY; i < FIXTURE_FRAMES; i++)
        go_on(d, FIRST, &channels.one, i);
    for (int i = 0; i < FIXTURE_FRAMES; i++) {
        r = next(d);
        assert_int_equal(r.sequence, fixture_first + i);
        if (i == 6)
            assert_wrong(&r, FIRST, fixture_first + 6, "error while decoding MB");
        if (i == 9) /* with its own reason */
            assert_wrong(&r, FIRST, fixture_first + 9, "Invalid NAL unit size");
        if (i < 6 || i >= FIXTURE_IDR_EVERY)
            assert_picture(&r, FIRST, i, 5);
    }
    blob_unref(broken);
    blob_unref(cut);
}

/* A continuation that no packet goes before: P pictures without their reference. */
static void pictures_without_their_reference_are_told(void **state)
{
    struct decoder *d = *state;
    const struct blob *p = channels.one.samples[3];
    const struct cmaf_sample sample = {.sequence = fixture_first,
                                       .decode_time = fixture_first,
                                       .duration = 1,
                                       .sync = true,
                                       .data = p->data,
                                       .size = p->size};
    struct blob *packet = fixture_packet(channels.one.header, &sample);
    push(d, FIRST, true, fixture_first, packet);
    struct decoder_result r = next(d);
    assert_wrong(&r, FIRST, fixture_first, "frame 1700000: no picture");
    blob_unref(packet);
}

/* libavcodec conceals it, without a word even where frame numbers have a gap, and so doesn't know;
 * but the picture built on the wrong one can't pass for the one that was sent. */
static void a_chunk_left_out_shows_in_the_stamp(void **state)
{
    struct decoder *d = *state;
    join(d, FIRST, &channels.one, 0);
    go_on(d, FIRST, &channels.one, 1);
    go_on(d, FIRST, &channels.one, 3);
    struct decoder_result r = next(d);
    assert_picture(&r, FIRST, 0, 5);
    r = next(d);
    assert_picture(&r, FIRST, 1, 5);
    r = next(d);
    assert_int_equal(r.sequence, fixture_first + 3);
    assert_false(r.ok && r.has_stamp && r.stamp.frame == fixture_first + 3);
}

/* ---- openings that fail ---- */

static struct blob *bad_packet(int kind)
{
    struct blob *good = channels.one.packets[0], *bad = NULL;
    uint8_t *data = malloc(good->size);
    assert_non_null(data);
    memcpy(data, good->data, good->size);
    uint8_t *avcc = memmem(data, good->size, "avcC", 4);
    assert_non_null(avcc);
    if (kind == 0) /* the SPS is longer than the record */
        memset(avcc + 4 + 6, 0xff, 2);
    else if (kind == 1)
        avcc[3] = 'X';
    bad = blob_create(data, kind == 2 ? good->size - 1 : good->size);
    free(data);
    return bad;
}

static void a_stream_that_cannot_be_opened_is_told_once(void **state)
{
    static const char *const texts[] = {
        "the stream can't be opened: Invalid data found when processing input",
        "the stream can't be opened: invalid data", "no Initialization Packet: "};
    struct decoder *d = *state;
    for (int kind = 0; kind < 3; kind++) {
        struct blob *bad = bad_packet(kind);
        struct decoder_result r;
        assert_non_null(bad);
        push(d, FIRST, true, fixture_first, bad);
        for (int i = 1; i < 5; i++)
            go_on(d, FIRST, &channels.one, i);
        join(d, SECOND, &channels.two, 0);
        r = next(d);
        assert_wrong(&r, FIRST, fixture_first, texts[kind]);
        r = next(d); /* nothing of FIRST's chunks is between them */
        assert_picture(&r, SECOND, 0, 9);
        decoder_close(d, FIRST);
        decoder_close(d, SECOND);
        join(d, FIRST, &channels.one, 0);
        r = next(d);
        assert_picture(&r, FIRST, 0, 5);
        decoder_close(d, FIRST);
        blob_unref(bad);
    }
}

/* Its chunks, which nobody hears of, don't fill the queue. */
static void a_refused_stream_takes_any_number_of_chunks(void **state)
{
    struct decoder *d = *state;
    struct blob *bad = bad_packet(0);
    assert_non_null(bad);
    push(d, FIRST, true, fixture_first, bad);
    next(d);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < DECODER_QUEUE_MAX / 2; i++)
            go_on(d, FIRST, &channels.one, 1);
        join(d, SECOND, &channels.two, 0);
        struct decoder_result r = next(d);
        assert_picture(&r, SECOND, 0, 9);
        decoder_close(d, SECOND);
    }
    blob_unref(bad);
}

static void sound_for_pictures_is_no_stream_and_the_reverse(void **state)
{
    struct decoder *d = *state;
    push(d, FIRST, true, 0, channels.sound.packet);
    assert_int_equal(decoder_push(d, SECOND, false, true, 0, channels.one.packets[0]), 0);
    struct decoder_result r = next(d);
    assert_wrong(&r, FIRST, 0, "it is sound's");
    r = next(d);
    assert_wrong(&r, SECOND, 0, "it is a picture's");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DECODER(h21_each_sample_gives_its_own_picture_at_once),
        WITH_DECODER(two_streams_at_once_keep_to_themselves),
        WITH_DECODER(pictures_without_a_stamp_are_pictures),
        WITH_DECODER(h19_every_frame_of_sound_is_told),
        WITH_DECODER(sound_joined_in_its_middle_beside_pictures),
        WITH_DECODER(broken_sound_is_told),
        WITH_DECODER(broken_bytes_are_told_and_harm_no_other_stream),
        WITH_DECODER(a_broken_picture_is_over_with_the_next_idr),
        WITH_DECODER(pictures_without_their_reference_are_told),
        WITH_DECODER(a_chunk_left_out_shows_in_the_stamp),
        WITH_DECODER(a_stream_that_cannot_be_opened_is_told_once),
        WITH_DECODER(a_refused_stream_takes_any_number_of_chunks),
        WITH_DECODER(sound_for_pictures_is_no_stream_and_the_reverse),
    };
    return cmocka_run_group_tests(tests, create_channels, destroy_channels);
}
