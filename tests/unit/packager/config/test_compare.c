/* What a configuration that is read again changes. */
#include "packager/config/compare.h"
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

static const char before[] = "listen: 127.0.0.1:8080\n"
                             "segment_duration: 4\n"
                             "channels:\n"
                             "  - {name: one, input: 'test:'}\n"
                             "  - {name: two, input: 'udp://127.0.0.1:5000', fps: 25}\n"
                             "  - {name: three, input: 'test:', window: 30}\n";

static struct config config_of(const char *yaml)
{
    struct config config;
    char error[CONFIG_ERROR_BYTES];
    if (config_from_yaml(yaml, strlen(yaml), "live.yaml", &config, error) != CONFIG_RUN)
        fail_msg("%s", error);
    return config;
}

/* The comparison with `before`; names are borrowed from *new. */
static void compare(const char *yaml, struct config *new, struct config_comparison *out)
{
    static struct config old;
    config_finish(&old);
    old = config_of(before);
    *new = config_of(yaml);
    config_compare(&old, new, out);
}

static void expect(const struct config_comparison *c, size_t at, const char *name,
                   enum config_verdict verdict, unsigned parts, const char *what)
{
    assert_true(at < c->count);
    assert_string_equal(c->list[at].name, name);
    assert_int_equal(c->list[at].verdict, verdict);
    assert_int_equal(c->list[at].parts, parts);
    assert_string_equal(c->list[at].what, what);
}

static void the_same_text_changes_nothing(void **state)
{
    struct config_comparison c;
    struct config new;
    (void)state;
    compare(before, &new, &c);
    assert_int_equal(c.count, 3);
    expect(&c, 0, "one", CONFIG_UNCHANGED, 0, "");
    expect(&c, 1, "two", CONFIG_UNCHANGED, 0, "");
    expect(&c, 2, "three", CONFIG_UNCHANGED, 0, "");
    config_finish(&new);
}

static void channels_are_told_apart_by_their_names(void **state)
{
    struct config_comparison c;
    struct config new;
    (void)state;
    /* In another order, with the defaults written out, one gone and one new. */
    compare("segment_duration: 4.0\n"
            "channels:\n"
            "  - {name: three, input: 'test:', window: 30, fps: 30/1}\n"
            "  - {name: four, input: 'test:'}\n"
            "  - {name: one, input: 'test:', preset: superfast, audio_bitrate: 128000}\n",
            &new, &c);
    assert_int_equal(c.count, 4);
    expect(&c, 0, "three", CONFIG_UNCHANGED, 0, "");
    expect(&c, 1, "four", CONFIG_ADDED, 0, "");
    expect(&c, 2, "one", CONFIG_UNCHANGED, 0, "");
    expect(&c, 3, "two", CONFIG_REMOVED, 0, "");
    config_finish(&new);
}

static void what_changes_is_named(void **state)
{
    struct config_comparison c;
    struct config new;
    (void)state;
    compare("segment_duration: 4\n"
            "refresh: intra\n"
            "channels:\n"
            "  - {name: one, input: 'test:5', memory: 64M, refresh: idr}\n"
            "  - {name: two, input: 'udp://127.0.0.1:5000', fps: 50, ladder: 640x360@800k, "
            "refresh: idr}\n"
            "  - {name: three, input: 'test:', window: 30, init: eager}\n",
            &new, &c);
    assert_int_equal(c.count, 3);
    expect(&c, 0, "one", CONFIG_CHANGED, CONFIG_PART_INPUT | CONFIG_PART_MEMORY, "input, memory");
    expect(&c, 1, "two", CONFIG_CHANGED, CONFIG_PART_ENCODING, "ladder, fps");
    expect(&c, 2, "three", CONFIG_CHANGED, CONFIG_PART_ENCODING, "refresh, init");
    config_finish(&new);
}

/* One setting at a time, so that none is forgotten. */
static void each_setting_of_a_channel_counts(void **state)
{
    static const struct {
        const char *key, *value, *what;
        unsigned parts;
    } cases[] = {
        {"ladder", "1280x720@2500k,640x360@801k", "ladder", CONFIG_PART_ENCODING},
        {"fps", "30000/1001", "fps", CONFIG_PART_ENCODING},
        {"preset", "faster", "preset", CONFIG_PART_ENCODING},
        {"audio_bitrate", "96k", "audio_bitrate", CONFIG_PART_ENCODING},
        {"segment_duration", "2", "segment_duration", CONFIG_PART_ENCODING},
        {"window", "10", "window", CONFIG_PART_ENCODING},
        {"memory", "100M", "memory", CONFIG_PART_MEMORY},
        {"init", "eager", "init", CONFIG_PART_ENCODING},
        {"init_memory", "10M", "init_memory", CONFIG_PART_ENCODING},
        {"refresh", "intra", "refresh", CONFIG_PART_ENCODING},
        {"loop", "true", "loop", CONFIG_PART_INPUT},
    };
    (void)state;
    struct config old = config_of("channels: [{name: one, input: 'test:'}]\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char yaml[160], what[CONFIG_WHAT_BYTES];
        snprintf(yaml, sizeof yaml, "channels: [{name: one, input: 'test:', %s: '%s'}]\n",
                 cases[i].key, cases[i].value);
        struct config new = config_of(yaml);
        assert_int_equal(config_compare_channel(&old.channels[0], &new.channels[0], what),
                         cases[i].parts);
        assert_string_equal(what, cases[i].what);
        config_finish(&new);
    }
    config_finish(&old);
}

static void what_holds_for_the_process_is_named(void **state)
{
    char what[CONFIG_WHAT_BYTES];
    (void)state;
    struct config old = config_of(before);
    struct config new = config_of("listen: 127.0.0.1:8081\nlog_format: json\nseconds: 9\n"
                                  "channels: [{name: one, input: 'test:'}]\n");
    config_compare_process(&old, &old, what);
    assert_string_equal(what, "");
    config_compare_process(&old, &new, what);
    assert_string_equal(what, "listen, seconds, log_format");
    config_finish(&old);
    config_finish(&new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_text_changes_nothing),
        cmocka_unit_test(channels_are_told_apart_by_their_names),
        cmocka_unit_test(what_changes_is_named),
        cmocka_unit_test(each_setting_of_a_channel_counts),
        cmocka_unit_test(what_holds_for_the_process_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
