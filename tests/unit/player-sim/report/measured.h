/* A run's measurements, made up: many sessions, some of which see the same thing again and again.
 */
#ifndef TESTS_UNIT_PLAYER_SIM_REPORT_MEASURED_H
#define TESTS_UNIT_PLAYER_SIM_REPORT_MEASURED_H

#include "fixture.h"

#include <math.h>

static inline uint64_t measured_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

/* Exponential, of that mean. */
static inline int64_t measured_wait_us(uint64_t *state, double mean_us)
{
    double share = (double)(measured_random(state) >> 11) / 9007199254740992.0;
    return (int64_t)(-log(1 - share) * mean_us);
}

/* Lots say what a session sees: each has a state of its own, so sessions can be told in any order,
 * and to any report. */
static inline void measured_session(struct report *r, size_t session, size_t frames)
{
    static const char *const names[] = {"720p", "360p", "1080p"};
    uint64_t lots = session + 1;
    for (size_t i = 0; i < frames; i++) {
        uint64_t lot = measured_random(&lots);
        struct report_place place = {.session = session,
                                     .at_us = (int64_t)i * 33333,
                                     .channel = lot % 2,
                                     .rendition = names[session % 3 ? (lot >> 8) % 3 : 2],
                                     .rtt_us = session % 5 ? (int64_t)(session % 9) * 20000 : -1};
        int64_t wait_us = measured_wait_us(&lots, 30000 + 1000.0 * (double)(session % 40));
        assert_int_equal(report_saw(r, &place, SESSION_ARRIVAL, wait_us), 0);
        assert_int_equal(
            report_saw_many(r, &place, SESSION_LATENCY, 50000 + wait_us / 50000 * 33333, 3), 0);
        if (lot % 50 == 0) {
            assert_int_equal(report_saw(r, &place, SESSION_ZAP, wait_us), 0);
            assert_int_equal(report_packet(r, &place, 20000 + lot % 90000, lot % 7 == 0), 0);
        }
        if (lot % 400 == 0)
            report_fault(r, &place, SESSION_FAULT_HTTP, session % 2 ? "even" : "odd");
        if (lot % 401 == 0)
            report_missed(r, &place, SESSION_SWITCH);
        if (lot % 403 == 0)
            assert_int_equal(report_saw(r, &place, SESSION_LATENCY, -1), 0);
    }
    struct report_place end = {.session = session, .rtt_us = -1};
    assert_int_equal(report_stalls(r, &end, (unsigned)(session % 4)), 0);
    double score = 3000 - (double)measured_wait_us(&lots, 4000);
    struct qoe_figures worth = {.shown = true,
                                .received_bytes = 1,
                                .switches = (int64_t)(session % 7),
                                .yin = score,
                                .nqoe = -score / 7};
    assert_int_equal(report_worth(r, &end, &worth), 0);
}

#endif
