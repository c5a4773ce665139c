/* What a manifestupdate event says, and where one may be sent. */
#include "manifests/update.h"
#include "media/core/err.h"

#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int url_of(const char *message, char out[HESP_URL_BYTES])
{
    return hesp_update_url((const uint8_t *)message, strlen(message), out);
}

static void test_h32_url(void **state)
{
    (void)state;
    char url[HESP_URL_BYTES] = "as before";
    assert_int_equal(url_of("{\"url\":\"http://other/a.json\"}", url), 0);
    assert_string_equal(url, "http://other/a.json");
    assert_int_equal(url_of(" { \"more\":[1,{}] , \"url\" : \"..\\/b\\u0041.json\" } ", url), 0);
    assert_string_equal(url, "../bA.json");
}

/* Nothing that is said amiss is an error: the event still says that there is a new manifest. */
static void test_no_url(void **state)
{
    (void)state;
    static const char *const messages[] = {
        "",
        "{}",
        "{\"url\":5}",
        "{\"url\":null}",
        "{\"url\":\"\"}",
        "[\"url\"]",
        "1",
        "{\"url\":",
        "{\"url\":\"a\"}x",
        "\xff\xfe",
        "{\"url\":\"a\\u0000b\"}",
    };
    char url[HESP_URL_BYTES] = "as before";
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        assert_int_equal(url_of(messages[i], url), ERR_NOT_FOUND);
    assert_int_equal(hesp_update_url(NULL, 0, url), ERR_NOT_FOUND);
    assert_string_equal(url, "as before");
}

static void test_too_long(void **state)
{
    (void)state;
    char url[HESP_URL_BYTES] = "as before", *message = malloc(HESP_UPDATE_BYTES_MAX + 2);
    int head = sprintf(message, "{\"url\":\"");
    memset(message + head, 'a', HESP_URL_BYTES);
    strcpy(message + head + HESP_URL_BYTES, "\"}");
    assert_int_equal(url_of(message, url), ERR_FULL);
    strcpy(message + head + HESP_URL_BYTES - 1, "\"}");
    assert_int_equal(url_of(message, url), 0);
    memset(message, ' ', HESP_UPDATE_BYTES_MAX + 1);
    message[HESP_UPDATE_BYTES_MAX + 1] = '\0';
    assert_int_equal(url_of(message, url), ERR_FULL);
    free(message);
}

static void test_only_http(void **state)
{
    (void)state;
    char url[HESP_URL_BYTES] = "as before";
    static const char *const refused[] = {"file:///etc/passwd", "ftp://o/x", "data:,x",
                                          "httpx://o/"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_int_equal(hesp_uri_resolve_http("http://o/a/b", refused[i], url), ERR_UNSUPPORTED);
    assert_int_equal(hesp_uri_resolve_http("http://o/a/b", "a b", url), ERR_INVALID);
    assert_string_equal(url, "as before");
    assert_int_equal(hesp_uri_resolve_http("http://o/a/b", "HTTPS://p/c", url), 0);
    assert_string_equal(url, "HTTPS://p/c");
    assert_int_equal(hesp_uri_resolve_http("http://o/a/b", "../c", url), 0);
    assert_string_equal(url, "http://o/c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h32_url),
        cmocka_unit_test(test_no_url),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_only_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
