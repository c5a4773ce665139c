/* What a content looks like, for content.sh: figures of each rung on standard error, and one rung's
 * frames as CSV on standard output.
 * Usage: content-shape RUNG [FILE]    without FILE: a made-up one, 25 frames a second, 120 s */
#include "player-sim/content/file.h"
#include "player-sim/content/synthetic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SETTLED = 12 }; /* frames behind a keyframe, from which on the others are looked at */

static double *sizes_of(const struct content *c, size_t rung, size_t *count)
{
    double *logs = calloc(c->frame_count, sizeof *logs);
    for (size_t n = 0; logs && n < c->frame_count; n++) {
        double bytes = content_frame_bytes(c, rung, (int64_t)n);
        if (n % c->segment_frames >= SETTLED && bytes > c->box_bytes)
            logs[(*count)++] = log(bytes - c->box_bytes);
    }
    return logs;
}

static double covariance(const double *x, size_t count, size_t lag)
{
    double mean = 0, sum = 0;
    for (size_t n = 0; n < count; n++)
        mean += x[n] / (double)count;
    for (size_t n = lag; n < count; n++)
        sum += (x[n] - mean) * (x[n - lag] - mean);
    return sum / (double)count;
}

static void tell(const struct content *c, size_t rung)
{
    size_t count = 0;
    double keys = 0, packets = 0, rate = (double)c->rate.num / (double)c->rate.den;
    double mean = (double)content_bytes(c, rung, 0, (int64_t)c->frame_count);
    double *logs = sizes_of(c, rung, &count);
    if (!logs || !count)
        exit(1);
    mean /= (double)c->frame_count;
    for (size_t n = 0; n < c->frame_count; n++) {
        keys += n % c->segment_frames ? 0 : content_frame_bytes(c, rung, (int64_t)n);
        packets += content_packet_bytes(c, rung, (int64_t)n);
    }
    double variance = covariance(logs, count, 0);
    fprintf(stderr,
            "%-15s %6.0f kbit/s, keyframe %.2f x mean, log deviation %.2f, correlation %.2f %.2f "
            "%.2f at 1, 5 and 25 frames, packets %.1f kB, made in %.1f ms\n",
            c->rungs[rung].name, mean * 8 * rate / 1000,
            keys * c->segment_frames / (double)c->frame_count / mean, sqrt(variance),
            covariance(logs, count, 1) / variance, covariance(logs, count, 5) / variance,
            covariance(logs, count, 25) / variance, packets / (double)c->frame_count / 1000,
            (double)c->rungs[rung].made_us / 1000);
    free(logs);
}

int main(int argc, char **argv)
{
    struct content c;
    char error[CONTENT_ERROR_BYTES];
    struct content_ladder ladder = content_ladder_default;
    ladder.rate = (struct rational){25, 1};
    ladder.duration_us = 120000000;
    size_t shown = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    int status =
        argc > 2 ? content_read(argv[2], &c, error) : content_synthesize(&ladder, &c, error);
    if (status || argc < 2 || shown >= c.rung_count) {
        fprintf(stderr, "content-shape: %s\n", status ? error : "give RUNG [FILE], RUNG from 0 on");
        return 2;
    }
    for (size_t i = 0; i < c.rung_count; i++)
        tell(&c, i);
    puts("seconds,frame_kb,packet_kb");
    for (size_t n = 0; n < c.frame_count; n++)
        printf("%.3f,%.3f,%.3f\n", (double)n * (double)c.rate.den / (double)c.rate.num,
               content_frame_bytes(&c, shown, (int64_t)n) / 1e3,
               content_packet_bytes(&c, shown, (int64_t)n) / 1e3);
    content_finish(&c);
    return 0;
}
