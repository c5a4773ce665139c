/* A file on an HTTP server that gives its size, and no parts of it: read in real time, as a file of
 * one's own, and opened again at its end. */
#include "media/core/clock.h"
#include "packager/ingest/input.h"
#include "support/http_script.h"
#include "support/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"

enum { RATE = 25, CLIP_SECONDS = 3, CLIP_BYTES_MAX = 1 << 20, MAKE_MS = 60000 };
enum { WHILE_IT_LASTS = 2 * RATE, PATIENCE = 60 * RATE };

static uint8_t clip[CLIP_BYTES_MAX];
static size_t clip_bytes;

static void answer(void *context, struct http_script_talk *t)
{
    (void)context;
    t->close = true;
    if (strcmp(t->path, "/clip.ts") == 0)
        http_script_whole(t, "200 OK", clip, clip_bytes);
    else
        http_script_whole(t, "404 Not Found", "", 0);
}

static int make_clip(void **state)
{
    char path[64];
    struct process ffmpeg;
    (void)state;
    snprintf(path, sizeof path, "/tmp/openhesp-http-%d.ts", (int)getpid());
    const char *const argv[] = {"ffmpeg",  "-v",        "error",    "-y",
                                "-f",      "lavfi",     "-i",       "testsrc=s=128x96:r=25:d=3",
                                "-c:v",    "libx264",   "-g",       "25",
                                "-preset", "ultrafast", "-pix_fmt", "yuv420p",
                                path,      NULL};
    assert_true(process_start(&ffmpeg, argv, PROCESS_NO_PIPE));
    assert_int_equal(process_wait(&ffmpeg, MAKE_MS), 0);
    process_finish(&ffmpeg);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    clip_bytes = fread(clip, 1, sizeof clip, file);
    fclose(file);
    unlink(path);
    assert_in_range(clip_bytes, 1000, CLIP_BYTES_MAX - 1);
    return 0;
}

struct channel {
    struct input *input;
    int64_t start_us, slots;
    struct input_state state;
};

static void next_slot(struct channel *c)
{
    struct input_picture picture;
    int64_t slot_us = c->start_us + c->slots * 1000000 / RATE;
    clock_sleep_until_us(slot_us);
    input_picture(c->input, c->slots, slot_us, slot_us, &picture);
    input_state(c->input, &c->state);
    assert_true(++c->slots < PATIENCE);
}

static void a_file_on_a_server_is_read_in_real_time_and_again(void **state)
{
    struct http_script *server = http_script_start(answer, NULL);
    char url[64];
    struct input_config config = {
        .channel = "one", .url = url, .frame_rate = {RATE, 1}, .width = 128, .height = 96};
    struct channel c = {.start_us = clock_monotonic_us()};
    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/clip.ts", http_script_port(server));
    assert_int_equal(input_create(&config, &c.input), 0);
    while (c.state.feed != INPUT_UP)
        next_slot(&c);
    for (int64_t until = c.slots + WHILE_IT_LASTS; c.slots < until;) {
        next_slot(&c);
        assert_int_equal(c.state.feed, INPUT_UP);
        assert_int_equal(c.state.reopened, 0);
    }
    while (c.state.reopened == 0 || c.state.feed != INPUT_UP)
        next_slot(&c);
    input_destroy(c.input);
    http_script_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_on_a_server_is_read_in_real_time_and_again),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_clip, NULL);
}
