/* Readings of the two clocks. Only main, event loops and threads' outermost loops call these;
 * everything that decides takes now_us as a parameter.
 * Thread-safety: every function, any thread. */
#ifndef MEDIA_CORE_CLOCK_H
#define MEDIA_CORE_CLOCK_H

#include <stdint.h>

enum { CLOCK_ISO8601_BYTES = 32 };

/* Microseconds of the monotonic clock, whose zero means nothing. */
int64_t clock_monotonic_us(void);

/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_utc_us(void);

/* Microseconds of CPU that the calling thread has used. */
int64_t clock_thread_cpu_us(void);

/* Sleeps until the monotonic clock shows at least deadline_us. */
void clock_sleep_until_us(int64_t deadline_us);

/* Writes utc_us as "YYYY-MM-DDThh:mm:ss.mmmZ" (HESP 3.2.1.4), rounded down to a millisecond. */
void clock_iso8601(int64_t utc_us, char out[CLOCK_ISO8601_BYTES]);

/* utc_us as a 64 bit NTP time stamp (RFC 5905 6: seconds since 1900 in the upper half, rounded to
 * the nearest 1/2^32 s so that clock_utc_from_ntp gives the same microsecond back), and back. Times
 * from 1968 to 2104 come back. */
uint64_t clock_ntp_from_utc(int64_t utc_us);
int64_t clock_utc_from_ntp(uint64_t ntp);

#endif
