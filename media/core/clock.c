#include "media/core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static const int64_t us_per_s = 1000000;
static const int64_t ntp_epoch_offset_s = 2208988800; /* 1900 to 1970 */

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * us_per_s + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_utc_us(void)
{
    return read_us(CLOCK_REALTIME);
}

int64_t clock_thread_cpu_us(void)
{
    return read_us(CLOCK_THREAD_CPUTIME_ID);
}

void clock_sleep_until_us(int64_t deadline_us)
{
    struct timespec until = {.tv_sec = deadline_us / us_per_s,
                             .tv_nsec = deadline_us % us_per_s * 1000};
    if (deadline_us <= 0)
        return;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

void clock_iso8601(int64_t utc_us, char out[CLOCK_ISO8601_BYTES])
{
    int64_t s = utc_us / us_per_s;
    int64_t us = utc_us % us_per_s;
    if (us < 0) {
        us += us_per_s;
        s--;
    }
    time_t seconds = (time_t)s;
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t at = strftime(out, CLOCK_ISO8601_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out + at, CLOCK_ISO8601_BYTES - at, ".%03dZ", (int)(us / 1000));
}

uint64_t clock_ntp_from_utc(int64_t utc_us)
{
    uint64_t s = (uint64_t)(utc_us / us_per_s + ntp_epoch_offset_s);
    uint64_t us = (uint64_t)(utc_us % us_per_s);
    return (s << 32) | (((us << 32) + 500000) / 1000000);
}

int64_t clock_utc_from_ntp(uint64_t ntp)
{
    int64_t s = (int64_t)(ntp >> 32) - ntp_epoch_offset_s;
    if (!(ntp >> 63)) /* from 2036 on, the seconds have wrapped (RFC 5905 6, era 1) */
        s += INT64_C(1) << 32;
    int64_t us = (int64_t)(((ntp & 0xffffffff) * 1000000 + ((uint64_t)1 << 31)) >> 32);
    return s * us_per_s + us;
}
