#include "player-sim/segmented/actions.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

void segmented_actions_finish(struct segmented_actions *a)
{
    free(a->list);
    *a = (struct segmented_actions){0};
}

void segmented_actions_begin(struct segmented_actions *a)
{
    a->count -= a->taken;
    if (a->count && a->taken)
        memmove(a->list, a->list + a->taken, a->count * sizeof *a->list);
    a->taken = 0;
}

bool segmented_actions_next(struct segmented_actions *a, struct segmented_action *out)
{
    if (a->taken == a->count)
        return false;
    *out = a->list[a->taken++];
    return true;
}

static struct segmented_action *room(struct segmented_actions *a)
{
    if (a->count == a->capacity) {
        size_t capacity = a->capacity ? a->capacity * 2 : FIRST_CAPACITY;
        struct segmented_action *list = realloc(a->list, capacity * sizeof *list);
        if (!list)
            return &a->spare;
        a->list = list;
        a->capacity = capacity;
    }
    return &a->list[a->count++];
}

struct segmented_action *segmented_actions_add(struct segmented_actions *a,
                                               enum segmented_action_kind kind, size_t rung,
                                               int64_t at_us)
{
    struct segmented_action *action = room(a);
    *action = (struct segmented_action){
        .kind = kind, .at_us = at_us, .channel = a->channel, .rung = rung};
    return action;
}

struct segmented_action *segmented_actions_saw(struct segmented_actions *a,
                                               enum session_metric metric, size_t rung,
                                               int64_t value_us, int64_t at_us)
{
    struct segmented_action *action = segmented_actions_add(a, SEGMENTED_SAW, rung, at_us);
    action->metric = metric;
    action->value_us = value_us;
    return action;
}

void segmented_actions_missed(struct segmented_actions *a, enum session_metric metric, size_t rung,
                              int64_t at_us)
{
    segmented_actions_add(a, SEGMENTED_MISSED, rung, at_us)->metric = metric;
}

uint32_t segmented_actions_request(struct segmented_actions *a,
                                   const struct segmented_request *request, int64_t at_us)
{
    struct segmented_action *action =
        segmented_actions_add(a, SEGMENTED_DO_REQUEST, request->rung, at_us);
    action->request = *request;
    action->request.id = ++a->last_request;
    action->request.channel = a->channel;
    return a->last_request;
}

void segmented_actions_cancel(struct segmented_actions *a, uint32_t *request, int64_t at_us)
{
    if (!*request)
        return;
    segmented_actions_add(a, SEGMENTED_DO_CANCEL, 0, at_us)->request_id = *request;
    *request = 0;
}
