/* player-sim live at a real change of Presentation: a reload changes ladder and frame rate while
 * viewers are there and others turn up. What they play is another Presentation's in the end, and
 * nothing was missing, repeated, undecodable, or another frame's picture. */
#include "e2e/packager.h"
#include "e2e/player.h"
#include "support/cmocka_all.h"
#include "support/json_expect.h"
#include "support/sanitized.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An instrumented encoder gets less to do. */
#define FPS_BEFORE (SANITIZED ? 10 : 25)
#define FPS_AFTER  (SANITIZED ? 8 : 30)

static void write_config(const char *path, int fps, const char *ladder)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f,
            "preset: ultrafast\n"
            "segment_duration: 4\n"
            "channels:\n"
            "  - name: one\n"
            "    input: \"test:\"\n"
            "    fps: %d\n"
            "    ladder: %s\n",
            fps, ladder);
    assert_int_equal(fclose(f), 0);
}

static int64_t count_of(const struct player_report *r, const char *metric, const char *rendition)
{
    json_t *samples = json_object_get(player_split(r, metric, "rendition"), rendition);
    return samples ? json_integer_value(json_object_get(samples, "n")) : 0;
}

static void test_h9_a_reload_is_followed(void **state)
{
    (void)state;
    char path[] = "/tmp/openhesp-config-XXXXXX", url[192];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_config(path, FPS_BEFORE, "320x180@300k,160x90@100k");
    const char *const arguments[] = {"--config", path, NULL};
    struct packager packager;
    packager_start(&packager, arguments, 1);
    write_config(path, FPS_AFTER, "256x144@250k");
    snprintf(url, sizeof url, "%s/one/manifest.json", packager.url);
    const char *const watch[] = {"--sessions", "4",        "--ramp", "4", "--duration",
                                 "5",          "--decode", "2",      url, NULL};
    struct player player;
    struct player_report r;
    player_start(&player, watch);
    /* The end is announced 5 s ahead: they have turned up by then, or do so about then. */
    process_signal(&packager.process, SIGHUP);
    player_wait(&player, &r);
    player_expect_code(&r, 0);
    assert_int_equal(player_errors(&r, NULL), 0);
    assert_int_equal(player_count(&r, "startup_ms"), 4);
    assert_int_equal(player_count(&r, "zap_ms") + player_count(&r, "switch_ms"), 0);
    assert_true(count_of(&r, "latency_ms", "320x180-300k") > FPS_BEFORE);
    assert_true(count_of(&r, "latency_ms", "256x144-250k") > FPS_AFTER);
    player_report_finish(&r);
    packager_stop(&packager);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h9_a_reload_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
