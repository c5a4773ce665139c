/* Listeners for pushed feeds, over real sockets in one thread: whoever pushes acts while the
 * listener asks whether its wait is over. What the RTMP sender sends is what ffmpeg sent once, to
 * application "live" with key "key". */
#include "media/core/err.h"
#include "packager/ingest/push.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/cmocka_all.h"

enum { SILENT = 20, SENT_BYTES_MAX = 16384, PATIENCE = 400 /* waits of 0.1 s at most */ };

struct scene {
    int port;
    int fds[SILENT + 1];
    int count;
    int silent_first; /* how many connect and say nothing before the sender comes */
    bool sender_comes;
    int asked, refused;
    char why[128];
};

static char sent[SENT_BYTES_MAX];
static size_t sent_bytes;

static int free_port(int type)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, type, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void come(struct scene *s)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)s->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    s->fds[s->count++] = fd;
}

static void leave(struct scene *s)
{
    while (s->count)
        close(s->fds[--s->count]);
}

/* One comes each time; the sender is the last. */
static bool over(void *context)
{
    struct scene *s = context;
    if (s->count < s->silent_first) {
        come(s);
    } else if (s->sender_comes) {
        come(s);
        assert_int_equal(send(s->fds[s->count - 1], sent, sent_bytes, MSG_NOSIGNAL), sent_bytes);
        s->sender_comes = false;
    }
    return ++s->asked > PATIENCE;
}

static void refused(void *context, const char *who, const char *why)
{
    struct scene *s = context;
    assert_non_null(strstr(who, "127.0.0.1"));
    s->refused++;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static struct push *listen_on(const char *form, int port)
{
    char url[128];
    struct push *p = NULL;
    snprintf(url, sizeof url, form, port);
    assert_int_equal(push_create("one", url, &p), 0);
    assert_non_null(p);
    return p;
}

static void check_sender(struct push *p, struct scene *s, const struct push_wait *wait)
{
    char reason[PUSH_REASON_BYTES] = "";
    uint8_t bytes[13];
    assert_int_equal(push_accept(p, wait, reason), 0);
    assert_int_equal(push_read(p, wait, bytes, sizeof bytes, reason), sizeof bytes);
    assert_memory_equal(bytes, "FLV", 3);
    leave(s);
    int got;
    while ((got = push_read(p, wait, bytes, sizeof bytes, reason)) > 0)
        ;
    assert_int_equal(got, ERR_END);
    assert_int_not_equal(reason[0], 0);
    push_drop(p);
}

static void those_who_say_nothing_keep_nobody_out(void **state)
{
    struct scene s = {.port = free_port(SOCK_STREAM), .silent_first = SILENT, .sender_comes = true};
    const struct push_wait wait = {over, refused, &s};
    struct push *p = listen_on("rtmp://127.0.0.1:%d/live/key?listen", s.port);
    (void)state;
    /* The first is asked for before it listens. */
    struct scene none = {.asked = PATIENCE};
    const struct push_wait no_wait = {over, refused, &none};
    char reason[PUSH_REASON_BYTES];
    assert_int_equal(push_accept(p, &no_wait, reason), ERR_AGAIN);
    check_sender(p, &s, &wait);
    assert_true(s.refused >= SILENT - 8);
    assert_string_equal(s.why, "it has shown no stream key, and others came");
    push_destroy(p);
}

static void the_next_one_is_let_in_after_the_last(void **state)
{
    struct scene s = {.port = free_port(SOCK_STREAM)};
    const struct push_wait wait = {over, refused, &s};
    struct push *p = listen_on("rtmp://127.0.0.1:%d/live/key?listen", s.port);
    struct scene none = {.asked = PATIENCE};
    const struct push_wait no_wait = {over, refused, &none};
    char reason[PUSH_REASON_BYTES];
    (void)state;
    assert_int_equal(push_accept(p, &no_wait, reason), ERR_AGAIN);
    for (int i = 0; i < 3; i++) {
        s.sender_comes = true;
        check_sender(p, &s, &wait);
    }
    assert_int_equal(s.refused, 0);
    push_destroy(p);
}

static void another_key_is_refused(void **state)
{
    struct scene s = {.port = free_port(SOCK_STREAM)};
    const struct push_wait wait = {over, refused, &s};
    struct push *p = listen_on("rtmp://127.0.0.1:%d/live/other?listen", s.port);
    char reason[PUSH_REASON_BYTES];
    (void)state;
    s.asked = PATIENCE;
    assert_int_equal(push_accept(p, &wait, reason), ERR_AGAIN);
    s.asked = PATIENCE - 20;
    s.sender_comes = true;
    assert_int_equal(push_accept(p, &wait, reason), ERR_AGAIN);
    assert_int_equal(s.refused, 1);
    assert_string_equal(s.why, "its stream key is not the one given here");
    leave(&s);
    push_destroy(p);
}

static void a_port_that_is_taken_is_said(void **state)
{
    static const char *const forms[] = {"rtmp://127.0.0.1:%d/live/key?listen",
                                        "srt://127.0.0.1:%d?mode=listener&passphrase=long-enough"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct scene s = {.asked = PATIENCE};
        const struct push_wait wait = {over, refused, &s};
        char reason[PUSH_REASON_BYTES], port[32];
        int type = i ? SOCK_DGRAM : SOCK_STREAM;
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof address;
        int fd = socket(AF_INET, type, 0);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
        assert_true(i == 1 || listen(fd, 1) == 0);
        struct push *p = listen_on(forms[i], ntohs(address.sin_port));
        assert_int_equal(push_accept(p, &wait, reason), ERR_IO);
        snprintf(port, sizeof port, "port %d", ntohs(address.sin_port));
        assert_non_null(strstr(reason, port));
        close(fd);
        /* And is tried again. */
        assert_int_equal(push_accept(p, &wait, reason), ERR_AGAIN);
        push_destroy(p);
    }
}

static int read_sent(void **state)
{
    FILE *file = fopen(OPENHESP_RTMP_SENT, "rb");
    (void)state;
    assert_non_null(file);
    sent_bytes = fread(sent, 1, sizeof sent, file);
    fclose(file);
    assert_true(sent_bytes > 4000);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_who_say_nothing_keep_nobody_out),
        cmocka_unit_test(the_next_one_is_let_in_after_the_last),
        cmocka_unit_test(another_key_is_refused),
        cmocka_unit_test(a_port_that_is_taken_is_said),
    };
    return cmocka_run_group_tests(tests, read_sent, NULL);
}
