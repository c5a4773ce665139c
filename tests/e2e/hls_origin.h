/* A server for the HLS that an ffmpeg writes into a folder, well-behaved or not, which counts.
 * Thread-safety: one thread. */
#ifndef TESTS_E2E_HLS_ORIGIN_H
#define TESTS_E2E_HLS_ORIGIN_H

#include "support/http_script.h"

#include <stdatomic.h>
#include <stdbool.h>

struct hls_origin {
    struct http_script *server;
    char folder[64];         /* its own: ffmpeg writes live.m3u8 and *.ts there */
    const char *secret_file; /* borrowed */
    atomic_bool hostile;     /* set: playlists lead to secret_file on the reader's machine */
    atomic_bool forget_one;  /* set: the next segment is not there */
    atomic_int segments, forgotten, traps; /* answers so far: whole segments, 404, hostile ones */
};

/* It must stay where it is until its end, when the folder goes with all that is in it. */
void hls_origin_start(struct hls_origin *o, const char *secret_file);
void hls_origin_stop(struct hls_origin *o);

#endif
