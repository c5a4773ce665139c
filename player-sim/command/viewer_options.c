#include "player-sim/command/viewer_options.h"
#include "media/core/values.h"

#include <stdio.h>
#include <string.h>

static const double ms_max = 60000;

static struct viewer_options *options_of(struct settings_reading *r)
{
    return r->options;
}

const struct abr_estimator *viewer_estimator(const struct viewer_options *o)
{
    static const struct {
        const char *rule, *estimator;
    } pairs[] = {{"l2a-ll", "dash.js"}, {"lol+", "dash.js"}, {"hls.js", "hls.js"}};
    for (size_t i = 0; !o->estimator && i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(o->rule->name, pairs[i].rule) == 0)
            return abr_estimator_find(pairs[i].estimator);
    return o->estimator ? o->estimator : abr_estimators[0];
}

void viewer_list_add(char *list, size_t list_bytes, const char *name)
{
    size_t used = strlen(list);
    snprintf(list + used, list_bytes - used, "%s%s", used ? ", " : "", name);
}

bool viewer_read_duration(struct settings_reading *r, const char *text)
{
    return settings_seconds(r, text, 0.1, &options_of(r)->duration_us,
                            "give seconds from 0.1 on, for example --duration 60");
}

bool viewer_read_ramp(struct settings_reading *r, const char *text)
{
    return settings_seconds(r, text, 0, &options_of(r)->ramp_us,
                            "give seconds, for example --ramp 2");
}

static bool read_interval(struct settings_reading *r, const char *text, struct plan_interval *out,
                          const char *option)
{
    return plan_interval_read(text, out) ||
           settings_wrong(r, "give seconds, for example --%s 5 or --%s random:5; 0 is never",
                          option, option);
}

bool viewer_read_zap(struct settings_reading *r, const char *text)
{
    return read_interval(r, text, &options_of(r)->zap, "zap-every");
}

bool viewer_read_switch(struct settings_reading *r, const char *text)
{
    return read_interval(r, text, &options_of(r)->change, "switch-every");
}

/* RULE, or fixed:BITRATE. */
bool viewer_read_abr(struct settings_reading *r, const char *text)
{
    struct viewer_options *o = options_of(r);
    char name[32], list[200] = "";
    const char *colon = strchr(text, ':');
    snprintf(name, sizeof name, "%.*s", colon ? (int)(colon - text) : (int)sizeof name - 1, text);
    o->wanted_bps = INT64_MAX;
    o->rule = abr_rule_find(name);
    bool limited = o->rule && strcmp(name, "fixed") == 0;
    if (o->rule && (!colon || (limited && value_bits(colon + 1, &o->wanted_bps))))
        return true;
    for (size_t i = 0; abr_rules[i]; i++)
        viewer_list_add(list, sizeof list, abr_rules[i]->name);
    return settings_wrong(r,
                          "give one of %s; --abr fixed is the highest rendition, --abr fixed:800k "
                          "the highest of at most 800 kbit/s",
                          list);
}

bool viewer_read_estimator(struct settings_reading *r, const char *text)
{
    char list[200] = "";
    options_of(r)->estimator = *text ? abr_estimator_find(text) : NULL;
    if (!*text || options_of(r)->estimator)
        return true;
    for (size_t i = 0; abr_estimators[i]; i++)
        viewer_list_add(list, sizeof list, abr_estimators[i]->name);
    return settings_wrong(r, "give one of %s", list);
}

bool viewer_read_join(struct settings_reading *r, const char *text)
{
    bool smallest = strcmp(text, "smallest") == 0;
    options_of(r)->join = smallest ? SESSION_JOIN_SMALLEST : SESSION_JOIN_SAME;
    return smallest || strcmp(text, "same") == 0 ||
           settings_wrong(r, "give same or smallest, for example --join smallest");
}

bool viewer_read_ms(struct settings_reading *r, const char *text, int64_t *out_us,
                    const char *option)
{
    double ms;
    if (!value_decimal(text, &ms) || ms > ms_max)
        return settings_wrong(r, "give milliseconds up to 60000, for example --%s 33", option);
    *out_us = (int64_t)(ms * 1000 + 0.5);
    return true;
}

bool viewer_read_buffer(struct settings_reading *r, const char *text)
{
    return viewer_read_ms(r, text, &options_of(r)->buffer_us, "buffer");
}

bool viewer_read_resync(struct settings_reading *r, const char *text)
{
    return viewer_read_ms(r, text, &options_of(r)->resync_us, "resync");
}

bool viewer_read_seed(struct settings_reading *r, const char *text)
{
    int64_t seed = 0;
    bool good = settings_count(r, text, 0, 999999999, &seed,
                               "give a whole number up to 999999999, for example --seed 7");
    options_of(r)->seed = (uint64_t)seed;
    return good;
}

bool viewer_read_trim(struct settings_reading *r, const char *text)
{
    char why[TRIM_ERROR_BYTES];
    struct viewer_options *o = options_of(r);
    if (!*text)
        return true;
    if (o->trim_count == VIEWER_TRIMS_MAX)
        return settings_wrong(r, "more than %d are not told", VIEWER_TRIMS_MAX);
    if (!trim_read(text, &o->trims[o->trim_count], why))
        return settings_wrong(r, "%s", why);
    o->trim_count++;
    return true;
}
