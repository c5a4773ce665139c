/* The page: self-contained, with the figures in it, and nothing that a name can break out of. */
#include "fixture.h"
#include "player-sim/report/distribution.h"

#include <jansson.h>
#include <math.h>

static struct report *report_or_skip(const struct report_config *config)
{
    struct report *r = fixture_report(config);
    if (report_html_missing()) {
        struct report_facts facts = fixture_facts();
        char byte[1];
        FILE *out = fmemopen(byte, sizeof byte, "w");
        assert_int_equal(report_write_html(r, &facts, out), ERR_UNSUPPORTED);
        assert_int_equal(ftell(out), 0);
        fclose(out);
        report_destroy(r);
        print_message("%s\n", report_html_missing());
        skip();
    }
    return r;
}

static size_t occurrences(const char *text, const char *of)
{
    size_t count = 0;
    while ((text = strstr(text, of))) {
        count++;
        text += strlen(of);
    }
    return count;
}

/* What the page's script reads. */
static json_t *page_data(const char *page)
{
    static const char open[] = "id=\"data\">";
    const char *begin = strstr(page, open);
    assert_non_null(begin);
    begin += strlen(open);
    const char *end = strstr(begin, "</script>");
    assert_non_null(end);
    json_t *data = json_loadb(begin, (size_t)(end - begin), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(data);
    return data;
}

static void it_stands_alone(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = report_or_skip(&config);
    struct report_facts facts = fixture_facts();
    char *page = fixture_text(r, &facts, report_write_html);
    assert_int_equal(strncmp(page, "<!doctype html>", 15), 0);
    assert_non_null(strstr(page, "<title>player-sim live URL</title>"));
    assert_non_null(strstr(page, "default-src 'none'"));
    assert_non_null(strstr(page, "var uPlot="));
    assert_non_null(strstr(page, "Leon Sorokin")); /* its licence wants to go along */
    assert_null(strstr(page, "{{"));
    assert_null(strstr(page, "src=\""));
    assert_null(strstr(page, "href="));
    assert_null(strstr(page, "@import"));
    assert_null(strstr(page, "url("));
    assert_null(strstr(page, "innerHTML"));
    free(page);
    report_destroy(r);
}

static void it_carries_the_figures(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = report_or_skip(&config);
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(0, 1, "a", 0);
    report_saw(r, &place, SESSION_ZAP, 10000);
    place.channel = 0;
    report_saw(r, &place, SESSION_ZAP, 18000);
    char *page = fixture_text(r, &facts, report_write_html);
    json_t *data = page_data(page);
    assert_string_equal(json_string_value(json_object_get(data, "command")), "player-sim live URL");
    json_t *zap = json_object_get(json_object_get(data, "metrics"), "zap_ms");
    assert_int_equal(json_integer_value(json_object_get(zap, "n")), 2);
    json_t *zaps = json_loads("[[1.5,10.0,1],[1.5,18.0,0]]", 0, NULL);
    assert_true(json_equal(json_object_get(data, "zaps"), zaps));
    json_decref(zaps);
    json_t *bins = json_object_get(json_object_get(data, "distributions"), "zap_ms");
    json_t *counts = json_object_get(bins, "counts"), *edges = json_object_get(bins, "edges");
    assert_int_equal(json_array_size(counts), 8);
    assert_int_equal(json_array_size(edges), 9);
    assert_true(json_real_value(json_array_get(edges, 0)) == 10);
    assert_true(json_real_value(json_array_get(edges, 1)) == 11);
    assert_int_equal(json_integer_value(json_array_get(counts, 0)), 1);
    assert_int_equal(json_integer_value(json_array_get(counts, 7)), 1);
    assert_false(json_boolean_value(json_object_get(bins, "log")));
    json_decref(data);
    free(page);
    report_destroy(r);
}

static void names_cannot_break_out(void **state)
{
    (void)state;
    static const char hostile[] = "</script><script>alert(1)</script><!--";
    static const char *const channels[] = {hostile, "{{uplot.js}}"};
    struct report_config config = fixture_config();
    config.channels = channels;
    config.command = "player-sim live '</title><script>alert(2)</script>' \"&\" {{page.css}}";
    struct report *r = report_or_skip(&config);
    struct report_facts facts = fixture_facts();
    char *plain = fixture_text(r, &facts, report_write_html);
    struct report_place place = fixture_place(0, 0, hostile, 0);
    report_saw(r, &place, SESSION_ZAP, 10000);
    place.channel = 1;
    report_saw(r, &place, SESSION_ZAP, 10000);
    report_fault(r, &place, SESSION_FAULT_HTTP, hostile);
    char *page = fixture_text(r, &facts, report_write_html);
    assert_null(strstr(page, "<script>alert"));
    assert_int_equal(occurrences(page, "<script"), occurrences(plain, "<script"));
    assert_int_equal(occurrences(page, "</script"), occurrences(plain, "</script"));
    assert_int_equal(occurrences(page, "<script"), 6);
    assert_int_equal(occurrences(page, "</script"), 6);
    assert_int_equal(occurrences(page, "var uPlot="), 1);
    assert_non_null(strstr(page, "<title>player-sim live &#39;&#60;/title&#62;&#60;script&#62;alert"
                                 "(2)&#60;/script&#62;&#39; &#34;&#38;&#34; {{page.css}}</title>"));
    json_t *data = page_data(page);
    json_t *names = json_object_get(data, "channels");
    assert_string_equal(json_string_value(json_array_get(names, 0)), hostile);
    assert_string_equal(json_string_value(json_array_get(names, 1)), "{{uplot.js}}");
    json_decref(data);
    free(plain);
    free(page);
    report_destroy(r);
}

static void many_zaps_are_thinned(void **state)
{
    (void)state;
    struct report_config config = fixture_config();
    struct report *r = report_or_skip(&config);
    struct report_facts facts = fixture_facts();
    struct report_place place = fixture_place(0, 0, "a", 0);
    for (int i = 0; i < 9001; i++) {
        place.at_us = (int64_t)i * 1000;
        report_saw(r, &place, SESSION_ZAP, 10000 + i);
    }
    char *page = fixture_text(r, &facts, report_write_html);
    json_t *data = page_data(page);
    json_t *zaps = json_object_get(data, "zaps");
    assert_int_equal(json_array_size(zaps), 4000);
    json_decref(data);
    free(page);
    report_destroy(r);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    struct fixture_disk disk = {100};
    struct report_config config = fixture_config();
    struct report *r = report_or_skip(&config);
    struct report_facts facts = fixture_facts();
    FILE *full = fixture_full_disk(&disk);
    assert_int_equal(report_write_html(r, &facts, full), ERR_IO);
    fclose(full);
    report_destroy(r);
}

/* ---- distributions ---- */

static size_t all_counts(const struct distribution *d)
{
    size_t sum = d->below;
    for (size_t i = 0; i < d->bins; i++)
        sum += d->counts[i];
    return sum;
}

static void bins_of_a_narrow_range_are_equally_wide(void **state)
{
    (void)state;
    struct distribution d;
    const struct stats_sample values[] = {
        {10, 0, 1}, {11, 0, 1}, {11.5, 0, 1}, {12, 0, 1}, {18, 0, 1}};
    distribution_make(values, 5, &d);
    assert_false(d.logarithmic);
    assert_int_equal(d.bins, 8);
    assert_true(distribution_edge(&d, 0) == 10 && distribution_edge(&d, 8) == 18);
    assert_int_equal(d.counts[0], 1);
    assert_int_equal(d.counts[1], 2); /* an edge belongs to the bin that it begins */
    assert_int_equal(d.counts[2], 1);
    assert_int_equal(d.counts[7], 1); /* but for the last one */
    assert_int_equal(all_counts(&d), 5);
}

static void a_wide_range_is_logarithmic_and_bounded(void **state)
{
    (void)state;
    struct distribution d;
    const struct stats_sample values[] = {{0, 0, 2},  {0.5, 0, 1},  {1, 0, 1},
                                          {10, 0, 1}, {1000, 0, 1}, {10000, 0, 1}};
    distribution_make(values, 6, &d);
    assert_true(d.logarithmic);
    assert_true(d.low == 1 && d.high == 10000);
    assert_int_equal(d.below, 3);
    assert_true(fabs(distribution_edge(&d, 4) - 100) < 1e-9);
    assert_int_equal(d.counts[0], 1);
    assert_int_equal(d.counts[7], 1);
    assert_int_equal(all_counts(&d), 7);
}

static void samples_that_are_alike_have_no_bins(void **state)
{
    (void)state;
    struct distribution d;
    const struct stats_sample values[] = {{0, 0, 3}};
    distribution_make(values, 1, &d);
    assert_int_equal(d.bins, 0);
    distribution_make(values, 0, &d);
    assert_int_equal(d.bins, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stands_alone),
        cmocka_unit_test(it_carries_the_figures),
        cmocka_unit_test(names_cannot_break_out),
        cmocka_unit_test(many_zaps_are_thinned),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(bins_of_a_narrow_range_are_equally_wide),
        cmocka_unit_test(a_wide_range_is_logarithmic_and_bounded),
        cmocka_unit_test(samples_that_are_alike_have_no_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
