/* The commands of player-sim, a file each. argv[0] is the command's name ("stats").
 * Each gives the exit code: 0 success, 1 failure, 2 wrong usage; errors are one line on standard
 * error that names the input and the remedy. */
#ifndef PLAYER_SIM_COMMAND_COMMAND_H
#define PLAYER_SIM_COMMAND_COMMAND_H

int command_live(int argc, char **argv);
int command_record(int argc, char **argv);
int command_stats(int argc, char **argv);
int command_link(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_merge(int argc, char **argv);

#endif
