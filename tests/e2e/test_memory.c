/* A channel whose bytes run out before its window is full: it stays within --memory, says so in the
 * manifest, and keeps what it says (H7, H23). */
#include "e2e/packager.h"
#include "e2e/viewer.h"
#include "e2e/window_edge.h"
#include "media/core/clock.h"
#include "support/cmocka_all.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY = 16 << 20,
    SLACK = 1 << 20, /* what was appended and not trimmed yet when the metrics looked */
    WINDOW_S = 3600,
    PATIENCE_US = 60000000,
    PAUSE_US = 100000,
    AFTERWARDS = 30, /* looks at a store that is full */
    PROBES = 40,
    CONCLUSIVE_LEAST = 10,
};

/* Much in little time: large pictures, and a packet for each of 60 a second. */
static const char *const arguments[] = {
    "--memory", "16M",   "--window", "3600",     "--preset",   "ultrafast", "--segment-duration",
    "2",        "--fps", "60",       "--ladder", "640x360@6M", "one=test:", NULL};

static double store_bytes(struct packager *p)
{
    return packager_metric(p, "openhesp_store_bytes{channel=\"one\",track=\"640x360-6000k\"}") +
           packager_metric(p, "openhesp_store_bytes{channel=\"one\",track=\"audio\"}");
}

static void pause_a_little(void)
{
    clock_sleep_until_us(clock_monotonic_us() + PAUSE_US);
}

static double available_s(struct packager *p)
{
    return packager_metric(p, "openhesp_available_seconds{channel=\"one\"}");
}

/* Until bytes have run out; what is kept only grows until then. */
static void fill(struct packager *p)
{
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    double before = 0, bytes;
    while (available_s(p) == WINDOW_S) {
        bytes = store_bytes(p);
        if (bytes < before)
            assert_true(available_s(p) < WINDOW_S);
        before = bytes;
        assert_true(bytes <= MEMORY + SLACK);
        assert_true(clock_monotonic_us() < deadline_us);
        pause_a_little();
    }
}

static void h23_what_is_advertised_with_little_memory_is_there(void **state)
{
    struct packager p;
    struct viewer v;
    char url[192];
    int conclusive = 0;
    (void)state;
    packager_start(&p, arguments, 1);
    snprintf(url, sizeof url, "%s/one/manifest.json", p.url);
    if (!viewer_open(&v, url))
        packager_fail(&p, v.error);
    assert_int_equal(window_edge_available_s(&v), WINDOW_S);
    fill(&p);
    for (int i = 0; i < AFTERWARDS; i++) {
        double bytes = store_bytes(&p);
        assert_true(bytes <= MEMORY + SLACK);
        assert_true(bytes >= MEMORY / 2);
        pause_a_little();
    }
    for (int i = 0; i < PROBES; i++) {
        enum window_edge edge = window_edge_probe(&v, 0, i);
        if (edge == WINDOW_EDGE_MISSING)
            packager_fail(&p, v.error);
        conclusive += edge == WINDOW_EDGE_FOUND;
        assert_true(window_edge_available_s(&v) < 60);
    }
    print_message("%d of %d packets at the edge of %" PRId64 " s\n", conclusive, PROBES,
                  window_edge_available_s(&v));
    assert_true(conclusive >= CONCLUSIVE_LEAST);
    assert_true(window_edge_available_s(&v) >= 1);
    viewer_close(&v);
    packager_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h23_what_is_advertised_with_little_memory_is_there),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
