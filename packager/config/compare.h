/* What another configuration changes of the one that runs, channel by channel: they are the same
 * where their names are.
 * Thread-safety: pure functions, any thread. */
#ifndef PACKAGER_CONFIG_COMPARE_H
#define PACKAGER_CONFIG_COMPARE_H

#include "packager/config/config.h"

/* What a channel's settings are about, as bits. */
enum config_part {
    CONFIG_PART_INPUT = 1,    /* another input, or the same one played otherwise */
    CONFIG_PART_ENCODING = 2, /* what viewers get is another stream: a new Presentation */
    CONFIG_PART_MEMORY = 4,   /* how many bytes are kept */
};

enum { CONFIG_WHAT_BYTES = 192 };

/* The parts in which two settings of one channel differ, 0 where they are alike; what gets the
 * settings' names, "fps, ladder". */
unsigned config_compare_channel(const struct config_channel *old, const struct config_channel *new,
                                char what[CONFIG_WHAT_BYTES]);

/* The names of the settings that hold for the whole process and differ, "listen, seconds"; "" where
 * none does. They can't be changed while it runs. */
void config_compare_process(const struct config *old, const struct config *new,
                            char what[CONFIG_WHAT_BYTES]);

enum config_verdict { CONFIG_UNCHANGED, CONFIG_ADDED, CONFIG_REMOVED, CONFIG_CHANGED };

struct config_difference {
    enum config_verdict verdict;
    const char *name;             /* borrowed from old or new */
    unsigned parts;               /* where changed */
    char what[CONFIG_WHAT_BYTES]; /* likewise */
};

struct config_comparison {
    struct config_difference list[2 * CONFIG_CHANNELS_MAX]; /* new's channels, then what is gone */
    size_t count;
};

void config_compare(const struct config *old, const struct config *new,
                    struct config_comparison *out);

/* One line in the log that counts them, and one that names what needs a restart. One thread. */
void config_log_comparison(const struct config *old, const struct config *new);

/* NULL where there is none of that name. */
const struct config_channel *config_find(const struct config *config, const char *name);

#endif
