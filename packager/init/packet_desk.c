#include "packager/init/packet_desk.h"
#include "media/core/err.h"

#include <assert.h>
#include <string.h>

void packet_desk_init(struct packet_desk *d, const struct packet_desk_config *config)
{
    assert(config->replays_max > 0);
    *d = (struct packet_desk){.config = *config, .newest = -1};
    demand_init(&d->demand, config->frame_rate);
}

/* d->count where there is none. */
static size_t place_of(const struct packet_desk *d, int64_t sequence)
{
    size_t i = 0;
    while (i < d->count && d->orders[i].sequence != sequence)
        i++;
    return i;
}

static struct packet_order *find(struct packet_desk *d, int64_t sequence)
{
    size_t i = place_of(d, sequence);
    return i < d->count ? &d->orders[i] : NULL;
}

/* NULL where the desk is full. */
static struct packet_order *add(struct packet_desk *d, int64_t sequence)
{
    if (d->count == PACKET_DESK_MAX)
        return NULL;
    d->orders[d->count] = (struct packet_order){.sequence = sequence};
    return &d->orders[d->count++];
}

static void remove_order(struct packet_desk *d, struct packet_order *o)
{
    size_t behind = (size_t)(&d->orders[--d->count] - o);
    memmove(o, o + 1, behind * sizeof *o);
}

static bool is_idle(const struct packet_order *o)
{
    return !o->waiting && !o->ahead && !o->making;
}

/* ---- frames ---- */

/* Late packets that nobody waits for are given up, oldest first: they can still be made when
 * somebody asks. */
static void make_room_ahead(struct packet_desk *d)
{
    struct packet_order *oldest = NULL;
    unsigned ahead = 0;
    for (size_t i = 0; i < d->count; i++) {
        struct packet_order *o = &d->orders[i];
        if (!o->ahead || o->waiting || o->making)
            continue;
        ahead++;
        if (!oldest || o->sequence < oldest->sequence)
            oldest = o;
    }
    if (ahead < PACKET_DESK_AHEAD)
        return;
    remove_order(d, oldest);
    d->skipped++;
}

static void order_ahead(struct packet_desk *d, int64_t sequence)
{
    make_room_ahead(d);
    struct packet_order *o = find(d, sequence);
    if (!o)
        o = add(d, sequence);
    if (o)
        o->ahead = true;
    else
        d->skipped++;
}

bool packet_desk_frame(struct packet_desk *d, int64_t sequence)
{
    bool first = d->newest < 0;
    d->newest = sequence;
    demand_frame(&d->demand, sequence);
    if (d->config.eager || d->demand.busy || first)
        order_ahead(d, sequence);
    return find(d, sequence) != NULL;
}

/* ---- requests ---- */

static bool is_live(const struct packet_desk *d, int64_t sequence)
{
    return sequence > d->newest - PACKET_DESK_EDGE;
}

/* Whether there is room for an order of a client's own behind the live edge. */
static bool has_room(const struct packet_desk *d, uint64_t client)
{
    size_t older = 0, own = 0;
    for (size_t i = 0; i < d->count; i++) {
        const struct packet_order *o = &d->orders[i];
        if (is_live(d, o->sequence) || !o->waiting)
            continue;
        older++;
        own += o->client == client;
    }
    return older < PACKET_DESK_MAX - PACKET_DESK_LIVE && own < PACKET_DESK_SHARE;
}

/* When the client was served, as his other orders have it. */
static int64_t turn_of(const struct packet_desk *d, uint64_t client)
{
    int64_t turn = 0;
    for (size_t i = 0; i < d->count; i++)
        if (d->orders[i].client == client && d->orders[i].turn > turn)
            turn = d->orders[i].turn;
    return turn;
}

/* NULL: refused. */
static struct packet_order *order(struct packet_desk *d, int64_t sequence, uint64_t client)
{
    struct packet_order *o = find(d, sequence);
    if (!o && (is_live(d, sequence) || has_room(d, client)))
        o = add(d, sequence);
    return o;
}

int packet_desk_want(struct packet_desk *d, int64_t sequence, uint64_t client, bool exists)
{
    demand_request(&d->demand, sequence);
    if (exists)
        return ERR_OK;
    struct packet_order *o = order(d, sequence, client);
    if (!o) {
        d->refused++;
        return ERR_FULL;
    }
    int64_t turn = turn_of(d, client);
    if (!o->waiting || turn < o->turn) {
        o->client = client;
        o->turn = turn;
    }
    o->waiting++;
    return ERR_OK;
}

void packet_desk_unwant(struct packet_desk *d, int64_t sequence)
{
    struct packet_order *o = find(d, sequence);
    if (!o || !o->waiting)
        return;
    o->waiting--;
    if (is_idle(o))
        remove_order(d, o);
}

/* ---- making ---- */

/* 0: can't be begun now; higher goes first. */
static int rank(const struct packet_desk *d, const struct packet_order *o, int64_t at_hand)
{
    if (o->making || o->sequence > d->newest)
        return 0;
    if (o->sequence < at_hand)
        return d->replays < d->config.replays_max ? 1 : 0;
    if (!o->waiting)
        return 2;
    return is_live(d, o->sequence) ? 4 : 3;
}

/* Whoever has been served goes behind the others who wait. */
static void note_turn(struct packet_desk *d, const struct packet_order *taken)
{
    if (!taken->waiting)
        return;
    d->turns++;
    for (size_t i = 0; i < d->count; i++)
        if (d->orders[i].client == taken->client)
            d->orders[i].turn = d->turns;
}

bool packet_desk_take(struct packet_desk *d, int64_t at_hand, int64_t *sequence)
{
    struct packet_order *best = NULL;
    int highest = 0;
    for (size_t i = 0; i < d->count; i++) {
        int r = rank(d, &d->orders[i], at_hand);
        if (r > highest || (r && r == highest && d->orders[i].turn < best->turn)) {
            highest = r;
            best = &d->orders[i];
        }
    }
    if (!best)
        return false;
    note_turn(d, best);
    best->making = true;
    best->replay = best->sequence < at_hand;
    d->replays += best->replay;
    *sequence = best->sequence;
    return true;
}

bool packet_desk_take_passing(struct packet_desk *d, int64_t sequence)
{
    struct packet_order *o = find(d, sequence);
    if (!o || o->making)
        return false;
    o->making = true;
    return true;
}

bool packet_desk_is_wanted(const struct packet_desk *d, int64_t sequence)
{
    size_t i = place_of(d, sequence);
    return i < d->count && (d->orders[i].waiting || d->orders[i].ahead);
}

void packet_desk_done(struct packet_desk *d, int64_t sequence)
{
    struct packet_order *o = find(d, sequence);
    assert(o && o->making);
    d->replays -= o->replay;
    remove_order(d, o);
}

void packet_desk_failed(struct packet_desk *d, int64_t sequence)
{
    struct packet_order *o = find(d, sequence);
    assert(o && o->making);
    if (++o->failed == PACKET_DESK_TRIES || (!o->waiting && !o->ahead)) {
        packet_desk_done(d, sequence);
        return;
    }
    d->replays -= o->replay;
    o->making = o->replay = false;
}
