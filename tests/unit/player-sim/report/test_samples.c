/* Shards of a run as files: put together they are the run to the last digit, and what isn't one of
 * them, or not all of one, is refused. */
#include "measured.h"
#include "player-sim/report/samples.h"

enum { SESSIONS = 400, FRAMES = 50, FEW = 500, SHARDS_MAX = 7 };

static struct report_config run_config(size_t exact_max)
{
    struct report_config config = fixture_config();
    config.mode = "simulate";
    config.sessions = SESSIONS;
    config.exact_max = exact_max;
    return config;
}

/* What one of so many shards has of the whole's facts. */
static struct report_facts shard_facts(uint64_t shards)
{
    return (struct report_facts){.duration_s = 12.25,
                                 .http_version = "2",
                                 .congestion_control = "cubic",
                                 .bytes = 840000 / shards,
                                 .connections = 840 / shards,
                                 .requests = 8400 / shards,
                                 .cpu_s = 105.0 / (double)shards,
                                 .clock_error_us = -1};
}

static void measure(struct report *r, size_t from, size_t step)
{
    assert_int_equal(report_timeline_open(r, from), 0);
    for (size_t session = from; session < SESSIONS; session += step)
        measured_session(r, session, FRAMES);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(report_timeline_point(r, from, REPORT_LATENCY_US, i * 1000, i * i % 977),
                         0);
    assert_int_equal(report_timeline_mark(r, from, REPORT_MARK_ZAP, 5000, 7000), 0);
}

/* A file in memory. */
struct file {
    char *bytes;
    size_t size;
};

static struct file write_shard(size_t exact_max, uint32_t index, uint32_t count, const char *study)
{
    struct report_config config = run_config(exact_max);
    struct report *r = fixture_report(&config);
    struct report_facts facts = shard_facts(count);
    struct report_shard shard = {index, count, study};
    struct file file;
    measure(r, index, count);
    FILE *out = open_memstream(&file.bytes, &file.size);
    assert_int_equal(report_write_samples(r, &facts, &shard, out), 0);
    fclose(out);
    report_destroy(r);
    return file;
}

static int read_bytes(const char *bytes, size_t size, struct report_samples *out,
                      char error[REPORT_ERROR_BYTES])
{
    FILE *in = fmemopen((void *)bytes, size ? size : 1, "r");
    assert_non_null(in);
    if (!size)
        getc(in);
    int status = report_read_samples(in, NULL, 0, "player-sim live URL", out, error);
    fclose(in);
    return status;
}

static struct report_samples read_well(const struct file *file)
{
    struct report_samples samples;
    char error[REPORT_ERROR_BYTES] = "";
    if (read_bytes(file->bytes, file->size, &samples, error))
        fail_msg("%s", error);
    return samples;
}

static struct report_samples merge(size_t exact_max, uint32_t count)
{
    struct report_samples all = {0};
    for (uint32_t i = 0; i < count; i++) {
        struct file file = write_shard(exact_max, i * 3 % count, count, "--sessions 400");
        struct report_samples samples = read_well(&file);
        char error[REPORT_ERROR_BYTES];
        free(file.bytes);
        if (!i) {
            all = samples;
            continue;
        }
        assert_true(report_samples_belong(&all, &samples, error));
        assert_int_equal(report_samples_absorb(&all, &samples), 0);
        report_samples_finish(&samples);
    }
    return all;
}

static void expect_same(struct report *a, const struct report_facts *of_a, struct report *b,
                        const struct report_facts *of_b, fixture_writer *writer)
{
    char *x = fixture_text(a, of_a, writer), *y = fixture_text(b, of_b, writer);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static void expect_whole(size_t exact_max)
{
    struct report_config config = run_config(exact_max);
    struct report *whole = fixture_report(&config);
    struct report_facts facts = shard_facts(1);
    measure(whole, 0, 1);
    for (uint32_t count = 1; count <= SHARDS_MAX; count += count > 1 ? 5 : 1) {
        struct report_samples all = merge(exact_max, count);
        all.facts.cpu_s = facts.cpu_s;
        expect_same(whole, &facts, all.report, &all.facts, report_write_json);
        expect_same(whole, &facts, all.report, &all.facts, report_write_table);
        if (!report_html_missing() && count == 1) /* of more, each has a timeline */
            expect_same(whole, &facts, all.report, &all.facts, report_write_html);
        report_samples_finish(&all);
    }
    report_destroy(whole);
}

static void shards_make_the_run(void **state)
{
    (void)state;
    expect_whole(0);
    expect_whole(FEW);
}

static void an_empty_shard_is_one(void **state)
{
    (void)state;
    struct report_config config = run_config(0);
    struct report *r = fixture_report(&config);
    struct report_facts facts = {.clock_error_us = -1};
    struct report_shard shard = {0, 1, ""};
    struct file file;
    FILE *out = open_memstream(&file.bytes, &file.size);
    assert_int_equal(report_write_samples(r, &facts, &shard, out), 0);
    fclose(out);
    struct report_samples samples = read_well(&file);
    expect_same(r, &facts, samples.report, &samples.facts, report_write_json);
    report_samples_finish(&samples);
    report_destroy(r);
    free(file.bytes);
}

static void others_do_not_belong(void **state)
{
    (void)state;
    struct file files[] = {write_shard(0, 0, 3, "a"),   write_shard(0, 1, 3, "a"),
                           write_shard(0, 1, 3, "b"),   write_shard(0, 1, 4, "a"),
                           write_shard(FEW, 1, 3, "a"), write_shard(0, 0, 3, "a")};
    static const char *const words[] = {
        NULL, "", "other options", "number of shards", "limit", "shard 0 once more"};
    struct report_samples first = read_well(&files[0]);
    for (size_t i = 1; i < sizeof files / sizeof *files; i++) {
        struct report_samples other = read_well(&files[i]);
        char error[REPORT_ERROR_BYTES] = "";
        assert_true(report_samples_belong(&first, &other, error) == (i == 1));
        assert_non_null(strstr(error, words[i]));
        report_samples_finish(&other);
    }
    report_samples_finish(&first);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        free(files[i].bytes);
}

static void expect_refused(const char *bytes, size_t size, const char *word)
{
    struct report_samples samples;
    char error[REPORT_ERROR_BYTES] = "";
    assert_true(read_bytes(bytes, size, &samples, error) < 0);
    if (!strstr(error, word))
        fail_msg("%s", error);
    assert_null(strchr(error, '\n'));
}

/* Cut anywhere, and with more behind its end. */
static void parts_of_a_file_are_refused(void **state)
{
    (void)state;
    struct file file = write_shard(0, 0, 40, "a");
    expect_refused(file.bytes, 0, "not what");
    expect_refused(file.bytes, 10, "not what");
    for (size_t size = 19; size < file.size; size += 1 + size / 50)
        expect_refused(file.bytes, size, "breaks off");
    expect_refused(file.bytes, file.size - 1, "breaks off");
    char *longer = malloc(file.size + 1);
    memcpy(longer, file.bytes, file.size);
    longer[file.size] = 'x';
    expect_refused(longer, file.size + 1, "end");
    longer[17] = '2';
    expect_refused(longer, file.size, "another version");
    free(longer);
    free(file.bytes);
}

/* Any byte may be wrong: then it is another run that is well-formed, or refused. */
static void wrong_bytes_do_no_harm(void **state)
{
    (void)state;
    struct file file = write_shard(FEW, 0, 40, "a");
    uint64_t lots = 1;
    size_t refused = 0;
    enum { ROUNDS = 600 };
    for (int round = 0; round < ROUNDS; round++) {
        struct report_samples samples;
        char error[REPORT_ERROR_BYTES] = "";
        size_t at = measured_random(&lots) % file.size;
        char before = file.bytes[at];
        file.bytes[at] = (char)measured_random(&lots);
        if (!read_bytes(file.bytes, file.size, &samples, error))
            report_samples_finish(&samples);
        else
            refused++;
        file.bytes[at] = before;
    }
    assert_true(refused > ROUNDS / 4);
    free(file.bytes);
}

static void misuse(void **state)
{
    (void)state;
    struct report_config config = run_config(0);
    struct report *r = fixture_report(&config);
    struct report_facts facts = {0};
    const struct report_shard wrong[] = {{0, 0, ""}, {2, 2, ""}, {0, REPORT_SHARDS_MAX + 1, ""}};
    struct fixture_disk disk = {100};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(report_write_samples(r, &facts, &wrong[i], stdout), ERR_INVALID);
    FILE *full = fixture_full_disk(&disk);
    const struct report_shard shard = {0, 1, ""};
    assert_int_equal(report_write_samples(r, &facts, &shard, full), ERR_IO);
    fclose(full);
    report_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_make_the_run),    cmocka_unit_test(an_empty_shard_is_one),
        cmocka_unit_test(others_do_not_belong),   cmocka_unit_test(parts_of_a_file_are_refused),
        cmocka_unit_test(wrong_bytes_do_no_harm), cmocka_unit_test(misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
