#include "packager/pipeline/histogram.h"
#include "support/cmocka_all.h"

#include <string.h>

static void buckets_are_cumulative_and_bounds_inclusive(void **state)
{
    struct histogram h;
    struct bytes_writer out;
    (void)state;
    histogram_init(&h);
    histogram_add(&h, -5);
    histogram_add(&h, 1000);
    histogram_add(&h, 1001);
    histogram_add(&h, 33333);
    histogram_add(&h, 5000000);
    bytes_writer_init(&out);
    histogram_write(&h, &out, "openhesp_x_seconds", "channel=\"a\"");
    bytes_write_u8(&out, 0);
    const char *text = (const char *)out.data;
    assert_non_null(strstr(text, "openhesp_x_seconds_bucket{channel=\"a\",le=\"0.001\"} 2\n"));
    assert_non_null(strstr(text, "openhesp_x_seconds_bucket{channel=\"a\",le=\"0.002\"} 3\n"));
    assert_non_null(strstr(text, "openhesp_x_seconds_bucket{channel=\"a\",le=\"0.033334\"} 4\n"));
    assert_non_null(strstr(text, "openhesp_x_seconds_bucket{channel=\"a\",le=\"1\"} 4\n"));
    assert_non_null(strstr(text, "openhesp_x_seconds_bucket{channel=\"a\",le=\"+Inf\"} 5\n"));
    assert_non_null(strstr(text, "openhesp_x_seconds_sum{channel=\"a\"} 5.035334\n"));
    assert_non_null(strstr(text, "openhesp_x_seconds_count{channel=\"a\"} 5\n"));
    bytes_writer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_are_cumulative_and_bounds_inclusive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
