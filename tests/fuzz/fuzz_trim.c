/* Specifications of trimmed statistics, any text: what is taken has a value within reason, what is
 * refused is refused in one line whose example is taken. */
#include "player-sim/stats/trim.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool true_of_all)
{
    if (!true_of_all)
        abort();
}

static void evaluate(const struct trim *t)
{
    static const struct trim_run sorted[] = {{0, 2}, {2, 3}, {3, 4}, {5, 9}, {8, 10}, {1000, 12}};
    static const size_t count = sizeof sorted / sizeof *sorted;
    for (size_t n = 0; n <= count; n++) {
        double value = -1;
        if (!trim_value(t, sorted, n, &value))
            expect(value == -1);
        else if (t->kind == TRIM_TC)
            expect(value >= 0 && value <= (n ? (double)sorted[n - 1].end : 0));
        else if (t->kind == TRIM_PR)
            expect(value >= 0 && value <= 100);
        else if (t->kind == TRIM_TS)
            expect(value >= 0 && value <= 2038);
        else /* a WM may lie on a bound beyond all samples */
            expect(value >= 0 && (value <= 1000 || (t->kind == TRIM_WM && value <= t->lower)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trim t;
    char error[TRIM_ERROR_BYTES], *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    if (trim_read(text, &t, error)) {
        expect(!strcmp(t.text, text));
        evaluate(&t);
    } else {
        const char *remedy = NULL;
        for (char *at = error; (at = strstr(at, ": write ")); at++)
            remedy = at + strlen(": write ");
        expect(remedy && !strchr(error, '\n'));
        expect(trim_read(remedy, &t, error));
    }
    free(text);
    return 0;
}
