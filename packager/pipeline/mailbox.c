#include "packager/pipeline/mailbox.h"
#include "media/core/err.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct slot {
    int64_t sequence;
    AVFrame *picture;
    int64_t capture_utc_us;
};

struct mailbox {
    pthread_mutex_t lock; /* guards all that follows */
    pthread_cond_t changed;
    struct slot slots[MAILBOX_DEPTH];
    int64_t next_taken;
    int64_t next_put;
    int64_t end; /* INT64_MAX until closed */
    int64_t newest_utc_us;
};

int mailbox_create(struct mailbox **out)
{
    struct mailbox *m = calloc(1, sizeof *m);
    pthread_condattr_t monotonic;
    if (!m)
        return ERR_NOMEM;
    m->end = INT64_MAX;
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&m->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *out = m;
    return 0;
}

void mailbox_destroy(struct mailbox *m)
{
    if (!m)
        return;
    for (int i = 0; i < MAILBOX_DEPTH; i++)
        av_frame_free(&m->slots[i].picture);
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

int mailbox_put(struct mailbox *m, int64_t sequence, const AVFrame *picture, int64_t capture_utc_us,
                int64_t slot_utc_us)
{
    AVFrame *own = picture ? av_frame_clone(picture) : NULL;
    pthread_mutex_lock(&m->lock);
    struct slot *slot = &m->slots[sequence % MAILBOX_DEPTH];
    AVFrame *gone = slot->picture;
    *slot = (struct slot){.sequence = sequence, .picture = own, .capture_utc_us = capture_utc_us};
    m->next_put = sequence + 1;
    m->newest_utc_us = slot_utc_us;
    pthread_cond_signal(&m->changed);
    pthread_mutex_unlock(&m->lock);
    av_frame_free(&gone);
    return own || !picture ? 0 : ERR_NOMEM;
}

int64_t mailbox_waiting(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    int64_t waiting = m->next_put - m->next_taken;
    pthread_mutex_unlock(&m->lock);
    return waiting;
}

void mailbox_close(struct mailbox *m, int64_t end_sequence)
{
    pthread_mutex_lock(&m->lock);
    m->end = end_sequence;
    pthread_cond_signal(&m->changed);
    pthread_mutex_unlock(&m->lock);
}

/* Waits under the lock until the next frame is there, all is taken, or the deadline has passed. */
static int wait_for_next(struct mailbox *m, int64_t deadline_us)
{
    struct timespec until = {.tv_sec = deadline_us / 1000000,
                             .tv_nsec = deadline_us % 1000000 * 1000};
    for (;;) {
        if (m->next_taken >= m->end)
            return ERR_END;
        if (m->next_taken < m->next_put)
            return 0;
        if (pthread_cond_timedwait(&m->changed, &m->lock, &until))
            return ERR_AGAIN;
    }
}

int mailbox_take(struct mailbox *m, int64_t deadline_us, struct mailbox_item *item)
{
    pthread_mutex_lock(&m->lock);
    int status = wait_for_next(m, deadline_us);
    if (!status) {
        struct slot *slot = &m->slots[m->next_taken % MAILBOX_DEPTH];
        *item = (struct mailbox_item){.sequence = m->next_taken,
                                      .late_frames = m->next_put - 1 - m->next_taken,
                                      .newest_utc_us = m->newest_utc_us};
        m->next_taken++;
        item->gone = slot->sequence != item->sequence;
        if (slot->sequence == item->sequence) {
            item->picture = slot->picture;
            item->capture_utc_us = slot->capture_utc_us;
            slot->picture = NULL;
        }
    }
    pthread_mutex_unlock(&m->lock);
    return status;
}
