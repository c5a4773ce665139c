#include "media/core/err.h"

const char *err_text(int status)
{
    switch (status) {
    case ERR_OK:
        return "success";
    case ERR_NOMEM:
        return "out of memory";
    case ERR_INVALID:
        return "invalid data";
    case ERR_TRUNCATED:
        return "data ends too early";
    case ERR_UNSUPPORTED:
        return "not supported";
    case ERR_NOT_FOUND:
        return "not found";
    case ERR_AGAIN:
        return "nothing available yet";
    case ERR_END:
        return "end of data";
    case ERR_FULL:
        return "limit reached";
    case ERR_IO:
        return "input/output error";
    case ERR_EXISTS:
        return "exists already";
    case ERR_STATE:
        return "library failure";
    case ERR_RANGE:
        return "range cannot be met";
    }
    return "unknown status";
}
