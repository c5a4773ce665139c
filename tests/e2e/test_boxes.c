/* Readers that are not ours take what a live channel serves, both streams of every track (H1),
 * without a word of complaint: mp4box and codem-isoboxer its boxes (H18, H19, H20, H24, H25),
 * ffprobe and ffmpeg a packet with its continuation as one file (H3, H21), and a segment behind the
 * header (H24). */
#include "e2e/live_channel.h"
#include "e2e/whole_segment.h"
#include "support/cmocka_all.h"
#include "support/process.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SEGMENTS = 2,
    TRACKS = 4, /* three rungs and sound */
    PACKETS = 4,
    PATH_BYTES = 96,
    FILES_MAX = TRACKS * (SEGMENTS + PACKETS),
    PROGRAM_TIMEOUT_MS = 60000,
};

struct recorded {
    struct viewer_track track;
    struct whole_segment segments[SEGMENTS];
    struct viewer_packet packets[PACKETS]; /* around the start and the boundary */
    int64_t numbers[PACKETS];
};

struct boxes_case {
    struct live_channel live;
    struct recorded tracks[TRACKS];
    char folder[32];
    char files[FILES_MAX][PATH_BYTES];
    size_t file_count;
};

struct file {
    char path[PATH_BYTES];
    FILE *stream;
};

static void open_file(struct boxes_case *test, struct file *file, const char *name)
{
    snprintf(file->path, sizeof file->path, "%s/%s", test->folder, name);
    file->stream = fopen(file->path, "wb");
    assert_non_null(file->stream);
}

static void put(struct file *file, const uint8_t *data, size_t size)
{
    assert_int_equal(fwrite(data, 1, size, file->stream), size);
}

static void close_file(struct file *file)
{
    assert_int_equal(fclose(file->stream), 0);
}

/* Runs a program that has to succeed with nothing on standard error; line gets the first line of
 * its output, where it is wanted. */
static void run_silently(const char *const argv[], char *line, size_t capacity)
{
    struct process p;
    assert_true(process_start(&p, argv, line ? PROCESS_STDOUT : PROCESS_NO_PIPE));
    if (line && !process_line(&p, line, capacity, PROGRAM_TIMEOUT_MS))
        line[0] = 0;
    int status = process_wait(&p, PROGRAM_TIMEOUT_MS);
    char *log = process_log(&p);
    if (status == 127)
        fail_msg("%s is not installed; scripts/test.sh installs it", argv[0]);
    if (status || *log) {
        for (size_t i = 0; argv[i]; i++)
            print_error("%s ", argv[i]);
        fail_msg("exit status %d: %s", status, log);
    }
    free(log);
    process_finish(&p);
}

/* What ffprobe counts and what ffmpeg decodes when it bears no error at all. */
static void play(const struct file *file, int64_t frames)
{
    char line[64], expected[32];
    const char *const probe[] = {"ffprobe",       "-v",
                                 "error",         "-err_detect",
                                 "explode",       "-count_frames",
                                 "-show_entries", "stream=nb_read_frames",
                                 "-of",           "csv=p=0",
                                 file->path,      NULL};
    const char *const decode[] = {"ffmpeg",      "-v",      "error", "-nostdin", "-xerror",
                                  "-err_detect", "explode", "-i",    file->path, "-f",
                                  "null",        "-",       NULL};
    run_silently(probe, line, sizeof line);
    snprintf(expected, sizeof expected, "%" PRId64, frames);
    assert_string_equal(line, expected);
    run_silently(decode, NULL, 0);
}

static const char *track_id(const struct recorded *r)
{
    return r->track.place.track->id;
}

static bool is_video(const struct recorded *r)
{
    return r->track.place.kind == HESP_VIDEO;
}

static void record(struct boxes_case *test, struct recorded *r)
{
    struct viewer *v = &test->live.viewer;
    for (int64_t k = 0; k < SEGMENTS; k++)
        if (!whole_segment_get(v, &r->track, k, &r->segments[k]))
            fail_msg("%s", v->error);
    int64_t boundary = (int64_t)r->segments[0].count;
    const int64_t numbers[PACKETS] = {0, boundary - 2, boundary - 1, boundary};
    for (int i = 0; i < PACKETS; i++) {
        r->numbers[i] = numbers[i];
        if (!viewer_get_packet(v, &r->track, numbers[i], &r->packets[i]))
            fail_msg("%s", v->error);
    }
}

static const char *store(struct boxes_case *test, const char *name, const uint8_t *data,
                         size_t size)
{
    struct file file;
    open_file(test, &file, name);
    put(&file, data, size);
    close_file(&file);
    char *path = test->files[test->file_count++];
    memcpy(path, file.path, sizeof file.path);
    return path;
}

static void both_box_parsers_read_everything(void **state)
{
    struct boxes_case *test = *state;
    const char *argv[2 * FILES_MAX + 3] = {"node", OPENHESP_CHECK_BOXES};
    char name[64], line[128], expected[128];
    size_t count = 2, chunks = 0;
    for (size_t t = 0; t < TRACKS; t++) {
        struct recorded *r = &test->tracks[t];
        for (int i = 0; i < PACKETS; i++) {
            snprintf(name, sizeof name, "%s-init-%" PRId64, track_id(r), r->numbers[i]);
            argv[count++] = is_video(r) ? "--packet" : "--audio-packet";
            argv[count++] = store(test, name, r->packets[i].bytes, r->packets[i].size);
            chunks += is_video(r);
        }
        for (int k = 0; k < SEGMENTS; k++) {
            snprintf(name, sizeof name, "%s-content-%d", track_id(r), k);
            argv[count++] = "--segment";
            argv[count++] = store(test, name, r->segments[k].bytes, r->segments[k].size);
            chunks += r->segments[k].count;
        }
    }
    run_silently(argv, line, sizeof line);
    print_message("%s\n", line);
    snprintf(expected, sizeof expected, "%zu files and %zu chunks read by both parsers",
             test->file_count, chunks);
    assert_string_equal(line, expected);
}

/* A packet, then the continuation from its offset to the end of the last segment. */
static void play_join(struct boxes_case *test, const struct recorded *r, int packet)
{
    const struct viewer_packet *p = &r->packets[packet];
    const struct cmaf_continuation *next = &p->packet.continuation;
    int64_t all = (int64_t)(r->segments[0].count + r->segments[1].count);
    struct file file;
    char name[64];
    snprintf(name, sizeof name, "%s-join-%" PRId64 ".mp4", track_id(r), r->numbers[packet]);
    open_file(test, &file, name);
    put(&file, p->bytes, p->size);
    for (int64_t k = next->segment_id; k < SEGMENTS; k++) {
        size_t from = k == next->segment_id ? (size_t)next->offset : 0;
        assert_true(from < r->segments[k].size);
        put(&file, r->segments[k].bytes + from, r->segments[k].size - from);
    }
    close_file(&file);
    play(&file, all - r->numbers[packet] - !is_video(r));
    unlink(file.path);
}

static void ffmpeg_plays_packets_with_their_continuation(void **state)
{
    struct boxes_case *test = *state;
    for (size_t t = 0; t < TRACKS; t++)
        for (int i = 0; i < PACKETS; i++)
            play_join(test, &test->tracks[t], i);
}

static void ffmpeg_plays_a_segment_behind_the_header(void **state)
{
    struct boxes_case *test = *state;
    for (size_t t = 0; t < TRACKS; t++) {
        const struct recorded *r = &test->tracks[t];
        const struct cmaf_packet *p = &r->packets[0].packet;
        for (int k = 0; k < SEGMENTS; k++) {
            struct file file;
            char name[64];
            snprintf(name, sizeof name, "%s-segment-%d.mp4", track_id(r), k);
            open_file(test, &file, name);
            put(&file, p->header, p->header_size);
            put(&file, r->segments[k].bytes, r->segments[k].size);
            close_file(&file);
            play(&file, (int64_t)r->segments[k].count);
            unlink(file.path);
        }
    }
}

static void ffmpeg_shows_a_packet_alone(void **state)
{
    struct boxes_case *test = *state;
    for (size_t t = 0; t < TRACKS && is_video(&test->tracks[t]); t++) {
        const struct viewer_packet *p = &test->tracks[t].packets[1];
        struct file file;
        open_file(test, &file, "packet.mp4");
        put(&file, p->bytes, p->size);
        close_file(&file);
        play(&file, 1);
        unlink(file.path);
    }
}

static int start(void **state)
{
    static struct boxes_case test;
    const struct live_channel_config config = {.ladder = "640x360@800k,426x240@400k,256x144@200k",
                                               .preset = "ultrafast",
                                               .fps = "30",
                                               .segment_duration = "2"};
    *state = &test;
    snprintf(test.folder, sizeof test.folder, "%s", "/tmp/openhesp-boxes-XXXXXX");
    assert_non_null(mkdtemp(test.folder));
    live_channel_start(&test.live, &config);
    assert_int_equal(viewer_video_count(&test.live.viewer), TRACKS - 1);
    for (size_t t = 0; t < TRACKS; t++) {
        struct recorded *r = &test.tracks[t];
        if (!(t < TRACKS - 1 ? viewer_video(&test.live.viewer, t, &r->track)
                             : viewer_audio(&test.live.viewer, &r->track)))
            fail_msg("%s", test.live.viewer.error);
        record(&test, r);
    }
    return 0;
}

static int stop(void **state)
{
    struct boxes_case *test = *state;
    for (size_t t = 0; t < TRACKS; t++) {
        for (int k = 0; k < SEGMENTS; k++)
            whole_segment_finish(&test->tracks[t].segments[k]);
        for (int i = 0; i < PACKETS; i++)
            viewer_packet_finish(&test->tracks[t].packets[i]);
    }
    for (size_t i = 0; i < test->file_count; i++)
        unlink(test->files[i]);
    rmdir(test->folder);
    live_channel_stop(&test->live);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_box_parsers_read_everything),
        cmocka_unit_test(ffmpeg_plays_packets_with_their_continuation),
        cmocka_unit_test(ffmpeg_plays_a_segment_behind_the_header),
        cmocka_unit_test(ffmpeg_shows_a_packet_alone),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, start, stop);
    curl_global_cleanup();
    return failed;
}
