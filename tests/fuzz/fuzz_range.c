/* The Range header parser on any text: what it takes is a range. */
#include "packager/origin/range.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store_range range = {-7, -7};
    char *value = malloc(size + 1);

    if (value == NULL)
        return 0;
    memcpy(value, data, size);
    value[size] = '\0';
    if (origin_range_parse(value, &range)) {
        if (range.first < 0 || range.last < range.first)
            abort();
    } else if (range.first != -7 || range.last != -7) {
        abort();
    }
    free(value);
    return 0;
}
