/* Any bytes as a file of numbers, one a line. */
#include "player-sim/command/number_file.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* A file that only we see, and its path. */
static int hold(const uint8_t *data, size_t size, char path[32])
{
    int fd = memfd_create("numbers", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stats_sample *samples = NULL;
    size_t n = 0;
    char path[32], error[256] = "";
    int fd = hold(data, size, path);
    if (number_file_read(path, &samples, &n, error, sizeof error)) {
        for (size_t i = 0; i < n; i++)
            require(isfinite(samples[i].value));
        free(samples);
    } else {
        require(error[0] && !strchr(error, '\n') && !samples);
    }
    close(fd);
    return 0;
}
