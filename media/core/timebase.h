/* Exact arithmetic on times and rates. All of it is integer, with 128 bit products, and never goes
 * through microseconds where a frame's own timescale can be kept (HESP 3.1.3).
 * Thread-safety: pure functions, any thread. */
#ifndef MEDIA_CORE_TIMEBASE_H
#define MEDIA_CORE_TIMEBASE_H

#include <stdint.h>

/* num/den, den > 0. A frame rate: frames per second (30000/1001). A duration: seconds. */
struct rational {
    int64_t num;
    int64_t den;
};

/* floor(a * b / c) and ceil(a * b / c) for c > 0, any signs of a and b. The result must fit into
 * 64 bits: that is the caller's to ensure, and asserted. */
int64_t timebase_muldiv_floor(int64_t a, int64_t b, int64_t c);
int64_t timebase_muldiv_ceil(int64_t a, int64_t b, int64_t c);

/* In lowest terms. */
struct rational timebase_reduce(struct rational r);

/* Microseconds from a track's start to the start of its frame number n, rounded down:
 * floor(n * 1000000 / rate). For pacing only; media times stay in ticks. */
int64_t timebase_frame_us(int64_t n, struct rational rate);

/* The number of the frame that is current at elapsed_us after the start: floor(us * rate / 10^6).
 */
int64_t timebase_frame_at_us(int64_t elapsed_us, struct rational rate);

/* HESP 3.1.3: floor((t - start) * rate) + start_sequence, with t and start in ticks of scale. */
int64_t timebase_sequence(int64_t t_ticks, int64_t start_ticks, int64_t scale, struct rational rate,
                          int64_t start_sequence);

/* HESP 5.2: with segments of duration seconds on a track of rate frames per second, the number of
 * the first frame of segment k: the first whose time is >= k * duration. k >= 0. */
int64_t timebase_segment_first_frame(int64_t k, struct rational duration, struct rational rate);

/* The segment that frame n (>= 0) belongs to. */
int64_t timebase_segment_of_frame(int64_t n, struct rational duration, struct rational rate);

#endif
