/* The sound: what comes out of a decoder is where it went in, at every join. */
#include "fixture.h"

#include "media/core/log.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <math.h>

enum { FRAME = AUDIO_TRACK_FRAME, FRAMES = 300, SAMPLES = FRAME * FRAMES };

static struct audio_track_config config_of(struct store *store, int64_t bitrate_bps)
{
    return (struct audio_track_config){
        .bitrate_bps = bitrate_bps,
        .segment_duration = {2, 1},
        .id = "a",
        .language = "und",
        .store = store,
    };
}

static struct audio_track *open_track(struct store *store, int64_t bitrate_bps)
{
    struct audio_track_config config = config_of(store, bitrate_bps);
    struct audio_track *t = NULL;
    assert_int_equal(audio_track_create(&config, &t), ERR_OK);
    return t;
}

static void push_all(struct audio_track *t, float *const sound[2], int64_t frames)
{
    for (int64_t n = 0; n < frames; n++) {
        const float *planes[2] = {sound[0] + n * FRAME, sound[1] + n * FRAME};
        assert_int_equal(audio_track_push(t, planes, n, fixture_capture_us(n), n == 50), ERR_OK);
    }
}

struct sound {
    float *planes[2];
};

static struct sound silence(void)
{
    struct sound s = {{calloc(SAMPLES, sizeof(float)), calloc(SAMPLES, sizeof(float))}};
    return s;
}

static void sound_free(struct sound s)
{
    free(s.planes[0]);
    free(s.planes[1]);
}

/* Tones of no common period, which wander: no shift of it resembles it. */
static struct sound music(void)
{
    struct sound s = silence();
    double phase[5] = {0};
    for (int i = 0; i < SAMPLES; i++) {
        double sum = 0;
        for (int k = 0; k < 5; k++) {
            double hertz = 300 * pow(1.83, k) * (1 + 0.3 * sin(i * 1e-5 * (k + 1)));
            phase[k] += 2 * M_PI * hertz / AUDIO_TRACK_RATE;
            sum += sin(phase[k]);
        }
        s.planes[0][i] = (float)(0.15 * sum);
        s.planes[1][i] = (float)(-0.1 * sum);
    }
    return s;
}

/* A header and chunks in memory, for libavformat. */
struct file {
    struct fixture_bytes bytes;
    size_t at;
};

static void append(struct file *f, const uint8_t *data, size_t size)
{
    f->bytes.data = realloc(f->bytes.data, f->bytes.size + size);
    assert_non_null(f->bytes.data);
    memcpy(f->bytes.data + f->bytes.size, data, size);
    f->bytes.size += size;
}

static int read_file(void *context, uint8_t *buffer, int size)
{
    struct file *f = context;
    size_t left = f->bytes.size - f->at;
    size_t count = left < (size_t)size ? left : (size_t)size;
    if (!count)
        return AVERROR_EOF;
    memcpy(buffer, f->bytes.data + f->at, count);
    f->at += count;
    return (int)count;
}

/* What a viewer gets who asks for packet n: its header, then the continuation from its place on. */
static struct file joined_at(struct store_track *t, int64_t n)
{
    struct file f = {{NULL, 0}, 0};
    struct blob *bytes = NULL;
    struct cmaf_packet packet;
    assert_int_equal(store_find_packet(t, n, &bytes), ERR_OK);
    assert_int_equal(cmaf_packet_read(bytes->data, bytes->size, &packet), ERR_OK);
    assert_false(packet.has_sample);
    append(&f, packet.header, packet.header_size);
    struct store_place place = {packet.continuation.segment_id, packet.continuation.offset};
    for (;; place.segment_id++, place.offset = 0) {
        struct fixture_bytes part = fixture_segment(t, place.segment_id, place.offset);
        if (!part.size)
            break;
        append(&f, part.data, part.size);
        free(part.data);
    }
    blob_unref(bytes);
    return f;
}

struct decoded {
    float *planes[2]; /* at the sample that its time stamp says; not a number where there is none */
    int64_t first_pts;
    int64_t frames;
};

static void decode_packet(AVCodecContext *decoder, const AVPacket *packet, struct decoded *out)
{
    AVFrame *frame = av_frame_alloc();
    assert_int_equal(avcodec_send_packet(decoder, packet), 0);
    while (!avcodec_receive_frame(decoder, frame)) {
        assert_int_equal(frame->nb_samples, FRAME);
        if (!out->frames)
            out->first_pts = frame->pts;
        assert_int_equal(frame->pts, out->first_pts + out->frames * FRAME); /* gapless */
        assert_true(frame->pts >= 0 && frame->pts + FRAME <= SAMPLES);
        for (int channel = 0; channel < 2; channel++)
            memcpy(out->planes[channel] + frame->pts, frame->data[channel], FRAME * sizeof(float));
        out->frames++;
    }
    av_frame_free(&frame);
}

static struct decoded decode(struct file *f)
{
    struct decoded out = {{malloc(SAMPLES * sizeof(float)), malloc(SAMPLES * sizeof(float))}, 0, 0};
    for (int i = 0; i < SAMPLES; i++)
        out.planes[0][i] = out.planes[1][i] = NAN;
    AVFormatContext *format = avformat_alloc_context();
    format->pb = avio_alloc_context(av_malloc(4096), 4096, 0, f, read_file, NULL, NULL);
    assert_int_equal(avformat_open_input(&format, NULL, av_find_input_format("mov"), NULL), 0);
    assert_int_equal(format->nb_streams, 1);
    const AVCodecParameters *parameters = format->streams[0]->codecpar;
    assert_int_equal(parameters->codec_id, AV_CODEC_ID_AAC);
    assert_int_equal(format->streams[0]->time_base.den, AUDIO_TRACK_RATE);
    AVCodecContext *decoder = avcodec_alloc_context3(avcodec_find_decoder(parameters->codec_id));
    assert_true(avcodec_parameters_to_context(decoder, parameters) >= 0);
    decoder->err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM;
    assert_int_equal(avcodec_open2(decoder, decoder->codec, NULL), 0);
    AVPacket *packet = av_packet_alloc();
    while (!av_read_frame(format, packet)) {
        decode_packet(decoder, packet, &out);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    avcodec_free_context(&decoder);
    AVIOContext *io = format->pb;
    avformat_close_input(&format);
    av_freep(&io->buffer);
    avio_context_free(&io);
    return out;
}

static void decoded_free(struct decoded d)
{
    free(d.planes[0]);
    free(d.planes[1]);
}

static struct store_track *track_of(struct store *store)
{
    return store_find_track(store, STORE_AUDIO, "a");
}

/* Signal to noise in dB of decoded samples against the input shifted by lag. */
static double snr(const float *decoded, const float *input, int from, int to, int lag)
{
    double signal = 0, noise = 0;
    for (int i = from; i < to; i++) {
        double difference = (double)decoded[i] - (double)input[i - lag];
        signal += (double)input[i - lag] * (double)input[i - lag];
        noise += difference * difference;
    }
    return 10 * log10(signal / noise);
}

static void h19_samples_come_out_where_they_went_in_at_every_join(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct audio_track *t = open_track(store, 192000);
    struct sound sound = music();
    push_all(t, sound.planes, FRAMES);
    int64_t newest = fixture_state(track_of(store)).newest_sequence;
    assert_true(newest >= FRAMES - 3);

    double least = 99;
    for (int64_t n = 60; n < 130; n += 3) {
        struct file f = joined_at(track_of(store), n);
        struct decoded d = decode(&f);
        assert_int_equal(d.first_pts, (n + 1) * FRAME);
        assert_int_equal(d.frames, newest - n);
        /* Chunk n + 1 only primes the decoder's overlap. */
        int from = (int)(n + 2) * FRAME;
        double right = snr(d.planes[0], sound.planes[0], from, from + 8 * FRAME, 0);
        least = right < least ? right : least;
        assert_true(right > 12);
        for (int lag = 1; lag < 4; lag++) {
            assert_true(snr(d.planes[0], sound.planes[0], from, from + 8 * FRAME, lag) < right - 6);
            assert_true(snr(d.planes[0], sound.planes[0], from, from + 8 * FRAME, -lag) <
                        right - 6);
        }
        assert_true(snr(d.planes[1], sound.planes[1], from, from + 8 * FRAME, 0) > 12);
        decoded_free(d);
        free(f.bytes.data);
    }
    print_message("sound after a join: least SNR %.1f dB\n", least);
    sound_free(sound);
    audio_track_destroy(t);
    store_destroy(store);
}

static void a_click_comes_out_at_its_sample(void **state)
{
    (void)state;
    static const int clicks[] = {40 * FRAME + 1, 61 * FRAME + 517, 100 * FRAME + 1023, 150 * FRAME,
                                 200 * FRAME + 300};
    struct store *store = fixture_store(60000000);
    struct audio_track *t = open_track(store, 256000);
    struct sound sound = silence();
    for (size_t i = 0; i < 5; i++)
        sound.planes[0][clicks[i]] = sound.planes[1][clicks[i]] = 0.9F;
    push_all(t, sound.planes, FRAMES);
    for (size_t i = 0; i < 5; i++) {
        struct file f = joined_at(track_of(store), clicks[i] / FRAME - 2);
        struct decoded d = decode(&f);
        int loudest = (int)d.first_pts;
        for (int k = (int)d.first_pts; k < clicks[i] + 4 * FRAME; k++) {
            if (fabsf(d.planes[0][k]) > fabsf(d.planes[0][loudest]))
                loudest = k;
        }
        assert_int_equal(loudest, clicks[i]);
        assert_true(d.planes[0][loudest] > 0.4F);
        decoded_free(d);
        free(f.bytes.data);
    }
    sound_free(sound);
    audio_track_destroy(t);
    store_destroy(store);
}

static void h2_h4_h27_chunks_and_packets_are_as_promised(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct audio_track *t = open_track(store, 128000);
    struct sound sound = music();
    struct store_track *track = track_of(store);
    int64_t appended = 0;
    for (int64_t n = 0; n < FRAMES; n++) {
        const float *planes[2] = {sound.planes[0] + n * FRAME, sound.planes[1] + n * FRAME};
        assert_int_equal(audio_track_push(t, planes, n, fixture_capture_us(n), n == 50), ERR_OK);
        struct store_track_state s = fixture_state(track);
        assert_true(n - s.newest_sequence <= 2);
        assert_int_equal(s.newest_packet, s.newest_sequence); /* at once with the chunk */
        appended = s.newest_sequence + 1;
    }
    /* 2 s are 93.75 frames: segments begin at 0, 94, 188, 282. */
    struct fixture_walk walk;
    struct cmaf_chunk chunk;
    fixture_walk_init(&walk, track, 0, 0);
    for (int64_t n = 0; n < appended; n++) {
        assert_true(fixture_walk_next(&walk, &chunk));
        assert_int_equal(walk.first_of_segment, n % 94 == 0);
        assert_int_equal(chunk.mfhd_sequence, n + 1);
        assert_int_equal(chunk.decode_time, n * FRAME);
        assert_int_equal(chunk.duration, FRAME);
        assert_int_equal(chunk.capture_utc_us, fixture_capture_us(n));
        assert_int_equal(chunk.manifest_update, n == 50);
        assert_true(chunk.sync);

        struct blob *bytes = NULL;
        struct cmaf_packet packet;
        assert_int_equal(store_find_packet(track, n, &bytes), ERR_OK);
        assert_int_equal(cmaf_packet_read(bytes->data, bytes->size, &packet), ERR_OK);
        bool ends = (n + 1) % 94 == 0;
        assert_int_equal(packet.continuation.segment_id, (n + 1) / 94);
        assert_int_equal(packet.continuation.offset, ends ? 0 : (int64_t)walk.at);
        blob_unref(bytes);
    }
    assert_false(fixture_walk_next(&walk, &chunk));
    fixture_walk_finish(&walk);

    const struct store_track_info *info = store_track_info(track);
    assert_string_equal(info->mime, "audio/mp4");
    assert_string_equal(info->codecs, "mp4a.40.2");
    assert_string_equal(info->language, "und");
    assert_int_equal(info->timescale, 48000);
    assert_int_equal(info->ticks_per_frame, 1024);
    assert_int_equal(info->frame_rate.num * 1024, info->frame_rate.den * 48000);
    assert_int_equal(info->samples_per_frame, 1024);
    sound_free(sound);
    audio_track_destroy(t);
    store_destroy(store);
}

enum hard { CLICKS_AND_NOISE, SQUARE_WAVES, COMING_AND_GOING, HARD_KINDS };

static float hard_sample(enum hard kind, int64_t n, int i, int channel, uint32_t *random)
{
    int64_t at = n * FRAME + i;
    *random = *random * 1664525 + 1013904223;
    float noise = (float)(int32_t)*random / 2147483648.0F;
    switch (kind) {
    case CLICKS_AND_NOISE:
        return n / 100 % 3 == 0 || (n / 100 % 3 == 2 && i % 300 == 0) ? noise : 0;
    case SQUARE_WAVES:
        return at % (channel ? 131 : 109) < 57 ? 0.9F : -0.9F;
    default:
        return at / (channel ? 30000 : 24000) % 2 ? noise : noise / 100;
    }
}

static void check_bandwidth(enum hard kind, int64_t bitrate_bps, int64_t segment_s)
{
    struct store *store = fixture_store(60000000);
    struct audio_track_config config = config_of(store, bitrate_bps);
    struct audio_track *t = NULL;
    config.segment_duration = (struct rational){segment_s, 1};
    assert_int_equal(audio_track_create(&config, &t), ERR_OK);
    float left[FRAME], right[FRAME];
    const float *planes[2] = {left, right};
    uint32_t random = 1;
    for (int64_t n = 0; n < 47 * 13; n++) {
        for (int i = 0; i < FRAME; i++) {
            left[i] = hard_sample(kind, n, i, 0, &random);
            right[i] = hard_sample(kind, n, i, 1, &random);
        }
        assert_int_equal(audio_track_push(t, planes, n, FIXTURE_UTC_US, n % 47 == 0), ERR_OK);
    }
    struct store_track_state s = fixture_state(track_of(store));
    int64_t bandwidth = store_track_info(track_of(store))->bandwidth_bps;
    print_message("sound %d, %lld bit/s, segments of %lld s: peak %lld of %lld\n", kind,
                  (long long)bitrate_bps, (long long)segment_s, (long long)s.peak_segment_bps,
                  (long long)bandwidth);
    assert_true(s.newest_segment >= 2);
    assert_true(s.peak_segment_bps > bitrate_bps / 2);
    assert_true(s.peak_segment_bps <= bandwidth);
    assert_int_equal(s.segments_over_bandwidth, 0);
    audio_track_destroy(t);
    store_destroy(store);
}

static void h11_no_segment_exceeds_the_bandwidth(void **state)
{
    (void)state;
    static const int64_t rates[] = {16000, 128000, 256000};
    for (enum hard kind = 0; kind < HARD_KINDS; kind++) {
        for (size_t i = 0; i < 3; i++) {
            check_bandwidth(kind, rates[i], 2);
            check_bandwidth(kind, rates[i], 6);
        }
    }
}

static void samples_that_are_no_number_are_silence(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct audio_track *t = open_track(store, 128000);
    float left[FRAME], right[FRAME];
    const float *planes[2] = {left, right};
    for (int i = 0; i < FRAME; i++) {
        left[i] = i % 2 ? NAN : INFINITY;
        right[i] = i % 2 ? -INFINITY : 1e30F;
    }
    for (int64_t n = 0; n < 20; n++)
        assert_int_equal(audio_track_push(t, planes, n, FIXTURE_UTC_US, false), ERR_OK);
    assert_true(fixture_state(track_of(store)).newest_sequence >= 17);
    assert_int_equal(audio_track_push(t, planes, 19, FIXTURE_UTC_US, false), ERR_INVALID);
    assert_int_equal(audio_track_push(t, planes, 21, FIXTURE_UTC_US, false), ERR_INVALID);
    assert_true(audio_track_cpu_us(t) > 0);
    audio_track_destroy(t);
    store_destroy(store);
}

static void swallow(void *context, const char *line)
{
    (void)line;
    ++*(int *)context;
}

static void bad_configurations_are_refused(void **state)
{
    (void)state;
    struct store *store = fixture_store(60000000);
    struct audio_track *t = NULL;
    int lines = 0;
    log_redirect(swallow, &lines);
    struct audio_track_config bad = config_of(store, 1000);
    int low = audio_track_create(&bad, &t);
    bad = config_of(store, 10000000);
    int high = audio_track_create(&bad, &t);
    bad = config_of(store, 128000);
    bad.segment_duration = (struct rational){0, 1};
    int none = audio_track_create(&bad, &t);
    log_redirect(NULL, NULL);
    assert_int_equal(low, ERR_INVALID);
    assert_int_equal(high, ERR_INVALID);
    assert_int_equal(none, ERR_INVALID);
    assert_true(lines >= 3);
    assert_null(t);
    audio_track_destroy(NULL);
    store_destroy(store);
}

int main(void)
{
    av_log_set_level(AV_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h19_samples_come_out_where_they_went_in_at_every_join),
        cmocka_unit_test(a_click_comes_out_at_its_sample),
        cmocka_unit_test(h2_h4_h27_chunks_and_packets_are_as_promised),
        cmocka_unit_test(h11_no_segment_exceeds_the_bandwidth),
        cmocka_unit_test(samples_that_are_no_number_are_silence),
        cmocka_unit_test(bad_configurations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
