/* A report into which tests put samples, and its forms as texts. */
#ifndef TESTS_UNIT_PLAYER_SIM_REPORT_FIXTURE_H
#define TESTS_UNIT_PLAYER_SIM_REPORT_FIXTURE_H

#include "media/core/err.h"
#include "player-sim/report/report.h"
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static const char *const fixture_channels[] = {"one", "two"};

static inline struct report_config fixture_config(void)
{
    return (struct report_config){.mode = "live",
                                  .seed = 7,
                                  .sessions = 2,
                                  .channels = fixture_channels,
                                  .channel_count = 2,
                                  .command = "player-sim live URL"};
}

static inline struct report *fixture_report(const struct report_config *config)
{
    struct report *r = NULL;
    assert_int_equal(report_create(config, &r), 0);
    return r;
}

static inline struct report_facts fixture_facts(void)
{
    return (struct report_facts){.duration_s = 30,
                                 .http_version = "1.1",
                                 .congestion_control = "cubic",
                                 .decoding = 1,
                                 .bytes = 2500000,
                                 .connections = 4,
                                 .requests = 1234,
                                 .cpu_s = 0.5,
                                 .clock_offset_us = -250,
                                 .clock_error_us = 100};
}

static inline struct report_place fixture_place(size_t session, size_t channel,
                                                const char *rendition, int64_t rtt_us)
{
    return (struct report_place){.session = session,
                                 .at_us = 1500000,
                                 .channel = channel,
                                 .rendition = rendition,
                                 .rtt_us = rtt_us};
}

typedef int fixture_writer(struct report *r, const struct report_facts *facts, FILE *out);

/* The caller frees. */
static inline char *fixture_text(struct report *r, const struct report_facts *facts,
                                 fixture_writer *writer)
{
    FILE *out = tmpfile();
    assert_non_null(out);
    assert_int_equal(writer(r, facts, out), 0);
    size_t size = (size_t)ftell(out);
    char *text = malloc(size + 1);
    assert_non_null(text);
    rewind(out);
    assert_int_equal(fread(text, 1, size, out), size);
    text[size] = '\0';
    fclose(out);
    return text;
}

/* A file that takes the first so many bytes and then no more, as a full disk. */
struct fixture_disk {
    size_t room;
};

static ssize_t fixture_disk_write(void *cookie, const char *bytes, size_t size)
{
    struct fixture_disk *disk = cookie;
    (void)bytes;
    if (size > disk->room)
        return 0;
    disk->room -= size;
    return (ssize_t)size;
}

static inline FILE *fixture_full_disk(struct fixture_disk *disk)
{
    FILE *out = fopencookie(disk, "w", (cookie_io_functions_t){.write = fixture_disk_write});
    assert_non_null(out);
    setvbuf(out, NULL, _IONBF, 0);
    return out;
}

#endif
