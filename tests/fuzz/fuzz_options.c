/* Any text as the values of options, as a channel's URL and as an origin's: what is refused leaves
 * everything as it was, and says so in one line. */
#include "media/core/networks.h"
#include "media/core/values.h"
#include "player-sim/command/channel_name.h"
#include "player-sim/command/link_values.h"
#include "player-sim/transport/http/origin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_values(const char *text)
{
    int64_t n = -7;
    double d = -7;
    bool on;
    struct rational rate = {-7, -7};
    char item[16];
    require(value_integer(text, 3, 999, &n) ? n >= 3 && n <= 999 : n == -7);
    n = -7;
    require(value_bits(text, &n) ? n >= 0 : n == -7);
    n = -7;
    require(value_bytes(text, &n) ? n >= 0 : n == -7);
    require(value_decimal(text, &d) ? isfinite(d) && d >= 0 : d == -7);
    require(value_rate(text, &rate) ? rate.num > 0 && rate.den > 0 : rate.num == -7);
    (void)value_switch(text, &on);
    for (const char *at = text; at; at = value_next_item(at, item, sizeof item))
        require(strlen(at) <= strlen(text));
}

static void check_link(const char *text)
{
    struct link_values v;
    struct link_config ways[2];
    char error[LINK_VALUES_ERROR_BYTES];
    link_values_init(&v);
    for (int which = LINK_VALUE_RTT; which <= LINK_VALUE_SEED; which++) {
        if (which == LINK_VALUE_TRACE)
            continue; /* a path; fuzz_trace has what is in it */
        error[0] = '\0';
        if (!link_values_read(&v, (enum link_value)which, text, error))
            require(error[0] && !strchr(error, '\n'));
    }
    if (link_values_check(&v, error))
        link_values_ways(&v, ways);
    link_values_finish(&v);
}

static void check_networks(const char *text)
{
    struct networks n = {.count = 77};
    char why[256] = "", again[NETWORK_TEXT_BYTES];
    if (!networks_parse(text, &n, why, sizeof why)) {
        require(n.count == 77 && why[0]);
        return;
    }
    require(n.count <= NETWORKS_MAX);
    for (size_t i = 0; i < n.count; i++) {
        network_text(&n.list[i].address, n.list[i].bits, again);
        require(networks_contain(&n, &n.list[i].address));
    }
}

static void check_url(const char *url)
{
    struct http_origin *list = NULL;
    char *name = channel_name(url, NULL, 0);
    require(name != NULL);
    free(name);
    struct http_origin *o = http_origin_of(&list, url);
    if (o)
        require(http_origin_find(list, url) == o && strstr(o->name, "://"));
    http_origins_finish(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    check_values(text);
    check_link(text);
    check_url(text);
    check_networks(text);
    free(text);
    return 0;
}
