/* What an SRT listener's URL may say, with libavformat's names and units, as options of libsrt.
 * Thread-safety: pure but for the log and the socket; any thread. */
#ifndef PACKAGER_INGEST_PUSH_SRT_OPTIONS_H
#define PACKAGER_INGEST_PUSH_SRT_OPTIONS_H

#include <srt/srt.h>
#include <stdbool.h>

enum { SRT_SECRET_BYTES = 80, SRT_STREAM_ID_BYTES = 513 };

struct srt_options {
    char passphrase[SRT_SECRET_BYTES];   /* 10 to 79 bytes; empty: no encryption */
    char stream_id[SRT_STREAM_ID_BYTES]; /* that callers must show; empty: any */
    const char *query;                   /* borrowed: the rest is looked up there */
};

/* ERR_INVALID, with a line in the log about channel that shows no value, for what is not known or
 * out of range. query must outlive *out. */
int srt_options_read(const char *channel, const char *query, struct srt_options *out);

/* Sets them on a listener that is not bound yet: false where libsrt does not take one. */
bool srt_options_apply(const struct srt_options *o, SRTSOCKET listener);

#endif
