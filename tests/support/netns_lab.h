/* A network namespace for one test, so that nothing it does touches a real network.
 * Thread-safety: one thread. */
#ifndef TESTS_SUPPORT_NETNS_LAB_H
#define TESTS_SUPPORT_NETNS_LAB_H

#include <stdbool.h>
#include <sys/types.h>

struct netns_lab {
    char name[32]; /* as "ip netns" knows it; empty: not made */
};

/* What this machine lacks for namespaces with TUN devices in them, as a text; NULL: nothing. */
const char *netns_lab_missing(void);

/* false: ip refused, and has said why on standard error. */
bool netns_lab_make(struct netns_lab *lab);
void netns_lab_remove(struct netns_lab *lab);

/* A child of the test in the namespace, ended with its parent: runs work and exits with what it
 * gives. 0 or less: it could not be started. */
pid_t netns_lab_fork(const struct netns_lab *lab, int (*work)(void *argument), void *argument);

/* The first bytes of what a shell command prints; "%s" in the command is the namespace's name. */
void netns_lab_shell(const struct netns_lab *lab, const char *command, char *out, int capacity);

#endif
