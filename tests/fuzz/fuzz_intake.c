/* A viewer's responses: the first byte tells what was asked for, the second one into what pieces
 * the rest is cut. In pieces and as a whole they give the same events and the same status, and what
 * is refused is refused in one line. */
#include "player-sim/transport/http/intake.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool true_of_all)
{
    if (!true_of_all)
        abort();
}

/* What came out, as far as it can be told from its order and its numbers. */
struct seen {
    uint64_t events, digest;
};

static void mix(struct seen *s, int64_t value)
{
    s->digest = (s->digest ^ (uint64_t)value) * 1099511628211u;
}

static int sink(void *context, const struct session_event *event)
{
    struct seen *s = context;
    s->events++;
    expect((event->kind == SESSION_MANIFEST) == (event->channel != NULL));
    expect(!event->has_sample || (event->sample.payload && event->sample.bytes > 0));
    mix(s, event->kind);
    mix(s, event->sample.time);
    mix(s, event->sample.duration);
    mix(s, event->sample.capture_us);
    mix(s, event->sample.manifest_update);
    mix(s, (int64_t)event->sample.bytes);
    mix(s, event->segment_id);
    mix(s, event->offset);
    return 0;
}

static int take(enum session_request_kind kind, const uint8_t *data, size_t size, unsigned cut,
                struct seen *seen)
{
    struct intake in;
    size_t at = 0;
    int status = 0;
    intake_init(&in, kind, "http://a.test/b/manifest.json", true);
    while (!status && at < size) {
        size_t most = size - at, piece = cut ? 1 + cut % 61 : most;
        cut = cut ? cut * 5 % 251 + 1 : 0;
        piece = piece < most ? piece : most;
        status = intake_take(&in, data + at, piece, sink, seen);
        at += piece;
    }
    if (!status)
        status = intake_end(&in, sink, seen);
    expect(!status || (in.text[0] && !strchr(in.text, '\n')));
    intake_finish(&in);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum session_request_kind kinds[] = {SESSION_GET_MANIFEST, SESSION_GET_PACKET,
                                                      SESSION_GET_SEGMENT};
    struct seen whole = {0}, pieces = {0};
    if (size < 2)
        return 0;
    enum session_request_kind kind = kinds[data[0] % 3];
    int status = take(kind, data + 2, size - 2, 0, &whole);
    expect(take(kind, data + 2, size - 2, 1 + data[1] % 250, &pieces) == status);
    expect(whole.events == pieces.events && whole.digest == pieces.digest);
    return 0;
}
