#include "packager/rtmp/session.h"
#include "media/core/err.h"
#include "packager/rtmp/amf.h"
#include "packager/rtmp/flv.h"

#include <stdbool.h>
#include <string.h>

enum { VERSION = 3, HANDSHAKE_BYTES = 1536 };
enum { CONTROL_CHUNKS = 2, COMMAND_CHUNKS = 3, MEDIA_STREAM = 1 };
enum { COMMAND_BYTES = 64, OUT_BYTES_MAX = 65536 };

enum type {
    TYPE_CHUNK_SIZE = 1,
    TYPE_ABORT = 2,
    TYPE_ACKNOWLEDGEMENT = 3,
    TYPE_USER_CONTROL = 4,
    TYPE_WINDOW = 5,
    TYPE_BANDWIDTH = 6,
    TYPE_SOUND = 8,
    TYPE_PICTURE = 9,
    TYPE_DATA = 18,
    TYPE_COMMAND_AMF3 = 17, /* an empty byte, then as TYPE_COMMAND */
    TYPE_COMMAND = 20,
};

static const uint32_t our_window_bytes = 2500000;

void rtmp_session_init(struct rtmp_session *s, const char *path)
{
    memset(s, 0, sizeof *s);
    s->path = path;
    s->window_bytes = our_window_bytes;
    rtmp_chunks_init(&s->chunks, RTMP_EARLY_BYTES);
}

void rtmp_session_finish(struct rtmp_session *s)
{
    rtmp_chunks_finish(&s->chunks);
    bytes_writer_finish(&s->in);
    bytes_writer_finish(&s->out);
    bytes_writer_finish(&s->flv);
}

static int end(struct rtmp_session *s, int status, const char *why)
{
    s->phase = RTMP_OVER;
    s->why = why;
    return status;
}

/* All of a secret is looked at, wherever it begins to differ. */
static bool same_secret(const char *a, const char *b)
{
    size_t length = strlen(b);
    unsigned different = strlen(a) != length;
    for (size_t i = 0; i < length && a[i]; i++)
        different |= (unsigned char)a[i] ^ (unsigned char)b[i];
    return !different;
}

static void send_command(struct rtmp_session *s, uint32_t stream, struct bytes_writer *command)
{
    if (command->status)
        s->out.status = command->status;
    else
        rtmp_chunks_write(&s->out, COMMAND_CHUNKS, TYPE_COMMAND, stream, command->data,
                          command->size);
    bytes_writer_finish(command);
}

static void write_status(struct bytes_writer *w, const char *level, const char *code,
                         const char *description)
{
    amf_write_begin(w);
    amf_write_key(w, "level");
    amf_write_string(w, level);
    amf_write_key(w, "code");
    amf_write_string(w, code);
    amf_write_key(w, "description");
    amf_write_string(w, description);
    amf_write_end(w);
}

static void send_on_status(struct rtmp_session *s, const char *level, const char *code,
                           const char *description)
{
    struct bytes_writer w = {0};
    amf_write_string(&w, "onStatus");
    amf_write_number(&w, 0);
    amf_write_null(&w);
    write_status(&w, level, code, description);
    send_command(s, MEDIA_STREAM, &w);
}

/* The answer to a command that asks for none in particular; stream: what createStream made. */
static void send_result(struct rtmp_session *s, double transaction, double stream)
{
    struct bytes_writer w = {0};
    amf_write_string(&w, "_result");
    amf_write_number(&w, transaction);
    amf_write_null(&w);
    if (stream > 0)
        amf_write_number(&w, stream);
    else
        amf_write_null(&w);
    send_command(s, 0, &w);
}

static void send_control(struct rtmp_session *s, uint8_t type, uint32_t value, int extra)
{
    struct bytes_writer w = {0};
    bytes_write_u32(&w, value);
    if (extra >= 0)
        bytes_write_u8(&w, (uint8_t)extra);
    if (w.status)
        s->out.status = w.status;
    else
        rtmp_chunks_write(&s->out, CONTROL_CHUNKS, type, 0, w.data, w.size);
    bytes_writer_finish(&w);
}

static void answer_connect(struct rtmp_session *s, double transaction, bool ours)
{
    struct bytes_writer w = {0};
    send_control(s, TYPE_WINDOW, our_window_bytes, -1);
    send_control(s, TYPE_BANDWIDTH, our_window_bytes, 2);
    amf_write_string(&w, ours ? "_result" : "_error");
    amf_write_number(&w, transaction);
    amf_write_begin(&w);
    amf_write_key(&w, "fmsVer");
    amf_write_string(&w, "FMS/3,5,7,7009");
    amf_write_key(&w, "capabilities");
    amf_write_number(&w, 31);
    amf_write_end(&w);
    if (ours)
        write_status(&w, "status", "NetConnection.Connect.Success", "connected");
    else
        write_status(&w, "error", "NetConnection.Connect.Rejected", "no such application");
    send_command(s, 0, &w);
}

/* Encoders split "application/key" where they like: the application is what ours begins with. */
static bool is_our_application(const struct rtmp_session *s)
{
    size_t length = strlen(s->application);
    return length && strncmp(s->path, s->application, length) == 0 && s->path[length] == '/';
}

static int take_connect(struct rtmp_session *s, double transaction, struct bytes_reader *r)
{
    amf_read_member(r, "app", s->application, sizeof s->application);
    if (r->status)
        return end(s, ERR_INVALID, "its connect command is malformed");
    for (size_t n = strlen(s->application); n && s->application[n - 1] == '/';)
        s->application[--n] = 0;
    bool ours = is_our_application(s);
    answer_connect(s, transaction, ours);
    return ours ? 0 : end(s, ERR_INVALID, "it names another application");
}

static int take_publish(struct rtmp_session *s, struct bytes_reader *r)
{
    char key[RTMP_NAME_BYTES];
    amf_skip(r);
    amf_read_string(r, key, sizeof key);
    if (r->status)
        return end(s, ERR_INVALID, "its publish command is malformed");
    if (!s->application[0] || !same_secret(key, s->path + strlen(s->application) + 1)) {
        send_on_status(s, "error", "NetStream.Publish.BadName", "not this stream key");
        return end(s, ERR_INVALID, "its stream key is not the one given here");
    }
    uint8_t stream_begins[6] = {0, 0, 0, 0, 0, MEDIA_STREAM};
    rtmp_chunks_write(&s->out, CONTROL_CHUNKS, TYPE_USER_CONTROL, 0, stream_begins,
                      sizeof stream_begins);
    send_on_status(s, "status", "NetStream.Publish.Start", "publishing");
    s->phase = RTMP_PUBLISHING;
    s->chunks.max_message_bytes = RTMP_MEDIA_BYTES;
    flv_write_header(&s->flv);
    return 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static int take_command(struct rtmp_session *s, const uint8_t *data, size_t size)
{
    static const char *const farewells[] = {"FCUnpublish", "deleteStream", "closeStream", NULL};
    static const char *const answered[] = {"releaseStream", "FCPublish", NULL};
    struct bytes_reader r;
    char command[COMMAND_BYTES];
    bytes_reader_init(&r, data, size);
    amf_read_string(&r, command, sizeof command);
    double transaction = amf_read_number(&r);
    if (r.status)
        return end(s, ERR_INVALID, "its command is malformed");
    if (s->phase == RTMP_PUBLISHING)
        return is_one_of(command, farewells) ? end(s, ERR_END, "the sender ended it") : 0;
    if (strcmp(command, "connect") == 0)
        return take_connect(s, transaction, &r);
    if (strcmp(command, "createStream") == 0)
        send_result(s, transaction, MEDIA_STREAM);
    else if (is_one_of(command, answered))
        send_result(s, transaction, 0);
    else if (strcmp(command, "publish") == 0)
        return take_publish(s, &r);
    else if (strcmp(command, "play") == 0)
        return end(s, ERR_INVALID, "it wants to play, and this only listens");
    return 0; /* what else it may say asks for nothing */
}

static int take_message(struct rtmp_session *s, const struct rtmp_message *m)
{
    struct bytes_reader r;
    bytes_reader_init(&r, m->data, m->size);
    switch (m->type) {
    case TYPE_CHUNK_SIZE:
        rtmp_chunks_resize(&s->chunks, bytes_read_u32(&r) & 0x7fffffff);
        break;
    case TYPE_ABORT:
        rtmp_chunks_abort(&s->chunks, bytes_read_u32(&r));
        break;
    case TYPE_WINDOW:
        s->window_bytes = bytes_read_u32(&r);
        break;
    case TYPE_COMMAND_AMF3:
        return m->size ? take_command(s, m->data + 1, m->size - 1) : 0;
    case TYPE_COMMAND:
        return take_command(s, m->data, m->size);
    case TYPE_SOUND:
    case TYPE_PICTURE:
    case TYPE_DATA:
        if (s->phase == RTMP_PUBLISHING)
            flv_write_tag(&s->flv, m->type, m->timestamp_ms, m->data, m->size);
        break;
    default:
        break;
    }
    return 0;
}

/* S0, S1 and S2: version 3, a second half that echoes theirs. Zeros after the time say that none
 * of the handshake's signatures is spoken. */
static void greet(struct rtmp_session *s, const uint8_t *theirs)
{
    uint8_t ours[HANDSHAKE_BYTES] = {0};
    for (size_t i = 8; i < sizeof ours; i++)
        ours[i] = (uint8_t)(i * 7);
    bytes_write_u8(&s->out, VERSION);
    bytes_write(&s->out, ours, sizeof ours);
    bytes_write(&s->out, theirs, HANDSHAKE_BYTES);
}

/* One step; *used bytes were taken. ERR_AGAIN: it needs more. */
static int step(struct rtmp_session *s, const uint8_t *data, size_t size, size_t *used)
{
    struct rtmp_message message;
    int status;
    *used = 0;
    switch (s->phase) {
    case RTMP_GREETING:
        if (size && data[0] != VERSION)
            return end(s, ERR_INVALID, "it does not speak RTMP");
        if (size < 1 + HANDSHAKE_BYTES)
            return ERR_AGAIN;
        greet(s, data + 1);
        s->phase = RTMP_GREETED;
        *used = 1 + HANDSHAKE_BYTES;
        return 0;
    case RTMP_GREETED:
        if (size < HANDSHAKE_BYTES)
            return ERR_AGAIN;
        s->phase = RTMP_COMMANDS;
        *used = HANDSHAKE_BYTES;
        return 0;
    case RTMP_COMMANDS:
    case RTMP_PUBLISHING:
        status = rtmp_chunks_take(&s->chunks, data, size, used, &message);
        if (status == 0)
            return take_message(s, &message);
        if (status == ERR_INVALID || status == ERR_FULL)
            return end(s, ERR_INVALID, "it sends more than a publisher does, or not RTMP");
        return status;
    case RTMP_OVER:
        break;
    }
    *used = size;
    return ERR_AGAIN;
}

static void acknowledge(struct rtmp_session *s)
{
    if (!s->window_bytes || s->phase < RTMP_COMMANDS ||
        s->taken_bytes - s->acknowledged_bytes < s->window_bytes / 2)
        return;
    s->acknowledged_bytes = s->taken_bytes;
    send_control(s, TYPE_ACKNOWLEDGEMENT, (uint32_t)s->taken_bytes, -1);
}

int rtmp_session_take(struct rtmp_session *s, const uint8_t *data, size_t size)
{
    size_t at = 0, used = 0;
    int status = 0;
    bytes_write(&s->in, data, size);
    s->taken_bytes += size;
    while (status == 0 && !s->in.status) {
        status = step(s, s->in.data + at, s->in.size - at, &used);
        at += used;
        if (status == 0 && s->out.size > OUT_BYTES_MAX)
            status = end(s, ERR_INVALID, "it asks and does not listen");
    }
    if (!s->in.status && at) {
        memmove(s->in.data, s->in.data + at, s->in.size - at);
        s->in.size -= at;
    }
    acknowledge(s);
    if (s->in.status || s->out.status || s->flv.status)
        return end(s, ERR_NOMEM, "there is no memory for it");
    return status == ERR_AGAIN ? 0 : status;
}
