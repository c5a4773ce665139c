/* Any bytes as the answer of a time source: what is taken is a moment of four-digit years. */
#include "player-sim/transport/http/time_source.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A day around what years may say: an offset moves the moment. */
    static const int64_t first_us = -86400000000, last_us = 253402387200000000;
    int64_t utc_us = -7, step_us = -7;
    if (!time_source_read((const char *)data, size, &utc_us, &step_us)) {
        if (utc_us != -7 || step_us != -7)
            abort();
        return 0;
    }
    if (utc_us < first_us || utc_us >= last_us || step_us < 1 || step_us > 1000000)
        abort();
    return 0;
}
