/* Signatures of URLs against vectors that the openssl command line made:
 *   printf hesp1:one:1800000000 | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef -r
 */
#include "support/cmocka_all.h"

#include "media/core/err.h"
#include "packager/access/signature.h"

#include <stdio.h>
#include <string.h>

#define OF_ONE  "/~1800000000-9401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905c"
#define OF_ALL  "/~1800000000-b318c0b0b8c3781428308b01e3e60cb0626d887b8818b840bded6ab8f11c0fa7"
#define AT_ZERO "/~0-fd4e92dcb572112f9dab747b96152b42236c82677397ec1e16dc901a012ceb66"
#define SECOND  "/~1800000000-2318368b5ea04968b226a7a3f725131ee49b39268cadc1192d81fb99fca5714f"
#define LATEST  "/~9999999999-4cf4d94a97555d1fec6f88497c183fa1643cb0e0d44aea0c2382a6cf0dadfb8c"

static const int64_t before_s = 1799999999, end_s = 1800000000;

static struct access_secret secret(const char *text)
{
    struct access_secret s = {.size = strlen(text)};

    memcpy(s.bytes, text, s.size);
    return s;
}

static struct access_secrets first_key(void)
{
    return (struct access_secrets){1, {secret("0123456789abcdef0123456789abcdef")}};
}

static void expect(const struct access_secrets *keys, const char *path, int64_t now_s,
                   enum access_verdict wanted)
{
    enum access_verdict verdict = access_check_path(keys, path, now_s);

    if (verdict != wanted)
        fail_msg("%s at %lld: %d, not %d", path, (long long)now_s, verdict, wanted);
}

static void test_openssl_vectors_are_made(void **state)
{
    struct access_secrets keys = first_key();
    struct access_secret second = secret("the-second-key-of-two"), longer = {.size = 100};
    char out[ACCESS_PREFIX_BYTES];

    (void)state;
    memset(longer.bytes, 'k', longer.size);
    assert_int_equal(access_sign(&keys.list[0], "one", end_s, out), 0);
    assert_string_equal(out, OF_ONE);
    assert_int_equal(access_sign(&keys.list[0], "*", end_s, out), 0);
    assert_string_equal(out, OF_ALL);
    assert_int_equal(access_sign(&keys.list[0], "one", 0, out), 0);
    assert_string_equal(out, AT_ZERO);
    assert_int_equal(access_sign(&second, "one", end_s, out), 0);
    assert_string_equal(out, SECOND);
    assert_int_equal(access_sign(&longer, "news-24", ACCESS_EXPIRES_MAX_S, out), 0);
    assert_string_equal(out, LATEST);
}

static void test_a_signature_holds_until_its_second(void **state)
{
    struct access_secrets keys = first_key();

    (void)state;
    expect(&keys, OF_ONE "/one/manifest.json", before_s, ACCESS_GRANTED);
    expect(&keys, OF_ONE "/one/p/v/init-now.mp4", before_s, ACCESS_GRANTED);
    expect(&keys, OF_ONE "/one", before_s, ACCESS_GRANTED);
    expect(&keys, OF_ONE "/one/manifest.json", end_s, ACCESS_EXPIRED);
    expect(&keys, OF_ONE "/one/manifest.json", INT64_MAX, ACCESS_EXPIRED);
    expect(&keys, AT_ZERO "/one/manifest.json", 0, ACCESS_EXPIRED);
}

static void test_a_signature_is_of_one_channel_or_of_all(void **state)
{
    struct access_secrets keys = first_key();

    (void)state;
    expect(&keys, OF_ONE "/two/manifest.json", before_s, ACCESS_WRONG);
    expect(&keys, OF_ONE "/one-more/manifest.json", before_s, ACCESS_WRONG);
    expect(&keys, OF_ONE "/on/manifest.json", before_s, ACCESS_WRONG);
    expect(&keys, OF_ALL "/one/manifest.json", before_s, ACCESS_GRANTED);
    expect(&keys, OF_ALL "/two/manifest.json", before_s, ACCESS_GRANTED);
    expect(&keys, OF_ALL "/two/manifest.json", end_s, ACCESS_EXPIRED);
}

static void test_what_is_no_signature(void **state)
{
    static const char *const wrong[] = {
        OF_ONE,
        OF_ONE "/",
        OF_ONE "//one/manifest.json",
        OF_ONE "x/one/manifest.json",
        "/~/one/manifest.json",
        "/~-/one/manifest.json",
        "/~1800000000/one/manifest.json",
        "/~1800000000-/one/manifest.json",
        "/~1800000000-9401266/one/manifest.json",
        "/~01800000000-9401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905c/one/m",
        "/~+1800000000-9401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905c/one/m",
        "/~18000000000-9401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905c/one/m",
        "/~1800000001-9401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905c/one/m",
        "/~1800000000-9401266DF9476D9685861093558F819ACFF62C335895A900E5D7B347F552905C/one/m",
        "/~1800000000-9401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905d/one/m",
        "/~1800000000-0401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905c/one/m",
        "/~1800000000-9401266df9476d9685861093558f819acff62c335895a900e5d7b347f552905c00/one/m",
    };
    static const char *const missing[] = {"",
                                          "*",
                                          "/",
                                          "/one/manifest.json",
                                          "~/one/manifest.json",
                                          "//~1800000000-9401266/one/manifest.json"};
    struct access_secrets keys = first_key();

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect(&keys, wrong[i], before_s, ACCESS_WRONG);
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        expect(&keys, missing[i], before_s, ACCESS_MISSING);
}

/* Each of the 64 digits counts. */
static void test_every_digit_is_compared(void **state)
{
    struct access_secrets keys = first_key();
    char path[] = OF_ONE "/one/manifest.json";
    size_t start = strlen("/~1800000000-");

    (void)state;
    for (size_t i = start; i < start + 64; i++) {
        char kept = path[i];
        path[i] = kept == '7' ? '8' : '7';
        expect(&keys, path, before_s, ACCESS_WRONG);
        path[i] = kept;
    }
    expect(&keys, path, before_s, ACCESS_GRANTED);
}

static void test_two_keys_hold_while_they_are_changed(void **state)
{
    struct access_secrets keys = first_key();

    (void)state;
    expect(&keys, SECOND "/one/manifest.json", before_s, ACCESS_WRONG);
    keys.list[keys.count++] = secret("the-second-key-of-two");
    expect(&keys, SECOND "/one/manifest.json", before_s, ACCESS_GRANTED);
    expect(&keys, OF_ONE "/one/manifest.json", before_s, ACCESS_GRANTED);
    expect(&keys, SECOND "/one/manifest.json", end_s, ACCESS_EXPIRED);
    keys.list[0] = keys.list[1];
    keys.count = 1;
    expect(&keys, SECOND "/one/manifest.json", before_s, ACCESS_GRANTED);
    expect(&keys, OF_ONE "/one/manifest.json", before_s, ACCESS_WRONG);
}

static void test_without_keys_all_is_granted_and_signatures_are_passed_over(void **state)
{
    static const struct access_secrets none;

    (void)state;
    expect(&none, "/one/manifest.json", end_s, ACCESS_GRANTED);
    expect(&none, OF_ONE "/one/manifest.json", end_s, ACCESS_GRANTED);
    assert_string_equal(access_path(OF_ONE "/one/manifest.json"), "/one/manifest.json");
    assert_string_equal(access_path("/one/manifest.json"), "/one/manifest.json");
    assert_string_equal(access_path("/~5-12/one/manifest.json"), "/~5-12/one/manifest.json");
    assert_string_equal(access_path(OF_ONE), OF_ONE);
}

static void test_what_cannot_be_signed(void **state)
{
    struct access_secrets keys = first_key();
    char out[ACCESS_PREFIX_BYTES] = "as it was", name[ACCESS_NAME_BYTES + 1];

    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(access_sign(&keys.list[0], "", end_s, out), ERR_INVALID);
    assert_int_equal(access_sign(&keys.list[0], name, end_s, out), ERR_INVALID);
    assert_int_equal(access_sign(&keys.list[0], "one", -1, out), ERR_INVALID);
    assert_int_equal(access_sign(&keys.list[0], "one", ACCESS_EXPIRES_MAX_S + 1, out), ERR_INVALID);
    assert_string_equal(out, "as it was");
    name[ACCESS_NAME_BYTES - 1] = '\0';
    assert_int_equal(access_sign(&keys.list[0], name, ACCESS_EXPIRES_MAX_S, out), 0);
    assert_int_equal(strlen(out), ACCESS_PREFIX_BYTES - 1 - 26);
}

static void test_bearer_tokens(void **state)
{
    struct access_secrets tokens = {
        2, {secret("a-token-of-more-than-16"), secret("another-16-byte-one")}};
    static const struct access_secrets none;

    (void)state;
    assert_int_equal(access_check_bearer(&none, NULL), ACCESS_GRANTED);
    assert_int_equal(access_check_bearer(&tokens, NULL), ACCESS_MISSING);
    assert_int_equal(access_check_bearer(&tokens, "Bearer a-token-of-more-than-16"),
                     ACCESS_GRANTED);
    assert_int_equal(access_check_bearer(&tokens, "bearer  another-16-byte-one"), ACCESS_GRANTED);
    assert_int_equal(access_check_bearer(&tokens, "Bearer a-token-of-more-than-17"), ACCESS_WRONG);
    assert_int_equal(access_check_bearer(&tokens, "Bearer a-token-of-more-than-1"), ACCESS_WRONG);
    assert_int_equal(access_check_bearer(&tokens, "Bearer "), ACCESS_WRONG);
    assert_int_equal(access_check_bearer(&tokens, "Bearer"), ACCESS_WRONG);
    assert_int_equal(access_check_bearer(&tokens, ""), ACCESS_WRONG);
    assert_int_equal(access_check_bearer(&tokens, "Basic a-token-of-more-than-16"), ACCESS_WRONG);
    assert_int_equal(access_check_bearer(&tokens, "a-token-of-more-than-16"), ACCESS_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_openssl_vectors_are_made),
        cmocka_unit_test(test_a_signature_holds_until_its_second),
        cmocka_unit_test(test_a_signature_is_of_one_channel_or_of_all),
        cmocka_unit_test(test_what_is_no_signature),
        cmocka_unit_test(test_every_digit_is_compared),
        cmocka_unit_test(test_two_keys_hold_while_they_are_changed),
        cmocka_unit_test(test_without_keys_all_is_granted_and_signatures_are_passed_over),
        cmocka_unit_test(test_what_cannot_be_signed),
        cmocka_unit_test(test_bearer_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
