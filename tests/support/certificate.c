#include "support/certificate.h"

#include "support/cmocka_all.h"
#include "support/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

static void new_path(char path[64], const char *what)
{
    snprintf(path, 64, "/tmp/openhesp-%s-XXXXXX", what);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

static void run(const char *const argv[])
{
    struct process p;
    assert_true(process_start(&p, argv, PROCESS_NO_PIPE));
    int code = process_wait(&p, PATIENCE_MS);
    if (code != 0) {
        char *log = process_log(&p);
        print_error("%s: %s\n", argv[0], log);
        free(log);
    }
    process_finish(&p);
    assert_int_equal(code, 0);
}

void certificate_make(struct certificate *c, const char *name)
{
    char subject[64];
    new_path(c->certificate, "certificate");
    new_path(c->key, "key");
    snprintf(subject, sizeof subject, "/CN=%s", name);
    const char *const argv[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                subject,
                                "-addext",
                                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                                "-keyout",
                                c->key,
                                "-out",
                                c->certificate,
                                NULL};
    run(argv);
}

void certificate_copy(const char *from, const char *to)
{
    const char *const argv[] = {"cp", from, to, NULL};
    run(argv);
}

void certificate_finish(struct certificate *c)
{
    unlink(c->certificate);
    unlink(c->key);
}
