#include "player-sim/report/csv.h"
#include "media/core/err.h"

#include <inttypes.h>
#include <string.h>

int csv_write_head(FILE *out)
{
    return fputs("session,time_ms,event,channel,rendition,value_ms\n", out) < 0 ? ERR_IO : 0;
}

/* Quoted where it has to be (RFC 4180). */
static void write_field(FILE *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* In integers: no rounding, and no locale's comma. */
static void write_ms(FILE *out, int64_t us)
{
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    fprintf(out, "%s%" PRIu64 ".%03u", us < 0 ? "-" : "", size / 1000, (unsigned)(size % 1000));
}

int csv_write_event(FILE *out, const struct csv_event *event)
{
    fprintf(out, "%" PRIu64 ",", event->session);
    write_ms(out, event->at_us);
    fprintf(out, ",%s%s,", event->kind, event->name);
    write_field(out, event->channel);
    fputc(',', out);
    write_field(out, event->rendition);
    fputc(',', out);
    if (event->value_us)
        write_ms(out, *event->value_us);
    fputc('\n', out);
    return ferror(out) ? ERR_IO : 0;
}
