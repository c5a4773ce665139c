/* H20: the JSON object of the initdata event. */
#include "fixture.h"
#include "media/cmaf/initdata.h"
#include "media/core/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int parse(const char *text, struct cmaf_continuation *continuation)
{
    size_t size = strlen(text);
    uint8_t *copy = fixture_copy((const uint8_t *)text, size);
    assert_non_null(copy);
    int status = cmaf_initdata_parse(copy, size, continuation);
    free(copy);
    return status;
}

static void expect(const char *text, int64_t index, int64_t offset)
{
    struct cmaf_continuation got = {-1, -1};
    if (parse(text, &got) != 0)
        fail_msg("%s was refused", text);
    assert_true(got.segment_id == index);
    assert_true(got.offset == offset);
}

static void expect_invalid(const char *text)
{
    struct cmaf_continuation got = {-1, -2};
    if (parse(text, &got) != ERR_INVALID)
        fail_msg("%s was taken", text);
    assert_true(got.segment_id == -1 && got.offset == -2);
}

static void h20_objects_are_read(void **state)
{
    (void)state;
    expect("{\"index\":3,\"offset\":4096}", 3, 4096);
    expect("{\"index\":0,\"offset\":0}", 0, 0);
    expect("{\"index\":3}", 3, 0);
    expect("{\"offset\":5,\"index\":6}", 6, 5);
    expect(" {\n\t\"index\" : 3 ,\r\n \"offset\" : 4 } ", 3, 4);
    expect("{\"index\":9007199254740991,\"offset\":9007199254740991}", 9007199254740991,
           9007199254740991);
}

static void h20_other_members_are_ignored(void **state)
{
    (void)state;
    expect("{\"x\":null,\"index\":1,\"y\":[true,false,[]],\"offset\":2,\"z\":{\"a\":{}}}", 1, 2);
    expect("{\"s\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fF}\",\"index\":1}", 1, 0);
    expect("{\"n\":[0,-0,12,-1.5,0.25,1e9,1E+9,2.5e-3],\"index\":1}", 1, 0);
    expect("{\"a\":{\"index\":7,\"offset\":8},\"index\":1}", 1, 0);
    expect("{\"a\":[[[[[[[]]]]]]],\"index\":1}", 1, 0); /* 8 deep with the object */
}

static void h20_what_is_no_such_object_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "}",
        "{}",
        "[]",
        "3",
        "null",
        "{\"offset\":1}",
        "{\"index\":}",
        "{\"index\":\"3\"}",
        "{\"index\":-1}",
        "{\"index\":01}",
        "{\"index\":1.0}",
        "{\"index\":1e3}",
        "{\"index\":+1}",
        "{\"index\":null}",
        "{\"index\":9007199254740992}",
        "{\"index\":99999999999999999999999999}",
        "{\"index\":1,\"index\":1}",
        "{\"index\":1,}",
        "{,\"index\":1}",
        "{\"index\":1 \"a\":2}",
        "{\"index\":1}x",
        "{\"index\":1}{}",
        "{index:1}",
        "{'index':1}",
        "{\"index\" 1}",
        "{\"index\":1,\"offset\":-1}",
        "{\"index\":1,\"offset\":true}",
        "{\"index\":1,\"a\":tru}",
        "{\"index\":1,\"a\":.5}",
        "{\"index\":1,\"a\":1.}",
        "{\"index\":1,\"a\":1e}",
        "{\"index\":1,\"a\":-}",
        "{\"index\":1,\"a\":02}",
        "{\"index\":1,\"a\":[1 2]}",
        "{\"index\":1,\"a\":[1,]}",
        "{\"index\":1,\"a\":[1}",
        "{\"index\":1,\"a\":\"\\x\"}",
        "{\"index\":1,\"a\":\"\\u12g4\"}",
        "{\"index\":1,\"a\":\"\n\"}",
        "{\"index\":1,\"a\":\"b}",
        "{\"index\":1,\"a\":}",
        "{\"a\":[[[[[[[[]]]]]]]],\"index\":1}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_invalid(texts[i]);
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    const char *text = "{\"a\":[\"\\u0041\",{\"b\":-1.5e+3}],\"index\":12,\"offset\":34}";
    expect(text, 12, 34);
    char cut[100];
    for (size_t n = 0; n < strlen(text); n++) {
        snprintf(cut, sizeof(cut), "%.*s", (int)n, text);
        expect_invalid(cut);
    }
}

static void size_and_depth_are_bounded(void **state)
{
    (void)state;
    struct cmaf_continuation got;
    char *text = malloc(CMAF_INITDATA_BYTES_MAX + 2);
    assert_non_null(text);
    memset(text, ' ', CMAF_INITDATA_BYTES_MAX + 1);
    text[CMAF_INITDATA_BYTES_MAX + 1] = '\0';
    memcpy(text, "{\"index\":1}", 11);
    assert_int_equal(parse(text, &got), ERR_INVALID);
    text[CMAF_INITDATA_BYTES_MAX] = '\0';
    assert_int_equal(parse(text, &got), 0);
    memset(text, '[', CMAF_INITDATA_BYTES_MAX);
    memcpy(text, "{\"a\":", 5);
    assert_int_equal(parse(text, &got), ERR_INVALID);
    free(text);
}

static void a_nul_is_no_end(void **state)
{
    (void)state;
    static const uint8_t text[] = "{\"index\":1}";
    struct cmaf_continuation got;
    assert_int_equal(cmaf_initdata_parse(text, sizeof(text), &got), ERR_INVALID);
    assert_int_equal(cmaf_initdata_parse(text, sizeof(text) - 1, &got), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h20_objects_are_read),
        cmocka_unit_test(h20_other_members_are_ignored),
        cmocka_unit_test(h20_what_is_no_such_object_is_refused),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(size_and_depth_are_bounded),
        cmocka_unit_test(a_nul_is_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
