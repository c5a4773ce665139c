/* Configuration from YAML: what is read, what wins, and errors that name their place. */
#include "packager/config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void read_well(const char *text, struct config *config)
{
    char error[CONFIG_ERROR_BYTES];
    if (config_from_yaml(text, strlen(text), "live.yaml", config, error) != CONFIG_RUN)
        fail_msg("%s", error);
}

static void every_key(void **state)
{
    (void)state;
    struct config c;
    read_well("listen: \"[::]:0\"\n"
              "ladder: 640x360@800k, 1280x720@2.5M\n"
              "fps: 30000/1001\n"
              "preset: ultrafast\n"
              "audio_bitrate: 96k\n"
              "segment_duration: 4\n"
              "window: 30.5\n"
              "memory: 1G\n"
              "init: eager\n"
              "init_memory: 64M\n"
              "refresh: intra:45\n"
              "loop: true\n"
              "seconds: 90\n"
              "log_format: json\n"
              "channels:\n"
              "  - name: one\n"
              "    input: 'udp://127.0.0.1:5000'\n",
              &c);
    assert_string_equal(c.listen_address, "::");
    assert_int_equal(c.listen_port, 0);
    assert_true(c.seconds == 90);
    assert_int_equal(c.log_format, LOG_FORMAT_JSON);
    assert_int_equal(c.channel_count, 1);
    const struct config_channel *one = &c.channels[0];
    assert_string_equal(one->name, "one");
    assert_string_equal(one->input, "udp://127.0.0.1:5000");
    assert_int_equal(one->rungs, 2);
    assert_int_equal(one->ladder[0].width, 1280); /* largest first */
    assert_int_equal(one->ladder[0].bitrate_bps, 2500000);
    assert_int_equal(one->ladder[1].height, 360);
    assert_int_equal(one->fps.num, 30000);
    assert_int_equal(one->fps.den, 1001);
    assert_string_equal(one->preset, "ultrafast");
    assert_int_equal(one->audio_bitrate_bps, 96000);
    assert_true(one->segment_duration_s == 4);
    assert_true(one->window_s == 30.5);
    assert_int_equal(one->memory_bytes, 1 << 30);
    assert_true(one->init_eager);
    assert_int_equal(one->init_memory_bytes, 64 << 20);
    assert_int_equal(one->refresh_frames, 45);
    assert_true(one->loop);
    config_finish(&c);
    assert_null(c.channels);
}

static void a_channels_own_key_wins(void **state)
{
    (void)state;
    struct config c;
    read_well("fps: 25\n"
              "channels:\n"
              "  - {name: one, input: a.mp4, fps: 50, loop: on}\n"
              "  - {name: two, input: b.mp4, ladder: 320x180@200k}\n",
              &c);
    assert_int_equal(c.channel_count, 2);
    assert_int_equal(c.channels[0].fps.num, 50);
    assert_true(c.channels[0].loop);
    assert_int_equal(c.channels[0].rungs, 2);
    assert_int_equal(c.channels[1].fps.num, 25);
    assert_false(c.channels[1].loop);
    assert_int_equal(c.channels[1].rungs, 1);
    config_finish(&c);
}

/* Whichever of rate and refresh is the channel's own. */
static void a_refresh_of_two_seconds_follows_the_channels_rate(void **state)
{
    (void)state;
    struct config c;
    read_well("refresh: intra\n"
              "channels:\n"
              "  - {name: one, input: a.mp4, fps: 50}\n"
              "  - {name: two, input: b.mp4, refresh: idr}\n"
              "  - {name: three, input: c.mp4, refresh: 'intra:90'}\n"
              "  - {name: four, input: d.mp4}\n",
              &c);
    assert_int_equal(c.channels[0].refresh_frames, 100);
    assert_int_equal(c.channels[1].refresh_frames, 0);
    assert_int_equal(c.channels[2].refresh_frames, 90);
    assert_int_equal(c.channels[3].refresh_frames, 60);
    config_finish(&c);
}

static void as_many_channels_as_allowed(void **state)
{
    (void)state;
    char text[4096] = "channels:\n", error[CONFIG_ERROR_BYTES];
    struct config c;
    for (int i = 0; i < CONFIG_CHANNELS_MAX; i++)
        sprintf(text + strlen(text), "  - {name: c%d, input: 'test:'}\n", i);
    read_well(text, &c);
    assert_int_equal(c.channel_count, CONFIG_CHANNELS_MAX);
    config_finish(&c);
    strcat(text, "  - {name: more, input: 'test:'}\n");
    assert_int_equal(config_from_yaml(text, strlen(text), "f", &c, error), CONFIG_WRONG);
    assert_non_null(strstr(error, "f: channels[64]: there are more than 64 channels"));
}

#define ONE "channels:\n  - {name: one, input: 'test:'}\n"
#define TWO(more)                                                                                  \
    "channels:\n  - {name: one, input: 'test:'}\n  - {name: two, input: x, " more "}\n"

static void wrong_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *remedy;
    } list[] = {
        /* refused by the schema: the place is a line */
        {"fsp: 25\n" ONE, "live.yaml: near line 1, column 1: Unexpected key: fsp",
         "keys there are listen, ladder, fps, "},
        {"fps: 25\n" TWO("listen: ':1'"), "channels[1]: Unexpected key: listen",
         "keys there are name, input, ladder, "},
        {"fps: 25\nfps: 30\n" ONE, "Mapping field already seen: fps", "KEY: VALUE"},
        {"fps: [25]\n" ONE, "line 1, column 6: Expecting STRING", "plain or quoted values"},
        {"channels: one\n", "Expecting SEQUENCE", "a list of {name, input}"},
        {"channels:\n", "Expecting SEQUENCE", "a list of {name, input}"},
        {"- one\n", "Expecting MAPPING", "KEY: VALUE"},
        {"fps: \"25\n", "live.yaml: near line 1", "mend the YAML"},
        {"channels:\n  - {name: a, input: test:}\n", "live.yaml: ", ""},
        {"channels:\n  - name: a\n    input: test:\n", "live.yaml: ", "quote"},
        {"\tfps: 25\n", "live.yaml: ", "mend the YAML"},
        {"fps: &a 25\nwindow: *a\n" ONE, "live.yaml: near line", "instead of an alias"},
        {ONE "---\n" ONE, "Ignoring documents after first", "keep one document"},
        /* well-formed but wrong: the place is a key */
        {"", "live.yaml: no channel", "demo=test:"},
        {"fps: 30\n", "live.yaml: no channel", "demo=test:"},
        {"channels: []\n", "live.yaml: no channel", "demo=test:"},
        {"channels:\n  - {input: x}\n", "live.yaml: channels[0]: there is no name", "name: demo"},
        {"channels:\n  - {name: x}\n", "live.yaml: channels[0]: there is no input", "input: "},
        {"channels:\n  - {name: x, input: ''}\n", "channels[0]: channel x has no input", "test:"},
        {"channels:\n  - {name: X, input: y}\n", "channels[0]: the name \"X\"", "a to z"},
        {"channels:\n  - {name: '', input: y}\n", "the name \"\" is empty", "for example demo"},
        {"channels:\n  - {name: metrics, input: y}\n", "\"metrics\" is reserved", "another name"},
        {TWO("name: one"), "Mapping field already seen: name", ""},
        {"channels:\n  - {name: a, input: x}\n  - {name: a, input: y}\n",
         "channels[1]: there are two channels named a", "rename one"},
        {"channels:\n  - {name: a, input: '-'}\n  - {name: b, input: '-'}\n",
         "channels[1]: channels a and b both read standard input", "give one another"},
        {"fps: fast\n" ONE, "live.yaml: fps: \"fast\": no frame rate", "30000/1001"},
        {"fps: 0.5\n" ONE, "live.yaml: fps: \"0.5\"", "1 to 120"},
        {"fps:\n" ONE, "live.yaml: fps: \"\"", "30000/1001"},
        {TWO("ladder: 640x361@800k"),
         "live.yaml: channels[1].ladder: \"640x361@800k\": height 361 "
         "is odd",
         "make it 360"},
        {TWO("audio_bitrate: loud"), "channels[1].audio_bitrate: \"loud\"", "128k"},
        {TWO("preset: medium"), "channels[1].preset: \"medium\"", "superfast, veryfast or faster"},
        {TWO("loop: maybe"), "channels[1].loop: \"maybe\"", "true or false"},
        {TWO("memory: 512MB"), "channels[1].memory: \"512MB\"", "512M"},
        {TWO("init: never"), "channels[1].init", "use on-demand or eager"},
        {TWO("refresh: intra:x"), "channels[1].refresh: \"intra:x\"", "2 to 10000 frames"},
        {"log_format: xml\n" ONE, "log_format: \"xml\"", "text or json"},
        {"listen: 8080\n" ONE, "listen: \"8080\"", "0.0.0.0:8080"},
        {"seconds: -1\n" ONE, "seconds: \"-1\"", "number of seconds"},
        {"fps: \"2\\n5\"\n" ONE, "fps: \"2?5\"", "30000/1001"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct config c;
        char error[CONFIG_ERROR_BYTES];
        enum config_outcome outcome =
            config_from_yaml(list[i].text, strlen(list[i].text), "live.yaml", &c, error);
        if (outcome != CONFIG_WRONG || !strstr(error, list[i].place) ||
            !strstr(error, list[i].remedy) || strchr(error, '\n'))
            fail_msg("%s\n%d: %s", list[i].text, outcome, outcome ? error : "");
    }
}

static void a_file_too_large(void **state)
{
    (void)state;
    size_t size = (1 << 20) + 1;
    char *text = malloc(size), error[CONFIG_ERROR_BYTES];
    struct config c;
    memset(text, '#', size);
    assert_int_equal(config_from_yaml(text, size, "f", &c, error), CONFIG_WRONG);
    assert_non_null(strstr(error, "f: larger than 1048576 bytes"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key),
        cmocka_unit_test(a_channels_own_key_wins),
        cmocka_unit_test(a_refresh_of_two_seconds_follows_the_channels_rate),
        cmocka_unit_test(as_many_channels_as_allowed),
        cmocka_unit_test(wrong_texts),
        cmocka_unit_test(a_file_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
