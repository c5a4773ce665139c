#include "packager/origin/loop.h"

#include "media/core/clock.h"
#include "media/core/err.h"

#include <poll.h>
#include <time.h>

enum { EVENTLESS_RUNS_MAX = 32, HANGUPS_MAX = 64 };

static void resume_all(struct origin_waiter *w)
{
    for (; w != NULL; w = w->next)
        MHD_resume_connection(w->connection);
}

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Where the memory of a connection has no room for more of a request's body, 0.9.75 of
 * libmicrohttpd wants to run again at once, and so on until the connection ends. No request here
 * needs a body. */
static void note_run(struct origin_loop *l, bool at_once, bool event)
{
    l->eventless_runs = at_once && !event ? l->eventless_runs + 1 : 0;
    if (l->eventless_runs < EVENTLESS_RUNS_MAX)
        return;
    l->eventless_runs = 0;
    origin_clients_cut_uploads(&l->service->clients);
}

/* Until a socket or a parked one has something to do, or a time has come. */
static void wait_for_work(struct origin_loop *l)
{
    const struct origin_parking *parking = &l->service->parking;
    int64_t next_us = min(l->next_scan_us, parking->next_deadline_us);
    int64_t wait_us = next_us - clock_monotonic_us();
    int64_t wait_ms = wait_us <= 0 ? 0 : (wait_us + 999) / 1000;
    MHD_UNSIGNED_LONG_LONG daemon_ms;
    struct pollfd fds[] = {
        {.fd = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
         .events = POLLIN},
        {.fd = parking->wake_fd, .events = POLLIN},
        {.fd = l->service->hangups.epoll_fd, .events = POLLIN},
        {.fd = l->service->handshakes.epoll_fd, .events = POLLIN},
    };

    if (MHD_get_timeout(l->daemon, &daemon_ms) == MHD_NO || daemon_ms > INT32_MAX)
        daemon_ms = INT32_MAX;
    wait_ms = min(wait_ms, (int64_t)daemon_ms);
    note_run(l, daemon_ms == 0, poll(fds, sizeof fds / sizeof fds[0], (int)wait_ms) > 0);
}

static void cut_overdue(struct origin_loop *l, int64_t now_us)
{
    if (now_us < l->next_scan_us)
        return;
    l->next_scan_us = now_us + l->service->limits.scan_us;
    origin_clients_cut_overdue(&l->service->clients, now_us);
    origin_handshakes_cut_overdue(&l->service->handshakes, now_us);
}

static void give_up_hung_up(struct origin_service *s)
{
    struct origin_waiter *gone[HANGUPS_MAX];
    size_t count = origin_hangups_take(&s->hangups, gone, HANGUPS_MAX);

    for (size_t i = 0; i < count; i++)
        origin_parking_give_up(&s->parking, gone[i]);
}

static void *run(void *context)
{
    struct origin_loop *l = context;

    while (!atomic_load(&l->stop)) {
        int64_t now_us = clock_monotonic_us();
        give_up_hung_up(l->service);
        resume_all(origin_parking_take(&l->service->parking, now_us));
        cut_overdue(l, now_us);
        origin_site_sweep(&l->service->site, &l->service->clients);
        origin_handshakes_resume(&l->service->handshakes);
        MHD_run(l->daemon);
        origin_handshakes_park(&l->service->handshakes);
        wait_for_work(l);
    }
    return NULL;
}

int origin_loop_start(struct origin_loop *l, struct origin_service *service,
                      struct MHD_Daemon *daemon)
{
    *l = (struct origin_loop){.service = service, .daemon = daemon};
    if (pthread_create(&l->thread, NULL, run, l) != 0)
        return ERR_IO;
    pthread_setname_np(l->thread, "origin");
    return ERR_OK;
}

void origin_loop_stop(struct origin_loop *l)
{
    atomic_store(&l->stop, true);
    origin_parking_wake(&l->service->parking);
    pthread_join(l->thread, NULL);
    resume_all(origin_parking_take_all(&l->service->parking));
    origin_handshakes_resume_all(&l->service->handshakes);
}

int64_t origin_loop_cpu_us(const struct origin_loop *l)
{
    struct timespec t;
    clockid_t clock;

    if (pthread_getcpuclockid(l->thread, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void origin_suspend(struct origin_lot *lot, struct origin_waiter *w)
{
    MHD_suspend_connection(w->connection);
    origin_park(lot, w);
}
