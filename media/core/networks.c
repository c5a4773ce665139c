#include "media/core/networks.h"

#include "media/core/values.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { V4_AT = 12, V4_BITS = 8 * V4_AT, ALL_BITS = 128 };

static const uint8_t mapped[V4_AT] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool network_address_of(const struct sockaddr *from, struct network_address *out)
{
    if (from->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
        memcpy(out->bytes, &six->sin6_addr, sizeof out->bytes);
        return true;
    }
    if (from->sa_family != AF_INET)
        return false;
    const struct sockaddr_in *four = (const struct sockaddr_in *)from;
    memcpy(out->bytes, mapped, V4_AT);
    memcpy(out->bytes + V4_AT, &four->sin_addr, 4);
    return true;
}

bool network_address_is_v4(const struct network_address *a)
{
    return memcmp(a->bytes, mapped, V4_AT) == 0;
}

static bool is_within(const struct network_address *a, const struct network *n)
{
    unsigned whole = n->bits / 8, rest = n->bits % 8;
    if (memcmp(a->bytes, n->address.bytes, whole) != 0)
        return false;
    return !rest || ((a->bytes[whole] ^ n->address.bytes[whole]) >> (8 - rest)) == 0;
}

void network_text(const struct network_address *a, unsigned bits, char out[NETWORK_TEXT_BYTES])
{
    bool four = network_address_is_v4(a);
    if (!inet_ntop(four ? AF_INET : AF_INET6, four ? a->bytes + V4_AT : a->bytes, out,
                   NETWORK_TEXT_BYTES))
        snprintf(out, NETWORK_TEXT_BYTES, "?");
    size_t length = strlen(out);
    if (bits < ALL_BITS)
        snprintf(out + length, NETWORK_TEXT_BYTES - length, "/%u", four ? bits - V4_BITS : bits);
}

/* An address, or a network's: "10.0.0.0/8". */
static bool parse_one(const char *text, struct network *out)
{
    char address[NETWORK_TEXT_BYTES];
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    struct network found = {.bits = ALL_BITS};
    int64_t bits;
    if (length >= sizeof address)
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    bool four = inet_pton(AF_INET, address, found.address.bytes + V4_AT) == 1;
    if (four)
        memcpy(found.address.bytes, mapped, V4_AT);
    else if (inet_pton(AF_INET6, address, found.address.bytes) != 1)
        return false;
    if (slash) {
        if (!value_integer(slash + 1, 0, four ? 32 : ALL_BITS, &bits))
            return false;
        found.bits = (unsigned)bits + (four ? V4_BITS : 0);
    }
    *out = found;
    return true;
}

bool networks_parse(const char *text, struct networks *out, char *why, size_t why_size)
{
    struct networks found = {.count = 0};
    const char *at = strcmp(text, "none") == 0 ? NULL : text;
    while (at) {
        char item[64];
        at = value_next_item(at, item, sizeof item);
        if (found.count == NETWORKS_MAX) {
            snprintf(why, why_size, "there are more than %d: write larger networks", NETWORKS_MAX);
            return false;
        }
        if (!parse_one(item, &found.list[found.count])) {
            snprintf(why, why_size,
                     "\"%.50s\" is no address: write numbers, for example 192.0.2.7, 10.0.0.0/8, "
                     "2001:db8::/32, or none",
                     item);
            return false;
        }
        found.count++;
    }
    *out = found;
    return true;
}

bool networks_contain(const struct networks *n, const struct network_address *a)
{
    for (size_t i = 0; i < n->count; i++)
        if (is_within(a, &n->list[i]))
            return true;
    return false;
}
