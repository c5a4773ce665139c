#include "media/core/option_errors.h"
#include "packager/config/config.h"
#include "packager/config/sources.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_SETTING = 256, /* and the setting's index; no short options */
    KEY_CONFIG = 512,
    KEY_SIGN_URL,
    KEY_EXPIRES,
    KEY_HELP,
    KEY_VERSION,
    FILE_READ_MAX = (1 << 20) + 1, /* one more than a configuration may have */
};

static const char program[] = "hesp-packager";

static const char documentation[] =
    "Turns each feed into a live HESP channel that viewers can join at any frame."
    "\v"
    "NAME is a to z, 0 to 9 and -, up to 32 of them. INPUT is a file, - for standard input, test: "
    "for a made picture and tone, or any URL that FFmpeg reads.\n"
    "\n"
    "Examples:\n"
    "  hesp-packager demo=test:\n"
    "  hesp-packager --loop film=film.mp4 --ladder 1280x720@3M,640x360@800k\n"
    "  ffmpeg -re -i film.mp4 -c copy -f mpegts - | hesp-packager film=-\n"
    "  hesp-packager 'tv=udp://127.0.0.1:5000'\n"
    "  hesp-packager 'tv=srt://0.0.0.0:9000?mode=listener'\n"
    "  hesp-packager 'tv=srt://192.0.2.7:9000?mode=caller'\n"
    "  hesp-packager 'tv=rtmp://0.0.0.0:1935/live/KEY?listen'\n"
    "  hesp-packager 'tv=https://example.com/live/index.m3u8'\n"
    "  hesp-packager --config live.yaml\n"
    "  hesp-packager --sign-key FILE --sign-url http://HOST/tv/manifest.json\n"
    "\n"
    "live.yaml has the options' names with underscores as keys; a channel's own key wins over "
    "an option, an option over the file's global key:\n"
    "  listen: 0.0.0.0:8080\n"
    "  segment_duration: 4\n"
    "  channels:\n"
    "    - {name: one, input: 'udp://127.0.0.1:5000'}\n"
    "    - {name: two, input: film.mp4, loop: true, ladder: 640x360@800k}\n"
    "\n"
    "Each channel that is ready gives one line NAME MANIFEST_URL on standard output. SIGINT and "
    "SIGTERM end cleanly, a second one at once. SIGHUP reads --config's file again: channels are "
    "added, removed and changed, and the others are not touched; keys, tokens and certificate, "
    "too.\n"
    "\n"
    "Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

struct command_line {
    struct config_sources sources;
    const char *config_path;
    enum config_outcome outcome; /* CONFIG_DONE: answered; CONFIG_WRONG: error is set */
    char *error;
    struct argp argp;
    struct argp_option options[SETTINGS_COUNT + 6];
    char help[SETTINGS_COUNT][128];
};

static void make_options(struct command_line *line)
{
    struct argp_option *option = line->options;
    for (int i = 0; i < SETTINGS_COUNT; i++) {
        const struct setting *s = &settings[i];
        snprintf(line->help[i], sizeof line->help[i],
                 s->value && *s->initial ? "%s (default: %s)" : "%s", s->help, s->initial);
        *option++ = (struct argp_option){s->option, KEY_SETTING + i, s->value, 0, line->help[i], 1};
    }
    *option++ = (struct argp_option){
        "config", KEY_CONFIG, "FILE", 0, "Read settings and channels from a YAML file", 2};
    *option++ =
        (struct argp_option){"sign-url",
                             KEY_SIGN_URL,
                             "URL",
                             0,
                             "Print this manifest's URL with a signature by --sign-key, and exit",
                             2};
    *option++ =
        (struct argp_option){"expires",
                             KEY_EXPIRES,
                             "TIME",
                             0,
                             "For how long the signature holds: 90s, 15m, 6h, 7d (default: 1d)",
                             2};
    *option++ = (struct argp_option){"help", KEY_HELP, NULL, 0, "Give this help and exit", 3};
    *option++ =
        (struct argp_option){"version", KEY_VERSION, NULL, 0, "Print the version and exit", 3};
}

static void refuse(struct command_line *line, const struct argp_state *state)
{
    if (line->outcome != CONFIG_RUN)
        return;
    line->outcome = CONFIG_WRONG;
    option_error(state, program, line->error, CONFIG_ERROR_BYTES);
}

static error_t answered(struct command_line *line)
{
    fflush(stdout);
    line->outcome = CONFIG_DONE;
    return ECANCELED;
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct command_line *line = state->input;
    if (key >= KEY_SETTING && key < KEY_SETTING + SETTINGS_COUNT) {
        line->sources.options[key - KEY_SETTING] = argument ? argument : "true";
        return 0;
    }
    switch (key) {
    case KEY_CONFIG:
        line->config_path = argument;
        return 0;
    case KEY_SIGN_URL:
        line->sources.sign_url = argument;
        return 0;
    case KEY_EXPIRES:
        line->sources.expires = argument;
        return 0;
    case KEY_HELP:
        argp_help(&line->argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  (char *)program);
        return answered(line);
    case KEY_VERSION:
        printf("%s %s\n", program, OPENHESP_VERSION);
        return answered(line);
    case ARGP_KEY_ARG:
        line->sources.arguments[line->sources.argument_count++] = argument;
        return 0;
    case ARGP_KEY_ERROR:
        refuse(line, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The file's bytes, for the caller to free; NULL with errno where they can't be had. */
static char *read_file(const char *path, size_t *size)
{
    FILE *stream = fopen(path, "rb");
    char *text = stream ? malloc(FILE_READ_MAX) : NULL;
    if (text) {
        *size = fread(text, 1, FILE_READ_MAX, stream);
        if (ferror(stream)) {
            int reason = errno;
            free(text);
            text = NULL;
            errno = reason;
        }
    }
    int reason = errno;
    if (stream)
        fclose(stream);
    errno = reason;
    return text;
}

static bool load_file(const char *path, struct config_file **file, char error[CONFIG_ERROR_BYTES])
{
    size_t size = 0;
    char *text = read_file(path, &size);
    if (!text)
        return config_fail(error, "%.200s: %s: give the path of a YAML file that can be read", path,
                           strerror(errno));
    bool loaded = config_file_load(text, size, path, file, error);
    free(text);
    return loaded;
}

static enum config_outcome build(struct command_line *line, struct config *config)
{
    struct config_file *file = NULL;
    if (line->config_path && !load_file(line->config_path, &file, line->error))
        return CONFIG_WRONG;
    line->sources.file = file;
    line->sources.file_name = line->config_path;
    bool built = config_build(&line->sources, config, line->error);
    config_file_free(file);
    if (!built)
        return CONFIG_WRONG;
    config->file = line->config_path;
    return config->sign_url ? CONFIG_SIGN : CONFIG_RUN;
}

enum config_outcome config_from_command_line(int argc, char **argv, struct config *config,
                                             char error[CONFIG_ERROR_BYTES])
{
    struct command_line line = {.outcome = CONFIG_RUN, .error = error};
    line.argp =
        (struct argp){line.options, take, "[NAME=INPUT...]", documentation, NULL, NULL, NULL};
    make_options(&line);
    error[0] = '\0';
    line.sources.arguments = calloc((size_t)argc + 1, sizeof *line.sources.arguments);
    if (!line.sources.arguments) {
        config_fail(error, "out of memory");
        return CONFIG_WRONG;
    }
    error_t failed =
        argp_parse(&line.argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &line);
    if (failed && line.outcome == CONFIG_RUN) {
        config_fail(error, "the command line can't be read: %s", strerror(failed));
        line.outcome = CONFIG_WRONG;
    }
    if (line.outcome == CONFIG_RUN)
        line.outcome = build(&line, config);
    free(line.sources.arguments);
    return line.outcome;
}
