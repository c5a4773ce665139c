/* How a command was asked for, as one line: "player-sim live --sessions 20 URL".
 * Thread-safety: a pure function. */
#ifndef PLAYER_SIM_COMMAND_COMMAND_TEXT_H
#define PLAYER_SIM_COMMAND_COMMAND_TEXT_H

/* argv as it was given, before options are sorted; argv[0] is the command's name. The caller frees;
 * NULL: no memory. */
char *command_text(int argc, char **argv);

#endif
