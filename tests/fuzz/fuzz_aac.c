/* Arbitrary bytes as an AudioSpecificConfig; what is read is written and read again. */
#include "media/aac/asc.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aac_asc asc, again;
    struct bytes_writer out;
    if (aac_asc_read(&asc, data, size))
        return 0;
    bytes_writer_init(&out);
    require(aac_asc_write(&out, &asc) == 0);
    require(aac_asc_read(&again, out.data, out.size) == 0);
    require(again.sample_rate == asc.sample_rate && again.channels == asc.channels &&
            again.samples_per_frame == asc.samples_per_frame);
    bytes_writer_finish(&out);
    return 0;
}
