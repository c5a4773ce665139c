/* Internet addresses and networks of them, IPv4 and IPv6 alike: an IPv4 address is the IPv6 one
 * that it is mapped to (RFC 4291 2.5.5.2). Thread-safety: pure functions, any thread. */
#ifndef MEDIA_CORE_NETWORKS_H
#define MEDIA_CORE_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NETWORKS_MAX = 32, NETWORK_TEXT_BYTES = 48 };

struct network_address {
    uint8_t bytes[16];
};

struct network {
    struct network_address address;
    unsigned bits; /* 0..128: how many of them count */
};

struct networks {
    struct network list[NETWORKS_MAX];
    size_t count;
};

/* The address of an AF_INET or AF_INET6 socket. false, *out untouched: of another family. */
bool network_address_of(const struct sockaddr *from, struct network_address *out);

/* Whether it is an IPv4 one. */
bool network_address_is_v4(const struct network_address *a);

/* As people write it, and the network of its first `bits` bits (96..128 for IPv4) where they aren't
 * all: 192.0.2.7, 2001:db8::/64. */
void network_text(const struct network_address *a, unsigned bits, char out[NETWORK_TEXT_BYTES]);

/* "127.0.0.0/8, ::1": addresses and networks in numbers, separated by commas; "none": none. false,
 * *out untouched: what is wrong with which one is in why, as a phrase. */
bool networks_parse(const char *text, struct networks *out, char *why, size_t why_size);

bool networks_contain(const struct networks *n, const struct network_address *a);

#endif
