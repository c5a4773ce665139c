#include "player-sim/stats/units.h"

#include "media/core/err.h"
#include "media/core/lots.h"
#include "player-sim/stats/bootstrap.h"

#include <stdlib.h>
#include <string.h>

/* So many lots are drawn at most; samples beyond are dealt out evenly, which is what lots of so
 * many come to. */
static const uint64_t lots_max = 1 << 28;

enum { TABLE_AT_FIRST = 256, NO_UNIT = UINT32_MAX };

uint32_t lots_below(struct lots *l, uint32_t below)
{
    return (uint32_t)(((lots_draw(&l->state) >> 32) * below) >> 32);
}

void units_finish(struct units *u)
{
    free(u->entries);
}

/* ---- sessions ---- */

/* Sessions have any numbers: a table by which each is found. */
struct sessions {
    struct slot {
        uint32_t id, unit; /* NO_UNIT: nothing here */
    } * slots;
    size_t size; /* a power of two */
    uint32_t count;
};

static struct slot *slot_of(const struct sessions *s, uint32_t id)
{
    size_t at = (size_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (s->size - 1);
    while (s->slots[at].unit != NO_UNIT && s->slots[at].id != id)
        at = (at + 1) & (s->size - 1);
    return &s->slots[at];
}

static int grow(struct sessions *s)
{
    struct sessions larger = {.size = s->size ? s->size * 2 : TABLE_AT_FIRST, .count = s->count};
    larger.slots = malloc(larger.size * sizeof *larger.slots);
    if (!larger.slots)
        return ERR_NOMEM;
    for (size_t i = 0; i < larger.size; i++)
        larger.slots[i].unit = NO_UNIT;
    for (size_t i = 0; i < s->size; i++)
        if (s->slots[i].unit != NO_UNIT)
            *slot_of(&larger, s->slots[i].id) = s->slots[i];
    free(s->slots);
    *s = larger;
    return 0;
}

static int take_in(struct sessions *s, uint32_t id)
{
    if (2 * (size_t)s->count >= s->size && grow(s))
        return ERR_NOMEM;
    struct slot *slot = slot_of(s, id);
    if (slot->unit == NO_UNIT)
        *slot = (struct slot){id, s->count++};
    return 0;
}

static int compare_ids(const void *a, const void *b)
{
    uint32_t x = ((const struct slot *)a)->id, y = ((const struct slot *)b)->id;
    return x < y ? -1 : x > y;
}

/* Units from 0 in the order of the sessions' numbers; of too many, groups by lot. */
static int number(struct sessions *s, struct lots *lots)
{
    struct slot *list = malloc(s->count * sizeof *list);
    size_t used = 0;
    if (!list)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->size; i++)
        if (s->slots[i].unit != NO_UNIT)
            list[used++] = s->slots[i];
    qsort(list, used, sizeof *list, compare_ids);
    bool grouped = s->count > BOOTSTRAP_UNITS_MAX;
    for (size_t i = 0; i < used; i++)
        slot_of(s, list[i].id)->unit = grouped ? lots_below(lots, BOOTSTRAP_GROUPS) : (uint32_t)i;
    free(list);
    return 0;
}

static int units_of_sessions(struct units *u, struct sessions *s,
                             const struct stats_sample *samples, size_t count, struct lots *lots)
{
    int status = number(s, lots);
    if (status)
        return status;
    u->entries = malloc(count * sizeof *u->entries);
    if (!u->entries)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        u->entries[i] = (struct unit_entry){samples[i].value, slot_of(s, samples[i].session)->unit,
                                            samples[i].count};
    u->entry_count = count;
    u->count = s->count > BOOTSTRAP_UNITS_MAX ? (uint32_t)BOOTSTRAP_GROUPS : s->count;
    return 0;
}

/* ---- samples ---- */

static int units_of_few_samples(struct units *u, const struct stats_sample *samples, size_t count,
                                uint64_t n)
{
    u->entries = malloc(n * sizeof *u->entries);
    if (!u->entries)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < samples[i].count; k++, u->count++)
            u->entries[u->count] = (struct unit_entry){samples[i].value, u->count, 1};
    u->entry_count = u->count;
    return 0;
}

/* An entry's samples by lot to the groups, which get an entry each. */
static void deal(struct units *u, const struct stats_sample *sample, struct lots *lots,
                 uint64_t *drawn)
{
    uint32_t counts[BOOTSTRAP_GROUPS] = {0}, left = sample->count;
    for (; left && *drawn < lots_max; left--, ++*drawn)
        counts[lots_below(lots, BOOTSTRAP_GROUPS)]++;
    for (uint32_t group = 0; group < BOOTSTRAP_GROUPS; group++) {
        counts[group] += left / BOOTSTRAP_GROUPS + (group < left % BOOTSTRAP_GROUPS);
        if (counts[group])
            u->entries[u->entry_count++] = (struct unit_entry){sample->value, group, counts[group]};
    }
}

static int units_of_many_samples(struct units *u, const struct stats_sample *samples, size_t count,
                                 struct lots *lots)
{
    size_t most = 0;
    uint64_t drawn = 0;
    for (size_t i = 0; i < count; i++)
        most += samples[i].count < BOOTSTRAP_GROUPS ? samples[i].count : (size_t)BOOTSTRAP_GROUPS;
    u->entries = malloc(most * sizeof *u->entries);
    if (!u->entries)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        deal(u, &samples[i], lots, &drawn);
    u->count = BOOTSTRAP_GROUPS;
    return 0;
}

static int units_of_samples(struct units *u, const struct stats_sample *samples, size_t count,
                            struct lots *lots)
{
    uint64_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += samples[i].count;
    return n <= BOOTSTRAP_UNITS_MAX ? units_of_few_samples(u, samples, count, n)
                                    : units_of_many_samples(u, samples, count, lots);
}

int units_init(struct units *u, const struct stats_sample *samples, size_t count, struct lots *lots)
{
    struct sessions sessions = {0};
    int status = 0;
    memset(u, 0, sizeof *u);
    for (size_t i = 0; !status && i < count; i++)
        status = take_in(&sessions, samples[i].session);
    if (!status)
        status = sessions.count == 1 ? units_of_samples(u, samples, count, lots)
                                     : units_of_sessions(u, &sessions, samples, count, lots);
    free(sessions.slots);
    return status;
}
