#include "packager/pipeline/histogram.h"

#include <inttypes.h>

/* Upper bounds: a frame time at 60, 30 and 25 fps among them, since those are what people ask for.
 */
static const int64_t bounds_us[HISTOGRAM_BUCKETS] = {1000,   2000,   5000,   10000,  16667,
                                                     20000,  25000,  33334,  40000,  50000,
                                                     100000, 250000, 500000, 1000000};

void histogram_init(struct histogram *h)
{
    for (int i = 0; i <= HISTOGRAM_BUCKETS; i++)
        atomic_init(&h->counts[i], 0);
    atomic_init(&h->sum_us, 0);
}

void histogram_add(struct histogram *h, int64_t duration_us)
{
    int i = 0;
    if (duration_us < 0)
        duration_us = 0;
    while (i < HISTOGRAM_BUCKETS && duration_us > bounds_us[i])
        i++;
    atomic_fetch_add_explicit(&h->counts[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->sum_us, duration_us, memory_order_relaxed);
}

void histogram_write(const struct histogram *h, struct bytes_writer *out, const char *name,
                     const char *labels)
{
    const char *comma = *labels ? "," : "";
    int64_t below = 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        below += atomic_load_explicit(&h->counts[i], memory_order_relaxed);
        bytes_printf(out, "%s_bucket{%s%sle=\"%.6g\"} %" PRId64 "\n", name, labels, comma,
                     (double)bounds_us[i] / 1e6, below);
    }
    below += atomic_load_explicit(&h->counts[HISTOGRAM_BUCKETS], memory_order_relaxed);
    bytes_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRId64 "\n", name, labels, comma, below);
    bytes_printf(out, "%s_sum{%s} %.6f\n", name, labels,
                 (double)atomic_load_explicit(&h->sum_us, memory_order_relaxed) / 1e6);
    bytes_printf(out, "%s_count{%s} %" PRId64 "\n", name, labels, below);
}
