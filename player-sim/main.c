/* player-sim: finds the command that is meant; each has a file of player-sim/command. */
#include "media/core/option_errors.h"
#include "media/core/standard_files.h"
#include "player-sim/command/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, ERROR_BYTES = 200 };

static const char help[] =
    "Usage: player-sim COMMAND [OPTIONS] ...\n"
    "Viewers of HESP channels, and what they had to wait for.\n"
    "\n"
    "A HESP channel can be joined at any frame: a viewer fetches one\n"
    "Initialization Packet, which holds a keyframe of that moment and the place at\n"
    "which the Continuation Stream goes on, and reads on from the very next frame. A\n"
    "change of channel (a zap) or of quality (a switch) is the same again: one\n"
    "request, one packet, a picture. player-sim does this as many viewers at once,\n"
    "and reports how long it took: as trimmed means (tm90: the mean without the\n"
    "highest 10 %), with their confidence intervals and percentiles.\n"
    "\n"
    "Commands:\n"
    "  live    viewers join channels over HTTP, zap, switch, and check what they get\n"
    "            player-sim live --sessions 20 --zap-every 3 \\\n"
    "                http://127.0.0.1:8080/one/manifest.json \\\n"
    "                http://127.0.0.1:8080/two/manifest.json\n"
    "  simulate  the same viewers by the thousand, in virtual time\n"
    "            player-sim simulate --sessions 1000 --rtt 60\n"
    "  record  what a live channel weighs frame by frame, as content to simulate\n"
    "            player-sim record -o one.json http://127.0.0.1:8080/one/manifest.json\n"
    "  stats   trimmed means of a column of numbers\n"
    "            player-sim stats --trim 'TM(10%:90%)' zaps.txt\n"
    "  compare runs side by side, from their JSON reports\n"
    "            player-sim compare today.json tomorrow.json\n"
    "  merge   the report of a run that was measured in parts\n"
    "            player-sim merge --json run.json part-*\n"
    "  link    run a command behind a link of a given delay and rate (as root)\n"
    "            player-sim link --rtt 20 --rate 10M -- sh -c \\\n"
    "              'player-sim live http://$HESP_LINK_HOST:8080/one/manifest.json'\n"
    "\n"
    "  player-sim COMMAND --help    what a command's options are\n"
    "  player-sim --help            this\n"
    "  player-sim --version         the version\n"
    "\n"
    "Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"live", command_live},   {"simulate", command_simulate}, {"record", command_record},
    {"stats", command_stats}, {"link", command_link},         {"compare", command_compare},
    {"merge", command_merge},
};

static int print(const char *text)
{
    if (fputs(text, stdout) != EOF && !fflush(stdout))
        return EXIT_SUCCESS;
    fprintf(stderr, "player-sim: standard output: %s: send it where it can be written\n",
            strerror(errno));
    return EXIT_FAILURE;
}

static int refuse(const char *what, const char *text)
{
    char error[ERROR_BYTES];
    error_line(error, sizeof error, "%s %.60s is not known: %s", what, text,
               *text == '-' ? "see player-sim --help"
                            : "use live, simulate, record, compare, merge, stats or link; see "
                              "player-sim --help");
    fprintf(stderr, "player-sim: %s\n", error);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    standard_files_occupy();
    if (argc < 2) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help"))
        return print(help);
    if (!strcmp(argv[1], "--version"))
        return print("player-sim " OPENHESP_VERSION "\n");
    if (argv[1][0] == '-')
        return refuse("option", argv[1]);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    return refuse("command", argv[1]);
}
