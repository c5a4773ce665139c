#include "packager/origin/route.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

const char *origin_route_path(const char *target)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t length = strlen(schemes[i]);
        if (strncasecmp(target, schemes[i], length) == 0) {
            const char *path = strchr(target + length, '/');
            return path != NULL ? path : "/";
        }
    }
    return target;
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* How many characters a valid name at the beginning of text has, or 0. */
static size_t name_length(const char *text)
{
    size_t length = 0;

    while (is_name_character(text[length]))
        length++;
    return length < ORIGIN_NAME_BYTES ? length : 0;
}

bool origin_route_name_is_valid(const char *name)
{
    size_t length = name_length(name);

    return length > 0 && name[length] == '\0';
}

/* Takes "/NAME" off *at; what follows NAME is a slash or the end. */
static bool take_name(const char **at, char name[ORIGIN_NAME_BYTES])
{
    size_t length;

    if (**at != '/')
        return false;
    (*at)++;
    length = name_length(*at);
    if (length == 0 || ((*at)[length] != '/' && (*at)[length] != '\0'))
        return false;
    memcpy(name, *at, length);
    name[length] = '\0';
    *at += length;
    return true;
}

/* Takes the prefix off *at where it is there. */
static bool take_text(const char **at, const char *prefix)
{
    size_t length = strlen(prefix);

    if (strncmp(*at, prefix, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_number(const char **at, int64_t *out)
{
    const char *digits = *at;
    int64_t value = 0;

    for (; **at >= '0' && **at <= '9'; (*at)++) {
        int digit = **at - '0';
        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (*at == digits || (*digits == '0' && *at != digits + 1))
        return false;
    *out = value;
    return true;
}

/* "init-now.mp4", "init-17.mp4", "content-3.mp4": the last component. */
static bool parse_file(const char *file, struct origin_route *route)
{
    route->number = 0;
    if (strcmp(file, "init-now.mp4") == 0) {
        route->kind = ORIGIN_ROUTE_NEWEST_PACKET;
        return true;
    }
    if (take_text(&file, "init-"))
        route->kind = ORIGIN_ROUTE_PACKET;
    else if (take_text(&file, "content-"))
        route->kind = ORIGIN_ROUTE_SEGMENT;
    else
        return false;
    return take_number(&file, &route->number) && strcmp(file, ".mp4") == 0;
}

bool origin_route_parse(const char *path, struct origin_route *route)
{
    struct origin_route found = {0};
    const char *at = path;

    if (!take_name(&at, found.channel) || !take_name(&at, found.presentation) ||
        !take_name(&at, found.track) || *at++ != '/' || !parse_file(at, &found))
        return false;
    *route = found;
    return true;
}
