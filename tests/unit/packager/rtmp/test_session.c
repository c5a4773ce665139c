/* An RTMP connection as its publisher sees it: greeting, commands, key, media. What publishers send
 * is written here by hand, as OBS and ffmpeg send it. */
#include "media/core/err.h"
#include "packager/rtmp/session.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

enum { HANDSHAKE = 1536, BYTES_MAX = 262144 };

/* What the publisher has sent so far. */
struct sent {
    uint8_t bytes[BYTES_MAX];
    size_t size;
    size_t chunk; /* size */
};

static void put(struct sent *s, const void *bytes, size_t size)
{
    assert_true(s->size + size <= sizeof s->bytes);
    memcpy(s->bytes + s->size, bytes, size);
    s->size += size;
}

static void greet(struct sent *s)
{
    s->size = 0;
    s->chunk = 128;
    for (int i = 0; i < 1 + 2 * HANDSHAKE; i++)
        put(s, &(uint8_t){i ? (uint8_t)(i % 251) : 3}, 1);
}

/* A message in chunks; the first has a full header, its time stamp below 0xffffff. */
static void message(struct sent *s, int id, int type, uint32_t time, const void *body, size_t size)
{
    const uint8_t header[12] = {(uint8_t)id,
                                (uint8_t)(time >> 16),
                                (uint8_t)(time >> 8),
                                (uint8_t)time,
                                (uint8_t)(size >> 16),
                                (uint8_t)(size >> 8),
                                (uint8_t)size,
                                (uint8_t)type,
                                (uint8_t)(id > 3),
                                0,
                                0,
                                0};
    put(s, header, sizeof header);
    for (size_t at = 0; at < size; at += s->chunk) {
        if (at)
            put(s, &(uint8_t){(uint8_t)(0xc0 | id)}, 1);
        put(s, (const uint8_t *)body + at, size - at < s->chunk ? size - at : s->chunk);
    }
}

/* AMF0 by letters: s a string, n a number of one byte, 0 null, { and } an object, k a key. */
struct amf {
    uint8_t bytes[2048];
    size_t size;
};

static void amf_bytes(struct amf *a, const void *bytes, size_t size)
{
    assert_true(a->size + size <= sizeof a->bytes);
    memcpy(a->bytes + a->size, bytes, size);
    a->size += size;
}

static void amf_text(struct amf *a, const char *text)
{
    size_t length = strlen(text);
    amf_bytes(a, (uint8_t[]){(uint8_t)(length >> 8), (uint8_t)length}, 2);
    amf_bytes(a, text, length);
}

static void amf_string(struct amf *a, const char *text)
{
    amf_bytes(a, "\x02", 1);
    amf_text(a, text);
}

/* 0 to 7: the doubles whose bytes one knows by heart. */
static void amf_number(struct amf *a, int value)
{
    static const uint8_t heads[8][2] = {{0, 0},       {0x3f, 0xf0}, {0x40, 0},    {0x40, 0x08},
                                        {0x40, 0x10}, {0x40, 0x14}, {0x40, 0x18}, {0x40, 0x1c}};
    amf_bytes(a, "\x00", 1);
    amf_bytes(a, heads[value], 2);
    amf_bytes(a, "\0\0\0\0\0\0", 6);
}

static void connect_to(struct sent *s, const char *application)
{
    struct amf a = {.size = 0};
    amf_string(&a, "connect");
    amf_number(&a, 1);
    amf_bytes(&a, "\x03", 1);
    amf_text(&a, "type");
    amf_string(&a, "nonprivate");
    amf_text(&a, "fpad");
    amf_bytes(&a, "\x01\x00", 2);
    amf_text(&a, "app");
    amf_string(&a, application);
    amf_text(&a, "capabilities");
    amf_number(&a, 7);
    amf_text(&a, "flashVer");
    amf_string(&a, "FMLE/3.0 (compatible; FMSc/1.0)");
    amf_text(&a, "tcUrl");
    amf_string(&a, "rtmp://media.example:1935/live");
    amf_bytes(&a, "\0\0\x09", 3);
    message(s, 3, 20, 0, a.bytes, a.size);
}

/* A command with a name behind a null: releaseStream, FCPublish, publish, deleteStream. */
static void command(struct sent *s, int id, const char *name, int transaction, const char *argument)
{
    struct amf a = {.size = 0};
    amf_string(&a, name);
    amf_number(&a, transaction);
    amf_bytes(&a, "\x05", 1);
    if (argument)
        amf_string(&a, argument);
    if (strcmp(name, "publish") == 0)
        amf_string(&a, "live");
    message(s, id, 20, 0, a.bytes, a.size);
}

static void announce(struct sent *s, const char *application, const char *key)
{
    greet(s);
    connect_to(s, application);
    command(s, 3, "releaseStream", 2, key);
    command(s, 3, "FCPublish", 3, key);
    command(s, 3, "createStream", 4, NULL);
    command(s, 4, "publish", 5, key);
}

static void picture(struct sent *s, uint32_t time, size_t size)
{
    static uint8_t body[200000];
    for (size_t i = 0; i < size; i++)
        body[i] = (uint8_t)(i * 3 + time);
    message(s, 6, 9, time, body, size);
}

/* Takes all, in pieces of so many bytes; 0 or the status that ended it. */
static int take(struct rtmp_session *r, const struct sent *s, size_t piece)
{
    int status = 0;
    for (size_t at = 0; at < s->size && status == 0; at += piece)
        status = rtmp_session_take(r, s->bytes + at, s->size - at < piece ? s->size - at : piece);
    return status;
}

static bool contains(const struct bytes_writer *w, const char *text)
{
    return w->size && memmem(w->data, w->size, text, strlen(text)) != NULL;
}

static struct sent sent;

static void a_publisher_with_the_key_is_let_in(void **state)
{
    struct rtmp_session r;
    (void)state;
    rtmp_session_init(&r, "live/secret");
    announce(&sent, "live", "secret");
    assert_int_equal(take(&r, &sent, sent.size), 0);
    assert_int_equal(r.phase, RTMP_PUBLISHING);
    assert_true(contains(&r.out, "NetConnection.Connect.Success"));
    assert_true(contains(&r.out, "NetStream.Publish.Start"));
    /* S0, S1, S2: the publisher's C1 comes back. */
    assert_int_equal(r.out.data[0], 3);
    assert_memory_equal(r.out.data + 1 + HANDSHAKE, sent.bytes + 1, HANDSHAKE);
    assert_int_equal(r.flv.size, 13);
    assert_memory_equal(r.flv.data, "FLV\x01\x00\x00\x00\x00\x09\x00\x00\x00\x00", 13);
    rtmp_session_finish(&r);
}

static void media_come_out_as_tags_however_they_were_cut(void **state)
{
    static const size_t pieces[] = {1, 7, 1000, BYTES_MAX};
    (void)state;
    announce(&sent, "live", "secret");
    message(&sent, 2, 1, 0, "\x00\x00\x10\x00", 4); /* chunks of 4096 from here on */
    sent.chunk = 4096;
    message(&sent, 4, 18, 0, "\x02\x00\x0d@setDataFrame\x02\x00\x0aonMetaData\x05", 30);
    picture(&sent, 40, 10000);
    message(&sent, 4, 8, 1300, "\xaf\x01late sound", 12);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct rtmp_session r;
        rtmp_session_init(&r, "live/secret");
        assert_int_equal(take(&r, &sent, pieces[i]), 0);
        const uint8_t *tag = r.flv.data + 13;
        assert_int_equal(r.flv.size, 13 + (15 + 14) + (15 + 10000) + (15 + 12));
        assert_memory_equal(tag, "\x12\x00\x00\x0e\x00\x00\x00\x00\x00\x00\x00", 11);
        assert_memory_equal(tag + 11, "\x02\x00\x0aonMetaData\x05", 14);
        assert_memory_equal(tag + 25, "\x00\x00\x00\x19", 4);
        tag += 29;
        assert_memory_equal(tag, "\x09\x00\x27\x10\x00\x00\x28\x00", 8);
        for (int k = 0; k < 10000; k++)
            assert_int_equal(tag[11 + k], (uint8_t)(k * 3 + 40));
        tag += 15 + 10000;
        assert_memory_equal(tag, "\x08\x00\x00\x0c\x00\x05\x14\x00", 8);
        assert_memory_equal(tag + 11, "\xaf\x01late sound", 12);
        rtmp_session_finish(&r);
    }
}

/* 0x01020304 ms is beyond what 24 bits hold; then a step of 40 ms, and the same step again. */
static void time_stamps_go_on_in_every_form(void **state)
{
    static const uint8_t chunks[] = {
        0x06, 0xff, 0xff, 0xff, 0,   0, 1, 9, 1,   0,   0, 0, 1, 2, 3, 4, 'a', /* whole, extended */
        0x86, 0,    0,    40,   'b',                                           /* a step */
        0xc6, 'c',                                                             /* the same */
        0x46, 0,    0,    5,    0,   0, 2, 8, 'd', 'e', /* other size and type */
    };
    static const uint32_t times[] = {0x01020304, 0x01020304 + 40, 0x01020304 + 80, 0x01020304 + 85};
    struct rtmp_session r;
    (void)state;
    rtmp_session_init(&r, "live/secret");
    announce(&sent, "live", "secret");
    put(&sent, chunks, sizeof chunks);
    assert_int_equal(take(&r, &sent, sent.size), 0);
    const uint8_t *tag = r.flv.data + 13;
    for (int i = 0; i < 4; i++) {
        uint32_t time =
            (uint32_t)tag[7] << 24 | (uint32_t)tag[4] << 16 | (uint32_t)tag[5] << 8 | tag[6];
        assert_int_equal(time, times[i]);
        assert_int_equal(tag[11], 'a' + i);
        tag += 15 + tag[3];
    }
    rtmp_session_finish(&r);
}

static void refused(const char *why, const char *told)
{
    struct rtmp_session r;
    rtmp_session_init(&r, "live/secret");
    assert_int_equal(take(&r, &sent, 100), ERR_INVALID);
    assert_int_equal(r.phase, RTMP_OVER);
    assert_string_equal(r.why, why);
    assert_true(!told || contains(&r.out, told));
    assert_false(contains(&r.out, "secret"));
    assert_int_equal(r.flv.size, 0);
    rtmp_session_finish(&r);
}

static void another_key_or_application_is_refused(void **state)
{
    static const char *const keys[] = {"", "secre", "secretly", "Secret", "x"};
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        announce(&sent, "live", keys[i]);
        picture(&sent, 0, 100);
        refused("its stream key is not the one given here", "NetStream.Publish.BadName");
    }
    announce(&sent, "other", "secret");
    refused("it names another application", "NetConnection.Connect.Rejected");
    announce(&sent, "liv", "secret");
    refused("it names another application", "NetConnection.Connect.Rejected");
    greet(&sent);
    command(&sent, 4, "publish", 5, "live/secret"); /* without connect */
    refused("its stream key is not the one given here", "NetStream.Publish.BadName");
}

/* OBS and ffmpeg agree on "application/key" as a whole, not on where it is cut. */
static void the_path_may_be_cut_at_any_slash(void **state)
{
    static const struct {
        const char *application, *key;
    } cuts[] = {{"a", "b/c"}, {"a/b", "c"}, {"a/b/", "c"}};
    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct rtmp_session r;
        rtmp_session_init(&r, "a/b/c");
        announce(&sent, cuts[i].application, cuts[i].key);
        assert_int_equal(take(&r, &sent, sent.size), 0);
        assert_int_equal(r.phase, RTMP_PUBLISHING);
        rtmp_session_finish(&r);
    }
}

static void media_before_the_key_do_not_come_out(void **state)
{
    struct rtmp_session r;
    (void)state;
    rtmp_session_init(&r, "live/secret");
    greet(&sent);
    connect_to(&sent, "live");
    picture(&sent, 0, 1000);
    command(&sent, 4, "publish", 5, "secret");
    picture(&sent, 40, 5);
    assert_int_equal(take(&r, &sent, sent.size), 0);
    assert_int_equal(r.flv.size, 13 + 15 + 5);
    rtmp_session_finish(&r);
}

static void what_is_no_publisher_is_refused(void **state)
{
    (void)state;
    sent.size = 0;
    put(&sent, "GET / HTTP/1.1\r\n\r\n", 18);
    refused("it does not speak RTMP", NULL);
    greet(&sent);
    picture(&sent, 0, RTMP_EARLY_BYTES + 1); /* much, before any key */
    refused("it sends more than a publisher does, or not RTMP", NULL);
    greet(&sent);
    for (int id = 2; id < 2 + RTMP_CHUNK_STREAMS + 1; id++)
        message(&sent, id, 9, 0, "x", 1);
    refused("it sends more than a publisher does, or not RTMP", NULL);
    greet(&sent);
    connect_to(&sent, "live");
    command(&sent, 4, "play", 2, "secret");
    refused("it wants to play, and this only listens", NULL);
    greet(&sent);
    message(&sent, 3, 20, 0, "\x02\x00\xff", 3); /* a string longer than the message */
    refused("its command is malformed", NULL);
    greet(&sent);
    for (int i = 0; i < 2000; i++) /* asks, and never reads an answer */
        command(&sent, 3, "createStream", 4, NULL);
    refused("it asks and does not listen", NULL);
}

static void a_farewell_ends_it(void **state)
{
    static const char *const farewells[] = {"FCUnpublish", "deleteStream", "closeStream"};
    (void)state;
    for (size_t i = 0; i < sizeof farewells / sizeof *farewells; i++) {
        struct rtmp_session r;
        rtmp_session_init(&r, "live/secret");
        announce(&sent, "live", "secret");
        picture(&sent, 0, 10);
        command(&sent, 3, farewells[i], 6, "secret");
        assert_int_equal(take(&r, &sent, sent.size), ERR_END);
        assert_int_equal(r.flv.size, 13 + 15 + 10);
        rtmp_session_finish(&r);
    }
}

/* Some encoders stop where nobody says how much has come. */
static void what_has_come_is_acknowledged(void **state)
{
    static const uint8_t wanted[] = {0x02, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0};
    struct rtmp_session r;
    (void)state;
    rtmp_session_init(&r, "live/secret");
    announce(&sent, "live", "secret");
    message(&sent, 2, 5, 0, "\x00\x01\x00\x00", 4); /* of every 65,536 */
    assert_int_equal(take(&r, &sent, sent.size), 0);
    bytes_writer_clear(&r.out);
    sent.size = 0;
    picture(&sent, 0, 150000);
    assert_int_equal(take(&r, &sent, 1000), 0);
    assert_true(r.out.size >= 2 * 16 && r.out.size % 16 == 0);
    for (size_t at = 0; at < r.out.size; at += 16)
        assert_memory_equal(r.out.data + at, wanted, sizeof wanted);
    rtmp_session_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_publisher_with_the_key_is_let_in),
        cmocka_unit_test(media_come_out_as_tags_however_they_were_cut),
        cmocka_unit_test(time_stamps_go_on_in_every_form),
        cmocka_unit_test(another_key_or_application_is_refused),
        cmocka_unit_test(the_path_may_be_cut_at_any_slash),
        cmocka_unit_test(media_before_the_key_do_not_come_out),
        cmocka_unit_test(what_is_no_publisher_is_refused),
        cmocka_unit_test(a_farewell_ends_it),
        cmocka_unit_test(what_has_come_is_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
