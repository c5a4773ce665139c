#include "support/netns_lab.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

const char *netns_lab_missing(void)
{
    int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (tun >= 0)
        close(tun);
    if (geteuid())
        return "root";
    if (tun < 0)
        return "/dev/net/tun";
    if (system("ip -V >/dev/null 2>&1"))
        return "ip (package iproute2)";
    if (system("ping -V >/dev/null 2>&1"))
        return "ping (package iputils-ping)";
    if (system("unshare --net true 2>/dev/null"))
        return "the right to make network namespaces (CAP_SYS_ADMIN)";
    return NULL;
}

bool netns_lab_make(struct netns_lab *lab)
{
    char command[80];
    snprintf(lab->name, sizeof lab->name, "hesp-test-%d", (int)getpid());
    snprintf(command, sizeof command, "ip netns add %s", lab->name);
    if (!system(command))
        return true;
    lab->name[0] = 0;
    return false;
}

void netns_lab_remove(struct netns_lab *lab)
{
    char command[80];
    if (!lab->name[0])
        return;
    snprintf(command, sizeof command, "ip netns del %s", lab->name);
    if (system(command))
        fprintf(stderr, "the namespace %s is left behind\n", lab->name);
    lab->name[0] = 0;
}

pid_t netns_lab_fork(const struct netns_lab *lab, int (*work)(void *argument), void *argument)
{
    char path[64];
    snprintf(path, sizeof path, "/run/netns/%s", lab->name);
    fflush(NULL);
    pid_t pid = fork();
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET)) {
        perror(path);
        _exit(126);
    }
    close(fd);
    _exit(work(argument));
}

void netns_lab_shell(const struct netns_lab *lab, const char *command, char *out, int capacity)
{
    char line[512];
    size_t size = 0;
    const char *name = lab->name;
    for (const char *at = command; *at && size + sizeof lab->name < sizeof line; at++) {
        if (at[0] == '%' && at[1] == 's') {
            size += (size_t)snprintf(line + size, sizeof line - size, "%s", name);
            at++;
        } else
            line[size++] = *at;
    }
    line[size] = 0;
    FILE *pipe = popen(line, "re");
    size = pipe ? fread(out, 1, (size_t)capacity - 1, pipe) : 0;
    out[size] = 0;
    if (pipe)
        pclose(pipe);
}
