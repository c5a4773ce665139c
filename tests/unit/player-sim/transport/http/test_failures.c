/* Origins that answer wrongly, late, in part or not at all: each request comes to a timely end that
 * says what was wrong, and nothing hangs. */
#include "unit/player-sim/transport/http/fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *answer_text; /* what the script sends for all but the manifest, then ends */

static bool send_answer_text(struct world *w, struct http_script_talk *t)
{
    (void)w;
    if (!strcmp(t->path, WORLD_MANIFEST))
        return false;
    http_script_send(t, answer_text, strlen(answer_text));
    t->close = true;
    return true;
}

/* Asks for the segment from offset, which is answered with text. */
static void expect_bad_segment(int64_t offset, const char *text, int status, const char *says)
{
    struct world *w = world_start(send_answer_text);
    answer_text = text;
    world_open(w);
    world_ask_segment(w, 2, offset);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, status, says);
    assert_int_equal(world_chunks_of(w, 2), 0);
    world_finish(w);
}

/* H28, H29: a range is answered with that range, or the answer is no good. */
static void test_h28_wrong_ranges(void **state)
{
    (void)state;
    expect_bad_segment(100, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200,
                       "content-0.mp4: 200 where bytes from 100 on were asked for");
    expect_bad_segment(100,
                       "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 99-200/*\r\n"
                       "Content-Length: 3\r\n\r\nabc",
                       206, "206 from byte 99, not 100");
    expect_bad_segment(100, "HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc", 206,
                       "206 without a Content-Range");
    expect_bad_segment(0,
                       "HTTP/1.1 206 Partial Content\r\ncontent-range:bytes 5-200/*\r\n"
                       "Content-Length: 3\r\n\r\nabc",
                       206, "206 from byte 5, not 0");
    expect_bad_segment(100, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n", 416,
                       "content-0.mp4: 416");
}

static bool whole_segment(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, WORLD_SEGMENT) != 0)
        return false;
    http_script_whole(t, "200 OK", w->segment.data, w->segment.size);
    return true;
}

/* H30: 200 is fine where all is asked for. */
static void test_h30_whole_segment(void **state)
{
    struct world *w = world_start(whole_segment);
    (void)state;
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_expect(w, 2, SESSION_FINISHED);
    assert_int_equal(world_chunks_of(w, 2), WORLD_CHUNKS);
    world_finish(w);
}

static bool not_found(struct world *w, struct http_script_talk *t)
{
    (void)w;
    if (strcmp(t->path, WORLD_PACKET) != 0)
        return false;
    http_script_whole(t, "404 Not Found", "not yet", 7);
    return true;
}

/* H17: a 404 names what was asked for, and does not cost the connection. */
static void test_h17_not_found(void **state)
{
    struct world *w = world_start(not_found);
    char text[WORLD_TEXT];
    (void)state;
    world_open(w);
    world_ask_packet(w, 2);
    snprintf(text, sizeof text, "GET http://127.0.0.1:%u" WORLD_PACKET ": 404",
             (unsigned)http_script_port(w->server));
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 404, "404");
    assert_string_equal(world_end_of(w, 2)->text, text);
    world_ask_sound(w, 3);
    world_expect(w, 3, SESSION_PACKET);
    assert_int_equal(http_script_connections(w->server), 1);
    world_finish(w);
}

static bool forbidden(struct world *w, struct http_script_talk *t)
{
    static const char line[] = "this URL's signature has expired\n";
    static const char page[] = "<html>no</html>";
    static const char other[] =
        "0123456789012345678901234567890123456789012345678901234567890123456789";
    (void)w;
    if (strcmp(t->path, WORLD_PACKET) == 0)
        http_script_whole(t, "403 Forbidden", line, sizeof line - 1);
    else if (strcmp(t->path, WORLD_SOUND) == 0)
        http_script_whole(t, "401 Unauthorized", page, sizeof page - 1);
    else if (strcmp(t->path, WORLD_SEGMENT) == 0)
        http_script_whole(t, "403 Forbidden", other, sizeof other - 1);
    else
        return false;
    return true;
}

/* Why one is refused is told where it is a line, at most 64 bytes of it; pages are not. */
static void test_refusals_say_why(void **state)
{
    struct world *w = world_start(forbidden);
    (void)state;
    world_open(w);
    world_ask_packet(w, 2);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 403,
                         WORLD_PACKET ": 403: this URL's signature has expired");
    assert_non_null(strstr(world_end_of(w, 2)->text, "expired"));
    assert_null(strpbrk(world_end_of(w, 2)->text, "?\n"));
    world_ask_sound(w, 3);
    world_expect_failure(world_end_of(w, 3), SESSION_FAULT_HTTP, 401, "401");
    assert_null(strstr(world_end_of(w, 3)->text, "html"));
    world_ask_segment(w, 4, 0);
    world_expect_failure(world_end_of(w, 4), SESSION_FAULT_HTTP, 403, "403: 0123456789");
    assert_string_equal(strrchr(world_end_of(w, 4)->text, '0'), "0123");
    world_finish(w);
}

static bool endless_refusal(struct world *w, struct http_script_talk *t)
{
    static const char block[4096];
    (void)w;
    if (strcmp(t->path, WORLD_PACKET) != 0)
        return false;
    http_script_text(t, "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (http_script_chunk(t, block, sizeof block))
        ;
    return true;
}

static bool endless_head(struct world *w, struct http_script_talk *t)
{
    (void)w;
    if (strcmp(t->path, WORLD_PACKET) != 0)
        return false;
    http_script_text(t, "HTTP/1.1 200 OK\r\n");
    while (http_script_text(t, "X-Filler: %0512d\r\n", 1))
        ;
    return true;
}

static bool endless_manifest(struct world *w, struct http_script_talk *t)
{
    static const char block[65536];
    (void)w;
    http_script_text(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (http_script_chunk(t, block, sizeof block))
        ;
    return true;
}

/* Nothing that an origin sends without end is kept without end. */
static void test_endless_answers(void **state)
{
    struct world *w = world_start(endless_refusal);
    struct http_facts facts;
    (void)state;
    world_open(w);
    world_ask_packet(w, 2);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 500, ": 500");
    world_until(w, http_script_open(w->server) == 0);
    world_finish(w);

    w = world_start(endless_head);
    world_open(w);
    world_ask_packet(w, 2);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 200, "a head above 64 KiB");
    world_until(w, http_script_open(w->server) == 0);
    world_finish(w);

    w = world_start(endless_manifest);
    world_ask_manifest(w, 2);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 200, "a manifest above 4 MiB");
    http_client_facts(w->client, &facts);
    assert_in_range(facts.bytes, 4 << 20, 5 << 20);
    world_until(w, http_script_open(w->server) == 0);
    world_finish(w);
}

/* A box that says it is larger than anything may be. */
static void test_no_chunk(void **state)
{
    (void)state;
    expect_bad_segment(0,
                       "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n"
                       "\x7f\xff\xff\xff"
                       "mdatgarbage!",
                       200, "content-0.mp4: no CMAF chunk: ");
}

static bool garbage(struct world *w, struct http_script_talk *t)
{
    (void)w;
    http_script_whole(t, "200 OK", "{\"no\": \"manifest\"}", 18);
    return true;
}

static void test_no_manifest_and_no_packet(void **state)
{
    struct world *w = world_start(garbage);
    (void)state;
    world_ask_manifest(w, 1);
    world_expect_failure(world_end_of(w, 1), SESSION_FAULT_HTTP, 200, "m.json: ");
    assert_null(w->channel);
    world_finish(w);

    w = world_start(send_answer_text);
    answer_text = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ngarbage";
    world_open(w);
    world_ask_packet(w, 2);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 200, "no Initialization Packet: ");
    world_finish(w);
}

static size_t cut_at;
static bool cut_properly;

static bool cut_segment(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, WORLD_SEGMENT) != 0)
        return false;
    world_send_206(t);
    http_script_chunk(t, w->segment.data, cut_at);
    if (cut_properly)
        http_script_chunk(t, "", 0);
    t->close = true;
    return true;
}

static void expect_cut(size_t at, bool properly, size_t chunks, const char *says)
{
    struct world *w = world_start(cut_segment);
    cut_at = at;
    cut_properly = properly;
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_HTTP, 206, says);
    assert_int_equal(world_chunks_of(w, 2), chunks);
    world_finish(w);
}

/* What was whole is told; then that it broke off: within a chunk, or where the coding's end is
 * missing. */
static void test_cut_segments(void **state)
{
    size_t chunk = WORLD_CHUNK_BYTES + CMAF_CHUNK_OVERHEAD_BYTES;
    (void)state;
    expect_cut(chunk + 500, true, 1, "it ends in the midst of a chunk");
    expect_cut(chunk + 20, true, 1, "it ends in the midst of a chunk");
    expect_cut(2 * chunk, false, 2, "content-0.mp4: ");
    expect_cut(chunk + 500, false, 1, "content-0.mp4: ");
}

static void test_refused_connection(void **state)
{
    struct world *w = world_start(NULL);
    (void)state;
    http_script_close_door(w->server);
    world_ask_manifest(w, 1);
    world_expect_failure(world_end_of(w, 1), SESSION_FAULT_HTTP, 0, "m.json: ");
    world_finish(w);
}

static void test_no_http(void **state)
{
    (void)state;
    expect_bad_segment(0, "SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", 0, "content-0.mp4: ");
    expect_bad_segment(0, "", 0, "content-0.mp4: ");
}

/* ---- time-outs: the limits are short where the end is awaited, and only there ---- */

static bool stall(struct world *w, struct http_script_talk *t)
{
    size_t first = WORLD_CHUNK_BYTES + CMAF_CHUNK_OVERHEAD_BYTES;
    if (!strcmp(t->path, WORLD_PACKET)) {
        http_script_text(t, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", w->packet.size);
        http_script_send(t, w->packet.data, w->packet.size - 1);
    } else if (!strcmp(t->path, WORLD_SEGMENT)) {
        world_send_206(t);
        http_script_chunk(t, w->segment.data, first + 5);
    } else if (strcmp(t->path, WORLD_SOUND) != 0) {
        return false;
    }
    http_script_linger(t);
    return true;
}

static struct world *start_impatient(int64_t answer_us, int64_t silence_us)
{
    struct http_config config = world_config();
    config.answer_us = answer_us;
    config.silence_us = silence_us;
    return world_create(&config, stall, "");
}

static void test_silent_origin(void **state)
{
    struct world *w = start_impatient(400000, 20000000);
    (void)state;
    world_open(w);
    world_ask_sound(w, 2);
    world_ask_packet(w, 3);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_TIMEOUT, 0, "no answer within 0.4 s");
    world_expect_failure(world_end_of(w, 3), SESSION_FAULT_TIMEOUT, 200, "not whole within 0.4 s");
    world_until(w, http_script_open(w->server) == 0);
    world_finish(w);
}

static void test_silent_segment(void **state)
{
    struct world *w = start_impatient(20000000, 300000);
    (void)state;
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_expect_failure(world_end_of(w, 2), SESSION_FAULT_TIMEOUT, 206,
                         "not a byte more within 0.3 s");
    assert_int_equal(world_chunks_of(w, 2), 1);
    world_until(w, http_script_open(w->server) == 0);
    world_finish(w);
}

static bool gated_rest(struct world *w, struct http_script_talk *t)
{
    size_t first = WORLD_CHUNK_BYTES + CMAF_CHUNK_OVERHEAD_BYTES;
    if (strcmp(t->path, WORLD_SEGMENT) != 0)
        return false;
    world_send_206(t);
    http_script_chunk(t, w->segment.data, first);
    if (!http_script_wait(t, 1))
        return true;
    http_script_chunk(t, w->segment.data + first, w->segment.size - first);
    http_script_chunk(t, "", 0);
    t->close = true; /* so that the test sees that all is sent */
    return true;
}

/* A loop that comes back late finds bytes waiting; they count, although their time is over. */
static void test_late_loop(void **state)
{
    struct http_config config = world_config();
    (void)state;
    config.silence_us = 2000000;
    struct world *w = world_create(&config, gated_rest, "");
    world_open(w);
    world_ask_segment(w, 2, 0);
    world_until(w, world_chunks_of(w, 2) == 1);
    http_script_pass(w->server);
    for (int i = 0; i < 2000 && http_script_open(w->server); i++)
        usleep(10000);
    usleep(2100000);
    world_expect(w, 2, SESSION_FINISHED);
    assert_int_equal(world_chunks_of(w, 2), WORLD_CHUNKS);
    world_finish(w);
}

/* A listener that takes nobody: the kernel leaves further connections unanswered. */
static void test_no_connection(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fillers[4], listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct http_config config = world_config();
    char url[64];
    (void)state;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    for (size_t i = 0; i < 4; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    config.connect_us = 200000;
    struct world *w = world_create(&config, NULL, "");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/m.json", (unsigned)ntohs(address.sin_port));
    world_ask_url(w, 1, url);
    world_expect_failure(world_end_of(w, 1), SESSION_FAULT_TIMEOUT, 0,
                         "no connection within 0.2 s");
    for (size_t i = 0; i < 4; i++)
        close(fillers[i]);
    close(listener);
    world_finish(w);
}

static bool end_after_manifest(struct world *w, struct http_script_talk *t)
{
    if (strcmp(t->path, WORLD_MANIFEST) != 0)
        return false;
    world_send_manifest(w, t);
    t->close = true; /* without saying so: the next request finds a closed connection */
    return true;
}

static void test_connection_closed_meanwhile(void **state)
{
    struct world *w = world_start(end_after_manifest);
    (void)state;
    world_open(w);
    world_ask_packet(w, 2);
    world_expect(w, 2, SESSION_PACKET);
    assert_true(world_end_of(w, 2)->event.fresh_connection);
    world_finish(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_h28_wrong_ranges),
        cmocka_unit_test(test_h30_whole_segment),
        cmocka_unit_test(test_h17_not_found),
        cmocka_unit_test(test_refusals_say_why),
        cmocka_unit_test(test_endless_answers),
        cmocka_unit_test(test_no_chunk),
        cmocka_unit_test(test_no_manifest_and_no_packet),
        cmocka_unit_test(test_cut_segments),
        cmocka_unit_test(test_refused_connection),
        cmocka_unit_test(test_no_http),
        cmocka_unit_test(test_silent_origin),
        cmocka_unit_test(test_silent_segment),
        cmocka_unit_test(test_late_loop),
        cmocka_unit_test(test_no_connection),
        cmocka_unit_test(test_connection_closed_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
