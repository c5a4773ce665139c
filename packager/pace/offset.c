#include "packager/pace/offset.h"

#include <string.h>

/* Just found: what was buffered while the feed was being opened comes as a burst, and what it adds
 * to the offset goes again as soon as the burst has left a still short window. */
static const int64_t settling_us = 2000000;
static const int64_t settling_jump_us = 20000;
static const int64_t jump_us = 200000;
static const int64_t hiatus_us = 300000; /* later than this is no jitter: found anew */
static const int64_t slide_from_us = 5000;
static const int64_t slide_divisor = 200; /* 0.5 %: as much as sound is stretched by */
static const int64_t longest_step_us = 100000;

void pace_offset_init(struct pace_offset *o, bool rises_only)
{
    memset(o, 0, sizeof *o);
    o->rises_only = rises_only;
}

void pace_offset_set(struct pace_offset *o, int64_t offset_us, int64_t now_us)
{
    o->known = true;
    o->sliding = false;
    o->offset_us = offset_us;
    o->found_us = now_us;
    o->observed_us = now_us;
    o->bucket = now_us / PACE_OFFSET_BUCKET_US;
    for (int i = 0; i < PACE_OFFSET_BUCKETS; i++)
        o->greatest_us[i] = INT64_MIN;
}

static void record(struct pace_offset *o, int64_t need_us, int64_t now_us)
{
    int64_t bucket = now_us / PACE_OFFSET_BUCKET_US;
    if (bucket - o->bucket > PACE_OFFSET_BUCKETS)
        o->bucket = bucket - PACE_OFFSET_BUCKETS;
    while (o->bucket < bucket)
        o->greatest_us[++o->bucket % PACE_OFFSET_BUCKETS] = INT64_MIN;
    int64_t *greatest_us = &o->greatest_us[bucket % PACE_OFFSET_BUCKETS];
    if (need_us > *greatest_us)
        *greatest_us = need_us;
}

/* The greatest need within the window: half of the time since the offset was found, up to all
 * buckets. */
static int64_t greatest_need(const struct pace_offset *o, int64_t now_us)
{
    int64_t buckets = (now_us - o->found_us) / 2 / PACE_OFFSET_BUCKET_US + 1;
    int64_t greatest_us = INT64_MIN;
    if (buckets > PACE_OFFSET_BUCKETS)
        buckets = PACE_OFFSET_BUCKETS;
    for (int64_t i = 0; i < buckets && i <= o->bucket; i++) {
        int64_t need_us = o->greatest_us[(o->bucket - i) % PACE_OFFSET_BUCKETS];
        if (need_us > greatest_us)
            greatest_us = need_us;
    }
    return greatest_us;
}

static void lower(struct pace_offset *o, int64_t elapsed_us, int64_t now_us)
{
    int64_t slack_us = o->offset_us - (greatest_need(o, now_us) + PACE_OFFSET_MARGIN_US);
    bool settling = now_us - o->found_us < settling_us;
    if (slack_us > (settling ? settling_jump_us : jump_us)) {
        o->offset_us -= slack_us;
        return;
    }
    if (slack_us > slide_from_us)
        o->sliding = true;
    if (slack_us <= 0)
        o->sliding = false;
    if (!o->sliding)
        return;
    int64_t step_us = elapsed_us / slide_divisor;
    o->offset_us -= step_us < slack_us ? step_us : slack_us;
}

void pace_offset_observe(struct pace_offset *o, int64_t need_us, int64_t now_us)
{
    if (!o->known || (!o->rises_only && need_us > o->offset_us + hiatus_us))
        pace_offset_set(o, need_us + PACE_OFFSET_MARGIN_US, now_us);
    record(o, need_us, now_us);
    int64_t elapsed_us = now_us - o->observed_us;
    o->observed_us = now_us;
    if (need_us > o->offset_us - PACE_OFFSET_MARGIN_US / 2)
        o->offset_us = need_us + PACE_OFFSET_MARGIN_US;
    else if (!o->rises_only)
        lower(o, elapsed_us < longest_step_us ? elapsed_us : longest_step_us, now_us);
}
