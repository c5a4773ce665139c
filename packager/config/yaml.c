/* libcyaml reads every value as text, so that the command line's readers check it. What it refuses
 * itself (unknown keys, lists where a text should be, broken YAML) it tells in several log calls: a
 * problem, and a backtrace of which the first line is the place. */
#include "packager/config/sources.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 20 };

static const char in_entry[] = "in sequence entry '";

/* What the log calls said. */
struct trouble {
    char problem[160];
    char place[48]; /* line 3, column 11 */
    int entry;      /* of channels, from 1; 0: not in there */
};

static void keep_place(struct trouble *t, const char *text)
{
    const char *line = strstr(text, "(line: "), *entry = strstr(text, in_entry);
    unsigned row, column;
    if (line && !t->place[0] && sscanf(line, "(line: %u, column: %u)", &row, &column) == 2)
        snprintf(t->place, sizeof t->place, "near line %u, column %u: ", row, column);
    if (entry)
        t->entry = atoi(entry + strlen(in_entry));
}

__attribute__((format(printf, 3, 0))) static void
keep_message(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    struct trouble *t = context;
    char text[256];
    (void)level;
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    const char *start = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
    bool backtrace = strncmp(start, "Backtrace", 9) == 0 || start[0] == ' ';
    if (backtrace)
        keep_place(t, start);
    else if (!t->problem[0])
        snprintf(t->problem, sizeof t->problem, "%.150s",
                 strncmp(start, "libyaml: ", 9) == 0 ? start + 9 : start);
}

/* The schema, made from the settings. Keys are texts of their own, as options have other ones. */
struct schema {
    char keys[SETTINGS_COUNT][SETTING_NAME_BYTES];
    struct cyaml_schema_field channel_fields[SETTINGS_COUNT + 3];
    struct cyaml_schema_value channel;
    struct cyaml_schema_field file_fields[SETTINGS_COUNT + 2];
    struct cyaml_schema_value file;
    struct cyaml_config config;
};

static struct cyaml_schema_field text_field(const char *key, size_t offset)
{
    return (struct cyaml_schema_field){
        .key = key,
        .data_offset = (uint32_t)offset,
        .value = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, char *, 0,
                                     CYAML_UNLIMITED)},
    };
}

static void make_channel_schema(struct schema *s)
{
    struct cyaml_schema_field *field = s->channel_fields;
    *field++ = text_field("name", offsetof(struct config_file_channel, name));
    *field++ = text_field("input", offsetof(struct config_file_channel, input));
    for (size_t i = 0; i < SETTINGS_COUNT; i++)
        if (settings[i].per_channel)
            *field++ = text_field(s->keys[i], offsetof(struct config_file_channel, values) +
                                                  i * sizeof(char *));
    s->channel = (struct cyaml_schema_value){
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_channel, s->channel_fields)};
}

static void make_schema(struct schema *s, struct trouble *trouble)
{
    *s = (struct schema){0};
    for (size_t i = 0; i < SETTINGS_COUNT; i++)
        setting_key(&settings[i], s->keys[i]);
    make_channel_schema(s);
    struct cyaml_schema_field *field = s->file_fields;
    for (size_t i = 0; i < SETTINGS_COUNT; i++)
        *field++ =
            text_field(s->keys[i], offsetof(struct config_file, values) + i * sizeof(char *));
    *field = (struct cyaml_schema_field)CYAML_FIELD_SEQUENCE_COUNT(
        "channels", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_file, channels,
        channel_count, &s->channel, 0, CYAML_UNLIMITED);
    s->file = (struct cyaml_schema_value){
        CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config_file, s->file_fields)};
    s->config = (struct cyaml_config){
        .log_fn = keep_message,
        .log_ctx = trouble,
        .mem_fn = cyaml_mem,
        .log_level = CYAML_LOG_WARNING,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

/* What to do about it. */
static void remedy(const struct schema *s, const struct trouble *t, cyaml_err_t result, char *out,
                   size_t size)
{
    const struct cyaml_schema_field *field = t->entry ? s->channel_fields : s->file_fields;
    if (result == CYAML_ERR_INVALID_KEY) {
        snprintf(out, size, ": keys there are ");
        for (; field->key; field++)
            snprintf(out + strlen(out), size - strlen(out), "%s%s", field->key,
                     field[1].key ? ", " : "");
    } else if (result == CYAML_ERR_LIBYAML_PARSER) {
        snprintf(out, size, ": mend the YAML, for example its quotes and its indentation");
    } else if (result == CYAML_ERR_ALIAS) {
        snprintf(out, size, ": write the value itself instead of an alias");
    } else if (result == CYAML_OK) {
        snprintf(out, size, ": keep one document in the file");
    } else {
        snprintf(out, size,
                 ": write KEY: VALUE lines with plain or quoted values, and "
                 "channels: as a list of {name, input}");
    }
}

static bool tell(const struct schema *s, const struct trouble *t, cyaml_err_t result,
                 const char *name, char error[CONFIG_ERROR_BYTES])
{
    char entry[32] = "", advice[320];
    if (t->entry)
        snprintf(entry, sizeof entry, "channels[%d]: ", t->entry - 1);
    remedy(s, t, result, advice, sizeof advice);
    return config_fail(error, "%.60s: %s%s%.80s%s", name, t->place, entry,
                       t->problem[0] ? t->problem : cyaml_strerror(result), advice);
}

bool config_file_load(const char *text, size_t size, const char *name, struct config_file **out,
                      char error[CONFIG_ERROR_BYTES])
{
    struct trouble trouble = {0};
    struct schema schema;
    struct config_file *file = NULL;
    if (size > FILE_BYTES_MAX)
        return config_fail(error, "%.100s: larger than %d bytes: is it the right file?", name,
                           FILE_BYTES_MAX);
    make_schema(&schema, &trouble);
    cyaml_err_t result = cyaml_load_data((const uint8_t *)text, size, &schema.config, &schema.file,
                                         (cyaml_data_t **)&file, NULL);
    if (result != CYAML_OK || trouble.problem[0]) {
        config_file_free(file);
        return tell(&schema, &trouble, result, name, error);
    }
    *out = file;
    return true;
}

void config_file_free(struct config_file *file)
{
    struct trouble unheard = {0};
    struct schema schema;
    make_schema(&schema, &unheard);
    if (file)
        cyaml_free(&schema.config, &schema.file, file, 0);
}
