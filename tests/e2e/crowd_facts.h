/* What is known of packets or samples since a first viewer received them, so that every other
 * viewer's can be compared. Thread-safety: belongs to one thread. */
#ifndef TESTS_E2E_CROWD_FACTS_H
#define TESTS_E2E_CROWD_FACTS_H

#include <stddef.h>
#include <stdint.h>

struct crowd_fact {
    uint64_t hash; /* of all its bytes; 0: nothing known */
    int64_t segment_id, offset;
};

struct crowd_facts {         /* {0} to begin with */
    struct crowd_fact *list; /* by sequence number */
    size_t capacity;
};

enum crowd_comparison {
    CROWD_FACT_NEW, /* and remembered */
    CROWD_FACT_SAME,
    CROWD_FACT_OTHER_BYTES,
    CROWD_FACT_OTHER_PLACE
};

/* Compares what came as number `sequence` (>= 0), and the place that goes with it. Asserts that
 * memory suffices. */
enum crowd_comparison crowd_facts_compare(struct crowd_facts *facts, int64_t sequence,
                                          const uint8_t *data, size_t size, int64_t segment_id,
                                          int64_t offset);
void crowd_facts_finish(struct crowd_facts *facts);

#endif
