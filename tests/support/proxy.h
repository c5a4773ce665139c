/* haproxy in front of a server on this host: HTTP/2 with and without TLS. Where haproxy or openssl
 * is not installed, tests skip. */
#ifndef TESTS_SUPPORT_PROXY_H
#define TESTS_SUPPORT_PROXY_H

#include "support/cmocka_all.h"
#include "support/process.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROXY_PATIENCE_MS = 20000 };

struct proxy {
    struct process process;
    char folder[64], certificate[96], settings[96];
    uint16_t clear, tls, tls_http_1; /* ports: h2; h2 by ALPN; TLS with HTTP/1.1 only */
};

/* One that nobody listens on just now. */
static inline uint16_t proxy_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static inline bool proxy_run(const char *const argv[])
{
    struct process p;
    bool good =
        process_start(&p, argv, PROCESS_NO_PIPE) && process_wait(&p, PROXY_PATIENCE_MS) == 0;
    process_finish(&p);
    return good;
}

static inline void proxy_make_certificate(struct proxy *p)
{
    char key[128];
    snprintf(key, sizeof key, "%s.key", p->certificate);
    const char *const argv[] = {
        "openssl", "req", "-x509", "-newkey",       "rsa:2048", "-nodes",
        "-days",   "2",   "-subj", "/CN=127.0.0.1", "-addext",  "subjectAltName=IP:127.0.0.1",
        "-keyout", key,   "-out",  p->certificate,  NULL};
    assert_true(proxy_run(argv));
}

static inline void proxy_write_settings(const struct proxy *p, uint16_t server)
{
    FILE *f = fopen(p->settings, "w");
    assert_non_null(f);
    fprintf(f,
            "defaults\n mode http\n option http-no-delay\n option abortonclose\n"
            " timeout connect 20s\n timeout client 60s\n timeout server 60s\n"
            "frontend all\n"
            " bind 127.0.0.1:%u proto h2\n"
            " bind 127.0.0.1:%u ssl crt %s alpn h2\n"
            " bind 127.0.0.1:%u ssl crt %s alpn http/1.1\n"
            " default_backend server\n"
            "backend server\n server one 127.0.0.1:%u\n",
            p->clear, p->tls, p->certificate, p->tls_http_1, p->certificate, server);
    assert_int_equal(fclose(f), 0);
}

static inline bool proxy_listens(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool open = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return open;
}

static inline void proxy_launch(struct proxy *p)
{
    const char *const argv[] = {"haproxy", "-db", "-f", p->settings, NULL};
    assert_true(process_start(&p->process, argv, PROCESS_NO_PIPE));
    for (int i = 0; i < PROXY_PATIENCE_MS / 10 && !proxy_listens(p->tls_http_1); i++)
        usleep(10000);
    if (!proxy_listens(p->tls_http_1))
        fail_msg("haproxy does not start: %s", process_log(&p->process));
}

/* Its connections are all cut. */
static inline void proxy_restart(struct proxy *p)
{
    process_finish(&p->process);
    proxy_launch(p);
}

/* false: skip. */
static inline bool proxy_start(struct proxy *p, uint16_t server)
{
    static const char *const haproxy[] = {"haproxy", "-v", NULL};
    static const char *const openssl[] = {"openssl", "version", NULL};
    memset(p, 0, sizeof *p);
    if (!proxy_run(haproxy) || !proxy_run(openssl)) {
        print_message("skipped: haproxy and openssl are needed\n");
        return false;
    }
    strcpy(p->folder, "/tmp/openhesp-proxy-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->certificate, sizeof p->certificate, "%s/site.pem", p->folder);
    snprintf(p->settings, sizeof p->settings, "%s/haproxy.cfg", p->folder);
    proxy_make_certificate(p);
    p->clear = proxy_free_port();
    p->tls = proxy_free_port();
    p->tls_http_1 = proxy_free_port();
    proxy_write_settings(p, server);
    proxy_launch(p);
    return true;
}

static inline void proxy_finish(struct proxy *p)
{
    char key[128];
    if (!*p->folder)
        return;
    snprintf(key, sizeof key, "%s.key", p->certificate);
    process_finish(&p->process);
    unlink(key);
    unlink(p->certificate);
    unlink(p->settings);
    rmdir(p->folder);
}

#endif
