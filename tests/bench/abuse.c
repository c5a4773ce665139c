/* Abuses a channel for a while and tells what it was told. For abuse.sh and long runs.
 * Usage: abuse URL SEED SECONDS KIND=CONNECTIONS[@ADDRESS]...    of KIND silent, typist, body,
 * stalled, slow, scan, ranges, hog, leavers, watchers; ADDRESS is one of this machine to come from,
 * 127.0.0.2 for example Exit code 1: an answer that nobody should give. */
#include "e2e/abuse_target.h"
#include "support/abuser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool read_kind(char *text, struct abuser_config *config)
{
    char *equals = strchr(text, '=');
    if (!equals)
        return false;
    *equals = '\0';
    for (int kind = 0; kind < ABUSE_KINDS; kind++) {
        if (strcmp(abuse_name((enum abuse)kind), text))
            continue;
        char *at = strchr(equals + 1, '@');
        if (at)
            *at++ = '\0';
        config->connections[kind] = (unsigned)strtoul(equals + 1, NULL, 10);
        config->from[kind] = at;
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct abuser_config config = {.seed = 1};
    struct abuser_tally tallies[ABUSE_KINDS];
    char error[ABUSE_ERROR_BYTES];
    unsigned long strange = 0;
    bool fine = argc > 4;
    for (int i = 4; i < argc && fine; i++)
        fine = read_kind(argv[i], &config);
    if (!fine) {
        fprintf(stderr, "usage: abuse URL SEED SECONDS KIND=CONNECTIONS[@ADDRESS]...\n");
        return 2;
    }
    if (!abuse_target_find(argv[1], &config.target, error)) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    config.seed = strtoull(argv[2], NULL, 10);
    struct abuser *a = abuser_start(&config);
    sleep((unsigned)strtoul(argv[3], NULL, 10));
    abuser_stop(a, tallies);
    abuser_print(tallies);
    for (int kind = 0; kind < ABUSE_KINDS; kind++)
        strange += tallies[kind].strange;
    return strange ? 1 : 0;
}
