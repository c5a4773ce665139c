/* Content files: what is written is what is read; movies of Sabre; and every wrong element is
 * named in one line. */
#include "media/core/err.h"
#include "player-sim/content/file.h"
#include "player-sim/content/synthetic.h"
#include "support/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int parse(const char *text, struct content *c, char error[CONTENT_ERROR_BYTES])
{
    return content_parse("dir/some.json", text, strlen(text), c, error);
}

static void expect_same(const struct content *a, const struct content *b)
{
    assert_string_equal(a->name, b->name);
    assert_memory_equal(&a->rate, &b->rate, sizeof a->rate);
    assert_int_equal(a->segment_frames, b->segment_frames);
    assert_int_equal(a->box_bytes, b->box_bytes);
    assert_int_equal(a->frame_count, b->frame_count);
    assert_int_equal(a->rung_count, b->rung_count);
    assert_int_equal(a->sound.rate.num, b->sound.rate.num);
    assert_int_equal(a->sound.bandwidth_bps, b->sound.bandwidth_bps);
    assert_int_equal(a->sound.frame_bytes, b->sound.frame_bytes);
    assert_int_equal(a->sound.packet_bytes, b->sound.packet_bytes);
    assert_int_equal(a->sound.made_us, b->sound.made_us);
    for (size_t i = 0; i < a->rung_count; i++) {
        const struct content_rung *x = &a->rungs[i], *y = &b->rungs[i];
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->width, y->width);
        assert_int_equal(x->height, y->height);
        assert_int_equal(x->bandwidth_bps, y->bandwidth_bps);
        assert_int_equal(x->made_us, y->made_us);
        assert_memory_equal(x->ends, y->ends, a->frame_count * sizeof *x->ends);
        assert_memory_equal(x->packet_bytes, y->packet_bytes,
                            a->frame_count * sizeof *x->packet_bytes);
    }
}

struct folder {
    char path[64], file[96];
};

static struct folder make_folder(void)
{
    struct folder f = {.path = "/tmp/openhesp-content-XXXXXX"};
    assert_non_null(mkdtemp(f.path));
    snprintf(f.file, sizeof f.file, "%s/c.json", f.path);
    return f;
}

static void remove_folder(const struct folder *f)
{
    unlink(f->file);
    assert_int_equal(rmdir(f->path), 0); /* and nothing else was left there */
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    struct folder f = make_folder();
    struct content written, read;
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(content_synthesize(&content_ladder_default, &written, error), ERR_OK);
    assert_int_equal(content_write(&written, "a \"note\"", f.file, error), ERR_OK);
    assert_int_equal(content_read(f.file, &read, error), ERR_OK);
    expect_same(&written, &read);
    content_finish(&read);
    content_finish(&written);
    remove_folder(&f);
}

static const char least[] =
    "{\"format\":\"openhesp-content\",\"version\":1,\"rate\":[50,2],\"segment_frames\":2,"
    "\"rungs\":[{\"name\":\"a\",\"bandwidth\":1000,\"frame_bytes\":[10,20]}],\"more\":null}";

static void test_what_may_lack_may(void **state)
{
    (void)state;
    struct content c;
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(parse(least, &c, error), ERR_OK);
    assert_string_equal(c.name, "some.json");
    assert_int_equal(c.rate.num, 25);
    assert_int_equal(c.rungs[0].ends[1], 30);
    assert_false(content_has_packets(&c));
    assert_int_equal(c.sound.rate.num, 0);
    content_finish(&c);
}

/* What cannot be written leaves what was there. */
static void test_nothing_half_written(void **state)
{
    (void)state;
    struct folder f = make_folder();
    struct content c, read;
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(parse(least, &c, error), ERR_OK);
    assert_int_equal(content_write(&c, NULL, f.file, error), ERR_OK);
    strcpy(c.rungs[0].name, "\xff\xfe");
    assert_int_equal(content_write(&c, NULL, f.file, error), ERR_IO);
    assert_non_null(strstr(error, f.file));
    assert_non_null(strstr(error, "UTF-8"));
    assert_int_equal(content_read(f.file, &read, error), ERR_OK);
    assert_string_equal(read.rungs[0].name, "a");
    content_finish(&read);
    strcpy(c.rungs[0].name, "a");
    assert_int_equal(content_write(&c, NULL, "/dev/full", error), ERR_IO);
    assert_non_null(strstr(error, "/dev/full could not be written: No space left on device"));
    assert_int_equal(content_write(&c, NULL, "/nowhere/c.json", error), ERR_IO);
    assert_non_null(strstr(error, "/nowhere/c.json"));
    content_finish(&c);
    remove_folder(&f);
}

static void test_movies(void **state)
{
    (void)state;
    struct content c;
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(parse("{\"segment_duration_ms\":3000,\"bitrates_kbps\":[230,331.5],"
                           "\"segment_sizes_bits\":[[886360,1180513],[8,9.5]]}",
                           &c, error),
                     ERR_OK);
    assert_int_equal(c.rate.num, 1);
    assert_int_equal(c.rate.den, 3);
    assert_int_equal(c.segment_frames, 1);
    assert_string_equal(c.rungs[0].name, "230k");
    assert_string_equal(c.rungs[1].name, "331.5k");
    assert_int_equal(c.rungs[1].bandwidth_bps, 331500);
    assert_int_equal(content_frame_bytes(&c, 0, 0), 110795);
    assert_int_equal(content_frame_bytes(&c, 1, 0), 147565); /* rounded up */
    assert_int_equal(content_frame_bytes(&c, 1, 3), 2);
    assert_false(content_has_packets(&c));
    content_finish(&c);
}

/* Sabre's own example, where its data is beside the source directory. */
static void test_sabres_movie(void **state)
{
    (void)state;
    static const char path[] = OPENHESP_TRACES "/sabre-movie.json";
    struct content c;
    char error[CONTENT_ERROR_BYTES];
    if (access(path, R_OK)) {
        print_message("skipped: there is no %s\n", path);
        skip();
    }
    assert_int_equal(content_read(path, &c, error), ERR_OK);
    assert_int_equal(c.rung_count, 10);
    assert_int_equal(content_frame_bytes(&c, 9, 0), 20657480 / 8);
    content_finish(&c);
}

static const struct {
    const char *text, *where;
} wrong[] = {
    {"", "no JSON (line 1"},
    {"[1]", "neither"},
    {"{}", "neither"},
    {"{\"format\":1}", "format: has to be"},
    {"{\"format\":\"openhesp-content\"}", "version: has to be a whole number, and is not there"},
    {"{\"format\":\"openhesp-content\",\"version\":1}", "rate: has to be a list"},
    {"{\"format\":\"openhesp-content\",\"version\":1,\"rate\":[0,1]}", "rate: has to be two"},
    {"{\"segment_sizes_bits\":[[1]]}", "bitrates_kbps: has to be a list, and is not there"},
    {"{\"segment_sizes_bits\":[],\"bitrates_kbps\":[1]}", "segment_sizes_bits: has to have 1 to"},
    {"{\"segment_sizes_bits\":[[1]],\"bitrates_kbps\":[1]}", "segment_duration_ms: has to be"},
    {"{\"segment_sizes_bits\":[[1]],\"bitrates_kbps\":[-1],\"segment_duration_ms\":1}",
     "bitrates_kbps[0]: has to be"},
    {"{\"segment_sizes_bits\":[[1],[1,2]],\"bitrates_kbps\":[1],\"segment_duration_ms\":1}",
     "segment_sizes_bits[1]: has to have 1 elements"},
    {"{\"segment_sizes_bits\":[[1],[\"x\"]],\"bitrates_kbps\":[1],\"segment_duration_ms\":1}",
     "segment_sizes_bits[1][0]: has to be a number"},
    {"{\"segment_sizes_bits\":[[1,1]],\"bitrates_kbps\":[2,1],\"segment_duration_ms\":1}",
     "rung 1k: bandwidths"},
};

static void expect_refused(const char *text, const char *where)
{
    struct content c = {.name = "untouched"};
    char error[CONTENT_ERROR_BYTES] = "";
    assert_int_equal(parse(text, &c, error), ERR_INVALID);
    assert_string_equal(c.name, "untouched");
    if (!strstr(error, where) || strstr(error, "dir/some.json: ") != error || strchr(error, '\n'))
        fail_msg("%s: \"%s\" does not tell of \"%s\"", text, error, where);
}

static void test_wrong_files_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_refused(wrong[i].text, wrong[i].where);
}

#define CONTENT(rungs)                                                                             \
    "{\"format\":\"openhesp-content\",\"version\":1,\"rate\":[25,1],\"segment_frames\":2,"         \
    "\"rungs\":" rungs "}"
#define RUNG(members) "{\"name\":\"a\",\"bandwidth\":1000," members "}"

static void test_wrong_rungs_are_refused(void **state)
{
    (void)state;
    expect_refused(CONTENT("[]"), "rungs: has to have 1 to 64 elements, and has 0");
    expect_refused(CONTENT("[7]"), "rungs[0].frame_bytes: has to be a list");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1]") "]"), "1 frames are no whole number");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1,0]") "]"),
                   "rungs[0].frame_bytes[1]: has to be a whole number");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1,1.5]") "]"), "rungs[0].frame_bytes[1]");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1,268435457]") "]"),
                   "rungs[0].frame_bytes[1]");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1,2],\"packet_bytes\":[1]") "]"),
                   "rungs[0].packet_bytes: has 1 elements");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1,2],\"made_us\":-1") "]"),
                   "rungs[0].made_us");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1,2]") "," RUNG("\"frame_bytes\":[1,2]") "]"),
                   "two rungs are called a");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1,2]") ",{\"name\":\"b\"}]"),
                   "rungs[1].bandwidth: has to be a whole number, and is not there");
    expect_refused(CONTENT("[{\"name\":\"\",\"frame_bytes\":[1,2]}]"), "rungs[0].name");
    expect_refused(CONTENT("[" RUNG("\"frame_bytes\":[1,2]") "],\"sound\":{\"rate\":[1]}"),
                   "sound.rate: has to be two");
}

static void test_later_versions_and_lacking_files(void **state)
{
    (void)state;
    struct content c;
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(parse("{\"format\":\"openhesp-content\",\"version\":2}", &c, error),
                     ERR_UNSUPPORTED);
    assert_non_null(strstr(error, "version: this program reads 1, not 2"));
    assert_int_equal(content_read("/nowhere/c.json", &c, error), ERR_IO);
    assert_non_null(strstr(error, "/nowhere/c.json: No such file"));
    assert_int_equal(content_read("/tmp", &c, error), ERR_IO);
    assert_non_null(strstr(error, "/tmp: Is a directory"));
    assert_int_equal(content_read("/dev/zero", &c, error), ERR_FULL);
    assert_non_null(strstr(error, "/dev/zero: larger than 64 MB"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_what_may_lack_may),
        cmocka_unit_test(test_nothing_half_written),
        cmocka_unit_test(test_movies),
        cmocka_unit_test(test_sabres_movie),
        cmocka_unit_test(test_wrong_files_are_refused),
        cmocka_unit_test(test_wrong_rungs_are_refused),
        cmocka_unit_test(test_later_versions_and_lacking_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
