/* What a packet costs and what it is worth, for each rule by which it could be given its QP: its
 * bytes, its CPU, and how close what a joined viewer sees comes to what the others see. A line of
 * CSV for each rule on standard output; see init_curves.sh, which draws them. */
#include "curve_pictures.h"
#include "curve_rung.h"

#include "media/core/log.h"
#include "media/core/values.h"

#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MAX = 80, QPS = 52 };

static const double initial_window_bytes = 14600; /* ten segments, RFC 6928 */

struct options {
    const char *source;
    struct curve_rung_config rung;
    int64_t frames, from, every, after;
    const char *deltas, *qps; /* lists of numbers, may be empty */
    const char *joins;        /* a file for a line about each join, or NULL */
};

/* A rule, and all joins with packets made by it. */
struct point {
    bool fixed; /* the packet's QP is always value; otherwise the continuation's frame's plus value
                 */
    int value;
    struct curve_join *joins;
    int count;
};

/* The rung under test, and the joins of one frame, each of which is made once, however many rules
 * lead to it. */
struct bench {
    const struct options *options;
    struct point points[POINTS_MAX];
    int point_count;
    struct curve_rung *rung;
    struct packet_encoder *packets;
    struct curve_join by_qp[QPS];
    bool made[QPS];
};

static const char usage[] =
    "Usage: init-curves [OPTION...] CLIP|test:\n"
    "  --size WxH        of the rung (1280x720)\n"
    "  --bitrate BPS     of its continuation (2500k)\n"
    "  --preset NAME     (superfast)\n"
    "  --fps RATE        (25)\n"
    "  --frames N        of the clip, which is repeated (500)\n"
    "  --from N          the first frame joined (25: the rate control has settled)\n"
    "  --every N         a join at each N-th frame, and where a segment begins (11)\n"
    "  --after N         frames that are looked at behind a join, 1..60 (30)\n"
    "  --deltas A,B,...  of the packet's QP against the continuation's (4,2,0,-1,...,-12)\n"
    "  --qps A,B,...     that all packets have (18,19,...,26)\n"
    "  --joins FILE      writes a line of CSV about each join, too\n";

static void refuse(const char *option, const char *value)
{
    fprintf(stderr, "init-curves: --%s %s: not understood; --help says how\n", option, value);
    exit(2);
}

static bool read_size(const char *text, struct curve_rung_config *rung)
{
    char *end;
    int64_t width, height;
    if (!value_prefix(text, &end, &width) || *end != 'x' ||
        !value_integer(end + 1, 16, 4096, &height) || width > 4096)
        return false;
    rung->width = (int)width;
    rung->height = (int)height;
    return true;
}

static bool read_option(struct options *o, int which, const char *value)
{
    switch (which) {
    case 's':
        return read_size(value, &o->rung);
    case 'b':
        return value_bits(value, &o->rung.bitrate_bps);
    case 'p':
        o->rung.preset = value;
        return true;
    case 'r':
        return value_rate(value, &o->rung.frame_rate);
    case 'n':
        return value_integer(value, 1, 1000000, &o->frames);
    case 'o':
        return value_integer(value, 0, 1000000, &o->from);
    case 'e':
        return value_integer(value, 1, 1000000, &o->every);
    case 'a':
        return value_integer(value, 1, CURVE_AFTER_MAX, &o->after);
    case 'd':
        o->deltas = value;
        return true;
    case 'q':
        o->qps = value;
        return true;
    default:
        o->joins = value;
        return true;
    }
}

static void read_options(int count, char **values, struct options *o)
{
    static const struct option names[] = {
        {"size", 1, NULL, 's'},  {"bitrate", 1, NULL, 'b'}, {"preset", 1, NULL, 'p'},
        {"fps", 1, NULL, 'r'},   {"frames", 1, NULL, 'n'},  {"from", 1, NULL, 'o'},
        {"every", 1, NULL, 'e'}, {"after", 1, NULL, 'a'},   {"deltas", 1, NULL, 'd'},
        {"qps", 1, NULL, 'q'},   {"joins", 1, NULL, 'j'},   {"help", 0, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int index, which;
    while ((which = getopt_long(count, values, "", names, &index)) != -1) {
        if (which == 'h') {
            fputs(usage, stdout);
            exit(0);
        }
        if (which == '?')
            exit(2);
        if (!read_option(o, which, optarg))
            refuse(names[index].name, optarg);
    }
    if (optind != count - 1) {
        fputs(usage, stderr);
        exit(2);
    }
    o->source = values[optind];
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory) {
        fputs("init-curves: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* A point for each number of a list. */
static void add_points(struct bench *b, const char *option, const char *list, bool fixed)
{
    const char *at = *list ? list : NULL;
    while (at) {
        char item[16];
        int64_t size;
        at = value_next_item(at, item, sizeof item);
        bool negative = *item == '-' && !fixed;
        if (b->point_count == POINTS_MAX || !value_integer(item + negative, 0, QPS - 1, &size))
            refuse(option, list);
        b->points[b->point_count++] = (struct point){
            .fixed = fixed,
            .value = (int)(negative ? -size : size),
            .joins = allocate((size_t)b->options->frames, sizeof(struct curve_join)),
        };
    }
}

static int packet_qp(const struct point *p, int qp)
{
    int wanted = p->fixed ? p->value : qp + p->value;
    if (wanted < 0)
        return 0;
    return wanted < QPS ? wanted : QPS - 1;
}

/* Joins at frame n by each rule: everything behind it is there. */
static void join(struct bench *b, int64_t n)
{
    memset(b->made, 0, sizeof b->made);
    for (int i = 0; i < b->point_count; i++) {
        struct point *p = &b->points[i];
        int qp = packet_qp(p, curve_rung_qp(b->rung, n));
        if (!b->made[qp])
            curve_rung_join(b->rung, b->packets, n, qp, (int)b->options->after, &b->by_qp[qp]);
        b->made[qp] = true;
        p->joins[p->count++] = b->by_qp[qp];
    }
}

static double rounds_of(double bytes)
{
    double rounds = 0;
    for (double sent = 0, window = initial_window_bytes; sent < bytes; window *= 2, rounds++)
        sent += window;
    return rounds;
}

static int by_bytes(const void *a, const void *b)
{
    const struct curve_join *x = a, *y = b;
    return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

/* Sorts p's joins. */
static void write_point(struct point *p)
{
    struct curve_join sum = {0}, worst = {.psnr = 99, .ssim = 1};
    double qp = 0, packet = 0, bytes = 0, rounds = 0;
    int followed = 0;
    qsort(p->joins, (size_t)p->count, sizeof *p->joins, by_bytes);
    for (int i = 0; i < p->count; i++) {
        const struct curve_join *j = &p->joins[i];
        qp += j->qp;
        packet += j->packet_qp;
        bytes += (double)j->bytes;
        rounds += rounds_of((double)j->bytes);
        sum.cpu_ms += j->cpu_ms;
        sum.psnr_first += j->psnr_first;
        if (!j->frames)
            continue;
        followed++;
        sum.psnr += j->psnr;
        sum.ssim += j->ssim;
        sum.source_loss += j->source_loss;
        worst.psnr = fmin(worst.psnr, j->psnr);
        worst.ssim = fmin(worst.ssim, j->ssim);
    }
    double n = p->count, f = followed ? followed : 1;
    double p90 = (double)p->joins[(p->count * 9 + 9) / 10 - 1].bytes;
    printf("%s,%d,%d,%.1f,%.1f,%.0f,%.0f,%.1f,%.1f,%.2f,%.2f,%.2f,%.2f,%.5f,%.5f,%.2f,%.2f\n",
           p->fixed ? "qp" : "delta", p->value, p->count, qp / n, packet / n, bytes / n, p90,
           bytes / n * 8 / 5e3, bytes / n * 8 / 20e3, rounds / n, sum.psnr_first / n, sum.psnr / f,
           worst.psnr, sum.ssim / f, worst.ssim, sum.source_loss / f, sum.cpu_ms / n);
}

static void write_joins(const struct bench *b, const char *name)
{
    FILE *file = fopen(name, "w");
    if (!file) {
        perror(name);
        exit(1);
    }
    fputs("rule,value,sequence,qp,packet_qp,bytes,psnr_first,psnr,ssim,source_loss,frames,cpu_ms\n",
          file);
    for (int i = 0; i < b->point_count; i++) {
        const struct point *p = &b->points[i];
        for (const struct curve_join *j = p->joins; j < p->joins + p->count; j++)
            fprintf(file, "%s,%d,%" PRId64 ",%d,%d,%zu,%.2f,%.2f,%.5f,%.2f,%d,%.2f\n",
                    p->fixed ? "qp" : "delta", p->value, j->sequence, j->qp, j->packet_qp, j->bytes,
                    j->psnr_first, j->psnr, j->ssim, j->source_loss, j->frames, j->cpu_ms);
    }
    if (fclose(file)) {
        perror(name);
        exit(1);
    }
}

static void run(struct bench *b)
{
    const struct options *o = b->options;
    b->rung = curve_rung_create(&o->rung);
    b->packets = curve_rung_packets(b->rung);
    struct curve_pictures *pictures =
        curve_pictures_create(o->source, o->rung.width, o->rung.height, o->rung.frame_rate);
    for (int64_t n = 0; n < o->frames; n++) {
        curve_rung_push(b->rung, curve_pictures_next(pictures));
        int64_t joined = n - o->after;
        if (joined >= o->from &&
            ((joined - o->from) % o->every == 0 || curve_rung_begins_segment(b->rung, joined)))
            join(b, joined);
    }
    curve_pictures_destroy(pictures);
    packet_encoder_destroy(b->packets);
    curve_rung_destroy(b->rung);
}

int main(int count, char **values)
{
    struct options o = {
        .rung = {1280, 720, 2500000, {25, 1}, "superfast"},
        .frames = 500,
        .from = 25,
        .every = 11,
        .after = 30,
        .deltas = "4,2,0,-1,-2,-3,-4,-5,-6,-7,-8,-9,-10,-11,-12",
        .qps = "18,19,20,21,22,23,24,25,26",
    };
    struct bench b = {.options = &o};
    read_options(count, values, &o);
    if (o.frames <= o.from + o.after) {
        fputs("init-curves: --frames must be more than --from and --after together\n", stderr);
        return 2;
    }
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_WARN);
    add_points(&b, "deltas", o.deltas, false);
    add_points(&b, "qps", o.qps, true);
    run(&b);
    if (o.joins)
        write_joins(&b, o.joins);
    puts("rule,value,packets,qp,packet_qp,bytes,bytes_p90,ms_5m,ms_20m,rounds,psnr_first,psnr,"
         "psnr_worst,ssim,ssim_worst,source_loss,cpu_ms");
    for (int i = 0; i < b.point_count; i++) {
        write_point(&b.points[i]);
        free(b.points[i].joins);
    }
    return 0;
}
