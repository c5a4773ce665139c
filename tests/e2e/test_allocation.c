/* Memory that runs out, at each place where the packager asks for some: no crash, no leak (in a
 * build with AddressSanitizer), and a clear end. Either a viewer is served all the same, if need be
 * at his next try; or the log says what has ended.
 *
 * Which places there are is found out by a life in which nothing fails; then some of them, spread
 * over all, get a life each in which their first call fails. By hand, OPENHESP_ALLOCATIONS=all: all
 * of them, and also a later call, and some in a row. A number takes about so many places. */
#include "e2e/allocation_life.h"
#include "e2e/allocations.h"
#include "e2e/feed_clip.h"
#include "support/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern const char __executable_start; /* of the linker */

enum { LIVES_AT_ONCE = 6, PLACES = 48, LATER_CALL = 3, ROW = 4 };

struct life {
    pid_t pid; /* 0: none */
    struct allocations_site site;
    int64_t first, last; /* calls that fail; 0: none */
};

static char clip_path[] = "/tmp/openhesp-allocation-XXXXXX.ts";
static struct life lives[LIVES_AT_ONCE];
static int bad;

static void describe(const struct life *l)
{
    print_error("    %s, calls %lld to %lld of %lld, called from", l->site.function,
                (long long)l->first, (long long)l->last, (long long)l->site.calls);
    for (int i = 0; i < ALLOCATIONS_LEVELS; i++)
        print_error(" %p", l->site.callers[i]);
    print_error(" (addr2line -pfe PROGRAM, less its base %p)\n", (void *)&__executable_start);
}

static void judge(struct life *l, int status)
{
    l->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    bad++;
    if (WIFSIGNALED(status))
        print_error("a life ended by signal %d\n", WTERMSIG(status));
    else
        print_error("a life ended with %d\n", WEXITSTATUS(status));
    describe(l);
}

static void await_one(void)
{
    int status;
    pid_t pid = wait(&status);
    assert_true(pid > 0);
    for (int i = 0; i < LIVES_AT_ONCE; i++)
        if (lives[i].pid == pid)
            judge(&lives[i], status);
}

static bool lives_are_led(void)
{
    for (int i = 0; i < LIVES_AT_ONCE; i++)
        if (lives[i].pid)
            return true;
    return false;
}

static struct life *free_life(void)
{
    for (;;) {
        for (int i = 0; i < LIVES_AT_ONCE; i++)
            if (!lives[i].pid)
                return &lives[i];
        await_one();
    }
}

/* Forks; in the child nothing is returned to. */
static void lead(struct life *l, enum allocations_phase last, bool shortage)
{
    l->pid = fork();
    assert_true(l->pid >= 0);
    if (l->pid)
        return;
    if (l->first)
        allocations_fail(l->site.key, l->first, l->last);
    else if (!shortage)
        allocations_record();
    allocation_life(clip_path, last, shortage);
    exit(0);
}

static void fail_at(const struct allocations_site *site, int64_t first, int64_t last)
{
    struct life *l = free_life();
    *l = (struct life){.site = *site, .first = first, .last = last};
    lead(l, site->phase, false);
}

static void await_all(void)
{
    while (lives_are_led())
        await_one();
}

static void a_life_without_faults_shows_the_places(void **state)
{
    (void)state;
    struct life *l = free_life();
    *l = (struct life){0};
    lead(l, ALLOCATIONS_ENDING, false);
    await_all();
    assert_int_equal(bad, 0);
    assert_non_null(allocations_site(100));
}

static void whatever_fails_ends_clearly(void **state)
{
    (void)state;
    const char *asked = getenv("OPENHESP_ALLOCATIONS");
    bool all = asked && !strcmp(asked, "all");
    size_t count = 0, want = all ? SIZE_MAX : asked ? strtoul(asked, NULL, 10) : PLACES;
    while (allocations_site(count))
        count++;
    size_t stride = want < count && want ? (count + want - 1) / want : 1;
    for (size_t i = 0; i < count; i += stride) {
        const struct allocations_site *site = allocations_site(i);
        fail_at(site, 1, 1);
        if (all && site->calls >= LATER_CALL)
            fail_at(site, LATER_CALL, LATER_CALL);
        if (all && site->calls >= 2)
            fail_at(site, 1, ROW);
        if (all && site->calls >= 2 * LATER_CALL)
            fail_at(site, site->calls / 2, site->calls / 2);
    }
    await_all();
    print_message("%zu places, %d lives that did not end well\n", count, bad);
    assert_int_equal(bad, 0);
}

static void a_shortage_passes(void **state)
{
    (void)state;
    struct life *l = free_life();
    *l = (struct life){0};
    lead(l, ALLOCATIONS_LIVE, true);
    await_all();
    assert_int_equal(bad, 0);
}

static int make_clip(void **state)
{
    (void)state;
    allocations_exempt(true);
    int fd = mkstemps(clip_path, 3);
    assert_true(fd >= 0);
    close(fd);
    feed_clip_make(&(struct feed_clip){
        .path = clip_path, .rate = {25, 1}, .beats = 2, .width = 320, .height = 180});
    return allocations_init() ? 0 : -1;
}

static int remove_clip(void **state)
{
    (void)state;
    return unlink(clip_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_life_without_faults_shows_the_places),
        cmocka_unit_test(whatever_fails_ends_clearly),
        cmocka_unit_test(a_shortage_passes),
    };
    return cmocka_run_group_tests(tests, make_clip, remove_clip);
}
