/* Files of keys, lifetimes, and signing a URL. */
#include "support/cmocka_all.h"

#include "media/core/err.h"
#include "media/core/log.h"
#include "packager/access/signed_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int parse(const char *text, struct access_secrets *out, char why[ACCESS_WHY_BYTES])
{
    return access_secrets_parse(text, strlen(text), out, why);
}

static void test_one_or_two_lines(void **state)
{
    struct access_secrets s;
    char why[ACCESS_WHY_BYTES];

    (void)state;
    assert_int_equal(parse("0123456789abcdef", &s, why), 0);
    assert_int_equal(s.count, 1);
    assert_int_equal(s.list[0].size, 16);
    assert_memory_equal(s.list[0].bytes, "0123456789abcdef", 16);
    assert_int_equal(parse("\n0123456789abcdef \t\r\n\r\nfedcba9876543210x\n\n", &s, why), 0);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.list[0].size, 16);
    assert_int_equal(s.list[1].size, 17);
    assert_memory_equal(s.list[1].bytes, "fedcba9876543210x", 17);
}

static void test_lines_that_are_no_keys(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "is empty: make one with: openssl rand -hex 32"},
        {" \n\t\r\n", "is empty"},
        {"0123456789abcde\n", "fewer than 16 characters: make one"},
        {"0123456789abcdef\nshort\n", "fewer than 16"},
        {"0123456789 abcdef\n", "blanks or unprintable"},
        {" 0123456789abcdef\n", "blanks or unprintable"},
        {"0123456789\001abcdef\n", "blanks or unprintable"},
        {"0123456789abcdef\n0123456789abcdeg\n0123456789abcdeh\n", "more than two lines: keep"},
    };
    char why[ACCESS_WHY_BYTES], large[ACCESS_SECRET_BYTES_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct access_secrets s = {.count = 77};
        assert_int_equal(parse(cases[i].text, &s, why), ERR_INVALID);
        if (strstr(why, cases[i].says) == NULL)
            fail_msg("case %zu says: %s", i, why);
        assert_int_equal(s.count, 77);
    }
    struct access_secrets s;
    memset(large, 'k', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_int_equal(parse(large, &s, why), ERR_INVALID);
    large[ACCESS_SECRET_BYTES_MAX] = '\0';
    assert_int_equal(parse(large, &s, why), 0);
    assert_int_equal(access_secrets_parse("0123456789\0abcdef", 17, &s, why), ERR_INVALID);
}

static char said[256];

static void keep_line(void *context, const char *line)
{
    (void)context;
    snprintf(said, sizeof said, "%s", line);
}

static void test_files(void **state)
{
    struct access_secrets s = {.count = 77};
    char path[] = "/tmp/openhesp-key-XXXXXX", why[ACCESS_WHY_BYTES];
    int fd = mkstemp(path);

    (void)state;
    log_redirect(keep_line, NULL);
    assert_true(fd >= 0);
    assert_int_equal(access_secrets_read(path, &s, why), ERR_INVALID);
    assert_int_equal(strncmp(why, path, strlen(path)), 0);
    assert_non_null(strstr(why, " is empty: make one"));
    assert_int_equal(s.count, 77);
    assert_int_equal(write(fd, "0123456789abcdef\n", 17), 17);
    assert_int_equal(access_secrets_read(path, &s, why), 0);
    assert_int_equal(s.count, 1);
    assert_string_equal(said, "");
    assert_int_equal(fchmod(fd, 0644), 0);
    assert_int_equal(access_secrets_read(path, &s, why), 0);
    assert_non_null(strstr(said, "can be read by every user"));
    assert_non_null(strstr(said, "chmod o-r"));
    for (int i = 0; i < 300; i++)
        assert_int_equal(write(fd, "0123456789abcdef\n", 17), 17);
    assert_int_equal(access_secrets_read(path, &s, why), ERR_INVALID);
    assert_non_null(strstr(why, "too large"));
    close(fd);
    unlink(path);
    assert_int_equal(access_secrets_read(path, &s, why), ERR_IO);
    assert_non_null(strstr(why, "No such file"));
    assert_non_null(strstr(why, "openssl rand"));
    assert_int_equal(access_secrets_read("/", &s, why), ERR_IO);
    log_redirect(NULL, NULL);
}

static void test_lifetimes(void **state)
{
    static const struct {
        const char *text;
        int64_t s;
    } good[] = {{"1s", 1},     {"90s", 90},    {"15m", 900},
                {"6h", 21600}, {"7d", 604800}, {"3650d", INT64_C(315360000)}};
    static const char *const bad[] = {"",    "90",  "s",    "0s",         "-1s", "1.5h",
                                      "1 h", "1h ", "1h1m", "1w",         "1H",  "3651d",
                                      "+1s", " 1s", "1hh",  "999999999d", "s1",  "87601h"};
    int64_t s;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(access_read_lifetime(good[i].text, &s));
        assert_int_equal(s, good[i].s);
    }
    s = 42;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (access_read_lifetime(bad[i], &s))
            fail_msg("taken: %s", bad[i]);
    assert_int_equal(s, 42);
}

#define SIGNED "/~1800000000-9401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905c"
#define OF_ALL "/~1800000000-b318c0b0b8c3781428308b01e3e60cb0626d887b8818b840bded6ab8f11c0fa7"

static const struct access_secret key = {32, "0123456789abcdef0123456789abcdef"};

static void test_urls(void **state)
{
    static const char *const pairs[][2] = {
        {"http://localhost:8080/one/manifest.json",
         "http://localhost:8080" SIGNED "/one/manifest.json"},
        {"https://[::1]:8443/one/manifest.json?x=/y",
         "https://[::1]:8443" SIGNED "/one/manifest.json?x=/y"},
        {"/one/manifest.json", SIGNED "/one/manifest.json"},
        {"/one/m?u=https://a/two/m", SIGNED "/one/m?u=https://a/two/m"},
        {"https://tv.example/*/manifest.json", "https://tv.example" OF_ALL "/*/manifest.json"},
        {"https://tv.example" OF_ALL "/one/manifest.json",
         "https://tv.example" SIGNED "/one/manifest.json"},
    };
    char out[256], why[ACCESS_WHY_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_int_equal(access_sign_url(&key, pairs[i][0], 1800000000, out, sizeof out, why), 0);
        assert_string_equal(out, pairs[i][1]);
    }
}

static void test_what_is_no_channels_url(void **state)
{
    static const char *const wrong[] = {"",
                                        "one",
                                        "one/manifest.json",
                                        "http://localhost",
                                        "http://localhost/",
                                        "/one",
                                        "/",
                                        "http://localhost/one",
                                        "http://l/One/manifest.json",
                                        "//one/manifest.json",
                                        "ftp://h/one/m",
                                        "/*one/m",
                                        "/%6fne/m",
                                        "/~5-6/one/m.json",
                                        "/one*/m"};
    char out[256] = "as it was", why[ACCESS_WHY_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (access_sign_url(&key, wrong[i], 1800000000, out, sizeof out, why) != ERR_INVALID)
            fail_msg("signed: %s", wrong[i]);
        assert_non_null(strstr(why, "for example http://localhost:8080/one/manifest.json"));
    }
    assert_int_equal(
        access_sign_url(&key, "/one/m", ACCESS_EXPIRES_MAX_S + 1, out, sizeof out, why),
        ERR_INVALID);
    assert_non_null(strstr(why, "shorter --expires"));
    assert_string_equal(out, "as it was");
    assert_int_equal(access_sign_url(&key, "/one/m", 1800000000, out, 80, why), ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_or_two_lines),
        cmocka_unit_test(test_lines_that_are_no_keys),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_lifetimes),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_what_is_no_channels_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
