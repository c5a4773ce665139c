/* One life of two channels in this process, with a viewer: from a configuration in text to the end.
 * For a child process of its own, whose end it is. */
#ifndef TESTS_E2E_ALLOCATION_LIFE_H
#define TESTS_E2E_ALLOCATION_LIFE_H

#include "e2e/allocations.h"

#include <stdbool.h>

enum { ALLOCATION_LIFE_FAULT = 9 };

/* Leads it up to that phase, and cuts it off there; ALLOCATIONS_ENDING: up to an announced end.
 * clip: a file that one of the channels repeats. shortage: for some frames, every allocation fails.
 * Whatever fails has to be told, and whoever isn't told is served. Exits with
 * ALLOCATION_LIFE_FAULT, and a line on standard error, where that is not so; returns otherwise,
 * with everything given back. */
void allocation_life(const char *clip, enum allocations_phase last, bool shortage);

#endif
