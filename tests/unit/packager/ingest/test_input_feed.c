/* Feeds from outside, of the kinds that people have: a file, over its end, and MPEG-TS over UDP
 * whose sender goes and comes back while the output clock goes on. The media is made by the ffmpeg
 * program. */
#include "media/core/clock.h"
#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/ingest/input.h"
#include "support/process.h"

#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/cmocka_all.h"

enum { RATE = 25, SLOT_SAMPLES = INPUT_SAMPLE_RATE / RATE, CLIP_FRAMES = 10 };

static char folder[] = "/tmp/test-input-feed-XXXXXX";

/* The log's lines, one after the other. */
static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER;
static char lines[65536];

static void keep_line(void *context, const char *line)
{
    (void)context;
    pthread_mutex_lock(&lines_lock);
    size_t at = strlen(lines);
    snprintf(lines + at, sizeof lines - at, "%s\n", line);
    pthread_mutex_unlock(&lines_lock);
}

static int lines_with(const char *text)
{
    int count = 0;
    pthread_mutex_lock(&lines_lock);
    for (const char *at = strstr(lines, text); at; at = strstr(at + 1, text))
        count++;
    pthread_mutex_unlock(&lines_lock);
    return count;
}

static void path_of(char path[256], const char *name)
{
    snprintf(path, 256, "%s/%s", folder, name);
}

/* Runs ffmpeg to its end. */
static void make(const char *const argv[])
{
    struct process ffmpeg;
    assert_true(process_start(&ffmpeg, argv, PROCESS_NO_PIPE));
    int status = process_wait(&ffmpeg, 60000);
    if (status != 0) {
        char *log = process_log(&ffmpeg);
        print_error("%s\n", log ? log : "");
        free(log);
    }
    process_finish(&ffmpeg);
    assert_int_equal(status, 0);
}

/* Ten pictures at 25 a second, picture n as grey 20 + 20 n, with exactly as much of a sine that
 * meets itself at the end. */
static void make_clip(const char *path)
{
    const char *const argv[] = {"ffmpeg",
                                "-v",
                                "error",
                                "-y",
                                "-f",
                                "lavfi",
                                "-i",
                                "color=black:s=128x96:r=25,format=yuv420p,"
                                "geq=lum='20+20*N':cb=128:cr=128",
                                "-f",
                                "lavfi",
                                "-i",
                                "sine=frequency=1000:sample_rate=48000",
                                "-frames:v",
                                "10",
                                "-af",
                                "atrim=end_sample=19200",
                                "-c:v",
                                "libx264",
                                "-preset",
                                "ultrafast",
                                "-qp",
                                "4",
                                "-c:a",
                                "pcm_s16le",
                                path,
                                NULL};
    make(argv);
}

/* A channel that asks at its own clock. */
struct channel {
    struct input *input;
    int64_t start_us, slots;
    struct input_picture picture;
    float left[SLOT_SAMPLES], right[SLOT_SAMPLES];
    struct input_state state;
};

static int open_channel(struct channel *c, const char *url, bool loop)
{
    struct input_config config = {.channel = "one",
                                  .url = url,
                                  .loop = loop,
                                  .frame_rate = {RATE, 1},
                                  .width = 320,
                                  .height = 180,
                                  .channel_number = 1};
    memset(c, 0, sizeof *c);
    c->start_us = clock_monotonic_us();
    return input_create(&config, &c->input);
}

static void next_slot(struct channel *c)
{
    float *planes[INPUT_CHANNELS] = {c->left, c->right};
    int64_t slot_us = c->start_us + c->slots * 1000000 / RATE;
    clock_sleep_until_us(slot_us);
    input_picture(c->input, c->slots, slot_us, slot_us + 1000, &c->picture);
    input_audio(c->input, (c->slots - 1) * SLOT_SAMPLES, SLOT_SAMPLES, slot_us - 1000000 / RATE,
                planes);
    input_state(c->input, &c->state);
    assert_non_null(c->picture.frame);
    c->slots++;
}

static void run_until(struct channel *c, enum input_feed wanted)
{
    int64_t patience = c->slots + 60 * RATE;
    while (c->state.feed != wanted) {
        next_slot(c);
        assert_true(c->slots < patience);
    }
}

/* The clip's picture that this is: -1 for black. */
static int number_on(const AVFrame *frame)
{
    int grey = frame->data[0][frame->linesize[0] * (frame->height / 2) + frame->width / 2];
    return grey < 18 ? -1 : (grey - 10) / 20;
}

static bool is_silent(const struct channel *c)
{
    for (int i = 0; i < SLOT_SAMPLES; i++)
        if (c->left[i] != 0 || c->right[i] != 0)
            return false;
    return true;
}

static void a_file_is_paced_picture_by_picture_and_ends_with_its_last(void **state)
{
    (void)state;
    struct channel c;
    char path[256];
    int last = -1;
    path_of(path, "clip.mov");
    assert_int_equal(open_channel(&c, path, false), 0);
    next_slot(&c);
    assert_int_equal(c.picture.repeated, false);
    while (c.state.feed != INPUT_LOST) {
        int number = number_on(c.picture.frame);
        assert_true(number == last || number == last + 1);
        assert_int_equal(c.picture.capture_utc_us,
                         c.start_us + (c.slots - 1) * 1000000 / RATE + 1000);
        if (c.slots > 1)
            assert_int_equal(c.picture.repeated, number == last);
        last = number;
        next_slot(&c);
        assert_true(c.slots < 60 * RATE);
    }
    for (int i = 0; i < 10; i++) {
        assert_int_equal(number_on(c.picture.frame), CLIP_FRAMES - 1);
        next_slot(&c);
        assert_true(c.picture.repeated);
    }
    assert_true(is_silent(&c));
    assert_int_equal(c.state.dropped_pictures, 0);
    assert_int_equal(c.state.decode_errors, 0);
    assert_int_equal(c.state.reopened, 0);
    assert_true(c.state.repeated_pictures >= 10);
    assert_true(c.state.cpu_us > 0);
    assert_int_equal(lines_with("it has ended"), 1);
    assert_int_equal(lines_with("--loop"), 1);
    input_destroy(c.input);
}

/* What does not go on as a sine, beside the edges of silence. */
static int breaks_in(const struct channel *c, float *last, bool *heard)
{
    int breaks = 0;
    for (int i = 0; i < SLOT_SAMPLES; i++) {
        float value = c->left[i];
        if (*heard && fabsf(value - *last) > 0.02f)
            breaks++;
        *heard = *heard || value != 0;
        *last = value;
        assert_true(fabsf(c->left[i] - c->right[i]) < 1e-6f);
    }
    return breaks;
}

/* Runs a clip over its end several times. True: every slot got the next picture, and the sound went
 * on without a break; nothing less may come of it than pictures in order. */
static bool loops_seamlessly(const char *name)
{
    struct channel c;
    char path[256];
    int last = -1, fresh = 0, breaks = 0;
    int64_t slots = 0, silent = 0;
    float last_value = 0;
    bool heard = false;
    path_of(path, name);
    assert_int_equal(open_channel(&c, path, true), 0);
    while (fresh < 5 * CLIP_FRAMES) {
        next_slot(&c);
        assert_true(c.slots < 60 * RATE);
        int number = number_on(c.picture.frame);
        if (number != last) {
            assert_int_equal(number, (last + 1) % CLIP_FRAMES);
            fresh++;
        }
        last = number;
        slots += fresh > 0;
        if (!heard)
            silent = c.state.silent_samples;
        breaks += breaks_in(&c, &last_value, &heard);
    }
    assert_true(heard);
    assert_int_equal(c.state.feed, INPUT_UP);
    assert_int_equal(c.state.dropped_pictures, 0);
    assert_int_equal(c.state.reopened, 0);
    silent = c.state.silent_samples - silent;
    input_destroy(c.input);
    return slots == fresh && breaks == 0 && silent < SLOT_SAMPLES;
}

static void a_repeated_file_goes_on_over_its_end_without_a_gap(void **state)
{
    static const char *const names[] = {"clip.mov", "clip.mkv"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool seamless = false; /* a busy machine may hold a run up, but not every one */
        for (int tries = 0; !seamless && tries < 5; tries++)
            seamless = loops_seamlessly(names[i]);
        assert_true(seamless);
    }
}

static void what_no_retry_can_mend_is_refused(void **state)
{
    (void)state;
    struct channel c;
    char path[256];
    path_of(path, "not-there.mp4");
    assert_int_equal(open_channel(&c, path, false), ERR_INVALID);
    assert_int_equal(lines_with("not-there.mp4: No such file"), 1);
    assert_int_equal(open_channel(&c, "file:/not/there", false), ERR_INVALID);
    assert_int_equal(open_channel(&c, "warp://127.0.0.1/x", false), ERR_INVALID);
    assert_int_equal(lines_with("\"warp\" is neither"), 1);
    assert_int_equal(open_channel(&c, folder, false), ERR_INVALID);
    path_of(path, "text.mp4");
    FILE *text = fopen(path, "w");
    assert_non_null(text);
    fputs("no media at all\n", text);
    fclose(text);
    assert_int_equal(open_channel(&c, path, false), ERR_INVALID);
    assert_int_equal(lines_with("text.mp4"), 1);
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void start_sender(struct process *ffmpeg, const char *to, const char *size)
{
    char video[80];
    snprintf(video, sizeof video, "testsrc2=s=%s:r=25", size);
    const char *const argv[] = {"ffmpeg",
                                "-v",
                                "error",
                                "-re",
                                "-f",
                                "lavfi",
                                "-i",
                                video,
                                "-re",
                                "-f",
                                "lavfi",
                                "-i",
                                "sine=frequency=440:sample_rate=44100",
                                "-c:v",
                                "libx264",
                                "-preset",
                                "ultrafast",
                                "-tune",
                                "zerolatency",
                                "-g",
                                "25",
                                "-pix_fmt",
                                "yuv420p",
                                "-c:a",
                                "aac",
                                "-ac",
                                "2",
                                "-f",
                                "mpegts",
                                to,
                                NULL};
    assert_true(process_start(ffmpeg, argv, PROCESS_NO_PIPE));
}

static void a_udp_feed_is_lost_and_taken_up_again(void **state)
{
    (void)state;
    struct channel c;
    struct process ffmpeg;
    char url[80], to[80];
    int port = free_port();
    snprintf(url, sizeof url, "udp://127.0.0.1:%d", port);
    snprintf(to, sizeof to, "udp://127.0.0.1:%d?pkt_size=1316", port);

    assert_int_equal(open_channel(&c, url, false), 0);
    for (int i = 0; i < 5; i++)
        next_slot(&c);
    assert_int_equal(c.state.feed, INPUT_STARTING);
    assert_int_equal(c.picture.frame->width, 320); /* black, of the size that was asked for */
    assert_int_equal(number_on(c.picture.frame), -1);
    assert_int_equal(c.state.repeated_pictures, 0);

    start_sender(&ffmpeg, to, "320x240");
    run_until(&c, INPUT_UP);
    int fresh = 0, heard = 0;
    for (int i = 0; (fresh < 2 * RATE || heard < RATE) && i < 60 * RATE; i++) {
        next_slot(&c);
        int64_t age_us = clock_utc_us() - c.picture.capture_utc_us;
        fresh += !c.picture.repeated;
        heard += !is_silent(&c);
        if (!c.picture.repeated)
            assert_true(age_us >= 0); /* received before it was asked for */
    }
    assert_true(fresh >= 2 * RATE && heard >= RATE);
    assert_int_equal(c.picture.frame->width, 320);
    assert_int_equal(c.picture.frame->height, 240);

    process_finish(&ffmpeg);
    run_until(&c, INPUT_LOST);
    for (int i = 0; i < RATE; i++)
        next_slot(&c);
    int64_t repeated = c.state.repeated_pictures, silent = c.state.silent_samples;
    next_slot(&c);
    assert_true(c.picture.repeated && is_silent(&c));
    assert_int_equal(c.picture.frame->height, 240); /* the last picture stays */
    assert_int_equal(c.state.repeated_pictures, repeated + 1);
    assert_int_equal(c.state.silent_samples, silent + SLOT_SAMPLES);

    start_sender(&ffmpeg, to, "352x288"); /* another picture this time */
    run_until(&c, INPUT_UP);
    for (int i = 0; (c.picture.frame->height != 288 || is_silent(&c)) && i < 60 * RATE; i++)
        next_slot(&c);
    assert_int_equal(c.picture.frame->height, 288);
    assert_false(is_silent(&c));
    assert_true(c.state.reopened >= 1);
    assert_true(lines_with("is lost: no packet for 2 s") == 1);
    assert_true(lines_with("is up again after") == 1);
    process_finish(&ffmpeg);
    input_destroy(c.input);
}

static void a_feed_that_does_not_answer_is_no_error_and_ends_at_once(void **state)
{
    (void)state;
    /* the second and third are refused again and again, which is said once */
    static const char *const urls[] = {"srt://127.0.0.1:%d?mode=listener",
                                       "srt://127.0.0.1:%d?mode=caller", "tcp://127.0.0.1:%d",
                                       "udp://127.0.0.1:%d"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct channel c;
        char url[80];
        snprintf(url, sizeof url, urls[i], free_port());
        assert_int_equal(open_channel(&c, url, false), 0);
        for (int s = 0; s < 10; s++)
            next_slot(&c);
        assert_int_equal(c.state.feed, INPUT_STARTING);
        assert_true(is_silent(&c));
        input_destroy(c.input);
    }
    assert_int_equal(lines_with("does not let go"), 0);
    assert_int_equal(lines_with("cannot read the feed tcp://127.0.0.1"), 1);
}

static void a_feed_without_sound_or_without_picture_goes_on(void **state)
{
    (void)state;
    struct channel c;
    char path[256];
    path_of(path, "picture.mkv");
    assert_int_equal(open_channel(&c, path, true), 0);
    run_until(&c, INPUT_UP);
    while (number_on(c.picture.frame) != 5)
        next_slot(&c);
    assert_true(is_silent(&c));
    assert_int_equal(lines_with("sound none"), 1);
    input_destroy(c.input);

    path_of(path, "sound.wav");
    assert_int_equal(open_channel(&c, path, true), 0);
    run_until(&c, INPUT_UP);
    for (int i = 0; is_silent(&c) && i < 60 * RATE; i++)
        next_slot(&c);
    assert_false(is_silent(&c));
    assert_int_equal(number_on(c.picture.frame), -1);
    assert_int_equal(lines_with("picture none"), 1);
    input_destroy(c.input);
}

/* White pictures that all refer, in the end, to a key frame that is not there, until the next one:
 * what a decoder makes of them is grey. */
static void make_headless(const char *path, const char *whole)
{
    make((const char *const[]){"ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                               "color=white:s=128x96:r=25:d=1.6", "-c:v", "libx265", "-preset",
                               "ultrafast", "-x265-params", "log-level=none:keyint=20:bframes=0",
                               whole, NULL});
    make((const char *const[]){"ffmpeg", "-v", "error", "-i", whole, "-c", "copy", "-bsf:v",
                               "noise=drop=eq(n\\,0)", path, NULL});
}

static void what_refers_to_pictures_that_never_came_is_not_shown(void **state)
{
    (void)state;
    struct channel c;
    char path[256], whole[256];
    bool white = false;
    path_of(path, "headless.mp4");
    path_of(whole, "whole.mp4");
    make_headless(path, whole);
    assert_int_equal(open_channel(&c, path, false), 0);
    while (c.state.feed != INPUT_LOST && c.slots < 60 * RATE) {
        next_slot(&c);
        int grey = c.picture.frame->data[0][0];
        assert_true(grey <= 16 || grey >= 230);
        white |= grey >= 230;
    }
    assert_true(white);
    assert_int_equal(c.state.feed, INPUT_LOST);
    input_destroy(c.input);
}

static int forget_lines(void **state)
{
    (void)state;
    pthread_mutex_lock(&lines_lock);
    lines[0] = 0;
    pthread_mutex_unlock(&lines_lock);
    return 0;
}

static int make_media(void **state)
{
    char mov[256], mkv[256], picture[256], sound[256];
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    log_redirect(keep_line, NULL);
    path_of(mov, "clip.mov");
    path_of(mkv, "clip.mkv");
    path_of(picture, "picture.mkv");
    path_of(sound, "sound.wav");
    make_clip(mov);
    make_clip(mkv);
    make((const char *const[]){"ffmpeg", "-v", "error", "-i", mov, "-an", "-c", "copy", picture,
                               NULL});
    make((const char *const[]){"ffmpeg", "-v", "error", "-i", mov, "-vn", "-c", "copy", sound,
                               NULL});
    return 0;
}

static int remove_media(void **state)
{
    static const char *const names[] = {"clip.mov", "clip.mkv",     "picture.mkv", "sound.wav",
                                        "text.mp4", "headless.mp4", "whole.mp4"};
    char path[256];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        path_of(path, names[i]);
        unlink(path);
    }
    log_redirect(NULL, NULL);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_file_is_paced_picture_by_picture_and_ends_with_its_last,
                               forget_lines),
        cmocka_unit_test_setup(a_repeated_file_goes_on_over_its_end_without_a_gap, forget_lines),
        cmocka_unit_test_setup(what_no_retry_can_mend_is_refused, forget_lines),
        cmocka_unit_test_setup(a_feed_that_does_not_answer_is_no_error_and_ends_at_once,
                               forget_lines),
        cmocka_unit_test_setup(what_refers_to_pictures_that_never_came_is_not_shown, forget_lines),
        cmocka_unit_test_setup(a_feed_without_sound_or_without_picture_goes_on, forget_lines),
        cmocka_unit_test_setup(a_udp_feed_is_lost_and_taken_up_again, forget_lines),
    };
    return cmocka_run_group_tests(tests, make_media, remove_media);
}
