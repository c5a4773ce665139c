#include "media/stamp/stamp.h"

#include "media/core/err.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    CONTENT_BYTES = 14,
    CHECKED_BYTES = 12,
    FIRST_CONTENT_COLUMN = 2,
    LAST_CONTENT_COLUMN = 29,
    HEIGHT_UNITS = 18, /* a row of cells is 1/18 of the picture's height, the first at 14/18 */
    TOP_UNIT = HEIGHT_UNITS - STAMP_ROWS,
    TIME_UNIT_US = 100,
    CALIBRATION_CELLS_EACH = 8, /* black ones, and white ones */
};

struct cell {
    int x0, x1, y0, y1; /* x1 and y1 are not part of it */
};

static struct cell cell_at(const struct stamp_plane *plane, int column, int row)
{
    return (struct cell){
        .x0 = (int)((int64_t)column * plane->width / STAMP_COLUMNS),
        .x1 = (int)((int64_t)(column + 1) * plane->width / STAMP_COLUMNS),
        .y0 = (int)((int64_t)(TOP_UNIT + row) * plane->height / HEIGHT_UNITS),
        .y1 = (int)((int64_t)(TOP_UNIT + row + 1) * plane->height / HEIGHT_UNITS),
    };
}

static bool is_calibration(int column)
{
    return column < FIRST_CONTENT_COLUMN || column > LAST_CONTENT_COLUMN;
}

static bool calibration_bit(int column, int row)
{
    if (column < FIRST_CONTENT_COLUMN)
        return (column + row) % 2 == 0;
    return row % 2 == 0;
}

static bool content_bit(const uint8_t content[CONTENT_BYTES], int column, int row)
{
    int byte = (column - FIRST_CONTENT_COLUMN) / 2;
    int bit = 7 - (2 * row + column % 2);
    return content[byte] >> bit & 1;
}

static uint16_t crc16(const uint8_t *data, size_t size)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < size; i++) {
        crc ^= (uint16_t)(data[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x3D65 : crc << 1);
    }
    return (uint16_t)~crc;
}

static void put_number(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        at[i] = (uint8_t)value;
        value >>= 8;
    }
}

static uint64_t get_number(const uint8_t *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static uint32_t from_gray(uint32_t gray)
{
    for (int shift = 1; shift < 32; shift *= 2)
        gray ^= gray >> shift;
    return gray;
}

static bool is_large_enough(const struct stamp_plane *plane)
{
    return plane->width >= STAMP_WIDTH_MIN && plane->height >= STAMP_HEIGHT_MIN;
}

int stamp_top(int height)
{
    return (int)((int64_t)TOP_UNIT * height / HEIGHT_UNITS);
}

static void draw_row(struct stamp_plane *plane, const uint8_t content[CONTENT_BYTES], int row)
{
    struct cell cell = cell_at(plane, 0, row);
    uint8_t *first = plane->data + (ptrdiff_t)cell.y0 * plane->stride;
    for (int column = 0; column < STAMP_COLUMNS; column++) {
        bool white = is_calibration(column) ? calibration_bit(column, row)
                                            : content_bit(content, column, row);
        cell = cell_at(plane, column, row);
        memset(first + cell.x0, white ? STAMP_WHITE : STAMP_BLACK, (size_t)(cell.x1 - cell.x0));
    }
    for (int y = cell.y0 + 1; y < cell.y1; y++)
        memcpy(plane->data + (ptrdiff_t)y * plane->stride, first, (size_t)plane->width);
}

void stamp_write(struct stamp_plane *plane, const struct stamp *stamp)
{
    assert(stamp->capture_utc_us >= 0);
    assert(stamp->capture_utc_us / TIME_UNIT_US < (int64_t)1 << 48);
    if (!is_large_enough(plane))
        return;

    uint8_t content[CONTENT_BYTES];
    put_number(content, stamp->channel, 2);
    put_number(content + 2, (uint64_t)(stamp->capture_utc_us / TIME_UNIT_US), 6);
    put_number(content + 8, stamp->frame ^ stamp->frame >> 1, 4);
    put_number(content + CHECKED_BYTES, crc16(content, CHECKED_BYTES), 2);
    for (int row = 0; row < STAMP_ROWS; row++)
        draw_row(plane, content, row);
}

static int mean_of_middle(const struct stamp_plane *plane, struct cell cell)
{
    int margin_x = (cell.x1 - cell.x0) / 4;
    int margin_y = (cell.y1 - cell.y0) / 4;
    int64_t sum = 0, count = 0;
    for (int y = cell.y0 + margin_y; y < cell.y1 - margin_y; y++) {
        const uint8_t *line = plane->data + (ptrdiff_t)y * plane->stride;
        for (int x = cell.x0 + margin_x; x < cell.x1 - margin_x; x++) {
            sum += line[x];
            count++;
        }
    }
    return (int)(sum / count);
}

/* What the calibration cells say: above high is white, below low is black, between them neither. */
struct levels {
    int low, high;
};

/* False where black and white are not apart. */
static bool find_levels(int means[STAMP_ROWS][STAMP_COLUMNS], struct levels *levels)
{
    int sums[2] = {0, 0};
    for (int row = 0; row < STAMP_ROWS; row++)
        for (int column = 0; column < STAMP_COLUMNS; column++)
            if (is_calibration(column))
                sums[calibration_bit(column, row)] += means[row][column];

    int black = sums[0] / CALIBRATION_CELLS_EACH;
    int white = sums[1] / CALIBRATION_CELLS_EACH;
    int threshold = (black + white) / 2;
    int margin = (white - black) / 8;
    *levels = (struct levels){threshold - margin, threshold + margin};
    return white - black >= STAMP_CONTRAST_MIN;
}

/* False where a cell is neither black nor white, or a calibration cell the wrong one. */
static bool read_cells(int means[STAMP_ROWS][STAMP_COLUMNS], struct levels levels,
                       uint8_t content[CONTENT_BYTES])
{
    memset(content, 0, CONTENT_BYTES);
    for (int row = 0; row < STAMP_ROWS; row++) {
        for (int column = 0; column < STAMP_COLUMNS; column++) {
            bool white = means[row][column] > levels.high;
            if (!white && means[row][column] >= levels.low)
                return false;
            if (is_calibration(column) && white != calibration_bit(column, row))
                return false;
            if (!is_calibration(column) && white)
                content[(column - FIRST_CONTENT_COLUMN) / 2] |=
                    (uint8_t)(0x80 >> (2 * row + column % 2));
        }
    }
    return true;
}

int stamp_read(const struct stamp_plane *plane, struct stamp *out)
{
    if (!is_large_enough(plane))
        return ERR_NOT_FOUND;

    int means[STAMP_ROWS][STAMP_COLUMNS];
    for (int row = 0; row < STAMP_ROWS; row++)
        for (int column = 0; column < STAMP_COLUMNS; column++)
            means[row][column] = mean_of_middle(plane, cell_at(plane, column, row));

    struct levels levels;
    uint8_t content[CONTENT_BYTES];
    if (!find_levels(means, &levels) || !read_cells(means, levels, content))
        return ERR_NOT_FOUND;
    if (get_number(content + CHECKED_BYTES, 2) != crc16(content, CHECKED_BYTES))
        return ERR_NOT_FOUND;

    out->channel = (uint16_t)get_number(content, 2);
    out->capture_utc_us = (int64_t)get_number(content + 2, 6) * TIME_UNIT_US;
    out->frame = from_gray((uint32_t)get_number(content + 8, 4));
    return 0;
}
