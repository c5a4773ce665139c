/* What goes onto the link, and what becomes of it. */
#include "media/core/err.h"
#include "player-sim/transport/virtual/flow_state.h"

enum {
    BURST_PACKETS_LEAST = 2,
    BURST_PACKETS_MOST = 10,
    BURSTS_A_WINDOW = 8,
};

/* ---- what becomes of what was sent ---- */

/* When the sender knows what has become of the first burst in flight. A loss is found by the next
 * burst that is acknowledged, or by a probe, whose time starts anew with everything that is heard.
 */
static int64_t known_us(struct flow *f)
{
    const struct flow_burst *b = flow_burst_at(f, f->bursts.first);
    if (!b->lost)
        return b->acked_us;
    if (f->burst_heard < f->bursts.first)
        f->burst_heard = f->bursts.first;
    while (f->burst_heard < f->bursts.end && flow_burst_at(f, f->burst_heard)->lost)
        f->burst_heard++;
    int64_t from_us = b->sent_us > f->heard_us ? b->sent_us : f->heard_us;
    int64_t at_us = from_us + window_probe_us(&f->window);
    if (f->burst_heard == f->bursts.end)
        return at_us;
    int64_t acked_us = flow_burst_at(f, f->burst_heard)->acked_us;
    return acked_us < at_us ? acked_us : at_us;
}

static struct flow_queued *piece_of(const struct flow *f, const struct flow_burst *b)
{
    return b->piece < f->pieces.first ? NULL : flow_piece_at(f, b->piece);
}

static void take_loss(struct flow *f, const struct flow_burst *b, int64_t at_us)
{
    const struct flow_queued *q = piece_of(f, b);
    bool probed =
        f->burst_heard == f->bursts.end || flow_burst_at(f, f->burst_heard)->acked_us > at_us;
    f->lost_bursts--;
    window_lost(&f->window, at_us, b->sent_us, b->bytes, probed);
    if (!q || q->over || ring_reserve(&f->again, sizeof *b))
        return; /* without memory it never comes, and its reader gives up */
    *(struct flow_burst *)ring_at(&f->again, sizeof *b, f->again.end++) = *b;
}

static void take_news(struct flow *f)
{
    while (f->bursts.first < f->bursts.end) {
        int64_t at_us = known_us(f);
        if (at_us > f->engine->now_us)
            return;
        struct flow_burst b = *flow_burst_at(f, f->bursts.first++);
        if (b.lost) {
            take_loss(f, &b, at_us);
        } else {
            f->heard_us = at_us;
            window_acknowledged(&f->window, at_us,
                                &(struct window_sample){.sent_us = b.sent_us,
                                                        .alone_us = b.alone_us,
                                                        .bytes = b.bytes,
                                                        .whole = f->again.first == f->again.end});
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

/* As a burst is dropped or taken as one: what fits before a drop-tail queue, or all of it. */
static uint32_t fitting(const struct flow *f, uint32_t bytes)
{
    const struct link *down = &f->path->down;
    int64_t room = down->config.queue_bytes;
    if (link_sent_us(down) > f->engine->now_us)
        room -= link_backlog_bytes(down, f->engine->now_us);
    if (room < 0 || path_wire_bytes(bytes) <= room)
        return bytes;
    return least(bytes, (room / PATH_PACKET_BYTES + 1) * PATH_PAYLOAD_BYTES);
}

/* How much of `left` bytes goes out now; 0: the window is full. Whole packets, but at the end. */
static uint32_t allowed(const struct flow *f, uint32_t left)
{
    uint32_t bytes = least(left, burst_bytes(f));
    int64_t room = window_room(&f->window);
    if (room < bytes)
        bytes = (uint32_t)(room / PATH_PAYLOAD_BYTES) * PATH_PAYLOAD_BYTES;
    return fitting(f, bytes);
}

/* A piece's first packet is there before the burst's last by what the others take. */
static void note_arrival(struct flow_queued *q, int64_t wire_bytes, int64_t alone_us,
                         int64_t arrives_us)
{
    if (q->piece.first_us < 0 && wire_bytes > PATH_PACKET_BYTES)
        q->piece.first_us = arrives_us - alone_us * (wire_bytes - PATH_PACKET_BYTES) / wire_bytes;
    else if (q->piece.first_us < 0)
        q->piece.first_us = arrives_us;
    if (q->arrived_us < arrives_us)
        q->arrived_us = arrives_us;
}

static void note_loss(struct flow *f, struct flow_queued *q, uint32_t bytes)
{
    f->torn += !q->torn;
    q->torn = true;
    q->lost += bytes;
}

/* Room for the burst is there. */
static void offer(struct flow *f, uint64_t piece, uint32_t bytes, bool repeated)
{
    struct flow_queued *q = flow_piece_at(f, piece);
    struct link *down = &f->path->down;
    int64_t now_us = f->engine->now_us, wire_bytes = path_wire_bytes(bytes);
    int64_t start_us = link_sent_us(down), arrives_us = 0, alone_us = 0;
    bool taken = link_offer(down, now_us, wire_bytes, &arrives_us);
    if (taken) {
        alone_us = link_sent_us(down) - (start_us > now_us ? start_us : now_us);
        note_arrival(q, wire_bytes, alone_us, arrives_us);
        q->lost -= repeated ? bytes : 0;
    } else if (!repeated) {
        note_loss(f, q, bytes);
    }
    *flow_burst_at(f, f->bursts.end++) = (struct flow_burst){
        .sent_us = now_us,
        .acked_us = arrives_us + link_delay_us(&f->path->up, now_us),
        .alone_us = alone_us,
        .piece = piece,
        .bytes = bytes,
        .lost = !taken,
    };
    f->lost_bursts += !taken;
    window_sent(&f->window, now_us, bytes);
}

static bool has_room_for_burst(struct flow *f)
{
    return !ring_reserve(&f->bursts, sizeof(struct flow_burst));
}

/* false: some is left. */
static bool send_lost(struct flow *f)
{
    while (f->again.first < f->again.end) {
        struct flow_burst *b = ring_at(&f->again, sizeof *b, f->again.first);
        const struct flow_queued *q = piece_of(f, b);
        bool needed = q && !q->over;
        uint32_t bytes = needed ? allowed(f, b->bytes) : 0;
        if (needed && (!bytes || !has_room_for_burst(f)))
            return false;
        if (needed)
            offer(f, b->piece, bytes, true);
        b->bytes -= bytes;
        f->again.first += !needed || !b->bytes;
    }
    return true;
}

static void send_new(struct flow *f)
{
    while (f->piece_unsent < f->pieces.end) {
        struct flow_queued *q = flow_piece_at(f, f->piece_unsent);
        uint32_t bytes = q->unsent ? allowed(f, q->unsent) : 0;
        if (q->unsent && (!bytes || !has_room_for_burst(f)))
            return;
        if (bytes)
            offer(f, f->piece_unsent, bytes, false);
        q->unsent -= bytes;
        f->unsent_bytes -= bytes;
        f->piece_unsent += !q->unsent;
    }
}

void flow_send(struct flow *f)
{
    take_news(f);
    if (!flow_waits(f))
        return;
    window_wake(&f->window, f->engine->now_us);
    if (send_lost(f))
        send_new(f);
}

int64_t flow_send_us(struct flow *f)
{
    bool matters = flow_waits(f) || f->lost_bursts;
    return matters && f->bursts.first < f->bursts.end ? known_us(f) : TIMER_NEVER;
}
