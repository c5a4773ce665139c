/* Child processes for tests: a packager whose ready lines are read, an ffmpeg that feeds it. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
    pid_t pid;    /* 0: not running */
    int out;      /* the child's standard output, -1: not wanted */
    int in;       /* the child's standard input, -1: none (reads end at once) */
    char log[64]; /* the file its standard error goes to */
};

enum process_pipes { PROCESS_NO_PIPE = 0, PROCESS_STDOUT = 1, PROCESS_STDIN = 2 };

/* Starts argv[0] (looked up in PATH; NULL-terminated). false where fork or exec failed. */
bool process_start(struct process *p, const char *const argv[], int pipes);
/* Reads one line of its output without the newline, waiting at most timeout_ms. */
bool process_line(struct process *p, char *line, size_t capacity, int timeout_ms);
void process_signal(const struct process *p, int signal);
/* Waits for its end at most timeout_ms: its exit code, 128 + signal, or -1 where it still runs. */
int process_wait(struct process *p, int timeout_ms);
/* Kills what still runs, closes, removes the log file. */
void process_finish(struct process *p);
/* Its standard error so far; the caller frees. */
char *process_log(const struct process *p);

/* hesp-packager as the build made it, listening on a port of the system's choice. arguments: what
 * follows the listen option, NULL-terminated. Waits until `channels` channels are ready; url gets
 * "http://127.0.0.1:PORT". Prints the log and returns false where they don't become ready. */
bool process_start_packager(struct process *p, const char *const arguments[], int channels,
                            char *url, size_t capacity);

/* The same in a network namespace of "ip netns add", on port 8080 of whatever address it has there;
 * what url tells is good only inside. */
bool process_start_packager_in(struct process *p, const char *netns, const char *const arguments[],
                               int channels, char *url, size_t capacity);

#endif
