#include "player-sim/transport/virtual/flow.h"
#include "media/core/err.h"
#include "player-sim/transport/virtual/window.h"

#include <assert.h>
#include <stdlib.h>

enum {
    FIRST_CAPACITY = 16, /* powers of two, all of them */
    BURST_PACKETS_LEAST = 2,
    BURST_PACKETS_MOST = 10,
    BURSTS_A_WINDOW = 8,
};

struct queued {
    struct flow_piece piece;
    uint32_t unsent;
    uint32_t lost;      /* bytes that are to come again */
    int64_t arrived_us; /* its last byte so far */
    bool over;          /* delivered, or dropped */
};

struct burst {
    int64_t sent_us, acked_us; /* lost: by when a probe finds out */
    uint64_t piece;
    uint32_t bytes;
    bool lost;
};

/* Rings of a power of two; indices count on for ever. */
struct flow {
    struct engine *engine;
    struct path *path;
    enum flow_kind kind;
    flow_handler *handler;
    void *context;
    struct window window;
    struct timer sending, delivering;

    struct queued *pieces;
    uint64_t piece_first, piece_end, piece_unsent; /* the first one not over; one behind the last;
                                                      the first one with something unsent */
    size_t piece_capacity;
    struct burst *bursts; /* in flight */
    uint64_t burst_first, burst_end;
    size_t burst_capacity;
    struct burst *again; /* lost and known to be: to be sent again */
    uint64_t again_first, again_end;
    size_t again_capacity;

    int64_t unsent_bytes;
    unsigned lost_bursts; /* of those in flight */
    unsigned holed;       /* pieces with lost > 0 */
    int64_t delivered_us; /* no piece arrives before the one that it waited for */
};

static int grow(void **ring, size_t item, size_t *capacity, uint64_t first, uint64_t end)
{
    if (end - first < *capacity)
        return ERR_OK;
    size_t wider = *capacity ? 2 * *capacity : FIRST_CAPACITY;
    char *to = malloc(wider * item), *from = *ring;
    if (!to)
        return ERR_NOMEM;
    for (uint64_t i = first; i < end; i++)
        __builtin_memcpy(to + (i & (wider - 1)) * item, from + (i & (*capacity - 1)) * item, item);
    free(from);
    *ring = to;
    *capacity = wider;
    return ERR_OK;
}

static struct queued *piece_at(const struct flow *f, uint64_t i)
{
    return &f->pieces[i & (f->piece_capacity - 1)];
}

static struct burst *burst_at(const struct flow *f, uint64_t i)
{
    return &f->bursts[i & (f->burst_capacity - 1)];
}

static struct queued *piece_of(const struct flow *f, const struct burst *b)
{
    return b->piece < f->piece_first ? NULL : piece_at(f, b->piece);
}

/* ---- what becomes of what was sent ---- */

/* A loss is found by the next burst that is acknowledged, or by a probe. */
static int64_t known_us(const struct flow *f, uint64_t i)
{
    const struct burst *b = burst_at(f, i);
    int64_t at_us = b->acked_us;
    for (uint64_t next = i + 1; b->lost && next < f->burst_end; next++) {
        const struct burst *later = burst_at(f, next);
        if (!later->lost)
            return later->acked_us < at_us ? later->acked_us : at_us;
    }
    return at_us;
}

static void send_again(struct flow *f, const struct burst *b)
{
    struct queued *q = piece_of(f, b);
    f->lost_bursts--;
    if (!q || q->over)
        return;
    if (grow((void **)&f->again, sizeof *f->again, &f->again_capacity, f->again_first,
             f->again_end))
        return; /* without memory it never comes, and its reader gives up */
    f->again[f->again_end++ & (f->again_capacity - 1)] = *b;
}

static void take_news(struct flow *f)
{
    while (f->burst_first < f->burst_end) {
        struct burst *b = burst_at(f, f->burst_first);
        int64_t at_us = known_us(f, f->burst_first);
        if (at_us > f->engine->now_us)
            return;
        f->burst_first++;
        if (b->lost) {
            window_lost(&f->window, at_us, b->sent_us, b->bytes);
            send_again(f, b);
        } else {
            window_acknowledged(&f->window, at_us, b->sent_us, b->bytes);
        }
    }
}

/* ---- sending ---- */

static uint32_t least(int64_t a, int64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

static uint32_t burst_bytes(const struct flow *f)
{
    int64_t packets = f->window.bytes / BURSTS_A_WINDOW / PATH_PAYLOAD_BYTES;
    if (f->path->by_packet)
        return PATH_PAYLOAD_BYTES;
    packets = packets < BURST_PACKETS_LEAST  ? BURST_PACKETS_LEAST
              : packets > BURST_PACKETS_MOST ? BURST_PACKETS_MOST
                                             : packets;
    return (uint32_t)packets * PATH_PAYLOAD_BYTES;
}

/* How much of `left` bytes goes out now; 0: the window is full. Whole packets, but at the end. */
static uint32_t allowed(const struct flow *f, uint32_t left)
{
    uint32_t bytes = least(left, burst_bytes(f));
    int64_t room = window_room(&f->window);
    if (room >= bytes)
        return bytes;
    return (uint32_t)(room / PATH_PAYLOAD_BYTES) * PATH_PAYLOAD_BYTES;
}

/* A burst's first packet is there before its last by what the others take at the link's rate. */
static int64_t first_of_burst_us(const struct flow *f, int64_t bytes, int64_t arrives_us)
{
    int64_t rate_bps = link_rate_bps(&f->path->down, f->engine->now_us);
    int64_t rest_bits = (path_wire_bytes(bytes) - PATH_PACKET_BYTES) * 8;
    if (rest_bits <= 0 || rate_bps <= 0)
        return arrives_us;
    int64_t first_us = arrives_us - rest_bits * 1000000 / rate_bps;
    return first_us > f->engine->now_us ? first_us : f->engine->now_us;
}

static void note_arrival(const struct flow *f, struct queued *q, int64_t bytes, int64_t arrives_us)
{
    if (q->piece.first_us < 0)
        q->piece.first_us = first_of_burst_us(f, bytes, arrives_us);
    if (q->arrived_us < arrives_us)
        q->arrived_us = arrives_us;
}

static bool offer(struct flow *f, uint64_t piece, uint32_t bytes, bool repeated)
{
    struct queued *q = piece_at(f, piece);
    int64_t now_us = f->engine->now_us, arrives_us;
    bool taken = link_offer(&f->path->down, now_us, path_wire_bytes(bytes), &arrives_us);
    if (taken)
        note_arrival(f, q, bytes, arrives_us);
    if (taken && repeated) {
        q->lost -= bytes;
        f->holed -= !q->lost;
    } else if (!taken && !repeated) {
        f->holed += !q->lost;
        q->lost += bytes;
    }
    *burst_at(f, f->burst_end++) = (struct burst){
        .sent_us = now_us,
        .acked_us = taken ? arrives_us + link_delay_us(&f->path->up, now_us)
                          : now_us + window_probe_us(&f->window),
        .piece = piece,
        .bytes = bytes,
        .lost = !taken,
    };
    f->lost_bursts += !taken;
    window_sent(&f->window, now_us, bytes);
    return taken;
}

static bool has_room_for_burst(struct flow *f)
{
    return !grow((void **)&f->bursts, sizeof *f->bursts, &f->burst_capacity, f->burst_first,
                 f->burst_end);
}

static void send_lost(struct flow *f)
{
    while (f->again_first < f->again_end && has_room_for_burst(f)) {
        struct burst *b = &f->again[f->again_first & (f->again_capacity - 1)];
        struct queued *q = piece_of(f, b);
        if (!q || q->over) {
            f->again_first++;
            continue;
        }
        uint32_t bytes = allowed(f, b->bytes);
        if (!bytes)
            return;
        uint64_t piece = b->piece;
        b->bytes -= bytes;
        if (!b->bytes)
            f->again_first++;
        offer(f, piece, bytes, true);
    }
}

static void send_new(struct flow *f)
{
    while (f->piece_unsent < f->piece_end && has_room_for_burst(f)) {
        struct queued *q = piece_at(f, f->piece_unsent);
        uint32_t bytes = q->unsent ? allowed(f, q->unsent) : 0;
        if (q->unsent && !bytes)
            return;
        if (bytes)
            offer(f, f->piece_unsent, bytes, false);
        q->unsent -= bytes;
        f->unsent_bytes -= bytes;
        f->piece_unsent += !q->unsent;
    }
}

static void send_ideally(struct flow *f)
{
    for (; f->piece_unsent < f->piece_end; f->piece_unsent++) {
        struct queued *q = piece_at(f, f->piece_unsent);
        int64_t arrives_us;
        if (q->unsent)
            link_offer(&f->path->down, f->engine->now_us, q->unsent, &arrives_us);
        note_arrival(f, q, q->unsent, link_sent_us(&f->path->down));
        f->unsent_bytes -= q->unsent;
        q->unsent = 0;
    }
}

/* ---- delivering ---- */

static bool is_complete(const struct queued *q)
{
    return !q->unsent && !q->lost;
}

/* Whether something of its stream that was written before holds it up. */
static bool is_held_up(const struct flow *f, uint64_t i)
{
    uint32_t stream = piece_at(f, i)->piece.stream;
    for (uint64_t before = f->piece_first; before < i; before++)
        if (!piece_at(f, before)->over && piece_at(f, before)->piece.stream == stream)
            return true;
    return false;
}

/* The piece that is delivered next; piece_end: none is ready. Without losses that is the first one,
 * as nothing overtakes on a link. */
static uint64_t next_piece(const struct flow *f)
{
    uint64_t best = f->piece_end;
    if (!f->holed || f->kind != FLOW_QUIC) {
        bool ready = f->piece_first < f->piece_unsent && is_complete(piece_at(f, f->piece_first));
        return ready ? f->piece_first : best;
    }
    for (uint64_t i = f->piece_first; i < f->piece_unsent; i++) {
        const struct queued *q = piece_at(f, i);
        if (q->over || !is_complete(q) || is_held_up(f, i))
            continue;
        if (best == f->piece_end || q->arrived_us < piece_at(f, best)->arrived_us)
            best = i;
    }
    return best;
}

static void forget(struct flow *f)
{
    while (f->piece_first < f->piece_end && piece_at(f, f->piece_first)->over)
        f->piece_first++;
    if (f->piece_unsent < f->piece_first)
        f->piece_unsent = f->piece_first;
}

static void arm(struct flow *f)
{
    bool waits = f->piece_unsent < f->piece_end || f->again_first < f->again_end;
    int64_t at_us = TIMER_NEVER;
    if (f->burst_first < f->burst_end && (waits || f->lost_bursts))
        at_us = known_us(f, f->burst_first);
    timers_set(&f->engine->timers, &f->sending, at_us);

    uint64_t next = next_piece(f);
    at_us = TIMER_NEVER;
    if (next < f->piece_end) {
        at_us = piece_at(f, next)->arrived_us;
        if (at_us < f->delivered_us && f->kind != FLOW_QUIC)
            at_us = f->delivered_us;
    }
    timers_set(&f->engine->timers, &f->delivering, at_us);
}

static void go_on(struct flow *f)
{
    if (f->kind == FLOW_IDEAL) {
        send_ideally(f);
    } else {
        take_news(f);
        if (f->piece_unsent < f->piece_end || f->again_first < f->again_end)
            window_wake(&f->window, f->engine->now_us);
        send_lost(f);
        if (f->again_first == f->again_end)
            send_new(f);
    }
    arm(f);
}

static void sending_due(void *context)
{
    go_on(context);
}

static void delivering_due(void *context)
{
    struct flow *f = context;
    uint64_t next = next_piece(f);
    if (next == f->piece_end)
        return;
    struct queued *q = piece_at(f, next);
    struct flow_piece piece = q->piece;
    q->over = true;
    f->delivered_us = f->engine->now_us;
    forget(f);
    arm(f);
    f->handler(f->context, &piece);
}

/* ---- what its user calls ---- */

int flow_create(struct engine *e, struct path *path, enum flow_kind kind, int64_t rtt_us,
                flow_handler *handler, void *context, struct flow **out)
{
    struct flow *f = calloc(1, sizeof *f);
    if (!f)
        return ERR_NOMEM;
    *f = (struct flow){.engine = e,
                       .path = path,
                       .kind = kind,
                       .handler = handler,
                       .context = context,
                       .sending = {.due = sending_due, .context = f},
                       .delivering = {.due = delivering_due, .context = f}};
    window_init(&f->window, e->now_us, rtt_us);
    if (timers_add(&e->timers, &f->sending) || timers_add(&e->timers, &f->delivering)) {
        flow_destroy(f);
        return ERR_NOMEM;
    }
    *out = f;
    return ERR_OK;
}

void flow_destroy(struct flow *f)
{
    if (!f)
        return;
    timers_remove(&f->engine->timers, &f->sending);
    timers_remove(&f->engine->timers, &f->delivering);
    free(f->pieces);
    free(f->bursts);
    free(f->again);
    free(f);
}

int flow_write(struct flow *f, const struct flow_piece *piece)
{
    assert(piece->bytes > 0);
    int status = grow((void **)&f->pieces, sizeof *f->pieces, &f->piece_capacity, f->piece_first,
                      f->piece_end);
    if (status)
        return status;
    struct queued *q = piece_at(f, f->piece_end++);
    *q = (struct queued){.piece = *piece, .unsent = piece->bytes};
    q->piece.first_us = -1;
    f->unsent_bytes += piece->bytes;
    go_on(f);
    return ERR_OK;
}

void flow_drop(struct flow *f, uint32_t stream)
{
    for (uint64_t i = f->piece_first; i < f->piece_end; i++) {
        struct queued *q = piece_at(f, i);
        if (q->over || q->piece.stream != stream)
            continue;
        f->unsent_bytes -= q->unsent;
        f->holed -= q->lost > 0;
        q->unsent = q->lost = 0;
        q->over = true;
    }
    forget(f);
    go_on(f);
}

int64_t flow_unsent_bytes(const struct flow *f)
{
    return f->unsent_bytes;
}
