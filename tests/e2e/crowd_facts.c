#include "e2e/crowd_facts.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a */
static uint64_t hash_of(const uint8_t *data, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * UINT64_C(1099511628211);
    return hash ? hash : 1;
}

static struct crowd_fact *fact_of(struct crowd_facts *facts, int64_t sequence)
{
    while ((size_t)sequence >= facts->capacity) {
        size_t capacity = facts->capacity ? 2 * facts->capacity : 1024;
        facts->list = realloc(facts->list, capacity * sizeof *facts->list);
        assert(facts->list);
        memset(facts->list + facts->capacity, 0,
               (capacity - facts->capacity) * sizeof *facts->list);
        facts->capacity = capacity;
    }
    return &facts->list[sequence];
}

enum crowd_comparison crowd_facts_compare(struct crowd_facts *facts, int64_t sequence,
                                          const uint8_t *data, size_t size, int64_t segment_id,
                                          int64_t offset)
{
    struct crowd_fact *known = fact_of(facts, sequence);
    uint64_t hash = hash_of(data, size);
    if (!known->hash) {
        *known = (struct crowd_fact){hash, segment_id, offset};
        return CROWD_FACT_NEW;
    }
    if (known->hash != hash)
        return CROWD_FACT_OTHER_BYTES;
    bool same_place = known->segment_id == segment_id && known->offset == offset;
    return same_place ? CROWD_FACT_SAME : CROWD_FACT_OTHER_PLACE;
}

void crowd_facts_finish(struct crowd_facts *facts)
{
    free(facts->list);
    *facts = (struct crowd_facts){0};
}
