/* The origin over TLS, looked at by curl and openssl: live delivery, handshakes that stand still,
 * certificates that change. */
#include "fixture.h"

#include "support/certificate.h"
#include "support/process.h"

#include "media/core/log.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, LARGE_BYTES = 6 << 20, LARGE_CHUNK_BYTES = 100000 };

static struct world world;
static struct certificate one, two;

static int make_certificates(void **state)
{
    (void)state;
    certificate_make(&one, "one.example");
    certificate_make(&two, "two.example");
    return 0;
}

static int remove_certificates(void **state)
{
    (void)state;
    certificate_finish(&one);
    certificate_finish(&two);
    return 0;
}

/* The fixture's world behind an origin with TLS. */
static void start_with(const struct origin_limits *limits)
{
    struct origin_config config = {
        .address = "127.0.0.1", .certificate_path = one.certificate, .key_path = one.key};

    world_start_with(&world, limits, 60000000, false);
    origin_destroy(world.origin);
    assert_int_equal(origin_create_with(&config, limits, &world.origin), ERR_OK);
    assert_int_equal(origin_add_store(world.origin, "one", "p1", world.store), ERR_OK);
}

static void start(void)
{
    struct origin_limits limits = world_limits();

    start_with(&limits);
}

/* curl, trusting that certificate alone, its output on a pipe. */
static void start_curl(struct process *p, const struct certificate *trusted, const char *path)
{
    char url[128];
    const char *const argv[] = {"curl",      "-sS", "-N",       "--max-time",         "60",
                                "--noproxy", "*",   "--cacert", trusted->certificate, url,
                                NULL};

    snprintf(url, sizeof url, "https://127.0.0.1:%u%s", origin_port(world.origin), path);
    assert_true(process_start(p, argv, PROCESS_STDOUT));
}

/* Exactly these bytes are what comes next, without the help of anything that comes later. */
static void expect_bytes(struct process *p, const void *expected, size_t size)
{
    static uint8_t got[LARGE_BYTES];
    size_t at = 0;
    ssize_t count = 1;

    assert_true(size <= sizeof got);
    while (at < size && (count = read(p->out, got + at, size - at)) > 0)
        at += (size_t)count;
    if (at < size) {
        char *log = process_log(p);
        fail_msg("%zu of %zu bytes: %s", at, size, log);
    }
    assert_memory_equal(got, expected, size);
}

static void expect_end(struct process *p, int code)
{
    int ended = process_wait(p, PATIENCE_MS);

    if (ended != code) {
        char *log = process_log(p);
        fail_msg("exit code %d, not %d: %s", ended, code, log);
    }
    process_finish(p);
}

/* Whether curl gets an answer, with that certificate trusted. */
static void expect_answer(const struct certificate *trusted, bool good)
{
    struct process p;
    uint8_t packet[WORLD_PACKET_BYTES];

    start_curl(&p, trusted, "/one/p1/v360/init-0.mp4");
    world_packet_bytes(0, packet);
    if (good)
        expect_bytes(&p, packet, sizeof packet);
    expect_end(&p, good ? 0 : 60);
}

/* Each chunk is there before the next one is made, also one of several TLS records. */
static void test_h28_live_chunk_by_chunk(void **state)
{
    struct process p;
    struct bytes_writer *segment = &world.segments[0];
    static uint8_t large[LARGE_CHUNK_BYTES];
    size_t at = 0;

    (void)state;
    start();
    world_append(&world, 1);
    start_curl(&p, &one, WORLD_TRACK "content-0.mp4");
    for (int i = 0; i < 20; i++) {
        expect_bytes(&p, segment->data + at, segment->size - at);
        at = segment->size;
        world_append(&world, 1);
    }
    expect_bytes(&p, segment->data + at, segment->size - at);
    world_fill(large, sizeof large, 5);
    assert_int_equal(store_append(world.video, world.next_sequence++,
                                  blob_create(large, sizeof large), &world.next),
                     ERR_OK);
    expect_bytes(&p, large, sizeof large);
    world_await(&world, live_responses, 1);
    process_signal(&p, SIGKILL);
    process_finish(&p);
    world_append(&world, 30); /* who has gone is noticed with what is sent next */
    world_await(&world, live_responses, 0);
    world_await(&world, connections, 0);
    world_stop(&world);
}

static uint8_t large_body[LARGE_BYTES];

static int render_large(void *context, struct bytes_writer *body)
{
    (void)context;
    bytes_write(body, large_body, sizeof large_body);
    return 200;
}

/* Far more than the kernel takes at once. */
static void test_large_bodies_come_whole(void **state)
{
    const struct origin_page page = {"/large",     "text/plain", NULL,
                                     render_large, ORIGIN_OPEN,  false};
    struct process p;

    (void)state;
    start();
    world_fill(large_body, sizeof large_body, 7);
    assert_int_equal(origin_add_page(world.origin, &page), 0);
    start_curl(&p, &one, "/large");
    expect_bytes(&p, large_body, sizeof large_body);
    expect_end(&p, 0);
    world_stop(&world);
}

static void test_who_does_not_read_is_cut(void **state)
{
    const struct origin_page page = {"/large",     "text/plain", NULL,
                                     render_large, ORIGIN_OPEN,  false};
    struct origin_limits limits = world_limits();
    struct process p;

    (void)state;
    limits.response_us = 500000;
    start_with(&limits);
    assert_int_equal(origin_add_page(world.origin, &page), 0);
    start_curl(&p, &one, "/large"); /* nobody empties its pipe */
    world_await(&world, cut_readers, 1);
    world_await(&world, connections, 0);
    process_finish(&p);
    world_stop(&world);
}

/* The first 11 of 517 bytes that a ClientHello could have. */
static const uint8_t half_hello[] = {22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3};

static void open_half(struct http_raw *h, size_t size)
{
    http_raw_open(h, origin_port(world.origin));
    assert_int_equal(write(h->fd, half_hello, size), (ssize_t)size);
}

/* They cost no CPU while they stand, nobody waits for them, and they are cut. */
static void test_handshakes_that_stand_still_are_cut(void **state)
{
    static struct http_raw silent, started, half;
    struct origin_limits limits = world_limits();
    int64_t before_us, spent_us;

    (void)state;
    limits.handshake_us = 1000000;
    start_with(&limits);
    world_append(&world, 1);
    world_put_packet(&world, 0);
    http_raw_open(&silent, origin_port(world.origin));
    open_half(&started, 3);
    open_half(&half, sizeof half_hello);
    world_await(&world, connections, 3);
    before_us = world_state(&world).cpu_us;
    assert_true(http_raw_ended(&silent));
    assert_true(http_raw_ended(&started));
    assert_true(http_raw_ended(&half));
    world_await(&world, connections, 0);
    spent_us = world_state(&world).cpu_us - before_us;
    if (spent_us > limits.handshake_us / 5)
        fail_msg("%lld us of CPU for three who do nothing", (long long)spent_us);
    http_raw_close(&silent);
    http_raw_close(&started);
    http_raw_close(&half);
    expect_answer(&one, true);
    world_stop(&world);
}

static void test_others_are_served_meanwhile(void **state)
{
    static struct http_raw half[8];

    (void)state;
    start();
    world_append(&world, 1);
    world_put_packet(&world, 0);
    for (size_t i = 0; i < sizeof half / sizeof *half; i++)
        open_half(&half[i], i + 1);
    world_await(&world, connections, 8);
    expect_answer(&one, true);
    /* Stopping with some of them half-way leaves nothing. */
    http_raw_close(&half[0]);
    world_await(&world, connections, 7);
    world_stop(&world);
    for (size_t i = 1; i < sizeof half / sizeof *half; i++)
        http_raw_close(&half[i]);
}

static void test_plain_http_is_cut_without_harm(void **state)
{
    (void)state;
    start();
    world_append(&world, 1);
    world_put_packet(&world, 0);
    for (int i = 0; i < 3; i++) {
        world_ask(&world, "GET", "/one/p1/v360/init-0.mp4", "");
        assert_int_equal(http_raw_head(&world.http), 0);
        assert_true(http_raw_ended(&world.http));
        http_raw_close(&world.http);
        expect_answer(&one, true);
    }
    world_await(&world, connections, 0);
    assert_int_equal(world_state(&world).requests, 3);
    world_stop(&world);
}

/* openssl s_client's exit code with that option; it ends at the end of its input. */
static int connect_by(const char *option)
{
    struct process p;
    char address[32];
    const char *const argv[] = {"openssl", "s_client",        "-connect", address, option,
                                "-cipher", "ALL:@SECLEVEL=0", NULL}; /* willing to do anything */

    snprintf(address, sizeof address, "127.0.0.1:%u", origin_port(world.origin));
    assert_true(process_start(&p, argv, PROCESS_NO_PIPE));
    int code = process_wait(&p, PATIENCE_MS);
    process_finish(&p);
    return code;
}

static void test_only_tls_1_2_and_1_3(void **state)
{
    (void)state;
    start();
    assert_int_equal(connect_by("-tls1_3"), 0);
    assert_int_equal(connect_by("-tls1_2"), 0);
    assert_int_equal(connect_by("-tls1_1"), 1);
    assert_int_equal(connect_by("-tls1"), 1);
    world_stop(&world);
}

/* A connection that stays open, through openssl s_client. */
static void ask_again(struct process *p)
{
    static const char request[] = "GET /one/p1/v360/init-0.mp4 HTTP/1.1\r\nHost: x\r\n\r\n";
    char line[512] = "";
    uint8_t packet[WORLD_PACKET_BYTES];

    assert_int_equal(write(p->in, request, sizeof request - 1), sizeof request - 1);
    assert_true(process_line(p, line, sizeof line, PATIENCE_MS));
    assert_string_equal(line, "HTTP/1.1 200 OK\r");
    while (strcmp(line, "\r") != 0)
        assert_true(process_line(p, line, sizeof line, PATIENCE_MS));
    world_packet_bytes(0, packet);
    expect_bytes(p, packet, sizeof packet);
}

static void test_a_certificate_is_replaced(void **state)
{
    struct process p;
    char address[32];
    const char *const argv[] = {"openssl", "s_client", "-quiet", "-connect", address, NULL};

    (void)state;
    start();
    world_append(&world, 1);
    world_put_packet(&world, 0);
    snprintf(address, sizeof address, "127.0.0.1:%u", origin_port(world.origin));
    assert_true(process_start(&p, argv, PROCESS_STDOUT | PROCESS_STDIN));
    ask_again(&p);
    expect_answer(&one, true);
    expect_answer(&two, false);
    assert_int_equal(origin_set_certificate(world.origin, two.certificate, two.key), ERR_OK);
    expect_answer(&one, false);
    expect_answer(&two, true);
    ask_again(&p);
    for (int i = 0; i < 5; i++)
        assert_int_equal(origin_set_certificate(world.origin, one.certificate, one.key), ERR_OK);
    expect_answer(&one, true);
    ask_again(&p);
    process_finish(&p);
    world_stop(&world);
}

/* A connection that leaves its session in a file. */
static void keep_session(const char *path)
{
    struct process p;
    char address[32];
    const char *const argv[] = {"openssl", "s_client",  "-quiet", "-connect",
                                address,   "-sess_out", path,     NULL};

    snprintf(address, sizeof address, "127.0.0.1:%u", origin_port(world.origin));
    assert_true(process_start(&p, argv, PROCESS_STDOUT | PROCESS_STDIN));
    ask_again(&p);
    process_finish(&p);
}

/* Whether another connection can take up the session in that file. */
static bool resumes_session(const char *path)
{
    struct process p;
    char address[32], line[512];
    bool resumed = false;
    const char *const argv[] = {"openssl", "s_client", "-connect", address, "-sess_in", path, NULL};

    snprintf(address, sizeof address, "127.0.0.1:%u", origin_port(world.origin));
    assert_true(process_start(&p, argv, PROCESS_STDOUT));
    while (process_line(&p, line, sizeof line, PATIENCE_MS))
        resumed = resumed || strncmp(line, "Reused, TLSv1.3", 15) == 0;
    assert_int_equal(process_wait(&p, PATIENCE_MS), 0);
    process_finish(&p);
    return resumed;
}

/* So that who is shown a new certificate has looked at it. */
static void test_sessions_are_resumed_as_long_as_the_certificate_stays(void **state)
{
    char path[] = "/tmp/openhesp-session-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    start();
    world_append(&world, 1);
    world_put_packet(&world, 0);
    keep_session(path);
    assert_true(resumes_session(path));
    keep_session(path);
    assert_int_equal(origin_set_certificate(world.origin, two.certificate, two.key), ERR_OK);
    assert_false(resumes_session(path));
    unlink(path);
    world_stop(&world);
}

static char said[512];

static void keep_line(void *context, const char *line)
{
    (void)context;
    snprintf(said, sizeof said, "%s", line);
}

/* A pair that is none changes nothing, and one line says which file and what to do. */
static void test_a_bad_pair_changes_nothing(void **state)
{
    const struct {
        const char *certificate, *key, *says, *remedy;
        int status;
    } cases[] = {
        {one.certificate, two.key, "is not the key of", "give the two that belong", ERR_INVALID},
        {one.key, one.key, "is no certificate", "give a chain in PEM", ERR_INVALID},
        {one.certificate, one.certificate, "is no private key", "give one in PEM", ERR_INVALID},
        {"/nowhere.pem", one.key, "/nowhere.pem: No such file", "give a certificate", ERR_IO},
        {one.certificate, "/nowhere.pem", "/nowhere.pem: No such file", "give a private key",
         ERR_IO},
    };

    (void)state;
    start();
    world_append(&world, 1);
    world_put_packet(&world, 0);
    log_redirect(keep_line, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(origin_set_certificate(world.origin, cases[i].certificate, cases[i].key),
                         cases[i].status);
        if (strstr(said, cases[i].says) == NULL || strstr(said, cases[i].remedy) == NULL ||
            strstr(said, "the certificate that was there before is shown") == NULL)
            fail_msg("case %zu: %s", i, said);
    }
    log_redirect(NULL, NULL);
    expect_answer(&one, true);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h28_live_chunk_by_chunk),
        cmocka_unit_test(test_large_bodies_come_whole),
        cmocka_unit_test(test_who_does_not_read_is_cut),
        cmocka_unit_test(test_handshakes_that_stand_still_are_cut),
        cmocka_unit_test(test_others_are_served_meanwhile),
        cmocka_unit_test(test_plain_http_is_cut_without_harm),
        cmocka_unit_test(test_only_tls_1_2_and_1_3),
        cmocka_unit_test(test_a_certificate_is_replaced),
        cmocka_unit_test(test_sessions_are_resumed_as_long_as_the_certificate_stays),
        cmocka_unit_test(test_a_bad_pair_changes_nothing),
    };
    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
