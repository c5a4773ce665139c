/* What an origin's time source says about its clock (HESP 3.2.3; the http-iso schemes of DASH
 * UTCTiming answer with a date and time of ISO 8601).
 * Thread-safety: pure functions, any thread. */
#ifndef PLAYER_SIM_TRANSPORT_HTTP_TIME_SOURCE_H
#define PLAYER_SIM_TRANSPORT_HTTP_TIME_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a scheme's answer is read by time_source_read: urn:mpeg:dash:utc:http-iso:2014 and its
 * other years. */
bool time_source_is_iso(const char *scheme);

/* Reads YYYY-MM-DDThh:mm:ss, with or without digits after the point, and Z, an offset of hours and
 * minutes, or nothing (UTC). Blanks may stand around it. *step_us is what its last digit is worth.
 * false: something else. */
bool time_source_read(const char *text, size_t size, int64_t *utc_us, int64_t *step_us);

/* How far the source's clock is ahead of ours, if it answered `told_us` to a request that left at
 * sent_us and whose answer came at came_us of our own UTC; and how wrong that can be. A clock tells
 * its time rounded down, and takes a moment to write it. */
struct time_source_estimate {
    int64_t offset_us, error_us;
};
struct time_source_estimate time_source_estimate(int64_t told_us, int64_t step_us, int64_t sent_us,
                                                 int64_t came_us);

#endif
