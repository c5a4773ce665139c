#include "support/http_raw.h"

#include "support/cmocka_all.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void open_socket(struct http_raw *h)
{
    struct timeval patience = {.tv_sec = 20};

    h->at = h->end = 0;
    h->head[0] = '\0';
    h->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(h->fd >= 0);
    setsockopt(h->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

static void connect_to(struct http_raw *h, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(h->fd, (struct sockaddr *)&address, sizeof address), 0);
}

void http_raw_open_narrow(struct http_raw *h, uint16_t port, int receive_bytes)
{
    open_socket(h);
    if (receive_bytes > 0)
        setsockopt(h->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    connect_to(h, port);
}

void http_raw_open_from(struct http_raw *h, uint16_t port, const char *address)
{
    struct sockaddr_in from = {.sin_family = AF_INET};

    open_socket(h);
    assert_int_equal(inet_pton(AF_INET, address, &from.sin_addr), 1);
    assert_int_equal(bind(h->fd, (struct sockaddr *)&from, sizeof from), 0);
    connect_to(h, port);
}

void http_raw_open(struct http_raw *h, uint16_t port)
{
    http_raw_open_narrow(h, port, 0);
}

void http_raw_close(struct http_raw *h)
{
    close(h->fd);
    h->fd = -1;
}

void http_raw_send(struct http_raw *h, const char *text)
{
    size_t size = strlen(text);

    assert_int_equal(send(h->fd, text, size, MSG_NOSIGNAL), size);
}

void http_raw_request(struct http_raw *h, const char *method, const char *path, const char *lines)
{
    char text[2048];

    snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: test\r\n%s\r\n", method, path, lines);
    http_raw_send(h, text);
}

/* Has something in the buffer; false at the end or on an error, with what recv said. */
static bool fill(struct http_raw *h, ssize_t *received)
{
    if (h->at < h->end)
        return true;
    *received = recv(h->fd, h->buffer, sizeof h->buffer, 0);
    h->at = 0;
    h->end = *received > 0 ? (size_t)*received : 0;
    return *received > 0;
}

static int read_byte(struct http_raw *h)
{
    ssize_t received;

    return fill(h, &received) ? h->buffer[h->at++] : -1;
}

int http_raw_head(struct http_raw *h)
{
    size_t size = 0;
    int status = 0;

    h->head[0] = '\0';
    while (size < 4 || memcmp(h->head + size - 4, "\r\n\r\n", 4) != 0) {
        int byte = read_byte(h);
        if (byte < 0 || size + 1 >= sizeof h->head)
            return 0;
        h->head[size++] = (char)byte;
    }
    h->head[size] = '\0';
    sscanf(h->head, "HTTP/1.1 %d", &status);
    return status;
}

const char *http_raw_header(const struct http_raw *h, const char *name)
{
    static _Thread_local char value[512];
    size_t length = strlen(name);

    for (const char *line = strstr(h->head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            const char *from = line + length + 1 + strspn(line + length + 1, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(from, "\r"), from);
            return value;
        }
    }
    return NULL;
}

int64_t http_raw_read(struct http_raw *h, uint8_t *out, size_t capacity)
{
    ssize_t received = 0;
    size_t size;

    if (!fill(h, &received))
        return received;
    size = h->end - h->at < capacity ? h->end - h->at : capacity;
    memcpy(out, h->buffer + h->at, size);
    h->at += size;
    return (int64_t)size;
}

static bool read_exactly(struct http_raw *h, uint8_t *out, size_t size)
{
    while (size > 0) {
        int64_t got = http_raw_read(h, out, size);
        if (got <= 0)
            return false;
        out += got;
        size -= (size_t)got;
    }
    return true;
}

int64_t http_raw_chunk(struct http_raw *h, uint8_t *out, size_t capacity)
{
    char digits[20] = "";
    size_t count = 0;
    uint8_t end[2];
    size_t size;
    int byte;

    while ((byte = read_byte(h)) != '\r') {
        if (byte < 0 || count + 1 >= sizeof digits)
            return -1;
        digits[count++] = (char)byte;
    }
    if (count == 0 || strspn(digits, "0123456789abcdefABCDEF") != count || read_byte(h) != '\n')
        return -1;
    size = strtoull(digits, NULL, 16);
    if (size > capacity || !read_exactly(h, out, size) || !read_exactly(h, end, 2) ||
        memcmp(end, "\r\n", 2) != 0)
        return -1;
    return (int64_t)size;
}

size_t http_raw_chunks(struct http_raw *h, uint8_t *out, size_t capacity, bool *complete)
{
    size_t total = 0;
    int64_t size;

    while ((size = http_raw_chunk(h, out + total, capacity - total)) > 0)
        total += (size_t)size;
    *complete = size == 0;
    return total;
}

bool http_raw_ended(struct http_raw *h)
{
    uint8_t sink[4096];
    int64_t got;

    while ((got = http_raw_read(h, sink, sizeof sink)) > 0)
        ;
    /* An end is told from 20 s of silence by asking once more without waiting. */
    return got == 0 || recv(h->fd, sink, sizeof sink, MSG_DONTWAIT) == 0;
}
