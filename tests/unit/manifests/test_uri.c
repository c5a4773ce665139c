/* H15: resolution by RFC 3986 5.2, with every example of its section 5.4. */
#include "manifests/uri.h"
#include "media/core/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct example {
    const char *reference, *result;
};

static void check(const char *base, const struct example *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char out[HESP_URL_BYTES];
        int status = hesp_uri_resolve(base, list[i].reference, out);
        if (status || strcmp(out, list[i].result) != 0)
            fail_msg("%s: %d, %s", list[i].reference, status, status ? "" : out);
    }
}

static void H15_normal_examples(void **state)
{
    (void)state;
    static const struct example list[] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
    };
    check("http://a/b/c/d;p?q", list, sizeof list / sizeof *list);
}

static void H15_abnormal_examples(void **state)
{
    (void)state;
    static const struct example list[] = {
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
        {"http:g", "http:g"},
    };
    check("http://a/b/c/d;p?q", list, sizeof list / sizeof *list);
}

static void H15_other_bases(void **state)
{
    (void)state;
    static const struct example host[] = {
        {"g", "http://a/g"}, {"?y", "http://a?y"}, {"../g", "http://a/g"}};
    static const struct example port[] = {{"x/y", "http://[::1]:8080/x/y"},
                                          {"https://b/../c/./d", "https://b/c/d"},
                                          {"//b/..", "http://b/"}};
    static const struct example opaque[] = {{"c", "tag:a/c"}, {"../../c", "tag:/c"}};
    check("http://a", host, 3);
    check("http://[::1]:8080/live.json#here", port, 3);
    check("tag:a/b", opaque, 2);
}

static void H16_braces_and_colons_of_patterns_stay(void **state)
{
    (void)state;
    static const struct example list[] = {
        {"content-{segmentId:06d}.mp4", "http://a/b/content-{segmentId:06d}.mp4"},
        {"{initId:06d}", "http://a/b/{initId:06d}"},
        {"../{initId}/x", "http://a/{initId}/x"},
    };
    check("http://a/b/m.json", list, 3);
}

static void what_is_refused(void **state)
{
    (void)state;
    char out[HESP_URL_BYTES] = "untouched", longest[HESP_URL_BYTES];
    assert_int_equal(hesp_uri_resolve("/no/scheme", "g", out), ERR_INVALID);
    assert_int_equal(hesp_uri_resolve("http://a/", "g\r\nHost: b", out), ERR_INVALID);
    assert_int_equal(hesp_uri_resolve("http://a/ b", "g", out), ERR_INVALID);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(hesp_uri_resolve("http://a/", longest, out), ERR_FULL);
    assert_string_equal(out, "untouched");
    longest[sizeof longest - 1 - strlen("http://a/")] = '\0';
    assert_int_equal(hesp_uri_resolve("http://a/", longest, out), 0);
    assert_int_equal(strlen(out), HESP_URL_BYTES - 1);
}

static void references_and_uris(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a/",
                                       "../x?y#z",
                                       "//h/p",
                                       "http://[::1]:80/a%20b",
                                       "a/b:c",
                                       "./1:2",
                                       "urn:mpeg:dash:utc:http-iso:2014"};
    static const char *const bad[] = {"a b", "a%2", "a%zz", "{x}", "1:2", "a\\b", "a\"b", "\x80"};
    for (size_t i = 0; i < 8; i++)
        if (!hesp_uri_is_reference(good[i]) || hesp_uri_is_reference(bad[i]))
            fail_msg("%s, %s", good[i], bad[i]);
    assert_true(hesp_uri_is_absolute("urn:x"));
    assert_false(hesp_uri_is_absolute("/x"));
    assert_false(hesp_uri_is_absolute("1urn:x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(H15_normal_examples),
        cmocka_unit_test(H15_abnormal_examples),
        cmocka_unit_test(H15_other_bases),
        cmocka_unit_test(H16_braces_and_colons_of_patterns_stay),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(references_and_uris),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
