#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 64 };

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void become_child(const char *const argv[], int pipes, const int in[2], const int out[2],
                         int log)
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves nobody behind */
    dup2(pipes & PROCESS_STDIN ? in[0] : null, STDIN_FILENO);
    dup2(pipes & PROCESS_STDOUT ? out[1] : null, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], (char *const *)argv);
    dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

bool process_start(struct process *p, const char *const argv[], int pipes)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    *p = (struct process){.out = -1, .in = -1};
    snprintf(p->log, sizeof p->log, "%s", "/tmp/openhesp-test-XXXXXX");
    int log = mkstemp(p->log);
    if (log < 0 || (pipes & PROCESS_STDIN && pipe2(in, O_CLOEXEC)) ||
        (pipes & PROCESS_STDOUT && pipe2(out, O_CLOEXEC)))
        return false;
    p->pid = fork();
    if (!p->pid)
        become_child(argv, pipes, in, out, log);
    close(log);
    if (pipes & PROCESS_STDIN) {
        close(in[0]);
        p->in = in[1];
    }
    if (pipes & PROCESS_STDOUT) {
        close(out[1]);
        p->out = out[0];
    }
    return p->pid > 0;
}

bool process_line(struct process *p, char *line, size_t capacity, int timeout_ms)
{
    long deadline = now_ms() + timeout_ms;
    size_t size = 0;
    while (size + 1 < capacity) {
        struct pollfd fd = {.fd = p->out, .events = POLLIN};
        long left = deadline - now_ms();
        if (left <= 0 || poll(&fd, 1, (int)left) <= 0 || read(p->out, line + size, 1) != 1)
            return false;
        if (line[size] == '\n') {
            line[size] = 0;
            return true;
        }
        size++;
    }
    return false;
}

void process_signal(const struct process *p, int signal)
{
    if (p->pid > 0)
        kill(p->pid, signal);
}

int process_wait(struct process *p, int timeout_ms)
{
    long deadline = now_ms() + timeout_ms;
    int status;
    while (p->pid > 0) {
        pid_t ended = waitpid(p->pid, &status, WNOHANG);
        if (ended == p->pid) {
            p->pid = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (now_ms() >= deadline)
            break;
        usleep(5000);
    }
    return -1;
}

void process_finish(struct process *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    if (p->in >= 0)
        close(p->in);
    if (p->out >= 0)
        close(p->out);
    if (*p->log)
        unlink(p->log);
    *p = (struct process){.out = -1, .in = -1};
}

char *process_log(const struct process *p)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(p->log, "r");
    if (file) {
        ssize_t length = getdelim(&text, &size, 0, file);
        fclose(file);
        if (length > 0)
            return text;
    }
    free(text);
    return strdup("");
}

static bool start_packager(struct process *p, const char *const head[],
                           const char *const arguments[], int channels, char *url, size_t capacity)
{
    const char *argv[ARGUMENTS_MAX] = {0};
    size_t count = 0;
    char line[512] = "";
    while (head[count]) {
        argv[count] = head[count];
        count++;
    }
    for (size_t i = 0; arguments[i] && count + 1 < ARGUMENTS_MAX; i++)
        argv[count++] = arguments[i];
    bool ready = process_start(p, argv, PROCESS_STDOUT | PROCESS_STDIN);
    for (int i = 0; ready && i < channels; i++)
        ready = process_line(p, line, sizeof line, 60000);
    char *start = strstr(line, " http");
    char *end = start ? strstr(start++, "://") : NULL;
    end = end ? strchr(end + 3, '/') : NULL;
    if (!ready || !end) {
        char *log = process_log(p);
        fprintf(stderr, "the packager did not become ready; its log:\n%s\n", log);
        free(log);
        return false;
    }
    snprintf(url, capacity, "%.*s", (int)(end - start), start);
    return true;
}

bool process_start_packager(struct process *p, const char *const arguments[], int channels,
                            char *url, size_t capacity)
{
    const char *const head[] = {OPENHESP_PACKAGER, "--listen", "127.0.0.1:0", NULL};
    return start_packager(p, head, arguments, channels, url, capacity);
}

bool process_start_packager_in(struct process *p, const char *netns, const char *const arguments[],
                               int channels, char *url, size_t capacity)
{
    const char *const head[] = {"ip",       "netns",        "exec", netns, OPENHESP_PACKAGER,
                                "--listen", "0.0.0.0:8080", NULL};
    return start_packager(p, head, arguments, channels, url, capacity);
}
