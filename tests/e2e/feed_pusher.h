/* An ffmpeg that pushes a clip into a packager in real time, over each of the ways there are; and
 * can be killed and started again. Whatever goes wrong fails the test.
 * Thread-safety: one thread; SIGPIPE is to be ignored. */
#ifndef TESTS_E2E_FEED_PUSHER_H
#define TESTS_E2E_FEED_PUSHER_H

#include "support/process.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum feed_pusher_kind {
    FEED_PUSHER_STDIN,      /* a pipe into the packager's standard input */
    FEED_PUSHER_UDP,        /* a transport stream in datagrams */
    FEED_PUSHER_SRT_CALLS,  /* the packager listens */
    FEED_PUSHER_SRT_LISTENS /* the packager calls */
};

struct feed_pusher {
    enum feed_pusher_kind kind;
    int port;
    int into; /* FEED_PUSHER_STDIN: where the pipe goes, borrowed */
    struct process ffmpeg;
    pthread_t pump; /* FEED_PUSHER_STDIN: copies */
};

/* A free port of 127.0.0.1, of SOCK_STREAM or SOCK_DGRAM. */
int feed_pusher_free_port(int socket_type);

/* Chooses a free port of 127.0.0.1. */
void feed_pusher_init(struct feed_pusher *f, enum feed_pusher_kind kind);
/* The input that the packager is to be given. */
void feed_pusher_input(const struct feed_pusher *f, char *out, size_t capacity);

void feed_pusher_start(struct feed_pusher *f, const char *clip_path);
bool feed_pusher_runs(struct feed_pusher *f);
/* SIGKILL: neither end gets a farewell. The packager's standard input stays open.
 * One that was killed already is fine. */
void feed_pusher_kill(struct feed_pusher *f);

#endif
