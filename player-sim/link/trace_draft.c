#include "media/core/err.h"
#include "media/core/option_errors.h"
#include "player-sim/link/trace_format.h"

#include <stdarg.h>
#include <stdlib.h>

enum { ROOM_AT_FIRST = 256 };

bool trace_draft_fail(struct trace_draft *d, const char *format, ...)
{
    char what[TRACE_ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    error_line_list(what, sizeof what, format, arguments);
    va_end(arguments);
    return error_line(d->error, TRACE_ERROR_BYTES, "%.120s: %s", d->name, what);
}

static bool grow(struct trace_draft *d)
{
    size_t room = d->room ? 2 * d->room : ROOM_AT_FIRST;
    struct trace_piece *more = reallocarray(d->pieces, room, sizeof *more);
    if (!more)
        return trace_draft_fail(d, "no memory for more than %zu pieces: cut it", d->count);
    d->pieces = more;
    d->room = room;
    return true;
}

bool trace_draft_add(struct trace_draft *d, struct trace_piece piece)
{
    if (!piece.duration_us)
        return true;
    if (piece.duration_us > TRACE_TOTAL_MAX_US - d->total_us)
        return trace_draft_fail(d, "is longer than 366 days: cut it");
    if (d->count == TRACE_PIECES_MAX)
        return trace_draft_fail(d, "has more than %d pieces: cut it", TRACE_PIECES_MAX);
    if (d->count == d->room && !grow(d))
        return false;
    d->pieces[d->count++] = piece;
    d->total_us += piece.duration_us;
    return true;
}

/* All pieces are within their ranges, so that ERR_INVALID leaves one reason. */
static bool refuse(struct trace_draft *d, int status)
{
    if (status == ERR_INVALID)
        return trace_draft_fail(d, "carries less than %d bit/s on average: give one that does more",
                                TRACE_MEAN_MIN_BPS);
    return trace_draft_fail(d, "%s: give a shorter one", err_text(status));
}

bool trace_draft_end(struct trace_draft *d, struct trace **out)
{
    int status = trace_create(d->pieces, d->count, out);
    free(d->pieces);
    d->pieces = NULL;
    return status == ERR_OK || refuse(d, status);
}
