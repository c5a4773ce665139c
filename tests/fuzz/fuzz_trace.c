/* Traces, any bytes: what is taken keeps the ranges of trace.h and carries packets in order, what
 * is refused is refused in one line. */
#include "player-sim/link/link.h"
#include "player-sim/link/trace_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool true_of_all)
{
    if (!true_of_all)
        abort();
}

static void check_pieces(const struct trace *t)
{
    int64_t total_us = 0;
    expect(t->count >= 1 && t->count <= TRACE_PIECES_MAX);
    for (size_t i = 0; i < t->count; i++) {
        const struct trace_piece *p = &t->pieces[i];
        expect(p->duration_us > 0);
        expect(p->rate_bps >= 0 && p->rate_bps <= t->rate_max_bps);
        expect(p->rtt_us >= -1 && p->rtt_us <= t->rtt_max_us);
        total_us += p->duration_us;
        expect(t->ends_us[i] == total_us);
    }
    expect(total_us == t->total_us && total_us <= TRACE_TOTAL_MAX_US);
    expect(t->rate_mean_bps >= TRACE_MEAN_MIN_BPS && t->rate_mean_bps <= t->rate_max_bps);
}

static void carry(const struct trace *t)
{
    struct link l;
    int64_t now_us = 0, last_us = 0;
    link_init(&l, &(struct link_config){
                      .trace = t, .trace_from_us = t->total_us / 3, .queue_bytes = 1 << 20});
    for (int i = 0; i < 50; i++) {
        int64_t at_us, bytes = 1 + (INT64_C(1) << i % 20), step_us = t->total_us / (1 + i % 7 * 9);
        if (link_offer(&l, now_us, bytes, &at_us)) {
            expect(at_us >= now_us && at_us >= last_us);
            last_us = at_us;
        }
        int64_t backlog_bytes = link_backlog_bytes(&l, now_us);
        expect(backlog_bytes >= 0 && backlog_bytes <= l.backlog_max_bytes);
        now_us += step_us;
        expect(link_backlog_bytes(&l, now_us) <= backlog_bytes);
        expect(link_rate_bps(&l, now_us) <= t->rate_max_bps);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[TRACE_ERROR_BYTES] = "";
    struct trace *t = NULL;
    if (trace_parse((const char *)data, size, "input", &t, error)) {
        check_pieces(t);
        carry(t);
        expect(!error[0]);
    } else {
        expect(!t && !strncmp(error, "input: ", 7) && !strchr(error, '\n'));
    }
    trace_destroy(t);
    return 0;
}
