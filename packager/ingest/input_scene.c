#include "packager/ingest/input_scene.h"

#include "media/core/err.h"
#include "packager/ingest/input_landscape.h"
#include "packager/ingest/input_sprites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BALL_PHASES = 60, BALLOONS = 2, BAR_LUMA = 24, NEUTRAL = 128 };

static const double full_turn = 6.283185307179586;

struct input_scene {
    int width, height;
    struct input_hue hue;
    struct input_cutout sky, mountains, hills, water;
    struct input_cutout ball[BALL_PHASES];
    struct input_cutout balloon[BALLOONS];
};

/* A row of the picture, given in 1/36 of its height, as an even number. */
static int row_at(int height, int units)
{
    return (int)((int64_t)height * units / 36) & ~1;
}

static int row(const struct input_scene *s, int units)
{
    return row_at(s->height, units);
}

int input_scene_bar_height(int height)
{
    return row_at(height, 6);
}

static int paint(struct input_scene *s)
{
    int status = input_landscape_sky(&s->sky, s->width, row(s, 20) - row(s, 6), s->hue);
    if (!status)
        status =
            input_landscape_mountains(&s->mountains, s->width, row(s, 21) - row(s, 10), s->hue);
    if (!status)
        status = input_landscape_hills(&s->hills, s->width, row(s, 23) - row(s, 16), s->hue);
    if (!status)
        status = input_landscape_water(&s->water, s->width, row(s, 28) - row(s, 21), s->hue);
    for (int i = 0; i < BALL_PHASES && !status; i++)
        status = input_sprites_ball(&s->ball[i], row(s, 9), i, BALL_PHASES, s->hue);
    for (int i = 0; i < BALLOONS && !status; i++)
        status = input_sprites_balloon(&s->balloon[i], row(s, 9 - 3 * i), s->hue);
    return status;
}

int input_scene_create(int width, int height, uint16_t channel, struct input_scene **out)
{
    struct input_scene *s = calloc(1, sizeof(*s));
    if (!s)
        return ERR_NOMEM;
    s->width = width;
    s->height = height;
    s->hue = input_landscape_hue(channel);
    int status = paint(s);
    if (status) {
        input_scene_destroy(s);
        return status;
    }
    *out = s;
    return 0;
}

void input_scene_destroy(struct input_scene *s)
{
    if (!s)
        return;
    input_cutout_finish(&s->sky);
    input_cutout_finish(&s->mountains);
    input_cutout_finish(&s->hills);
    input_cutout_finish(&s->water);
    for (int i = 0; i < BALL_PHASES; i++)
        input_cutout_finish(&s->ball[i]);
    for (int i = 0; i < BALLOONS; i++)
        input_cutout_finish(&s->balloon[i]);
    free(s);
}

/* How far a speed, in picture widths a minute, has come, in samples. */
static int64_t way(const struct input_scene *s, int64_t time_us, int widths_a_minute)
{
    return time_us / 1000 * widths_a_minute * s->width / 60000;
}

/* The sine of a swing with a period in milliseconds, at_turn turns ahead. */
static double swing(int64_t time_us, int period_ms, double at_turn)
{
    double turn = (double)(time_us % ((int64_t)period_ms * 1000)) / (period_ms * 1000.0);
    return sin(full_turn * (turn + at_turn));
}

/* Triangle: from 0 to range and back again. */
static int to_and_fro(int64_t at, int range)
{
    int in_period = (int)(at % (2 * (int64_t)range));
    return in_period < range ? in_period : 2 * range - in_period;
}

static void draw_balloons(const struct input_scene *s, int64_t time_us, AVFrame *frame)
{
    for (int i = BALLOONS - 1; i >= 0; i--) {
        const struct input_cutout *balloon = &s->balloon[i];
        int64_t span = s->width + balloon->width;
        int64_t at = way(s, time_us, 4 - i) + s->width * (2 + 3 * i) / 8;
        double sway = swing(time_us, 7000 + 2000 * i, 0.3 * i);
        input_cutout_draw(balloon, frame, (int)(at % span) - balloon->width,
                          row(s, 8 + i) + (int)lrint(sway * s->height / 90.0));
    }
}

/* A ripple moves each row to the side and lets it show a neighbour, more so in the foreground. */
static void draw_water_plane(const struct input_scene *s, int64_t time_us, int plane,
                             AVFrame *frame)
{
    int step = plane ? 2 : 1;
    int rows = s->water.height / step;
    int top = row(s, 21) / step;
    for (int y = 0; y < rows; y++) {
        double near = (double)y / rows;
        double waves = 9.0 * pow(near, 0.6);
        double aside = swing(time_us, 2300, -waves) * (0.0008 + 0.0022 * near) * s->width;
        double lift = swing(time_us, 1700, -1.7 * waves) * (0.4 + 0.004 * near * s->height) / step;
        int source = y + (int)lrint(lift);
        source = source < 0 ? 0 : source >= rows ? rows - 1 : source;
        int64_t offset = way(s, time_us, 4 + (int)(8 * near)) + s->width + (int64_t)lrint(aside);
        input_cutout_copy_row(&s->water, frame, plane, offset, source, top + y);
    }
}

static void draw_ball(const struct input_scene *s, int64_t time_us, AVFrame *frame)
{
    int size = s->ball[0].width;
    int x = to_and_fro(way(s, time_us, 11), s->width > size ? s->width - size : 1);
    int64_t bounce_us = 1600000;
    double u = (double)(time_us % bounce_us) / (double)bounce_us;
    int floor_row = row(s, 27) - size;
    int y = floor_row - (int)lrint(4.0 * u * (1.0 - u) * (floor_row - row(s, 8)));
    /* It turns as if it rolled: a quarter turn, after which it looks the same, in 0.785 sizes. */
    int phase = (int)((int64_t)x * BALL_PHASES * 1000 / (785 * (int64_t)size) % BALL_PHASES);
    input_cutout_draw(&s->ball[phase], frame, x, y);
}

/* Fills columns x0..x1 - 1 and rows y0..y1 - 1, all even, with one colour. */
static void fill(AVFrame *frame, int x0, int x1, int y0, int y1, const uint8_t colour[3])
{
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane ? 1 : 0;
        for (int y = y0 >> shift; y < y1 >> shift; y++)
            memset(frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane] + (x0 >> shift),
                   colour[plane], (size_t)((x1 - x0) >> shift));
    }
}

static void draw_bar(const struct input_scene *s, AVFrame *frame)
{
    static const uint8_t dark[3] = {BAR_LUMA, NEUTRAL, NEUTRAL};
    int bottom = input_scene_bar_height(s->height);
    int line = (s->height / 120 + 1) & ~1;
    uint8_t accent[3] = {150, (uint8_t)lrintf(128.0f + 1.8f * s->hue.u),
                         (uint8_t)lrintf(128.0f + 1.8f * s->hue.v)};
    fill(frame, 0, s->width, 0, bottom - line, dark);
    fill(frame, 0, s->width, bottom - line, bottom, accent);
}

void input_scene_draw(const struct input_scene *s, int64_t time_us, bool flash, AVFrame *frame)
{
    static const uint8_t white[3] = {INPUT_SCENE_WHITE, NEUTRAL, NEUTRAL};
    input_cutout_draw_panned(&s->sky, frame, way(s, time_us, 1), row(s, 6));
    draw_balloons(s, time_us, frame);
    input_cutout_draw_panned(&s->mountains, frame, way(s, time_us, 2), row(s, 10));
    input_cutout_draw_panned(&s->hills, frame, way(s, time_us, 5), row(s, 16));
    for (int plane = 0; plane < 3; plane++)
        draw_water_plane(s, time_us, plane, frame);
    draw_ball(s, time_us, frame);
    draw_bar(s, frame);
    if (flash)
        fill(frame, s->width / 4 & ~1, s->width * 3 / 4 & ~1, row(s, 8), row(s, 26), white);
}
