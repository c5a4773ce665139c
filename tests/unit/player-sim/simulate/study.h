/* A small study, and what it says: its JSON and CSV, without what a clock has to do with. */
#ifndef TESTS_UNIT_PLAYER_SIM_SIMULATE_STUDY_H
#define TESTS_UNIT_PLAYER_SIM_SIMULATE_STUDY_H

#include "media/core/err.h"
#include "player-sim/content/synthetic.h"
#include "player-sim/simulate/simulate.h"
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum { STUDY_CHANNELS = 2, STUDY_US_PER_S = 1000000 };

static const char *const study_channels[STUDY_CHANNELS] = {"one", "two"};

struct study {
    struct content content;
    struct simulate_config config;
    atomic_bool stop;
};

/* 40 sessions that zap and switch on links with losses of their own. */
static inline void study_init(struct study *s, const char *delivery)
{
    char error[CONTENT_ERROR_BYTES];
    struct content_ladder ladder = content_ladder_default;
    ladder.duration_us = 12 * STUDY_US_PER_S;
    ladder.segment_duration = (struct rational){2, 1};
    *s = (struct study){0};
    assert_int_equal(content_synthesize(&ladder, &s->content, error), 0);
    s->config = (struct simulate_config){
        .contents = &s->content,
        .content_count = 1,
        .channel_count = STUDY_CHANNELS,
        .sessions = 40,
        .sharing = 1,
        .shard_count = 1,
        .threads = 1,
        .duration_us = 8 * STUDY_US_PER_S,
        .ramp_us = 3 * STUDY_US_PER_S,
        .rtt_us = 30000,
        .rate_bps = 4000000,
        .jitter_us = 3000,
        .loss = 0.002,
        .http = virtual_config_default,
        .delivery = segmented_delivery_find(delivery),
        .rule = abr_rule_find("throughput"),
        .estimator = abr_estimators[0],
        .zap = {2 * STUDY_US_PER_S, true},
        .change = {3 * STUDY_US_PER_S, true},
        .buffer_us = 33000,
        .part_us = 200000,
        .seed = 1,
        .stop = &s->stop,
    };
}

static inline void study_finish(struct study *s)
{
    content_finish(&s->content);
}

static inline struct report *study_report(const struct study *s, FILE *csv)
{
    struct report_config config = {.mode = "simulate",
                                   .seed = s->config.seed,
                                   .sessions = s->config.sessions,
                                   .channels = study_channels,
                                   .channel_count = STUDY_CHANNELS,
                                   .command = "",
                                   .csv = csv};
    struct report *r = NULL;
    assert_int_equal(report_create(&config, &r), 0);
    return r;
}

/* What it has cost is no part of the result. The caller frees. */
static inline char *study_json(struct report *r, struct report_facts facts)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    facts.cpu_s = 0;
    assert_int_equal(report_write_json(r, &facts, out), 0);
    fclose(out);
    return text;
}

struct study_texts {
    char *json, *csv; /* the caller's to free */
    struct simulate_result result;
};

static inline struct study_texts study_run(const struct study *s)
{
    struct study_texts texts = {0};
    char error[SIMULATE_TEXT_BYTES];
    size_t bytes;
    FILE *csv = open_memstream(&texts.csv, &bytes);
    assert_non_null(csv);
    struct report *r = study_report(s, csv);
    assert_int_equal(simulate_run(&s->config, r, NULL, NULL, &texts.result, error), 0);
    texts.json = study_json(r, texts.result.facts);
    report_destroy(r);
    fclose(csv);
    return texts;
}

static inline void study_free(struct study_texts *t)
{
    free(t->json);
    free(t->csv);
}

#endif
