/* Keys and tokens come from files, never from a command line, where every user of the machine could
 * read them: one a line, one or two lines.
 * Thread-safety: any thread. */
#ifndef PACKAGER_ACCESS_SECRET_FILE_H
#define PACKAGER_ACCESS_SECRET_FILE_H

#include "packager/access/signature.h"

#include <stddef.h>

enum { ACCESS_WHY_BYTES = 384 };

/* Reads the lines of text: blanks at the end of a line are dropped, empty lines skipped. What is
 * left is ACCESS_SECRET_BYTES_MIN to ACCESS_SECRET_BYTES_MAX printable characters without blanks,
 * so that a key can be given to other tools and a token to a header as it stands. On failure
 * ERR_INVALID, *out is untouched and why says in one line what to do. */
int access_secrets_parse(const char *text, size_t size, struct access_secrets *out,
                         char why[ACCESS_WHY_BYTES]);

/* Reads the file; why begins with its path. Warns in the log where anybody may read it. ERR_IO,
 * ERR_INVALID; *out is untouched then. */
int access_secrets_read(const char *path, struct access_secrets *out, char why[ACCESS_WHY_BYTES]);

/* Warns in the log where others than the owner and the group may read the file. */
void access_warn_if_public(const char *path, int fd);

#endif
