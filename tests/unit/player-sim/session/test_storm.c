/* Viewers in a world that does everything wrong: whatever happens, what must hold of all actions
 * does (fixture.h looks at each of them), nothing leaks (this runs under ASan), and the same calls
 * have the same outcome, however late the timers are. */
#include "fixture.h"

static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % below;
}

enum { LIVE_MAX = 64 };

/* Requests that are under way, as the viewer of this world has them. */
struct origin {
    struct session_request list[LIVE_MAX];
    size_t count;
    int64_t next[LIVE_MAX]; /* the frame that comes next; -1: not begun */
    bool sound[LIVE_MAX];   /* what the request is of, whose track is borrowed only ... */
    bool second[LIVE_MAX];  /* ... and of the second Presentation */
    bool dies;              /* there is none */
    bool followed;          /* a picture of it was shown */
    struct {
        uint32_t stream;
        int64_t sequence, since_us;
    } decoding[LIVE_MAX];
    size_t decodes;
    uint32_t open_stream;
};

static void forget_request(struct origin *o, size_t i)
{
    o->count--;
    o->list[i] = o->list[o->count];
    o->next[i] = o->next[o->count];
    o->sound[i] = o->sound[o->count];
    o->second[i] = o->second[o->count];
}

static void look(struct world *w, struct origin *o)
{
    struct session_action a;
    while (session_next_action(w->session, &a)) {
        note_action(w, &a);
        if (a.kind == SESSION_DO_REQUEST) {
            assert_true(o->count < LIVE_MAX);
            o->next[o->count] = -1;
            o->sound[o->count] = a.track && strcmp(a.track->name, "sound") == 0;
            o->second[o->count] = a.track && a.track->start.num;
            o->list[o->count++] = a.request;
        }
        o->followed |= a.kind == SESSION_SHOWED && a.track->start.num;
        for (size_t i = 0; a.kind == SESSION_DO_CANCEL && i < o->count; i++)
            if (o->list[i].id == a.request_id)
                forget_request(o, i--);
        if (a.kind == SESSION_DO_DECODE && !(a.opens && !a.video) && o->decodes < LIVE_MAX) {
            o->decoding[o->decodes].stream = a.stream;
            o->decoding[o->decodes].since_us = a.at_us;
            o->decoding[o->decodes++].sequence = a.sequence;
        }
    }
    assert_true(session_next_us(w->session) > w->now_us);
}

static const struct shape first = {.active = "p", .id = "p", .ends = ",\"endTime\":500"};
static const struct shape second = {.active = "q", .id = "q", .ends = "", .start = 500, .first = 3};

static struct session_channel *some_manifest(uint64_t *state, bool dies)
{
    struct shape s = draw(state, 4) && !dies ? plain : first;
    s.silent = draw(state, 8) == 0;
    s.single = draw(state, 8) == 0;
    if (dies || draw(state, 3))
        return make_channel(&s, NULL);
    s = first;
    s.active = draw(state, 2) ? "p" : "q";
    return make_channel(&s, &second);
}

static struct session_sample some_sample(uint64_t *state, bool is_sound, int64_t n)
{
    struct session_sample s = frame(n, is_sound);
    uint32_t oddity = draw(state, 60);
    if (oddity == 0)
        s.time += (int64_t)draw(state, 9000) - 2000;
    else if (oddity == 1)
        s.duration++;
    else if (oddity == 2)
        s.time = (int64_t)(((uint64_t)draw(state, UINT32_MAX) << 32) | draw(state, UINT32_MAX));
    else if (oddity == 3)
        s.timescale = draw(state, 3) * 1000;
    else if (oddity == 4)
        s.manifest_update = true;
    else if (oddity == 5)
        s.capture_us = -1;
    return s;
}

/* The second Presentation's times, which are not shifted, begin where the first one ends. */
static void put_behind(struct session_sample *s, bool is_sound, bool is_second)
{
    if (is_second && s->time < INT64_MAX / 2)
        s->time += is_sound ? 960000 : 500 - second.first;
}

/* Something happens to request i. */
static void serve(struct world *w, struct origin *o, size_t i, uint64_t *state)
{
    struct session_request r = o->list[i];
    bool is_sound = o->sound[i], is_second = o->second[i];
    struct session_event e = {
        .request = r.id, .text = "lost", .http_status = draw(state, 2) ? 404 : 0};
    struct blob *payload = blob_create("x", 1);
    int64_t live_us = w->now_us - (is_second ? 20000000 : 0);
    int64_t shift = is_second ? (is_sound ? 0 : second.first) : 0;
    int64_t live = live_us * (is_sound ? 48 : 25) / (is_sound ? 1024000 : 1000000) + shift;
    live = live < shift ? shift : live;
    uint32_t die = draw(state, 100);
    if (die < 4) {
        e.kind = SESSION_FAILED;
    } else if (r.kind == SESSION_GET_MANIFEST) {
        e.kind = SESSION_MANIFEST;
        e.channel = some_manifest(state, o->dies);
    } else if (r.kind == SESSION_GET_PACKET) {
        int64_t n = r.number == HESP_NOW || draw(state, 20) == 0 ? live : r.number;
        e.kind = SESSION_PACKET;
        e.has_sample = !is_sound;
        e.sample = some_sample(state, is_sound, n);
        put_behind(&e.sample, is_sound, is_second);
        e.sample.payload = payload;
        e.timescale = is_sound ? 48000 : 25;
        e.segment_id = is_sound ? (n + 1) * 8 / 750 : (n + 1 - shift) / 50;
        e.offset = n;
    } else if (die < 6) {
        e.kind = SESSION_FINISHED;
    } else {
        if (o->next[i] < 0)
            o->next[i] = r.offset ? r.offset + 1
                                  : (is_sound ? (r.number * 750 + 7) / 8 : r.number * 50 + shift);
        e.kind = SESSION_CHUNK;
        e.sample = some_sample(state, is_sound, o->next[i]++);
        put_behind(&e.sample, is_sound, is_second);
        e.sample.payload = draw(state, 2) ? payload : NULL;
        if (!e.sample.payload && w->payloads)
            e.sample.payload = payload;
    }
    session_handle(w->session, w->now_us, &e);
    look(w, o);
    /* It may have been cancelled, too, for what was due before. */
    for (i = 0; e.kind != SESSION_CHUNK && i < o->count; i++)
        if (o->list[i].id == r.id) {
            w->open[r.id] = false;
            forget_request(o, i);
        }
    session_channel_unref(e.channel);
    blob_unref(payload);
}

static void decode_one(struct world *w, struct origin *o, uint64_t *state)
{
    uint32_t stream = o->decoding[0].stream;
    int64_t sequence = o->decoding[0].sequence, at_us = w->now_us - draw(state, 5000);
    if (at_us < o->decoding[0].since_us)
        at_us = o->decoding[0].since_us;
    memmove(o->decoding, o->decoding + 1, --o->decodes * sizeof *o->decoding);
    session_decoded(w->session, w->now_us, stream, sequence, at_us, draw(state, 50) != 0, NULL);
    look(w, o);
}

static void storm(struct world *w, uint64_t seed, unsigned steps, bool *followed)
{
    struct origin o = {.dies = seed % 8 == 0};
    uint64_t state = seed;
    struct session_config config = world_config();
    config.channel_count = 3;
    config.decodes = draw(&state, 2);
    config.join = draw(&state, 2) ? SESSION_JOIN_SAME : SESSION_JOIN_SMALLEST;
    config.buffer_us = draw(&state, 3) * 100000;
    assert_int_equal(session_create(&config, &w->session), ERR_OK);
    w->payloads = config.decodes;
    session_start(w->session, 0);
    look(w, &o);
    for (unsigned i = 0; i < steps && w->requests < REQUESTS_MAX - 100; i++) {
        int64_t now_us =
            w->now_us + (draw(&state, 40) ? draw(&state, 15000) : draw(&state, 900000));
        while (w->punctual && session_next_us(w->session) <= now_us) {
            w->now_us = session_next_us(w->session);
            session_advance(w->session, w->now_us);
            look(w, &o);
        }
        w->now_us = now_us;
        uint32_t die = draw(&state, 400);
        if (die == 0) {
            session_zap(w->session, w->now_us, draw(&state, 3));
            look(w, &o);
        } else if (die == 1 || die == 2) {
            session_switch(w->session, w->now_us, draw(&state, 3000000));
            look(w, &o);
        } else if (die < 60 || (!o.count && !o.decodes)) {
            session_advance(w->session, w->now_us);
            look(w, &o);
        } else if (o.decodes && (die < 250 || !o.count)) {
            decode_one(w, &o, &state);
        } else if (o.count) {
            serve(w, &o, draw(&state, (uint32_t)o.count), &state);
        }
    }
    session_leave(w->session, w->now_us);
    look(w, &o);
    assert_int_equal(o.count, 0);
    for (uint32_t i = 1; i <= w->requests; i++)
        assert_false(w->open[i]);
    *followed = o.followed;
    session_destroy(w->session);
    w->session = NULL;
}

static struct world *empty_world(void)
{
    struct world *w = calloc(1, sizeof *w);
    w->log = calloc(1, LOG_BYTES);
    return w;
}

static void test_storms(void **state)
{
    (void)state;
    unsigned shown = 0, switched = 0, zapped = 0, ended = 0, stalled = 0, followed = 0;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        struct world *w = empty_world(), *again = empty_world();
        bool follows;
        storm(w, seed, 4000, &follows);
        storm(again, seed, 4000, &follows);
        assert_string_equal(w->log, again->log); /* the same calls, the same outcome */
        shown += strstr(w->log, "showed") != NULL;
        switched += strstr(w->log, "saw gap_ms") != NULL;
        zapped += strstr(w->log, "saw continuation_ms") != NULL;
        ended += strstr(w->log, "ended at") != NULL;
        stalled += strstr(w->log, "saw stall_ms") != NULL;
        followed += follows;
        world_destroy(w);
        world_destroy(again);
    }
    /* The storm reaches everything. */
    assert_true(shown > 100 && switched > 40 && zapped > 40 && ended > 0 && stalled > 60 &&
                followed > 40);
}

/* A calm world, with timers called in time and never: the same measurements. */
static void calm(struct world *w, bool punctual)
{
    struct shape silent = plain;
    silent.silent = true;
    w->punctual = punctual;
    w->measures = true;
    w->latency = true;
    told(w, 1, make_channel(&silent, NULL));
    packet(w, 2, 100);
    uint64_t state = 5;
    int64_t now_us = 50000;
    for (int64_t n = 101; n < 149; n++) {
        now_us += 38000 + draw(&state, 9000);
        at(w, now_us);
        chunk(w, 3, n);
        if (n == 110)
            change(w, 5000000);
        if (n == 112)
            packet(w, 4, 111);
        if (n > 112)
            chunk(w, 5, n - 1);
        if (n == 120)
            break;
    }
    for (int64_t n = 120; n < 140; n++) {
        now_us += 38000 + draw(&state, 9000);
        at(w, now_us);
        chunk(w, 5, n);
    }
    at(w, now_us + 3000000);
    session_leave(w->session, w->now_us);
    drain(w);
}

static void test_late_timers_change_nothing(void **state)
{
    (void)state;
    struct session_config config = world_config();
    struct world *late = world_create(&config), *punctual = world_create(&config);
    session_start(late->session, 0);
    session_start(punctual->session, 0);
    calm(late, false);
    calm(punctual, true);
    assert_string_equal(late->log, punctual->log);
    assert_non_null(strstr(late->log, "saw gap_ms"));
    assert_non_null(strstr(late->log, "saw stall_ms"));
    world_destroy(late);
    world_destroy(punctual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_storms),
        cmocka_unit_test(test_late_timers_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
