/* Files of samples, any bytes: what is read is a run that can be written and read again, and what
 * is refused is refused in one line. */
#include "player-sim/report/samples.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool true_of_all)
{
    if (!true_of_all)
        abort();
}

static bool read_file(const void *data, size_t size, struct report_samples *out)
{
    char error[REPORT_ERROR_BYTES] = "";
    FILE *in = fmemopen((void *)data, size, "r");
    expect(in);
    int status = report_read_samples(in, NULL, 0, "player-sim merge", out, error);
    fclose(in);
    expect(status ? *error && !strchr(error, '\n') : !*error);
    return !status;
}

static void write_file(struct report_samples *s, char **text, size_t *size)
{
    FILE *out = open_memstream(text, size);
    expect(out && !report_write_samples(s->report, &s->facts, &s->shard, out));
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report_samples first, second;
    char *once, *again;
    size_t once_size, again_size;
    if (!size || !read_file(data, size, &first))
        return 0;
    write_file(&first, &once, &once_size);
    expect(read_file(once, once_size, &second));
    write_file(&second, &again, &again_size);
    expect(once_size == again_size && !memcmp(once, again, once_size));
    report_samples_finish(&first);
    report_samples_finish(&second);
    free(once);
    free(again);
    return 0;
}
