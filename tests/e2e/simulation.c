#include "e2e/simulation.h"
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void simulation_words(const char *words, const char *first, char text[SIMULATION_TEXT_BYTES],
                      const char *list[SIMULATION_WORDS_MAX + 1])
{
    char *rest;
    size_t n = 0;
    if (first)
        list[n++] = first;
    assert_true(strlen(words) < SIMULATION_TEXT_BYTES);
    strcpy(text, words);
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(n < SIMULATION_WORDS_MAX);
        list[n++] = word;
    }
    list[n] = NULL;
}

void simulation_run(const char *words, struct player_report *out)
{
    char text[SIMULATION_TEXT_BYTES];
    const char *list[SIMULATION_WORDS_MAX + 1];
    simulation_words(words, NULL, text, list);
    player_simulate(list, out);
}

void simulation_run_well(const char *words, struct player_report *out)
{
    simulation_run(words, out);
    player_expect_code(out, 0);
    if (player_errors(out, NULL))
        fail_msg("%s: errors:\n%s", words, out->table);
}

void simulation_expect_same(const struct player_report *a, const struct player_report *b)
{
    json_object_del(a->json, "cpu_s");
    json_object_del(b->json, "cpu_s");
    if (!json_equal(a->json, b->json))
        fail_msg("two reports differ:\n%s\n%s", a->table, b->table);
}

void simulation_expect_same_files(const char *a, const char *b)
{
    FILE *x = fopen(a, "r"), *y = fopen(b, "r");
    assert_true(x && y);
    for (int c = 0; c != EOF;) {
        c = getc(x);
        if (getc(y) != c)
            fail_msg("%s and %s differ at byte %ld", a, b, ftell(x));
    }
    fclose(x);
    fclose(y);
}

int64_t simulation_file_bytes(const char *path)
{
    struct stat s;
    return stat(path, &s) ? -1 : (int64_t)s.st_size;
}
