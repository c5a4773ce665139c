/* Files of a report: each is written and closed, or a reason told; and how a command was asked for.
 */
#include "player-sim/command/command_text.h"
#include "player-sim/command/outputs.h"
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct report *empty_report(void)
{
    static const char *const channels[] = {"one"};
    const struct report_config config = {
        .mode = "test", .sessions = 1, .channels = channels, .channel_count = 1};
    struct report *r = NULL;
    assert_int_equal(report_create(&config, &r), 0);
    return r;
}

static void only_one_goes_to_standard_output(void **state)
{
    (void)state;
    struct output_paths paths = {.of = {[OUTPUT_JSON] = "-", [OUTPUT_CSV] = "file"}};
    char error[200] = "";
    assert_true(output_paths_check(&paths, error, sizeof error));
    paths.of[OUTPUT_PROMETHEUS] = "-";
    assert_false(output_paths_check(&paths, error, sizeof error));
    assert_non_null(strstr(error, "--json and --prometheus"));
}

static void no_two_go_to_one_file(void **state)
{
    (void)state;
    struct output_paths paths = {.of = {[OUTPUT_CSV] = "/dev/null", [OUTPUT_HTML] = "/dev/null"}};
    char error[200] = "";
    assert_true(output_paths_check(&paths, error, sizeof error));
    paths.of[OUTPUT_CSV] = paths.of[OUTPUT_HTML] = "run";
    assert_false(output_paths_check(&paths, error, sizeof error));
    assert_non_null(strstr(error, "--csv and --html can't both be run"));
}

static void each_file_has_its_form(void **state)
{
    (void)state;
    static const struct {
        enum output_kind kind;
        const char *begin;
    } forms[] = {{OUTPUT_JSON, "{\n"},
                 {OUTPUT_PROMETHEUS, "# HELP openhesp_player_"},
                 {OUTPUT_CLOUDWATCH, "{\""},
                 {OUTPUT_SAMPLES, "openhesp-samples 1\n"}};
    enum { FORMS = sizeof forms / sizeof *forms };
    char folder[] = "/tmp/openhesp-outputs-XXXXXX", names[FORMS][64], begin[64];
    struct output_paths paths = {0};
    struct outputs outputs;
    const struct report_facts facts = {.clock_error_us = -1};
    const struct report_shard shard = {0, 1, ""};
    struct report *r = empty_report();
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < FORMS; i++) {
        snprintf(names[i], sizeof names[i], "%s/%zu", folder, i);
        paths.of[forms[i].kind] = names[i];
    }
    assert_true(outputs_open(&outputs, "test", &paths));
    outputs.table = tmpfile(); /* not among the tests' own output */
    assert_true(outputs_write(&outputs, r, &facts, &shard));
    fclose(outputs.table);
    outputs_close(&outputs);
    for (size_t i = 0; i < FORMS; i++) {
        FILE *in = fopen(names[i], "r");
        assert_non_null(in);
        begin[fread(begin, 1, sizeof begin - 1, in)] = '\0';
        fclose(in);
        assert_int_equal(strncmp(begin, forms[i].begin, strlen(forms[i].begin)), 0);
        unlink(names[i]);
    }
    rmdir(folder);
    report_destroy(r);
}

static void what_cannot_be_opened_is_told(void **state)
{
    (void)state;
    const struct output_paths paths = {.of = {[OUTPUT_JSON] = "/nowhere/at/all.json"}};
    struct outputs outputs;
    assert_false(outputs_open(&outputs, "(expected) test", &paths));
    outputs_close(&outputs);
}

static void make_file(char path[64], const char *text)
{
    strcpy(path, "/tmp/openhesp-outputs-XXXXXX");
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static off_t file_bytes(const char *path)
{
    struct stat s;
    return stat(path, &s) ? -1 : s.st_size;
}

/* What was there stays until there is something to be written; what was not is not left behind. */
static void what_is_not_written_leaves_no_trace(void **state)
{
    (void)state;
    char old[64], new[64];
    struct outputs outputs;
    make_file(old, "of yesterday");
    make_file(new, "");
    unlink(new);
    struct output_paths paths = {
        .of = {[OUTPUT_JSON] = old, [OUTPUT_HTML] = new, [OUTPUT_SAMPLES] = "/nowhere/at/all"}};
    assert_false(outputs_open(&outputs, "(expected) test", &paths));
    outputs_close(&outputs);
    assert_int_equal(file_bytes(old), strlen("of yesterday"));
    assert_int_equal(file_bytes(new), -1);

    paths.of[OUTPUT_SAMPLES] = NULL;
    assert_true(outputs_open(&outputs, "test", &paths));
    assert_int_equal(file_bytes(old), strlen("of yesterday"));
    assert_int_equal(file_bytes(new), 0);
    output_drop(&outputs, OUTPUT_JSON);
    assert_non_null(output_begin(&outputs, OUTPUT_HTML));
    assert_true(output_close(&outputs, OUTPUT_HTML, 0));
    outputs_close(&outputs);
    assert_int_equal(file_bytes(old), strlen("of yesterday"));
    assert_int_equal(file_bytes(new), 0);

    paths.of[OUTPUT_HTML] = NULL;
    paths.of[OUTPUT_CSV] = new;
    assert_true(outputs_open(&outputs, "test", &paths));
    assert_ptr_equal(output_begin(&outputs, OUTPUT_JSON), outputs.files[OUTPUT_JSON]);
    assert_int_equal(file_bytes(old), 0);
    outputs_close(&outputs);
    assert_int_equal(file_bytes(new), 0); /* it was there before */
    unlink(old);
    unlink(new);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    const struct output_paths paths = {.of = {[OUTPUT_JSON] = "/dev/full"}};
    const struct report_facts facts = {.clock_error_us = -1};
    struct outputs outputs;
    struct report *r = empty_report();
    assert_true(outputs_open(&outputs, "(expected) test", &paths));
    outputs.table = tmpfile();
    assert_false(outputs_write(&outputs, r, &facts, NULL));
    fclose(outputs.table);
    outputs_close(&outputs);
    report_destroy(r);
}

static void commands_are_told_as_they_were_given(void **state)
{
    (void)state;
    char live[] = "live", option[] = "--seed", value[] = "7";
    char *argv[] = {live, option, value, NULL};
    char *text = command_text(3, argv);
    assert_string_equal(text, "player-sim live --seed 7");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_goes_to_standard_output),
        cmocka_unit_test(no_two_go_to_one_file),
        cmocka_unit_test(each_file_has_its_form),
        cmocka_unit_test(what_cannot_be_opened_is_told),
        cmocka_unit_test(what_is_not_written_leaves_no_trace),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(commands_are_told_as_they_were_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
