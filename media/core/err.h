/* The one list of statuses that functions of this project return: 0 or a negative value. */
#ifndef MEDIA_CORE_ERR_H
#define MEDIA_CORE_ERR_H

enum err {
    ERR_OK = 0,
    ERR_NOMEM = -1,       /* memory could not be had */
    ERR_INVALID = -2,     /* input bytes or values break their format or range */
    ERR_TRUNCATED = -3,   /* input ends before its format says so */
    ERR_UNSUPPORTED = -4, /* valid, but not something this program handles */
    ERR_NOT_FOUND = -5,   /* no such thing, now or ever */
    ERR_AGAIN = -6,       /* nothing yet: ask again later */
    ERR_END = -7,         /* nothing more will come */
    ERR_FULL = -8,        /* a bound is reached */
    ERR_IO = -9,          /* the operating system or a peer refused */
    ERR_EXISTS = -10,     /* already there */
    ERR_STATE = -11,      /* a library failed in a way that its input does not explain */
    ERR_RANGE = -12,      /* a byte range that cannot be met */
};

/* A short English text for a status, never NULL, static storage. Thread-safety: any thread. */
const char *err_text(int status);

#endif
