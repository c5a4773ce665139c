/* Byte-exact expectations, written as hexadecimal text. */
#ifndef TESTS_SUPPORT_HEX_H
#define TESTS_SUPPORT_HEX_H

#include <stddef.h>

/* Fails the running cmocka test unless data's size bytes are those that text names. In text,
 * spaces are passed over and characters between apostrophes stand for themselves:
 * "00000008 'free'". The failure names the first byte that differs. */
void hex_assert(const void *data, size_t size, const char *text);

#endif
