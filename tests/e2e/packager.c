#include "e2e/packager.h"
#include "support/cmocka_all.h"
#include "support/metrics_text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { END_MS = 30000 };

void packager_fail(struct packager *p, const char *what)
{
    char *log = process_log(&p->process);
    print_error("%s; the packager's log:\n%s\n", what, log);
    free(log);
    process_finish(&p->process);
    fail_msg("%s", what);
    abort(); /* not reached, which the compiler cannot know */
}

void packager_start(struct packager *p, const char *const arguments[], int channels)
{
    memset(p, 0, sizeof *p);
    if (!process_start_packager(&p->process, arguments, channels, p->url, sizeof p->url))
        packager_fail(p, "the packager does not start");
    p->port = (uint16_t)atoi(strrchr(p->url, ':') + 1);
}

void packager_start_in(struct packager *p, const char *netns, const char *const arguments[],
                       int channels)
{
    memset(p, 0, sizeof *p);
    if (!process_start_packager_in(&p->process, netns, arguments, channels, p->url, sizeof p->url))
        packager_fail(p, "the packager does not start");
    p->port = (uint16_t)atoi(strrchr(p->url, ':') + 1);
}

void packager_start_yaml(struct packager *p, const char *yaml, int channels)
{
    char path[] = "/tmp/openhesp-config-XXXXXX";
    const char *const arguments[] = {"--config", path, NULL};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, yaml, strlen(yaml)), strlen(yaml));
    close(fd);
    packager_start(p, arguments, channels);
    unlink(path);
}

void packager_stop(struct packager *p)
{
    char what[64];
    if (process_wait(&p->process, 0) != -1)
        packager_fail(p, "the packager has ended by itself");
    process_signal(&p->process, SIGTERM);
    int code = process_wait(&p->process, END_MS);
    snprintf(what, sizeof what, "the packager's exit code is %d", code);
    if (code)
        packager_fail(p, what);
    char *log = process_log(&p->process);
    bool trouble = strstr(log, " error ") || strstr(log, "Sanitizer");
    free(log);
    if (trouble)
        packager_fail(p, "the packager tells of an error");
    process_finish(&p->process);
}

void packager_get(struct packager *p, const char *path, long status, struct http_answer *answer)
{
    char url[1024], what[1200];
    snprintf(url, sizeof url, "%s%s", p->url, path);
    http_get(url, answer);
    if (answer->status == status)
        return;
    snprintf(what, sizeof what, "%.900s: status %ld instead of %ld: %.150s", url, answer->status,
             status, (const char *)answer->body);
    http_answer_finish(answer);
    packager_fail(p, what);
}

double packager_metric(struct packager *p, const char *series)
{
    struct http_answer answer;
    double value = 0;
    packager_get(p, "/metrics", 200, &answer);
    bool found = metrics_text_value((const char *)answer.body, series, &value);
    http_answer_finish(&answer);
    if (!found)
        packager_fail(p, series);
    return value;
}

long packager_resident_kb(const struct packager *p)
{
    char path[64], line[256];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)p->process.pid);
    FILE *file = fopen(path, "r");
    while (file && kb < 0 && fgets(line, sizeof line, file)) {
        if (sscanf(line, "VmRSS: %ld kB", &kb) != 1)
            kb = -1;
    }
    if (file)
        fclose(file);
    return kb;
}
