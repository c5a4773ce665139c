/* One life of two channels in this process, with a viewer: from a configuration in text to the end.
 * For a child process of its own, whose end it is. */
#ifndef TESTS_E2E_ALLOCATION_LIFE_H
#define TESTS_E2E_ALLOCATION_LIFE_H

#include <stdbool.h>

enum { ALLOCATION_LIFE_FAULT = 9 };

/* Leads it. clip: a file that one of the channels repeats. announced: up to an announced end;
 * otherwise it is cut off. shortage: for some frames, every allocation fails. Whatever
 * fails has to be told, and whoever isn't told is served. Exits with ALLOCATION_LIFE_FAULT, and a
 * line on standard error, where that is not so; returns otherwise, with everything given back. */
void allocation_life(const char *clip, bool announced, bool shortage);

#endif
