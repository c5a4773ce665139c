#include "player-sim/session/actions.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 32, TEXT_BYTES = 320 };

static void release(const struct session_entry *e)
{
    blob_unref(e->action.payload);
    free((char *)e->action.text);
    session_channel_unref(e->channel);
}

void session_actions_finish(struct session_actions *a)
{
    for (size_t i = 0; i < a->count; i++)
        release(&a->list[i]);
    release(&a->spare);
    free(a->list);
    *a = (struct session_actions){0};
}

void session_actions_begin(struct session_actions *a, int64_t now_us)
{
    for (size_t i = 0; i < a->taken; i++)
        release(&a->list[i]);
    a->count -= a->taken;
    if (a->count && a->taken)
        memmove(a->list, a->list + a->taken, a->count * sizeof *a->list);
    a->taken = 0;
    a->now_us = now_us;
}

bool session_actions_next(struct session_actions *a, struct session_action *out)
{
    if (a->taken == a->count)
        return false;
    *out = a->list[a->taken++].action;
    if (out->kind == SESSION_FAULT && !out->text)
        out->text = "no memory for the text";
    return true;
}

static struct session_entry *room(struct session_actions *a)
{
    if (a->count == a->capacity) {
        size_t capacity = a->capacity ? a->capacity * 2 : FIRST_CAPACITY;
        struct session_entry *list = realloc(a->list, capacity * sizeof *list);
        if (!list) {
            release(&a->spare);
            return &a->spare;
        }
        a->list = list;
        a->capacity = capacity;
    }
    return &a->list[a->count++];
}

static struct session_action *add(struct session_actions *a, const struct session_rendition *of,
                                  enum session_action_kind kind, int64_t at_us)
{
    struct session_entry *e = room(a);
    *e = (struct session_entry){
        .action = {.kind = kind, .at_us = at_us, .channel = a->channel, .capture_us = -1}};
    if (of && of->channel) {
        e->channel = session_channel_ref(of->channel);
        e->action.track = of->track;
    }
    return &e->action;
}

uint32_t session_actions_request(struct session_actions *a, enum session_request_kind kind,
                                 const struct session_rendition *of, int64_t number, int64_t offset)
{
    struct session_action *action = add(a, of, SESSION_DO_REQUEST, a->now_us);
    action->request = (struct session_request){
        .id = ++a->last_request,
        .kind = kind,
        .channel = a->channel,
        .from = of->channel,
        .track = of->track,
        .number = number,
        .offset = offset,
    };
    return a->last_request;
}

uint32_t session_actions_manifest(struct session_actions *a, size_t channel, const char *url)
{
    struct session_action *action = add(a, NULL, SESSION_DO_REQUEST, a->now_us);
    action->request = (struct session_request){
        .id = ++a->last_request, .kind = SESSION_GET_MANIFEST, .channel = channel, .url = url};
    return a->last_request;
}

void session_actions_cancel(struct session_actions *a, uint32_t *request)
{
    if (!*request)
        return;
    add(a, NULL, SESSION_DO_CANCEL, a->now_us)->request_id = *request;
    *request = 0;
}

void session_actions_decode(struct session_actions *a, const struct session_rendition *of,
                            const struct session_action *decode)
{
    if (!a->decodes)
        return;
    struct session_action *action = add(a, of, SESSION_DO_DECODE, a->now_us);
    action->stream = decode->stream;
    action->video = decode->video;
    action->opens = decode->opens;
    action->sequence = decode->sequence;
    action->capture_us = decode->capture_us;
    action->payload = blob_ref(decode->payload);
}

void session_actions_close(struct session_actions *a, uint32_t stream)
{
    add(a, NULL, SESSION_DO_CLOSE, a->now_us)->stream = stream;
}

void session_actions_showed(struct session_actions *a, const struct session_rendition *of,
                            uint32_t stream, const struct session_frame *frame, int64_t at_us)
{
    struct session_action *action = add(a, of, SESSION_SHOWED, at_us);
    action->stream = stream;
    action->sequence = frame->sequence;
    action->capture_us = frame->capture_us;
    action->bytes = frame->bytes;
}

struct session_action *session_actions_saw(struct session_actions *a,
                                           const struct session_rendition *of,
                                           enum session_metric metric, int64_t value_us,
                                           int64_t at_us)
{
    struct session_action *action = add(a, of, SESSION_SAW, at_us);
    action->metric = metric;
    action->value_us = value_us;
    return action;
}

void session_actions_missed(struct session_actions *a, const struct session_rendition *of,
                            enum session_metric metric)
{
    add(a, of, SESSION_MISSED, a->now_us)->metric = metric;
}

void session_actions_fault(struct session_actions *a, const struct session_rendition *of,
                           enum session_fault fault, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct session_action *action = add(a, of, SESSION_FAULT, a->now_us);
    action->fault = fault;
    action->text = strdup(text);
}

void session_actions_ended(struct session_actions *a, int64_t at_us)
{
    add(a, NULL, SESSION_ENDED, at_us);
}

const char *session_metric_name(enum session_metric m)
{
    static const char *const names[SESSION_METRIC_COUNT] = {
        "startup_ms", "zap_ms",        "switch_ms",     "gap_ms",  "latency_ms",      "arrival_ms",
        "stall_ms",   "connection_ms", "first_byte_ms", "init_ms", "continuation_ms", "sound_ms",
    };
    return names[m];
}

const char *session_fault_name(enum session_fault f)
{
    static const char *const names[SESSION_FAULT_COUNT] = {
        "http", "timeout", "sequence_gap", "sequence_repeat", "timestamp", "decode", "stamp",
    };
    return names[f];
}
