/* A channel whose every byte can be worked out: 10 frames a segment at 30 a second, 20 frames in
 * all; a rung's frame n (of the content) weighs 1000 + n bytes, its packet 5000 + n, a second rung
 * weighs a tenth; sound of 375/8 frames a second, 300 bytes each. */
#ifndef TESTS_SIMULATE_FIXTURE_H
#define TESTS_SIMULATE_FIXTURE_H

#include "player-sim/simulate/channel.h"
#include "support/cmocka_all.h"

enum { FRAMES = 20, SEGMENT = 10, MADE_US = 40000, SOUND_MADE_US = 60000, START_US = 5000000 };

struct stock {
    struct content content;
    struct content_rung rungs[2];
    uint64_t ends[2][FRAMES];
    uint32_t packets[2][FRAMES];
    struct sim_channel channel;
};

static inline void stock_fill(struct stock *s)
{
    static const int weights[] = {100, 1000};
    *s = (struct stock){.content = {.name = "stock",
                                    .rate = {30, 1},
                                    .segment_frames = SEGMENT,
                                    .frame_count = FRAMES,
                                    .rungs = s->rungs,
                                    .rung_count = 2,
                                    .sound = {.rate = {375, 8},
                                              .bandwidth_bps = 128000,
                                              .frame_bytes = 300,
                                              .packet_bytes = 700,
                                              .made_us = SOUND_MADE_US}},
                        .rungs = {{.name = "low", .bandwidth_bps = 30000},
                                  {.name = "high", .bandwidth_bps = 300000}}};
    for (int r = 0; r < 2; r++) {
        uint64_t bytes = 0;
        for (int n = 0; n < FRAMES; n++) {
            s->ends[r][n] = bytes += (uint64_t)(weights[r] + n);
            s->packets[r][n] = (uint32_t)(5 * weights[r] + n);
        }
        s->rungs[r].ends = s->ends[r];
        s->rungs[r].packet_bytes = s->packets[r];
        s->rungs[r].made_us = MADE_US;
    }
    char error[CONTENT_ERROR_BYTES];
    assert_int_equal(content_check(&s->content, error), 0);
    s->channel = (struct sim_channel){.content = &s->content, .start_us = START_US};
}

#endif
