#include "media/core/standard_files.h"

#include <fcntl.h>
#include <unistd.h>

void standard_files_occupy(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}
