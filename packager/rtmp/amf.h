/* The values of RTMP's commands: AMF0 (Adobe, "Action Message Format AMF 0", 2007), as far as
 * publishers need it. Thread-safety: an object belongs to one thread at a time. */
#ifndef PACKAGER_RTMP_AMF_H
#define PACKAGER_RTMP_AMF_H

#include "media/core/bytes.h"

#include <stddef.h>

/* Reads a string of less than capacity bytes, without a NUL in it. Anything else there makes
 * ERR_INVALID stick, and out empty. */
void amf_read_string(struct bytes_reader *r, char *out, size_t capacity);

/* Reads a number; anything else makes ERR_INVALID stick, and gives 0. */
double amf_read_number(struct bytes_reader *r);

/* Passes over one value of any type. */
void amf_skip(struct bytes_reader *r);

/* Reads an object, and copies its string of that key, as amf_read_string would: the first one. out
 * is empty where there is none. */
void amf_read_member(struct bytes_reader *r, const char *key, char *out, size_t capacity);

void amf_write_string(struct bytes_writer *w, const char *text); /* up to 65,535 bytes */
void amf_write_number(struct bytes_writer *w, double value);
void amf_write_null(struct bytes_writer *w);

/* An object: begin, members (a key, then one of the above), end. */
void amf_write_begin(struct bytes_writer *w);
void amf_write_key(struct bytes_writer *w, const char *key);
void amf_write_end(struct bytes_writer *w);

#endif
