/* Access control and TLS of the real program, with curl, openssl and player-sim: signed URLs, keys
 * that change, the token of /metrics, a certificate that is renewed on SIGHUP. */
#include "e2e/packager.h"
#include "e2e/player.h"
#include "support/certificate.h"
#include "support/cmocka_all.h"
#include "support/process.h"
#include "support/sanitized.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { URL_BYTES = 512, OUTPUT_BYTES = 65536, PATIENCE_MS = 60000, TRIES = 600, TRY_US = 50000 };

#define OLD_KEY "0123456789abcdef0123456789abcdef"
#define NEW_KEY "the-key-that-comes-after-it"
#define TOKEN   "a-token-for-metrics"

struct world {
    struct packager packager;
    struct certificate shown, renewed;
    char keys[64], token[64]; /* files */
    char url[URL_BYTES];      /* of the manifest, unsigned */
};

struct output {
    int code;
    char text[OUTPUT_BYTES]; /* standard output */
};

static void run(const char *const argv[], struct output *o)
{
    struct process p;
    size_t size = 0;
    ssize_t got;
    assert_true(process_start(&p, argv, PROCESS_STDOUT));
    while (size + 1 < sizeof o->text &&
           (got = read(p.out, o->text + size, sizeof o->text - 1 - size)) > 0)
        size += (size_t)got;
    o->text[size] = 0;
    o->code = process_wait(&p, PATIENCE_MS);
    process_finish(&p);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void new_file(char path[64], const char *text)
{
    strcpy(path, "/tmp/openhesp-access-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_file(path, text);
}

static int start(void **state)
{
    static struct world w;
    certificate_make(&w.shown, "one.example");
    certificate_make(&w.renewed, "two.example");
    new_file(w.keys, OLD_KEY "\n");
    new_file(w.token, TOKEN "\n");
    const char *const arguments[] = {"--tls-certificate",
                                     w.shown.certificate,
                                     "--tls-key",
                                     w.shown.key,
                                     "--sign-key",
                                     w.keys,
                                     "--metrics-token",
                                     w.token,
                                     "--preset",
                                     "ultrafast",
                                     "--ladder",
                                     "256x144@200k",
                                     "--fps",
                                     SANITIZED ? "10" : "25",
                                     "--segment-duration",
                                     "2",
                                     "tv=test:",
                                     NULL};
    packager_start(&w.packager, arguments, 1);
    snprintf(w.url, sizeof w.url, "%s/tv/manifest.json", w.packager.url);
    *state = &w;
    return 0;
}

static int finish(void **state)
{
    struct world *w = *state;
    packager_stop(&w->packager);
    certificate_finish(&w->shown);
    certificate_finish(&w->renewed);
    unlink(w->keys);
    unlink(w->token);
    return 0;
}

/* curl: headers, body, then the status alone in the last line; gives the status. Any certificate
 * will do. authorization: a header, or NULL. */
static int get(const char *url, const char *authorization, struct output *o)
{
    const char *const argv[] = {
        "curl", "-sSik", "--noproxy",      "*",  "--max-time",
        "30",   "-w",    "\n%{http_code}", "-H", authorization ? authorization : "X-Nothing: 1",
        url,    NULL};
    run(argv, o);
    const char *line = strrchr(o->text, '\n');
    return line ? atoi(line + 1) : 0;
}

static void expect(const char *url, int status, const char *text)
{
    static struct output o;
    int got = get(url, NULL, &o);
    if (got != status || !strstr(o.text, text))
        fail_msg("%s: %d instead of %d, or not \"%s\":\n%s", url, got, status, text, o.text);
}

/* url as hesp-packager --sign-url signs it. */
static void sign(const struct world *w, const char *url, const char *lifetime, char out[URL_BYTES])
{
    static struct output o;
    const char *const argv[] = {OPENHESP_PACKAGER, "--sign-key", w->keys, "--sign-url", url,
                                "--expires",       lifetime,     NULL};
    run(argv, &o);
    assert_int_equal(o.code, 0);
    size_t length = strcspn(o.text, "\n");
    assert_string_equal(o.text + length, "\n");
    assert_true(length < URL_BYTES);
    snprintf(out, URL_BYTES, "%.*s", (int)length, o.text);
}

/* As docs/access.md has it, by the openssl command line: what the path begins with. */
static void sign_by_openssl(const struct world *w, const char *name, const char *expires,
                            char out[URL_BYTES])
{
    static struct output o;
    static const char script[] =
        "printf '/~%s-%.64s' \"$2\" \"$(printf 'hesp1:%s:%s' \"$1\" \"$2\" |"
        " openssl dgst -sha256 -hmac \"$(head -n 1 \"$3\")\" -r)\"";
    const char *const argv[] = {"sh", "-c", script, "sh", name, expires, w->keys, NULL};
    run(argv, &o);
    assert_int_equal(o.code, 0);
    snprintf(out, URL_BYTES, "%.500s", o.text);
}

static void both_ways_to_sign_agree(void **state)
{
    struct world *w = *state;
    char url[URL_BYTES], expires[16], prefix[URL_BYTES], wanted[2 * URL_BYTES];
    static const char *const names[] = {"tv", "*"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(wanted, sizeof wanted, "https://tv.example/%s/manifest.json", names[i]);
        sign(w, wanted, "7d", url);
        const char *digits = strstr(url, "/~");
        assert_non_null(digits);
        snprintf(expires, sizeof expires, "%.*s", (int)strcspn(digits + 2, "-"), digits + 2);
        sign_by_openssl(w, names[i], expires, prefix);
        snprintf(wanted, sizeof wanted, "https://tv.example%s/%s/manifest.json", prefix, names[i]);
        assert_string_equal(url, wanted);
    }
}

/* What the manifest names is below the signature, too. */
static void only_who_has_a_signed_url_sees_a_channel(void **state)
{
    struct world *w = *state;
    char url[URL_BYTES], other[URL_BYTES], prefix[URL_BYTES];
    expect(w->url, 403, "this URL needs a signature");
    sign(w, w->url, "15m", url);
    expect(url, 200, "\"manifestVersion\"");
    snprintf(other, sizeof other, "%s/nine/manifest.json", w->packager.url);
    expect(other, 403, "this URL needs a signature");
    snprintf(other, sizeof other, "%.*s/nine/manifest.json", (int)(strstr(url, "/tv/") - url), url);
    expect(other, 403, "this URL's signature is wrong");
    sign_by_openssl(w, "tv", "1700000000", prefix);
    snprintf(other, sizeof other, "%s%.200s/tv/manifest.json", w->packager.url, prefix);
    expect(other, 403, "this URL's signature has expired");
    url[strlen(w->packager.url) + 20] ^= 1;
    expect(url, 403, "this URL's signature is wrong");
}

/* The lines of docs/access.md, as they stand there, sign for this channel. */
static void the_documented_lines_sign(void **state)
{
    struct world *w = *state;
    static struct output o;
    static const char script[] =
        "sed -n '/^name=/,/^echo/p' \"$1\" | sed \"s|sign[.]key|$2|\" | sh";
    const char *const argv[] = {"sh",    "-c", script, "sh", OPENHESP_SOURCE "/docs/access.md",
                                w->keys, NULL};
    char url[URL_BYTES];
    run(argv, &o);
    const char *path = strstr(o.text, "/~");
    if (!path)
        fail_msg("docs/access.md does not sign: %s", o.text);
    snprintf(url, sizeof url, "%s%.*s", w->packager.url, (int)strcspn(path, "\n"), path);
    expect(url, 200, "\"manifestVersion\"");
}

static void a_signature_runs_out(void **state)
{
    struct world *w = *state;
    static struct output o;
    char url[URL_BYTES];
    int status = 200;
    sign(w, w->url, "1s", url);
    for (int i = 0; i < TRIES && status == 200; i++) {
        usleep(TRY_US);
        status = get(url, NULL, &o);
    }
    assert_int_equal(status, 403);
    assert_non_null(strstr(o.text, "has expired"));
}

static void pages_say_no_more_than_names(void **state)
{
    struct world *w = *state;
    static struct output o;
    char url[URL_BYTES];
    snprintf(url, sizeof url, "%s/", w->packager.url);
    assert_int_equal(get(url, NULL, &o), 200);
    assert_non_null(strstr(o.text, "<!doctype html>"));
    assert_null(strstr(o.text, "/tv/"));
    snprintf(url, sizeof url, "%s/time", w->packager.url);
    expect(url, 200, "T");
    snprintf(url, sizeof url, "%s/healthz", w->packager.url);
    expect(url, 200, "\"tv\"");
}

static void metrics_want_their_token(void **state)
{
    struct world *w = *state;
    static struct output o;
    char url[URL_BYTES];
    snprintf(url, sizeof url, "%s/metrics", w->packager.url);
    expect(url, 401, "WWW-Authenticate: Bearer");
    assert_int_equal(get(url, "Authorization: Bearer " TOKEN "x", &o), 401);
    assert_int_equal(get(url, "Authorization: Bearer " TOKEN, &o), 200);
    assert_non_null(strstr(o.text, "openhesp_build_info"));
}

/* SIGHUP with these keys; waits until url is answered with that status. */
static void change_keys(struct world *w, const char *text, const char *url, int status)
{
    static struct output o;
    int got = 0;
    write_file(w->keys, text);
    process_signal(&w->packager.process, SIGHUP);
    for (int i = 0; i < TRIES && got != status; i++) {
        usleep(i ? TRY_US : 0);
        got = get(url, NULL, &o);
    }
    assert_int_equal(got, status);
}

static void expect_in_log(struct world *w, const char *text)
{
    bool there = false;
    for (int i = 0; i < TRIES && !there; i++) {
        char *log = process_log(&w->packager.process);
        there = strstr(log, text) != NULL;
        free(log);
        usleep(there ? 0 : TRY_US);
    }
    if (!there)
        packager_fail(&w->packager, text);
}

static void keys_are_changed_without_a_break(void **state)
{
    struct world *w = *state;
    char old_url[URL_BYTES], new_url[URL_BYTES];
    sign(w, w->url, "1h", old_url);
    write_file(w->keys, NEW_KEY "\n" OLD_KEY "\n");
    sign(w, w->url, "1h", new_url); /* the first line signs */
    expect(old_url, 200, "");
    expect(new_url, 403, "is wrong");
    change_keys(w, NEW_KEY "\n" OLD_KEY "\n", new_url, 200);
    expect(old_url, 200, "");
    change_keys(w, NEW_KEY "\n", old_url, 403);
    expect(new_url, 200, "");
    write_file(w->keys, "short\n");
    process_signal(&w->packager.process, SIGHUP);
    expect_in_log(w, "fewer than 16 characters");
    expect_in_log(w, "until then what was there before holds");
    expect(new_url, 200, "");
    write_file(w->keys, NEW_KEY "\n");
}

/* The subject that openssl s_client is shown. */
static void shown_subject(const struct world *w, struct output *o)
{
    static const char script[] =
        "openssl s_client -connect \"127.0.0.1:$1\" </dev/null 2>/dev/null |"
        " openssl x509 -noout -subject";
    char port[8];
    const char *const argv[] = {"sh", "-c", script, "sh", port, NULL};
    snprintf(port, sizeof port, "%u", w->packager.port);
    run(argv, o);
}

static void a_certificate_is_renewed(void **state)
{
    struct world *w = *state;
    static struct output o;
    shown_subject(w, &o);
    assert_non_null(strstr(o.text, "one.example"));
    certificate_copy(w->renewed.certificate, w->shown.certificate); /* still the old key */
    process_signal(&w->packager.process, SIGHUP);
    expect_in_log(w, "is not the key of");
    expect_in_log(w, "the certificate that was there before is shown");
    shown_subject(w, &o);
    assert_non_null(strstr(o.text, "one.example"));
    certificate_copy(w->renewed.key, w->shown.key);
    process_signal(&w->packager.process, SIGHUP);
    for (int i = 0; i < TRIES && !strstr(o.text, "two.example"); i++)
        shown_subject(w, &o);
    assert_non_null(strstr(o.text, "two.example"));
}

static void viewers_watch_over_tls_by_signed_url(void **state)
{
    struct world *w = *state;
    struct player_report r;
    char url[URL_BYTES];
    const char *const arguments[] = {
        "--cacert", w->shown.certificate, "--sessions", "4",        "--duration", "3", "--ramp",
        "0.5",      "--zap-every",        "1",          "--decode", "1",          url, NULL};
    sign(w, w->url, "1h", url);
    player_run(arguments, &r);
    player_expect_code(&r, 0);
    assert_int_equal(player_errors(&r, NULL), 0);
    assert_int_equal(player_count(&r, "startup_ms"), 4);
    assert_true(player_count(&r, "zap_ms") >= 4);
    player_report_finish(&r);
}

static void viewers_are_told_why_they_are_refused(void **state)
{
    struct world *w = *state;
    struct player_report r;
    const char *const arguments[] = {"--insecure", "--duration", "0.5", "--decode",
                                     "none",       w->url,       NULL};
    player_run(arguments, &r);
    player_expect_code(&r, 1);
    assert_non_null(strstr(r.table, "/tv/manifest.json: 403: this URL needs a signature\n"));
    player_report_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_to_sign_agree),
        cmocka_unit_test(only_who_has_a_signed_url_sees_a_channel),
        cmocka_unit_test(the_documented_lines_sign),
        cmocka_unit_test(a_signature_runs_out),
        cmocka_unit_test(pages_say_no_more_than_names),
        cmocka_unit_test(metrics_want_their_token),
        cmocka_unit_test(viewers_are_told_why_they_are_refused),
        cmocka_unit_test(keys_are_changed_without_a_break),
        cmocka_unit_test(a_certificate_is_renewed),
        cmocka_unit_test(viewers_watch_over_tls_by_signed_url),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
