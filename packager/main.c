/* hesp-packager: reads what it is told, runs the service, and ends it cleanly. */
#include "media/core/clock.h"
#include "media/core/log.h"
#include "media/core/standard_files.h"
#include "packager/access/signed_url.h"
#include "packager/config/config.h"
#include "packager/pipeline/service.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const int64_t tick_us = 20000;
static const int64_t status_line_us = 500000;
static const int64_t linger_us = 200000;        /* for a viewer's last request */
static const int64_t linger_limit_us = 2000000; /* for the last bytes to reach a slow one */
static const int64_t end_limit_us = 10000000; /* an encoder that hangs must not keep the process */
static const double end_ahead_s = 2.5; /* announcing and reaching an end takes about this long */

/* The terminal's last line, kept below the log. */
struct status_line {
    bool wanted;
    bool shown;
    int64_t next_us;
};

static void log_above_status_line(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "\r\033[K%s\n", line);
}

static void status_line_show(struct status_line *l, const struct service *s, int64_t now_us)
{
    char text[512];
    struct winsize window;
    if (!l->wanted || now_us < l->next_us)
        return;
    l->next_us = now_us + status_line_us;
    service_status_line(s, now_us, text, sizeof text);
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col > 1 &&
        strlen(text) >= window.ws_col)
        text[window.ws_col - 1] = 0;
    fprintf(stderr, "\r\033[K%s", text);
    l->shown = true;
}

/* Says once for each channel, in their order, that it can be joined. */
static void announce_ready(const struct service *s)
{
    char url[SERVICE_URL_BYTES];
    service_url(s, url);
    for (size_t i = 0; i < s->channel_count; i++) {
        struct service_channel *c = s->channels[i];
        if (c->said || !channel_ready(c->channel))
            continue;
        c->said = true;
        const char *name = channel_name(c->channel);
        if (isatty(STDOUT_FILENO) && isatty(STDERR_FILENO))
            fprintf(stderr, "\r\033[K"); /* not behind the status line */
        printf("%s %s/%s/manifest.json\n", name, url, name);
        if (fflush(stdout))
            log_warn(name, "standard output can't be written: %s/%s/manifest.json is ready", url,
                     name);
    }
}

/* 0, or the signal that came within a tick. */
static int next_signal(const sigset_t *signals)
{
    struct timespec tick = {.tv_nsec = tick_us * 1000};
    int signal = sigtimedwait(signals, NULL, &tick);
    return signal > 0 ? signal : 0;
}

static void let_viewers_finish(const struct service *s)
{
    struct origin_state origin;
    int64_t limit_us = clock_monotonic_us() + linger_limit_us;
    do {
        clock_sleep_until_us(clock_monotonic_us() + linger_us);
        origin_state(s->origin, &origin);
    } while (origin.live_responses > 0 && clock_monotonic_us() < limit_us);
}

/* The command line, to be read again: its options still win over the file's. */
struct command {
    int argc;
    char **argv;
};

/* What is wrong changes nothing: the error is told as at the start, and the channels go on. */
static void reload(struct service *s, const struct command *command)
{
    struct config config;
    char error[CONFIG_ERROR_BYTES];
    if (!s->config.file) {
        if (!s->config.sign_key && !s->config.metrics_token && !s->config.tls_certificate)
            log_warn(NULL, "SIGHUP: there is no file to read again, as --config names none");
        return;
    }
    if (config_from_command_line(command->argc, command->argv, &config, error) != CONFIG_RUN) {
        log_error(NULL, "SIGHUP: %s; everything stays as it is", error);
        service_refuse_reload(s);
        return;
    }
    service_reload(s, &config);
}

static void run(struct service *s, const struct command *command, const sigset_t *signals)
{
    struct status_line line = {.wanted = isatty(STDERR_FILENO)};
    int64_t end_us = INT64_MAX;
    bool ending = false;
    if (s->config.seconds > 0)
        end_us = clock_monotonic_us() + (int64_t)((s->config.seconds - end_ahead_s) * 1e6);
    while (!ending || (!service_finished(s) && clock_monotonic_us() < end_us + end_limit_us)) {
        int signal = next_signal(signals);
        int64_t now_us = clock_monotonic_us();
        service_tick(s, now_us);
        announce_ready(s);
        status_line_show(&line, s, now_us);
        if (signal == SIGHUP) {
            if (!ending) {
                reload(s, command);
                service_reload_credentials(s);
            }
            continue;
        }
        if (signal && ending) {
            log_warn(NULL, "%s again: stopped at once", strsignal(signal));
            _exit(EXIT_FAILURE);
        }
        if (!ending && (signal || now_us >= end_us)) {
            ending = true;
            end_us = now_us;
            log_info(NULL, "%s: announcing the end, a second signal stops at once",
                     signal ? strsignal(signal) : "time is up");
            service_announce_end(s, now_us);
        }
    }
    let_viewers_finish(s);
    if (line.shown)
        fprintf(stderr, "\r\033[K");
}

/* --sign-url: one line on standard output. Finishes config; gives the exit code. */
static int sign(struct config *config)
{
    struct access_secrets keys;
    char url[4096], why[ACCESS_WHY_BYTES];
    int64_t expires_s = clock_utc_us() / 1000000 + config->lifetime_s;
    int status = access_secrets_read(config->sign_key, &keys, why);
    if (!status)
        status = access_sign_url(&keys.list[0], config->sign_url, expires_s, url, sizeof url, why);
    config_finish(config);
    if (status) {
        fprintf(stderr, "hesp-packager: %s\n", why);
        return 2;
    }
    return puts(url) < 0 || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct config config;
    struct service service;
    char error[CONFIG_ERROR_BYTES];
    sigset_t signals;

    standard_files_occupy();
    switch (config_from_command_line(argc, argv, &config, error)) {
    case CONFIG_SIGN:
        return sign(&config);
    case CONFIG_DONE:
        return EXIT_SUCCESS;
    case CONFIG_WRONG:
        fprintf(stderr, "hesp-packager: %s\n", error);
        return 2;
    case CONFIG_RUN:
        break;
    }
    log_setup(config.log_format, LOG_LEVEL_INFO);
    if (isatty(STDERR_FILENO))
        log_redirect(log_above_status_line, NULL);

    /* Before any thread starts, so that all of them leave the signals to this one. */
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    struct command command = {argc, argv};
    int status = service_create(&config, &service);
    if (!status)
        run(&service, &command, &signals);
    service_destroy(&service);
    return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
