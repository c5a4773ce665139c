/* The traces of Sabre (Spiteri, Sitaraman, Sparacio: MMSys 2018): a JSON array of
 * {"duration_ms", "bandwidth_kbps", "latency_ms"}, where latency is what a request waits for its
 * first byte: a round trip. It may be left out here, and other members are passed over.
 *
 * Elements are read one by one, each within ELEMENT_MAX_BYTES, so that a file of any content takes
 * little more memory than its trace. */
#include "player-sim/link/trace_format.h"

#include <jansson.h>
#include <string.h>

enum { ELEMENT_MAX_BYTES = 4096 };

static const char blanks[] = " \t\r\n";
static const double us_per_ms = 1000, bits_per_kbit = 1000, ms_least = 0.001;

#define REMEDY "give [{\"duration_ms\": 1000, \"bandwidth_kbps\": 2500, \"latency_ms\": 80}, ...]"

struct sabre {
    struct trace_draft *draft;
    const char *text, *at, *end;
    unsigned long element; /* from 1 */
    double total_ms;       /* of all before: durations are rounded as a whole, and never add up */
};

static bool recognises(const char *text, size_t bytes)
{
    size_t i = 0;
    while (i < bytes && text[i] && strchr(blanks, text[i]))
        i++;
    return i < bytes && (text[i] == '[' || text[i] == '{');
}

/* The next character that is not blank; 0 at the end, and for a 0 byte. */
static char peek(struct sabre *s)
{
    while (s->at < s->end && *s->at && strchr(blanks, *s->at))
        s->at++;
    return s->at < s->end ? *s->at : 0;
}

static unsigned long line_of(const struct sabre *s, const char *at)
{
    unsigned long line = 1;
    for (const char *c = s->text; c < at; c++)
        line += *c == '\n';
    return line;
}

static bool fail(const struct sabre *s, const char *member, const char *what)
{
    return trace_draft_fail(s->draft, "line %lu: element %lu%s%s: %s", line_of(s, s->at),
                            s->element, member ? ": " : "", member ? member : "", what);
}

static bool read_member(const struct sabre *s, const json_t *element, const char *name,
                        double least, double most, double *out)
{
    const json_t *member = json_object_get(element, name);
    if (!member)
        return fail(s, name, "is not there: " REMEDY);
    double value = json_number_value(member);
    if (!json_is_number(member) || value < least || value > most)
        return fail(s, name, "is not a number, or out of range: " REMEDY);
    *out = value;
    return true;
}

static bool add(struct sabre *s, const json_t *element)
{
    static const double ms_most = (double)TRACE_TOTAL_MAX_US / 1000,
                        kbps_most = (double)TRACE_RATE_MAX_BPS / 1000,
                        rtt_most_ms = (double)TRACE_RTT_MAX_US / 1000;
    double duration_ms = 0, kbps = 0, rtt_ms = 0;
    if (!json_is_object(element))
        return fail(s, NULL, "is not an object: " REMEDY);
    if (!read_member(s, element, "duration_ms", ms_least, ms_most, &duration_ms) ||
        !read_member(s, element, "bandwidth_kbps", 0, kbps_most, &kbps))
        return false;
    bool says_rtt = json_object_get(element, "latency_ms");
    if (says_rtt && !read_member(s, element, "latency_ms", 0, rtt_most_ms, &rtt_ms))
        return false;
    s->total_ms += duration_ms;
    return trace_draft_add(
        s->draft, (struct trace_piece){
                      .duration_us = (int64_t)(s->total_ms * us_per_ms + 0.5) - s->draft->total_us,
                      .rate_bps = (int64_t)(kbps * bits_per_kbit + 0.5),
                      .rtt_us = says_rtt ? (int64_t)(rtt_ms * us_per_ms + 0.5) : -1});
}

static bool read_element(struct sabre *s)
{
    static const size_t flags =
        JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL;
    json_error_t error;
    size_t bytes = (size_t)(s->end - s->at);
    json_t *element =
        json_loadb(s->at, bytes < ELEMENT_MAX_BYTES ? bytes : ELEMENT_MAX_BYTES, flags, &error);
    s->element++;
    if (!element) {
        s->at += error.position > 0 && (size_t)error.position <= bytes ? error.position : 0;
        return trace_draft_fail(s->draft, "line %lu: element %lu: %.80s: " REMEDY,
                                line_of(s, s->at), s->element, error.text);
    }
    bool added = add(s, element);
    json_decref(element);
    s->at += error.position;
    return added;
}

static bool read(struct trace_draft *d, const char *text, size_t bytes)
{
    struct sabre s = {.draft = d, .text = text, .at = text, .end = text + bytes};
    if (peek(&s) != '[')
        return trace_draft_fail(d, "is JSON, but no array: " REMEDY);
    do {
        s.at++; /* the bracket, or a comma */
        peek(&s);
        if (!read_element(&s))
            return false;
    } while (peek(&s) == ',');
    if (peek(&s) != ']')
        return fail(&s, NULL, "is followed by no comma and no bracket: " REMEDY);
    s.at++;
    peek(&s);
    return s.at == s.end || fail(&s, NULL, "is the last, but something follows: " REMEDY);
}

const struct trace_format trace_sabre = {recognises, read};
