/* A real packager under test: started with any arguments, asked over real HTTP, and ended in order.
 * Whatever goes wrong fails the test with the packager's log. Thread-safety: one thread. */
#ifndef TESTS_E2E_PACKAGER_H
#define TESTS_E2E_PACKAGER_H

#include "support/http_client.h"
#include "support/process.h"

#include <stddef.h>
#include <stdint.h>

struct packager {
    struct process process;
    char url[128]; /* http://127.0.0.1:PORT */
    uint16_t port;
};

/* Waits until its channels are ready. arguments: NULL-terminated. */
void packager_start(struct packager *p, const char *const arguments[], int channels);

/* The same in a network namespace, on port 8080 of all its addresses; packager_get and
 * packager_metric don't reach it there. */
void packager_start_in(struct packager *p, const char *netns, const char *const arguments[],
                       int channels);

/* The same with --config and a file of this text. */
void packager_start_yaml(struct packager *p, const char *yaml, int channels);

/* Ends it with SIGTERM and demands what a faultless run gives: it ran until then, exit code 0
 * (sanitizers make it another one), and no error in the log. */
void packager_stop(struct packager *p);

/* Prints the log, kills it, and fails the test. */
void packager_fail(struct packager *p, const char *what) __attribute__((noreturn));

/* GET path; demands status. The answer is the caller's to finish. */
void packager_get(struct packager *p, const char *path, long status, struct http_answer *answer);

/* A series of /metrics, as it is written there; a missing one fails the test. */
double packager_metric(struct packager *p, const char *series);

/* Resident memory of the process. */
long packager_resident_kb(const struct packager *p);

#endif
