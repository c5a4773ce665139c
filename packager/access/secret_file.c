#include "packager/access/secret_file.h"

#include "media/core/err.h"
#include "media/core/log.h"
#include "media/core/option_errors.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 4096 };

#define MAKE_ONE "make one with: openssl rand -hex 32"

static int wrong(char why[ACCESS_WHY_BYTES], const char *what)
{
    error_line(why, ACCESS_WHY_BYTES, "%s", what);
    return ERR_INVALID;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_printable(const char *line, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (line[i] < '!' || line[i] > '~')
            return false;
    return true;
}

static int add_line(const char *line, size_t size, struct access_secrets *out,
                    char why[ACCESS_WHY_BYTES])
{
    struct access_secret *secret;

    while (size > 0 && is_blank(line[size - 1]))
        size--;
    if (size == 0)
        return ERR_OK;
    if (out->count == ACCESS_SECRETS_MAX)
        return wrong(why, "has more than two lines: keep the new one and the one before it");
    if (!is_printable(line, size))
        return wrong(why, "has a line with blanks or unprintable characters: " MAKE_ONE);
    if (size < ACCESS_SECRET_BYTES_MIN)
        return wrong(why, "has a line of fewer than 16 characters: " MAKE_ONE);
    if (size > ACCESS_SECRET_BYTES_MAX)
        return wrong(why, "has a line of more than 256 characters: " MAKE_ONE);
    secret = &out->list[out->count++];
    memcpy(secret->bytes, line, size);
    secret->size = size;
    return ERR_OK;
}

int access_secrets_parse(const char *text, size_t size, struct access_secrets *out,
                         char why[ACCESS_WHY_BYTES])
{
    struct access_secrets read = {0};
    const char *end = text + size;
    int status = ERR_OK;

    while (text < end && status == ERR_OK) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline != NULL ? newline : end;
        status = add_line(text, (size_t)(line_end - text), &read, why);
        text = newline != NULL ? newline + 1 : end;
    }
    if (status == ERR_OK && read.count == 0)
        status = wrong(why, "is empty: " MAKE_ONE);
    if (status == ERR_OK)
        *out = read;
    gnutls_memset(&read, 0, sizeof read);
    return status;
}

void access_warn_if_public(const char *path, int fd)
{
    struct stat info;

    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & S_IROTH))
        log_warn("access", "%s can be read by every user of this machine: chmod o-r %s", path,
                 path);
}

/* Up to size bytes of the file; -1 with errno. */
static ssize_t read_file(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t have = 0;
    ssize_t got = fd < 0 ? -1 : 1;

    while (got > 0 && have < size) {
        got = read(fd, out + have, size - have);
        have += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0) {
        int reason = errno;
        if (got >= 0)
            access_warn_if_public(path, fd);
        close(fd);
        errno = reason;
    }
    return got < 0 ? -1 : (ssize_t)have;
}

int access_secrets_read(const char *path, struct access_secrets *out, char why[ACCESS_WHY_BYTES])
{
    char text[FILE_BYTES_MAX], reason[ACCESS_WHY_BYTES] = "";
    ssize_t size = read_file(path, text, sizeof text);
    int status;

    if (size < 0) {
        error_line(why, ACCESS_WHY_BYTES, "%.200s: %s: give a file that can be read; %s", path,
                   strerror(errno), MAKE_ONE);
        return ERR_IO;
    }
    status = size == sizeof text ? wrong(reason, "is too large: is it the right file?")
                                 : access_secrets_parse(text, (size_t)size, out, reason);
    if (status != ERR_OK)
        error_line(why, ACCESS_WHY_BYTES, "%.200s %s", path, reason);
    gnutls_memset(text, 0, sizeof text);
    return status;
}
